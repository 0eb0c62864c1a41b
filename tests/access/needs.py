"""What each address takes, as docs/staff.md says it. A new address without a line here fails the test of all of them.

A text is the permission it takes on the site it is about; several, all of them; the words in capitals take none.
"""

from django.contrib import admin

from tests.access.addresses import Address

PUBLIC, STAFF, ACCOUNT = "public", "staff", "one's own log-in"
BY_KEY = "a key for ingestion"  # never a session
NOBODY = "nobody"  # whatever their role
VIEW_CAMPAIGN, VIEW_SEGMENT = "campaigns.view_campaign", "segments.view_segment"
CHANGE_SEGMENT, LAUNCH = "segments.change_segment", "campaigns.launch_campaign"
EXPORT, SEE = "subscribers.export_subscriber", "subscribers.view_subscriber"
Needs = str | tuple[str, ...]

OF_SITE_MODELS = {
    "changelist": "view",
    "add": "add",
    "history": "view",
    "delete": "delete",
    "change": "view",
}
# Nobody adds these, or changes and deletes what came from browsers, whatever their role.
NEVER = {
    "subscribers_attribute_add", "subscribers_subscriber_add", "tracking_eventtype_add", "tracking_eventtype_delete",
    "tracking_inboxitem_add", "campaigns_sendingpolicy_add", "campaigns_sendingpolicy_delete", "subscribers_site_delete",
    "signin_invitation_delete", "access_apikey_delete", "access_auditentry_add", "access_auditentry_delete",
}  # fmt: skip
# Their pages stand elsewhere: they take POST alone, and answer 404 to the rest.
POSTED = {"subscribers_site_add_secret", "subscribers_site_retire_secret", "subscribers_site_signature"}
ADMIN: dict[str, Needs] = {
    **dict.fromkeys(("index", "search", "jsi18n", "password_change_done"), STAFF),
    **dict.fromkeys(("password_change", "logout"), ACCOUNT),
    "app_list": VIEW_CAMPAIGN,  # whatever is in it: of these apps, that of campaigns
    "auth_user_password_change": "auth.change_user",
    "login": ACCOUNT,
    **{f"campaigns_campaign_{page}": ("campaigns.add_campaign",) for page in ("preview", "advice", "samples")},
    **{f"campaigns_campaign_{page}": VIEW_CAMPAIGN for page in ("runs", "dry_run", "dry_run_progress", "progress", "report", "approval")},
    **{f"campaigns_campaign_{page}": LAUNCH for page in ("launch", "ask_approval", "cancel", "pause", "resume", "winner")},
    "campaigns_campaign_test": "campaigns.send_test_campaign",
    "campaigns_campaign_test_ahead": "campaigns.change_campaign",
    "campaigns_campaign_duplicate": "campaigns.add_campaign",
    "campaigns_campaign_report_csv": (VIEW_CAMPAIGN, EXPORT),
    **{f"segments_segment_{page}": "segments.add_segment" for page in ("gallery", "preview", "past", "comparison", "snapshot", "declare", "catalogue")},
    **{f"segments_segment_{page}": VIEW_SEGMENT for page in ("waiting", "overlap", "drift", "overview", "members", "past_members", "versions")},
    "segments_segment_export": (VIEW_SEGMENT, EXPORT),
    "segments_segment_explain": (VIEW_SEGMENT, SEE, "tracking.view_event"),
    "segments_segment_restore": CHANGE_SEGMENT,
    **{f"segments_segment_{page}": CHANGE_SEGMENT for page in ("upload", "uploaded", "upload_confirm", "upload_discard", "upload_progress", "upload_failed")},
    **{f"subscribers_site_{page}": "subscribers.change_site" for page in ("add_secret", "retire_secret", "signature")},
    "access_apikey_revoke": "access.change_apikey",
    "subscribers_subscriber_erase": (SEE, "subscribers.erase_subscriber"),
    "subscribers_subscriber_export": (SEE, EXPORT, "subscribers.view_personal_data"),
    "subscribers_subscriber_timeline": (SEE, "tracking.view_event"),
    **{f"tracking_eventtype_{page}": "tracking.view_eventtype" for page in ("unlisted", "changes", "properties")},
}  # fmt: skip
READ: dict[str, Needs] = {
    "auditentry": "access.view_auditentry",
    "site": "subscribers.view_site", "place": "subscribers.view_place", "attribute": "subscribers.view_attribute",
    "subscriber": SEE, "subscriber-events": "tracking.view_event", "subscriber-segments": "segments.view_membership",
    "eventtype": "tracking.view_eventtype", "segment": VIEW_SEGMENT, "segment-members": (VIEW_SEGMENT, "segments.view_membership"),
    "segment-versions": VIEW_SEGMENT, "segment-history": (VIEW_SEGMENT, "segments.view_membershipchange"), "campaign": VIEW_CAMPAIGN,
    "campaign-deliveries": (VIEW_CAMPAIGN, "campaigns.view_delivery"),
}  # fmt: skip
WRITTEN: dict[str, Needs] = {
    "subscriber-erase": (SEE, "subscribers.erase_subscriber"),
    **{f"segment-{action}": VIEW_SEGMENT for action in ("preview", "preview-history", "compare")},
    "segment-snapshot": "segments.add_segment",
    "segment-versions-restore": CHANGE_SEGMENT,
    "segment-members-detail": CHANGE_SEGMENT,
    **{
        f"campaign-{action}": LAUNCH
        for action in ("launch", "pause", "resume", "cancel", "winner", "ask-approval")
    },
    "campaign-approve": "campaigns.approve_campaign",
}
API: dict[str, Needs] = {
    "subscriber-export": (SEE, EXPORT, "subscribers.view_personal_data"),
    **{f"{name}-{kind}": needs for name, needs in READ.items() for kind in ("list", "detail")},
    **{f"attribute-{action}": "subscribers.view_attribute" for action in ("conversion-preview", "refused")},
    **{f"segment-{action}": VIEW_SEGMENT for action in ("drift", "overlap", "freshness", "sizes")},
    "segment-explain": (VIEW_SEGMENT, SEE, "tracking.view_event"),
    **{f"campaign-{action}": VIEW_CAMPAIGN for action in ("dry-run", "progress", "report", "approval")},
    "campaign-dry-run-people": (VIEW_CAMPAIGN, "campaigns.view_delivery"),
    "api-root": STAFF,
    **dict.fromkeys(("schema", "docs"), PUBLIC),
}
OTHERS: dict[str, Needs] = {
    **dict.fromkeys(("", "v1/track", "v1/config", "sdk/<str:name>", "v1/feedback", "health/live", "health/ready"), PUBLIC),
    "api/v1/track/": BY_KEY,
    "api/v1/segments/<int:segment_id>/members.csv": (VIEW_SEGMENT, "segments.view_membership", EXPORT),
    "api/v1/campaigns/<int:campaign_id>/report.csv": (VIEW_CAMPAIGN, EXPORT),
    "api/v1/sites/<int:site_id>/sending-policy/": "campaigns.view_sendingpolicy",
    # They lead anywhere or nowhere, whatever there is.
    "admin/(?P<url>.*)": ACCOUNT,
    "admin/r/<path:content_type_id>/<path:object_id>/": ACCOUNT,
    "admin/autocomplete/": ACCOUNT,  # that depends on the field that is asked about
}  # fmt: skip


