"""A campaign's goal in plain rows: an event, and conditions on its properties. Marketers never see its JSON."""

import math
from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from subscribers.models import Site
from tracking.models import EventType

PREFIX = "conditions"
MOST_CONDITIONS = 20
OPERATORS = {
    "equals": "is",
    "not_equals": "is not",
    "in": "is one of",
    "contains": "contains",
    "starts_with": "starts with",
    "at_least": "is at least",
    "at_most": "is at most",
    "greater_than": "is more than",
    "less_than": "is less than",
    "between": "is between",
    "is_true": "is yes",
    "is_false": "is no",
    "exists": "is known",
    "not_exists": "is not known",
}
_TAKES_NOTHING = {"is_true", "is_false", "exists", "not_exists"}
_TAKES_TEXT = {"contains", "starts_with"}
_TAKES_NUMBERS = {"at_least", "at_most", "greater_than", "less_than", "between"}
_TAKES_SEVERAL = {"in", "between"}


class ConditionForm(forms.Form):
    """“price” “is at least” “50”."""

    property = forms.CharField(
        max_length=100, required=False,
        widget=UnfoldAdminTextInputWidget({"list": "goal-properties", "aria-label": "Detail", "placeholder": "Detail, like price"}),
    )  # fmt: skip
    operator = forms.ChoiceField(
        choices=list(OPERATORS.items()), required=False, initial="equals",
        widget=UnfoldAdminSelectWidget({"aria-label": "Comparison"}),
    )  # fmt: skip
    value = forms.CharField(
        max_length=500, required=False,
        widget=UnfoldAdminTextInputWidget({"aria-label": "Value", "placeholder": "Value, like 50"}),
    )  # fmt: skip

    def is_empty(self) -> bool:
        return not (self.cleaned_data.get("property") or self.cleaned_data.get("value"))

    def read_condition(self, kinds: Mapping[str, str]) -> dict[str, Any]:
        """The condition as the rule language writes it. ValidationError says which value would be right."""
        name, operator = self.cleaned_data["property"], self.cleaned_data["operator"] or "equals"
        condition = {"property": name, "operator": operator}
        if operator in _TAKES_NOTHING:
            return condition
        text = self.cleaned_data["value"]
        several = _split(text, operator) if operator in _TAKES_SEVERAL else [text]
        if not all(several) or not several:
            raise forms.ValidationError("Write what to compare with.")
        if operator == "between" and len(several) != 2:
            raise forms.ValidationError("Write two numbers, like 50 and 100.")
        values = [_read_value(each, operator, kinds.get(name)) for each in several]
        if any(isinstance(each, str) for each in values):
            values = [*several]  # all of one kind
        return (
            {**condition, "values": values}
            if operator in _TAKES_SEVERAL
            else {**condition, "value": values[0]}
        )


class BaseConditionFormSet(forms.BaseFormSet[ConditionForm]):
    """The rows of conditions, with one empty row at the end."""

    def __init__(self, goal: dict[str, Any] | None, data: Any = None) -> None:
        self.is_left_alone = data is not None and f"{PREFIX}-TOTAL_FORMS" not in data
        self._saved: list[dict[str, Any]] = list((goal or {}).get("where") or ())
        initial = [_write_row(condition) for condition in self._saved]
        super().__init__(None if self.is_left_alone else data, prefix=PREFIX, initial=initial)

    def compose(self, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
        """All conditions; a row that cannot be understood has an error afterwards."""
        conditions = []
        for index, form in enumerate(self.forms):
            if index < len(self._saved) and not form.has_changed():
                conditions.append(self._saved[index])
                continue
            if form.is_empty():
                continue
            if not form.cleaned_data["property"]:
                form.add_error("property", "Which detail of the event?")
                continue
            try:
                conditions.append(form.read_condition(kinds))
            except forms.ValidationError as error:
                form.add_error("value", error)
        return conditions


ConditionFormSet: type[BaseConditionFormSet] = forms.formset_factory(  # type: ignore[assignment]
    ConditionForm, formset=BaseConditionFormSet, extra=1,
    max_num=MOST_CONDITIONS, absolute_max=2 * MOST_CONDITIONS, validate_max=True,
)  # fmt: skip


def is_plain(goal: dict[str, Any] | None) -> bool:
    """Whether the rows can show this goal. One that came by the API may ask for more, and is kept as it is."""
    try:
        conditions = (goal or {}).get("where") or []
        return all(each["operator"] in OPERATORS and bool(_write_row(each)) for each in conditions)
    except (KeyError, TypeError, AttributeError):
        return False


def read_kinds(site: Site | None, event: str) -> dict[str, str]:
    """Of which kind each property of an event is, as far as it was seen: text, number, boolean, time, list."""
    kinds: dict[str, str] | None = (
        EventType.objects.filter(site=site, name=event).values_list("properties", flat=True).first()
    )
    return kinds or {}


def _write_row(condition: Mapping[str, Any]) -> dict[str, str]:
    """A condition as its row shows it; TypeError for what no row can hold."""
    values = condition.get("values", [condition["value"]] if condition.get("value") is not None else [])
    if any(not isinstance(each, str | int | float) for each in values):
        raise TypeError("A length of time has no row.")
    joint = " and " if condition["operator"] == "between" else ", "
    return {
        "property": condition["property"],
        "operator": condition["operator"],
        "value": joint.join(_write_value(each) for each in values),
    }


def _write_value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)


def _split(text: str, operator: str) -> list[str]:
    separated = text.replace(" and ", ",").replace(" – ", ",") if operator == "between" else text
    return [part.strip() for part in separated.split(",")]


def _read_value(text: str, operator: str, kind: str | None) -> str | float:
    if operator in _TAKES_TEXT or (operator not in _TAKES_NUMBERS and kind not in (None, "number")):
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return int(number) if number == int(number) and abs(number) < 2**53 else number
    if operator in _TAKES_NUMBERS or kind == "number":
        raise forms.ValidationError(f"“{text}” is not a number; 50 is one, and 9.99 as well.")
    return text
