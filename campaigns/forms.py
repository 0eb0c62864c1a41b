"""The form in which marketers write a campaign: no JSON, no code, times in the site's own time zone."""

import datetime as dt
import functools
import zoneinfo
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import ModelChoiceIteratorValue
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from campaigns.models import DAY_VALIDATORS, Campaign
from campaigns.rendering import check_template
from campaigns.schedule import resolve_local_time
from segments.models import Segment
from subscribers.models import Site

TTL_CHOICES = (
    (dt.timedelta(0), "Only devices that are on at that moment"),
    (dt.timedelta(hours=1), "1 hour"),
    (dt.timedelta(hours=6), "6 hours"),
    (dt.timedelta(hours=12), "12 hours"),
    (dt.timedelta(days=1), "1 day"),
    (dt.timedelta(days=3), "3 days"),
    (dt.timedelta(days=7), "1 week"),
    (dt.timedelta(days=28), "4 weeks"),
)
INPUT_CLASSES = UnfoldAdminTextInputWidget().attrs["class"]
TEMPLATE_FIELDS = (
    "title", "body", "link_url", "button_1_text", "button_1_link", "button_2_text", "button_2_link",
)  # fmt: skip


def _make_field(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Addresses typed without a scheme are https (Django's own default from version 6 on)."""
    if isinstance(db_field, models.URLField):
        kwargs.setdefault("assume_scheme", "https")
    field: forms.Field | None = db_field.formfield(**kwargs)
    return field


def _date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date", "class": INPUT_CLASSES}, format="%Y-%m-%d")


def _time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time", "class": INPUT_CLASSES}, format="%H:%M")


class SegmentCheckboxes(forms.CheckboxSelectMultiple):
    """Tells the page which site each segment belongs to, so that only those of the chosen site are shown."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if isinstance(value, ModelChoiceIteratorValue):
            segment: Segment = value.instance  # type: ignore[attr-defined]
            option["attrs"]["data-site"] = segment.site_id
        return option


class SegmentChoiceField(forms.ModelMultipleChoiceField[Segment]):
    """Any number of segments, each with the number of its members where `read_members` knows it."""

    def __init__(self, **kwargs: Any) -> None:
        self.read_members: Callable[[], dict[int, int]] = dict
        queryset = Segment.objects.order_by("name")
        super().__init__(queryset, required=False, widget=SegmentCheckboxes, **kwargs)

    def label_from_instance(self, obj: Segment) -> str:
        if obj.status != Segment.Status.READY:
            return f"{obj.name} · {obj.get_status_display().lower()}"
        count = self.read_members().get(obj.pk)
        if count is None:
            return obj.name
        return f"{obj.name} · {count:,} {'member' if count == 1 else 'members'}"


def compose_actions(texts_and_links: list[tuple[str, str]]) -> list[dict[str, str]]:
    """The buttons as the model keeps them; a button without a text is no button."""
    return [{"title": text, "link": link} for text, link in texts_and_links if text]


class CampaignForm(forms.ModelForm[Campaign]):
    """A draft of a campaign."""

    title = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)
    body = forms.CharField(
        label="Message", max_length=500, required=False, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )
    icon_url = forms.URLField(
        label="Icon", required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget,
        help_text="The address of a square picture of 192 × 192 or more",
    )  # fmt: skip
    image_url = forms.URLField(
        label="Image", required=False, assume_scheme="https", widget=UnfoldAdminURLInputWidget,
        help_text="The address of a wide picture, about 1024 × 512; some systems show it",
    )  # fmt: skip
    link_url = forms.CharField(
        label="Link", max_length=1000, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="The page that opens on a click, like https://shop.example/sale",
    )  # fmt: skip
    button_1_text = forms.CharField(max_length=40, required=False, widget=UnfoldAdminTextInputWidget)
    button_1_link = forms.CharField(max_length=1000, required=False, widget=UnfoldAdminTextInputWidget)
    button_2_text = forms.CharField(max_length=40, required=False, widget=UnfoldAdminTextInputWidget)
    button_2_link = forms.CharField(max_length=1000, required=False, widget=UnfoldAdminTextInputWidget)
    include_segments = SegmentChoiceField(label="Send to")
    exclude_segments = SegmentChoiceField(label="But not to")
    send_date = forms.DateField(label="Date", required=False, widget=_date_input(), validators=DAY_VALIDATORS)
    send_time = forms.TimeField(label="Time", required=False, widget=_time_input())
    local_date = forms.DateField(label="Date", required=False, widget=_date_input())
    local_time = forms.TimeField(label="Time of day", required=False, widget=_time_input())
    late_limit_minutes = forms.IntegerField(
        label="Not later than, in minutes", required=False, min_value=1, max_value=24 * 60, initial=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    ttl = forms.TypedChoiceField(label="Try for", widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Campaign
        formfield_callback = _make_field
        fields = (
            "site", "name", "title", "body", "icon_url", "image_url", "link_url", "include_segments",
            "exclude_segments", "audience_at", "schedule", "local_date", "local_time", "late_policy",
            "late_limit_minutes", "ttl", "urgency",
        )  # fmt: skip
        widgets: ClassVar = {
            "schedule": forms.RadioSelect,
            "late_policy": forms.RadioSelect,
            "audience_at": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = list(Site.objects.order_by("name"))
        self._offer_sites()
        self._offer_segments()
        self._offer_durations()
        self._spread_buttons()
        self._localize_moment()

    def find_site(self) -> Site | None:
        """The site that is chosen at the moment, if it exists."""
        chosen = str(self["site"].value())
        return next((site for site in self.sites if str(site.pk) == chosen), None)

    def clean_late_limit_minutes(self) -> int:
        minutes: int | None = self.cleaned_data["late_limit_minutes"]
        applies = self.data.get(self.add_prefix("late_policy")) == Campaign.LatePolicy.SEND_IF_WITHIN
        if minutes is None and applies:
            raise forms.ValidationError("Say how many minutes late is still all right, like 60.")
        return minutes or 60

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._check_templates(values)
        self._check_buttons(values)
        self._check_segments(values)
        self._check_schedule(values)
        return values

    def save(self, commit: bool = True) -> Campaign:
        values = self.cleaned_data
        numbers = (1, 2)
        pairs = [(values[f"button_{number}_text"], values[f"button_{number}_link"]) for number in numbers]
        self.instance.actions = compose_actions(pairs)
        self.instance.send_at = self._read_moment(values)
        return super().save(commit)

    def _check_templates(self, values: dict[str, Any]) -> None:
        for name in TEMPLATE_FIELDS:
            for problem in check_template(values.get(name) or ""):
                self.add_error(name, problem)

    def _check_buttons(self, values: dict[str, Any]) -> None:
        for number in (1, 2):
            if values.get(f"button_{number}_link") and not values.get(f"button_{number}_text"):
                self.add_error(
                    f"button_{number}_text",
                    "This button has a link but no text: write what it should say, or remove the link.",
                )

    def _check_segments(self, values: dict[str, Any]) -> None:
        included = set(values.get("include_segments") or ())
        excluded = set(values.get("exclude_segments") or ())
        for segment in included & excluded:
            self.add_error(
                "exclude_segments", f"“{segment}” is in both lists, so nobody would be left: choose one."
            )
        site = values.get("site")
        for segment in included | excluded:
            if site and segment.site_id != site.pk:
                self.add_error(
                    "include_segments", f"“{segment}” belongs to another site: choose segments of {site}."
                )

    def _check_schedule(self, values: dict[str, Any]) -> None:
        needed = {
            Campaign.Schedule.INSTANT: ("send_date", "send_time"),
            Campaign.Schedule.LOCAL: ("local_date", "local_time"),
        }
        for name in needed.get(values.get("schedule", ""), ()):
            if values.get(name) is None and name not in self.errors:
                example = "a day, like 24 December" if name.endswith("date") else "a time, like 09:00"
                self.add_error(name, f"Choose {example}: this schedule needs it.")

    def _read_moment(self, values: dict[str, Any]) -> dt.datetime | None:
        day, time = values.get("send_date"), values.get("send_time")
        if values["schedule"] != Campaign.Schedule.INSTANT or day is None or time is None:
            return None
        return resolve_local_time(day, time, zoneinfo.ZoneInfo(values["site"].timezone))

    def _offer_sites(self) -> None:
        field: forms.ModelChoiceField[Site] = self.fields["site"]  # type: ignore[assignment]
        field.empty_label = None
        if not self.instance.pk and self.sites:
            field.initial = self.initial.setdefault("site", self.sites[0].pk)
        if len(self.sites) == 1:
            field.widget = forms.HiddenInput()

    def _offer_segments(self) -> None:
        """Members are counted for the chosen site, once, and only if the page is shown."""

        @functools.cache
        def read_members() -> dict[int, int]:
            found = Segment.objects.filter(site=self.find_site())
            return dict(found.values_list("pk", "member_count"))

        for name in ("include_segments", "exclude_segments"):
            field: SegmentChoiceField = self.fields[name]  # type: ignore[assignment]
            field.read_members = read_members

    def _offer_durations(self) -> None:
        field: forms.TypedChoiceField = self.fields["ttl"]  # type: ignore[assignment]
        choices = list(TTL_CHOICES)
        if self.instance.ttl not in dict(choices):  # came by the API
            choices.append((self.instance.ttl, str(self.instance.ttl)))
        field.choices = [(int(ttl.total_seconds()), words) for ttl, words in sorted(choices)]
        field.coerce = lambda seconds: dt.timedelta(seconds=int(seconds))
        self.initial["ttl"] = int(self.instance.ttl.total_seconds())

    def _spread_buttons(self) -> None:
        for number, action in enumerate(self.instance.actions[:2], start=1):
            self.initial[f"button_{number}_text"] = action.get("title", "")
            self.initial[f"button_{number}_link"] = action.get("link", "")

    def _localize_moment(self) -> None:
        if self.instance.send_at is not None:
            moment = self.instance.send_at.astimezone(zoneinfo.ZoneInfo(self.instance.site.timezone))
            self.initial["send_date"], self.initial["send_time"] = moment.date(), moment.time()
