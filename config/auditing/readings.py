"""Which addresses show people, and how an entry about that is called.

Every address that is read is in one of these two lists, or in none of them by its kind (see tests/attacks/test_audit.py):
a new page must say on which side it is.
"""

from typing import Any

VIEW, LIST, EXPORT, PREVIEW = "view", "list", "export", "preview"

# By the name of the address; those without a name by their path.
PEOPLE: dict[str, str] = {
    "subscriber-list": LIST,
    "subscriber-detail": VIEW,
    "subscriber-events-list": VIEW,
    "subscriber-segments-list": VIEW,
    "segment-members-list": LIST,
    "segment-history-list": LIST,
    "segment-explain": VIEW,
    "segment-preview": PREVIEW,
    "segment-preview-history": PREVIEW,
    "segment-compare": PREVIEW,
    "campaign-deliveries-list": LIST,
    "campaign-dry-run-people": LIST,
    "campaign-dry-run": PREVIEW,
    "attribute-refused": PREVIEW,
    "attribute-conversion-preview": PREVIEW,
    "api/v1/segments/<int:segment_id>/members.csv": EXPORT,
    "api/v1/campaigns/<int:campaign_id>/report.csv": EXPORT,
    "subscriber-export": EXPORT,
    "admin:subscribers_subscriber_export": EXPORT,
    "admin:search": LIST,
    "admin:autocomplete": LIST,
    "admin:subscribers_subscriber_changelist": LIST,
    "admin:subscribers_subscriber_change": VIEW,
    "admin:subscribers_subscriber_delete": VIEW,
    "admin:subscribers_subscriber_history": VIEW,
    "admin:subscribers_subscriber_timeline": VIEW,
    "admin:subscribers_attribute_change": PREVIEW,
    "admin:tracking_inboxitem_changelist": LIST,
    "admin:tracking_inboxitem_change": VIEW,
    # Pages of somebody's sample, or of who it goes to, that also do something when they are posted to: no mere previews.
    "admin:subscribers_subscriber_erase": VIEW,
    "admin:segments_segment_restore": VIEW,
    "admin:campaigns_campaign_add": VIEW,
    "admin:campaigns_campaign_change": VIEW,
    "admin:campaigns_campaign_launch": VIEW,
    "admin:segments_segment_preview": PREVIEW,
    "admin:segments_segment_past": PREVIEW,
    "admin:segments_segment_comparison": PREVIEW,
    "admin:segments_segment_overlap": PREVIEW,
    "admin:segments_segment_overview": PREVIEW,
    "admin:segments_segment_members": LIST,
    "admin:segments_segment_past_members": LIST,
    "admin:segments_segment_export": EXPORT,
    "admin:segments_segment_explain": VIEW,
    "admin:segments_segment_uploaded": LIST,
    "admin:segments_segment_upload_failed": EXPORT,
    "admin:campaigns_campaign_preview": PREVIEW,
    "admin:campaigns_campaign_samples": LIST,
    "admin:campaigns_campaign_test": LIST,
    "admin:campaigns_campaign_dry_run": PREVIEW,
    "admin:campaigns_campaign_report_csv": EXPORT,
}
# What a filter may be kept with, as it names things and no people; of others, only that they were given.
KEPT_FILTERS = frozenset(
    {
        *(
            "site",
            "segment",
            "campaign",
            "status",
            "reason",
            "kind",
            "cause",
            "at",
            "as_of",
            "format",
            "occurrence",
            "ids",
            "exact",
            "days",
            "until",
            "within",
        ),
        *(
            "page_size",
            "variant",
            "zone",
            "p",
            "all",
            "o",
            "since",
            "before",
            "app_label",
            "model_name",
            "field_name",
        ),
    }
)
GIVEN = "…"
LONGEST = 100


def describe_filter(query: Any) -> dict[str, str]:
    """The parameters of an address without what may name a person."""
    return {
        str(name)[:LONGEST]: str(value)[:LONGEST] if _is_kept(str(name)) else GIVEN
        for name, value in query.items()
        if value not in ("", None)
    }


def _is_kept(name: str) -> bool:
    """The admin's filters add how they compare: status__exact, site__id__exact."""
    return name.split("__", maxsplit=1)[0] in KEPT_FILTERS
