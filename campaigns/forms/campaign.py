"""The form in which marketers write a campaign: no JSON, no code, times in the site's own time zone."""

import datetime as dt
import functools
from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns.contents import describe_changes, read_loaded
from campaigns.drafts import set_variants
from campaigns.forms.checking import check_values
from campaigns.forms.goal import ConditionFormSet, is_plain, read_kinds
from campaigns.forms.inputs import SpanField, WeekdaysField, date_input, make_field, time_input
from campaigns.forms.message import TEXTS, MessageForm
from campaigns.forms.segments import SegmentChoiceField
from campaigns.forms.versions import VersionFormSet
from campaigns.forms.words import HELP, LABELS
from campaigns.goals import GoalError, read_goal
from campaigns.models import DAY_VALIDATORS, Campaign
from campaigns.models.schedules import list_unchosen
from campaigns.schedule import resolve_local_time
from segments.models import Segment
from subscribers.admin.seen_form import SeenForm
from subscribers.contents import Change
from subscribers.models import Site
from subscribers.seen import Content

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
RADIOS = (
    "schedule", "late_policy", "audience_at", "repeats", "cap_by", "quiet_hours", "devices", "winner_by", "undecided",
)  # fmt: skip
# What a draft that says nothing of it keeps: these have a default, and are never asked for.
OPTIONAL = (
    "priority", "repeats", "month_day", "cap_by", "cap_limit", "cap_window", "quiet_hours", "holdout_percent",
    "devices", "winner_by", "test_percent", "test_duration", "undecided", "late_policy", "audience_at", "urgency",
)  # fmt: skip

MOMENT = ("send_date", "send_time")  # the two halves of send_at
SPANS = ("cap_window", "test_duration", "click_window", "view_window")


