"""A site's sending policy: quiet hours, limits, control group, pace."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.dateparse import parse_duration
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from campaigns.forms.inputs import SpanField, time_input
from campaigns.models import FrequencyCap, SendingPolicy
from campaigns.policies import set_caps
from subscribers.admin.seen_form import SeenForm, write_value
from subscribers.models import Site
from subscribers.seen import Content, make_content
from subscribers.spans import describe_span

PREFIX = "caps"
MOST_CAPS = 5


class CapForm(forms.Form):
    """“At most 2 pushes within 1 day”."""

    limit = forms.IntegerField(
        label="At most", required=False, min_value=1, max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget({"aria-label": "At most so many pushes"}),
    )  # fmt: skip
    window = SpanField(label="Within")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        limit, window = values.get("limit"), values.get("window")
        if limit and not window and "window" not in self.errors:
            self.add_error("window", "Within which time? Like 1 day.")
        if window and not limit and "limit" not in self.errors:
            self.add_error("limit", "How many pushes at most? Like 2.")
        return values


class BaseCapFormSet(forms.BaseFormSet[CapForm]):
    """All limits of a site, with one empty row at the end."""

    def clean(self) -> None:
        windows = set()
        for form in self.forms:
            window = form.cleaned_data.get("window") if form.is_valid() else None
            if window in windows:
                form.add_error("window", "There is a limit for that time already: the lower one is enough.")
            if window is not None and not self._should_delete_form(form):  # type: ignore[attr-defined]
                windows.add(window)

    def list_caps(self) -> list[tuple[int, Any]]:
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("limit")]
        return [(row["limit"], row["window"]) for row in filled if not row.get("DELETE")]


CapFormSet: type[BaseCapFormSet] = forms.formset_factory(  # type: ignore[assignment]
    CapForm, formset=BaseCapFormSet, extra=1, can_delete=True,
    max_num=MOST_CAPS, absolute_max=2 * MOST_CAPS, validate_max=True,
)  # fmt: skip


class SendingPolicyForm(SeenForm):
    """What holds for all campaigns of a site, with its limits (`caps`)."""

    class Meta:
        model = SendingPolicy
        fields: ClassVar = [
            "quiet_from", "quiet_until", "quiet_action", "holdout_percent", "throttle_per_minute",
            "approval_above",
        ]  # fmt: skip
        labels: ClassVar = {
            "quiet_from": "From",
            "quiet_until": "Until",
            "holdout_percent": "Control group, in per cent of all people",
            "throttle_per_minute": "At most so many pushes a minute",
            "approval_above": "Campaigns to more people than this need approval",
        }
        help_texts: ClassVar = {
            "holdout_percent": "So many, drawn by lot, get no campaign at all. Comparing them with the others shows "
            "what all campaigns together bring. 0: nobody.",
            "throttle_per_minute": "Of all campaigns together. Empty: as fast as possible.",
            "approval_above": "Somebody else than who wrote them has to approve them before they are sent, and any change "
            "voids that. 0: all campaigns. Empty: none.",
        }
        widgets: ClassVar = {
            "quiet_from": time_input(),
            "quiet_until": time_input(),
            "quiet_action": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site: Site = self.instance.site
        saved = FrequencyCap.objects.filter(site=site).order_by("window")
        initial = [{"limit": cap.limit, "window": cap.window} for cap in saved]
        data = self.data if self.is_bound else None
        self.caps = CapFormSet(data, prefix=PREFIX, initial=initial)

    def take_over(self, name: str, value: Any) -> bool:
        if name != PREFIX:
            return super().take_over(name, value)
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[f"{PREFIX}-TOTAL_FORMS"] = data[f"{PREFIX}-INITIAL_FORMS"] = str(len(value))
        for number, (limit, window) in enumerate(value):
            row = f"{PREFIX}-{number}"
            data.pop(f"{row}-DELETE", None)
            for key, each in (("limit", limit), ("window", parse_duration(window))):
                write_value(data, self.caps.empty_form.fields[key], f"{row}-{key}", each)
        self.data = data
        self.caps = CapFormSet(data, prefix=PREFIX, initial=[{} for _ in value])
        return True

    def read_now(self) -> Content:
        caps = FrequencyCap.objects.filter(site=self.instance.site).order_by("window")
        return {**super().read_now(), **make_content({PREFIX: list(caps.values_list("limit", "window"))})}

    def label(self, name: str) -> str:
        labels = {
            PREFIX: "Pushes to one person",
            "quiet_from": "Quiet hours from",
            "quiet_until": "Quiet hours until",
        }
        return labels.get(name) or super().label(name)

    def say(self, name: str, value: Any) -> str:
        if name != PREFIX:
            return super().say(name, value)
        spans = [(limit, parse_duration(window) or dt.timedelta(0)) for limit, window in value or ()]
        return (
            ", ".join(f"at most {limit:,} within {describe_span(span)}" for limit, span in spans)
            or "no limit"
        )

    def is_typed(self, name: str, value: Any) -> bool:
        if name != PREFIX:
            return super().is_typed(name, value)
        typed = self.caps.list_caps() if self.caps.is_valid() else None
        return bool(typed is not None and make_content({name: typed})[name] == value)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        start, end = values.get("quiet_from"), values.get("quiet_until")
        if start and not end and "quiet_until" not in self.errors:
            self.add_error("quiet_until", "Until when? Leave both empty for no quiet hours.")
        if end and not start and "quiet_from" not in self.errors:
            self.add_error("quiet_from", "From when? Leave both empty for no quiet hours.")
        if start and start == end:
            self.add_error("quiet_until", "Quiet hours that end when they begin would never end.")
        if not self.caps.is_valid():
            complaints = self.caps.non_form_errors() or ["A limit needs another look: see below."]
            for complaint in complaints:
                self.add_error(None, complaint)
        return values

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        set_caps(self.instance.site, self.caps.list_caps())
