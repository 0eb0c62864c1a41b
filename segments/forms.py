"""The form in which a segment is written."""

import json
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError

from segments.definitions import read_rule
from segments.models import Segment
from segments.rules import RuleError
from segments.widgets import RuleWidget
from subscribers.models import Site


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
    """Name, description and rule; the site too where there are several, and only until the segment is saved."""

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
            read_rule(site, document, segment=self.instance if self.instance.pk else None)
        except RuleError as error:
            self.builder.problems = error.problems
            raise ValidationError([problem.message for problem in error.problems]) from None
        return document