class CampaignForm(SeenForm, MessageForm):
    """A draft of a campaign, with its further versions (`versions`) and the conditions of its goal (`conditions`)."""

    include_segments = SegmentChoiceField(label="Send to")
    exclude_segments = SegmentChoiceField(label="But not to")
    send_date = forms.DateField(label="Date", required=False, widget=date_input(), validators=DAY_VALIDATORS)
    send_time = forms.TimeField(label="Time", required=False, widget=time_input())
    local_date = forms.DateField(label="Date", required=False, widget=date_input())
    local_time = forms.TimeField(label="Time of day", required=False, widget=time_input())
    late_limit_minutes = forms.IntegerField(
        label="Not later than, in minutes", required=False, min_value=1, max_value=24 * 60, initial=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    weekdays = WeekdaysField(label="On these days")
    repeat_until = forms.DateField(
        label="Last day", required=False, widget=date_input(), help_text="Empty: until you cancel it"
    )
    ttl = forms.TypedChoiceField(label="Try for", widget=UnfoldAdminSelectWidget, help_text=HELP["ttl"])
    cap_window = SpanField(label="Within")
    test_duration = SpanField(label="Decide after")
    goal_event = forms.CharField(label="What they should do", max_length=100, required=False)
    goal_is_kept = forms.BooleanField(label="Keep this goal", required=False, initial=True)
    click_window = SpanField(label="After a click, for", help_text="Empty: clicks are not followed.")
    view_window = SpanField(
        label="After it was seen, for",
        help_text="For those who saw it and did not click. Empty: not followed.",
    )  # fmt: skip

    class Meta:
        model = Campaign
        formfield_callback = make_field
        fields: ClassVar = [
            "site", "name", *TEXTS, "weight", "include_segments", "exclude_segments", "audience_at", "priority",
            "holdout_percent", "schedule", "local_date", "local_time", "late_policy", "late_limit_minutes",
            "repeats", "weekdays", "month_day", "repeat_until", "cap_by", "cap_limit", "cap_window",
            "counts_towards_caps", "quiet_hours", "throttle_per_minute", "ttl", "urgency", "topic", "devices",
            "winner_by", "test_percent", "test_duration", "test_sample", "undecided", "test_ahead",
            "click_window", "view_window", "revenue_property", "counts_every_conversion",
        ]  # fmt: skip
        labels = LABELS
        help_texts = HELP
        widgets: ClassVar = {
            **dict.fromkeys(RADIOS, forms.RadioSelect),
            "priority": UnfoldAdminSelectWidget,
            "counts_towards_caps": UnfoldBooleanSwitchWidget,
            "counts_every_conversion": UnfoldBooleanSwitchWidget,
            "test_ahead": UnfoldBooleanSwitchWidget,
            "revenue_property": UnfoldAdminTextInputWidget({"list": "goal-properties"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: forms.ModelChoiceField[Site] = self.fields["site"]  # type: ignore[assignment]
        self.sites = list(offered.queryset.order_by("name") if offered.queryset is not None else [])
        data = self.data if self.is_bound else None
        goal = self.instance.goal
        self.goal_is_foreign = goal is not None and not is_plain(goal)
        self.versions = VersionFormSet(self.instance, data)
        self.conditions = ConditionFormSet(None if self.goal_is_foreign else goal, data)
        self.initial.setdefault("goal_event", (goal or {}).get("event", ""))
        for name in OPTIONAL:
            self.fields[name].required = False
        for name in SPANS:  # a new draft shows what it would be without a word about it
            self.initial.setdefault(name, getattr(self.instance, name))
        self._offer_sites()
        self._offer_segments()
        self._offer_durations()
        self._localize_moment()

    def read_now(self) -> Content:
        """With its versions, its goal and its status, too."""
        return read_loaded(self.instance)

    def describe_changes(self, seen: Content, now: Content) -> list[Change]:
        return describe_changes(seen, now)

    def find_site(self) -> Site | None:
        """The site that is chosen at the moment, if it exists."""
        chosen = str(self["site"].value())
        return next((site for site in self.sites if str(site.pk) == chosen), None)

    def read_schedule(self) -> Campaign:
        """When it is to be sent, as it stands on the page; not to be saved."""
        if not self.is_bound:
            stored: Campaign = self.instance
            return stored
        values = self.cleaned_data if hasattr(self, "cleaned_data") else {}
        site = values.get("site") or self.find_site()
        draft = Campaign(site=site)
        for name in (
            "schedule",
            "local_date",
            "local_time",
            "repeats",
            "weekdays",
            "month_day",
            "repeat_until",
            "ttl",
        ):
            if values.get(name) not in (None, ""):
                setattr(draft, name, values[name])
        draft.send_at = self._read_moment({"schedule": draft.schedule, **values, "site": site})
        return draft

    def clean_late_limit_minutes(self) -> int:
        minutes: int | None = self.cleaned_data["late_limit_minutes"]
        applies = self.data.get(self.add_prefix("late_policy")) == Campaign.LatePolicy.SEND_IF_WITHIN
        if minutes is None and applies:
            raise forms.ValidationError("Say how many minutes late is still all right, like 60.")
        return minutes or 60

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self._forget_unchosen(values)
        for name in OPTIONAL:
            if values.get(name) in (None, "") and name not in self.errors:
                values[name] = getattr(self.instance, name)
        values["goal_is_kept"] = self.goal_is_foreign and bool(values.get("goal_is_kept"))
        self._check_versions(values)
        for field, complaint in check_values(values, has_versions=bool(values["variants"])):
            self.add_error(field, complaint)
        self._compose_goal(values)
        return values

    def save(self, commit: bool = True) -> Campaign:
        values = self.cleaned_data
        self.instance.send_at = self._read_moment(values)
        if not values["goal_is_kept"]:
            self.instance.goal = values["goal"]
        campaign: Campaign = super().save(commit)
        return campaign

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]
        if not self.versions.is_left_alone:
            set_variants(self.instance, self.cleaned_data["variants"])

    def _forget_unchosen(self, values: dict[str, Any]) -> None:
        """What was typed for a schedule before another one was chosen is neither kept nor complained of."""
        schedule, repeats = values.get("schedule", ""), values.get("repeats") or self.instance.repeats
        late_policy = values.get("late_policy") or self.instance.late_policy
        unchosen = list_unchosen(schedule, repeats, late_policy) if schedule else ()
        for name in unchosen:
            for field in MOMENT if name == "send_at" else (name,):
                self.errors.pop(field, None)
                values[field] = None
        for name in set(unchosen) & set(self.fields):
            values[name] = Campaign._meta.get_field(name).get_default()  # type: ignore[union-attr]

    def _check_versions(self, values: dict[str, Any]) -> None:
        problems = self.versions.list_problems()
        for problem in problems:
            self.add_error(None, problem)
        values["variants"] = [] if problems else self.versions.list_variants()
        if not values["variants"] and not problems:
            values["winner_by"] = Campaign.WinnerBy.NOBODY  # there is nothing to choose from

    def _compose_goal(self, values: dict[str, Any]) -> None:
        """The goal as a node of the rule language; what the rule language refuses is said here."""
        values["goal"] = self.instance.goal if self.conditions.is_left_alone else None
        event = values.get("goal_event")
        if not event or values["goal_is_kept"] or self.conditions.is_left_alone:
            return
        complete = self.conditions.is_valid()
        conditions = self.conditions.compose(read_kinds(values.get("site"), event)) if complete else []
        if not complete or any(form.errors for form in self.conditions.forms):
            self.add_error("goal_event", "A condition of the goal needs another look.")
            return
        goal = {"type": "event", "event": event, "where": conditions}
        try:
            read_goal(goal)
        except GoalError as error:
            for problem in error.problems:
                self.add_error("goal_event", problem)
        values["goal"] = goal

    def _read_moment(self, values: dict[str, Any]) -> dt.datetime | None:
        day, time = values.get("send_date"), values.get("send_time")
        site = values.get("site")
        if values.get("schedule") != Campaign.Schedule.INSTANT or day is None or time is None or site is None:
            return None
        return resolve_local_time(day, time, site.zone)

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

    def _localize_moment(self) -> None:
        if self.instance.send_at is not None:
            moment = self.instance.send_at.astimezone(self.instance.site.zone)
            self.initial["send_date"], self.initial["send_time"] = moment.date(), moment.time()
