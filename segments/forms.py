"""The form in which a segment is written."""

import json
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError

from segments.definitions import read_rule
from segments.models import Segment
from segments.rules import RuleError
from segments.rules.sameness import mean_same
from segments.versions import accept_rule, find_latest, say_changed
from segments.widgets import RuleWidget
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


class SegmentForm(forms.ModelForm[Segment]):
    """Name, description and rule; the site too where there are several, and only until the segment is saved.

    `version` is the number of the rule that the form was opened with, so that nobody's change is overwritten unseen.
    """

    # False where it is only asked what saving would do: that waits for nobody's edit and no build.
    saves = True

    rule = RuleField(label="Who belongs to it", widget=RuleWidget)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

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
        if self.instance.pk:
            self.initial["version"] = _number_latest(self.instance)

    def _settle_site(self, field: forms.Field) -> None:
        # Not left out of the form: a field that is not there would not be checked for names that are taken.
        sites = list(Site.objects.all()[:2])
        if len(sites) == 1:
            field.initial = sites[0].pk
            field.widget = forms.HiddenInput()
        field.disabled = self.instance.pk is not None

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
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk and self.instance.is_live and "rule" in cleaned:
            cleaned["rule"] = self._settle_rule(cleaned["rule"], cleaned.get("version"))
        return cleaned

    def is_valid(self) -> bool:
        """What somebody goes back to is shown as they left it, and not saved."""
        return GO_BACK not in self.data and super().is_valid()

    def _settle_rule(self, mine: Any, opened: int | None) -> Any:
        """The rule to save: the stored one, as it is written there, unless it was changed here."""
        theirs = Segment.objects.values_list("rule", flat=True).get(pk=self.instance.pk)
        latest = find_latest(self.instance)
        if latest is None or opened in {None, latest.number} or mean_same(mine, theirs):
            return theirs if mean_same(mine, theirs) else mine
        before = self.instance.versions.filter(number=opened).first()
        if before and mean_same(mine, before.rule):  # only they changed it
            return theirs
        self.data = {**dict(self.data.items()), "version": str(latest.number)}  # saving again is meant
        message = f"{say_changed(self.instance, latest)} Save again to have your rule in place of theirs, or reload the page to see theirs first."
        self.add_error("rule", ValidationError(message))
        return mine


def _number_latest(segment: Segment) -> int:
    latest = find_latest(segment)
    return latest.number if latest else 0
