"""Further versions of a message, B to H, each written like the first."""

from typing import Any, ClassVar

from django import forms

from campaigns.forms.inputs import make_field
from campaigns.forms.message import TEXTS, MessageForm
from campaigns.models import Campaign, Variant

LETTERS = "BCDEFGH"
PREFIX = "versions"


class VersionForm(MessageForm):
    """One further version. Its letter follows from its place among the others."""

    class Meta:
        model = Variant
        formfield_callback = make_field
        fields: ClassVar = [*TEXTS, "weight"]

    @property
    def is_removed(self) -> bool:
        return bool(self["DELETE"].value())


class BaseVersionFormSet(forms.BaseFormSet[VersionForm]):
    """All further versions of a campaign, as they stand on the page."""

    def __init__(self, campaign: Campaign, data: Any = None) -> None:
        self._saved = list(campaign.variants.order_by("letter")) if campaign.pk else []
        # A form that says nothing of versions (a script's, say) leaves them as they are.
        self.is_left_alone = data is not None and f"{PREFIX}-TOTAL_FORMS" not in data
        super().__init__(
            None if self.is_left_alone else data, prefix=PREFIX, initial=[{} for _ in self._saved]
        )

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs = super().get_form_kwargs(index)
        is_saved = not self.is_bound and index is not None and index < len(self._saved)
        return {**kwargs, "instance": self._saved[index or 0] if is_saved else Variant()}

    def list_lettered(self) -> list[tuple[str, VersionForm]]:
        """Each version on the page with its letter; none for one that was removed."""
        letters = iter(LETTERS)
        return [("" if form.is_removed else next(letters, "H"), form) for form in self.forms]

    def list_variants(self) -> list[Variant]:
        """What is to be kept, in order; of a formset that is valid or left alone."""
        if self.is_left_alone:
            return self._saved
        return [form.instance for form in self.forms if not form.is_removed]

    def list_problems(self) -> list[str]:
        """Which versions need another look, in sentences."""
        if self.is_left_alone or self.is_valid():
            return []
        wrong = [letter for letter, form in self.list_lettered() if letter and form.errors]
        return [f"Version {letter} needs another look: see below." for letter in wrong] or [
            f"There can be at most {len(LETTERS)} further versions."
        ]


VersionFormSet: type[BaseVersionFormSet] = forms.formset_factory(  # type: ignore[assignment]
    VersionForm,
    formset=BaseVersionFormSet,
    extra=0,
    can_delete=True,
    max_num=len(LETTERS),
    absolute_max=2 * len(LETTERS),
    validate_max=True,
)  # fmt: skip
