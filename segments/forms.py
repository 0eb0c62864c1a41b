"""The form in which a segment is written."""

import json
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from segments.definitions import describe_document, read_names, read_rule
from segments.models import Segment
from segments.rules import RuleError
from segments.rules.sameness import mean_same
from segments.versions import accept_rule, find_latest, say_author
from segments.widgets import RuleWidget
from subscribers.admin.seen_form import SeenForm
from subscribers.models import Site

# What the page on which somebody confirms a change adds to what they had filled in.
CONFIRMED, GO_BACK = "_confirmed", "_go_back"


class RuleField(forms.JSONField):
    """JSON that may be anything somebody posts by hand: endless numbers, endless nesting, half a character."""

    def to_python(self, value: Any) -> Any:
        try:
            return _check_writable(super().to_python(value))
        except (ValueError, RecursionError):
            raise ValidationError("The rule cannot be read. Build it anew.") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the builder starts with when the form comes back; what cannot be read is not shown again."""
        try:
            return _check_writable(super().bound_data(data, initial))
        except (ValueError, RecursionError):
            return initial


def _check_writable(document: Any) -> Any:
    json.dumps(document, ensure_ascii=False).encode()
    return document


class SegmentForm(SeenForm):
    """Name, description and rule; the site too where there are several, and only until the segment is saved."""

    # False where it is only asked what saving would do: that waits for nobody's edit and no build.
    saves = True

    rule = RuleField(label="Who belongs to it", widget=RuleWidget)

    class Meta:
        model = Segment
        fields: ClassVar = ["site", "name", "description", "rule"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "description" in self.fields:
            self.fields["description"].widget.attrs["rows"] = 2
        if "site" in self.fields:
            self._settle_site(self.fields["site"])
        if "rule" in self.fields:
            self.builder = cast(RuleWidget, self.fields["rule"].widget)
            self.builder.segment_id = self.instance.pk
            self.builder.site_id = self.instance.site_id
            self.builder.unsaved = self.is_bound

    def _settle_site(self, field: forms.Field) -> None:
        # Not left out of the form: a field that is not there would not be checked for names that are taken.
        offered: forms.ModelChoiceField[Site] = field  # type: ignore[assignment]
        sites = list(offered.queryset[:2] if offered.queryset is not None else [])
        if len(sites) == 1:
            field.initial = sites[0].pk
            field.widget = forms.HiddenInput()
        field.disabled = self.instance.pk is not None

    def label(self, name: str) -> str:
        """Of a rule it is known who wrote it, and when."""
        latest = find_latest(self.instance) if name == "rule" else None
        by = say_author(latest, ZoneInfo(self.instance.site.timezone)) if latest else ""
        return f"{super().label(name)}, changed {by}" if by else super().label(name)

    def say(self, name: str, value: Any) -> str:
        """Of a rule, its sentence."""
        if name != "rule" or not value:
            return super().say(name, value)
        return describe_document(value, read_names(self.instance.site))

    def is_same(self, name: str, one: Any, other: Any) -> bool:
        return mean_same(one, other) if name == "rule" else super().is_same(name, one, other)

    def clean_rule(self) -> Any:
        """Problems come back in words, each beside the condition it is about."""
        document = self.cleaned_data["rule"]
        site = self.cleaned_data.get("site")
        if site is None:  # said beside the site's own field
            return document
        try:
            accept = accept_rule if self.saves else read_rule
            accept(site, document, segment=self.instance if self.instance.pk else None)
        except RuleError as error:
            self.builder.problems = error.problems
            raise ValidationError([problem.message for problem in error.problems]) from None
        return document

    def clean(self) -> dict[str, Any]:
        """A rule that was not changed stays as it is written: the builder may write the same in another way."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.is_live and "rule" in cleaned:
            theirs = Segment.objects.values_list("rule", flat=True).get(pk=self.instance.pk)
            cleaned["rule"] = theirs if mean_same(cleaned["rule"], theirs) else cleaned["rule"]
        return cleaned

    def is_valid(self) -> bool:
        """What somebody goes back to is shown as they left it, and not saved."""
        return GO_BACK not in self.data and super().is_valid()