# What an unsafe request takes where that is not what looking takes.
MODELS = {
    "site": "subscribers.site", "place": "subscribers.place", "attribute": "subscribers.attribute",
    "eventtype": "tracking.eventtype", "segment": "segments.segment", "campaign": "campaigns.campaign",
}  # fmt: skip
ACTIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
UNSAFE: dict[str, Needs] = {
    "segment-members-list": CHANGE_SEGMENT,
    "segment-members-detail": CHANGE_SEGMENT,
    "campaign-dry-run": VIEW_CAMPAIGN,
    "api/v1/sites/<int:site_id>/sending-policy/": "campaigns.change_sendingpolicy",
    "campaigns_campaign_approval": (VIEW_CAMPAIGN, "campaigns.approve_campaign"),
    "tracking_eventtype_unlisted": "tracking.change_eventtype",
    "tracking_eventtype_properties": "tracking.change_eventtype",
}
# Their pages show, and change nothing.
SHOWN = {
    "access_apikey_change",
    "access_auditentry_change",
    "signin_invitation_change",
    "tracking_inboxitem_change",
}


def find_needs(address: Address, method: str) -> Needs:
    """Raises KeyError for an address that has no line."""
    looking = _find_looking(address.pattern, address.name)
    if method == "OPTIONS":
        return ACCOUNT  # it says how the others are to be asked
    if address.methods and method not in address.methods:
        return NOBODY
    if method == "GET":
        return NOBODY if address.name in POSTED else looking
    return _find_changing(address.name or address.pattern, method) or (
        looking if method == "POST" else NOBODY
    )


def _find_changing(name: str, method: str) -> Needs | None:
    if name in UNSAFE:
        return UNSAFE[name]
    if name in SHOWN:
        return NOBODY
    model, _, kind = name.rpartition("-")
    if model in MODELS and kind in ("list", "detail"):
        app, table = MODELS[model].split(".")
        return f"{app}.{ACTIONS[method]}_{table}"
    if name.endswith("_change") and method == "POST":
        for each in admin.site._registry:
            if name == f"{each._meta.app_label}_{each._meta.model_name}_change":
                return f"{each._meta.app_label}.change_{each._meta.model_name}"
    return None


def _find_looking(pattern: str, name: str) -> Needs:
    for table, key in ((OTHERS, pattern), (ADMIN, name), (API, name), (WRITTEN, name)):
        if key in table:
            return table[key]
    if pattern.startswith("demo/"):
        return PUBLIC  # a shop, as its visitors see it
    if pattern.startswith("admin/account/"):
        return ACCOUNT
    if pattern.startswith("admin/") and not name and "<" not in pattern:
        return ACCOUNT  # its former addresses
    if pattern.startswith("admin/") and pattern.endswith("<path:object_id>/") and not name:
        return STAFF  # from /7/ to /7/change/, whatever there is
    if name in NEVER:
        return NOBODY
    for model in admin.site._registry:
        start = f"{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(start) and name.removeprefix(start) in OF_SITE_MODELS:
            action = OF_SITE_MODELS[name.removeprefix(start)]
            return f"{model._meta.app_label}.{action}_{model._meta.model_name}"
    raise KeyError(f"Say in tests/access/needs.py what {pattern} ({name}) takes.")
