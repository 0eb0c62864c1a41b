"""What is written of one message: the fields that a campaign and each further version of it have."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from campaigns.models.message import BUTTON_TEXT, LINK
from campaigns.rendering import check_link_template, check_template, list_buttons

TEXTS = ("title", "body", "icon_url", "image_url", "link_url")
TEMPLATE_FIELDS = (
    "title", "body", "link_url", "button_1_text", "button_1_link", "button_2_text", "button_2_link",
)  # fmt: skip
BUTTONS = (1, 2)
FOLDED = ("icon_url", "image_url", "button_1_text", "button_1_link", "button_2_text", "button_2_link")


def compose_actions(texts_and_links: list[tuple[str, str]]) -> list[dict[str, str]]:
    """The buttons as the model keeps them; a button without a text is no button."""
    return [{"title": text, "link": link} for text, link in texts_and_links if text]


class MessageForm(forms.ModelForm[Any]):
    """The words, pictures and buttons of one message; the model of its subclass is a Message."""

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
        label="Link", max_length=LINK, required=False, widget=UnfoldAdminTextInputWidget,
        help_text="The page that opens on a click, like https://shop.example/sale",
    )  # fmt: skip
    button_1_text = forms.CharField(max_length=BUTTON_TEXT, required=False, widget=UnfoldAdminTextInputWidget)
    button_1_link = forms.CharField(max_length=LINK, required=False, widget=UnfoldAdminTextInputWidget)
    button_2_text = forms.CharField(max_length=BUTTON_TEXT, required=False, widget=UnfoldAdminTextInputWidget)
    button_2_link = forms.CharField(max_length=LINK, required=False, widget=UnfoldAdminTextInputWidget)
    weight = forms.IntegerField(
        label="How often it is drawn", required=False, min_value=1, max_value=100, initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, (text, link) in zip(BUTTONS, list_buttons(self.instance), strict=False):
            self.initial[f"button_{number}_text"] = text
            self.initial[f"button_{number}_link"] = link

    @property
    def shows_more(self) -> bool:
        """Whether there are pictures or buttons, or something is wrong with them."""
        return any(self[name].value() or name in self.errors for name in FOLDED)

    def clean_weight(self) -> int:
        return self.cleaned_data["weight"] or 1

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._check_templates(values)
        self._check_buttons(values)
        return values

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        pairs = [
            (self.cleaned_data.get(f"button_{number}_text", ""), self.cleaned_data.get(f"button_{number}_link", ""))
            for number in BUTTONS
        ]  # fmt: skip
        self.instance.actions = compose_actions(pairs)

    def _check_templates(self, values: dict[str, Any]) -> None:
        for name in TEMPLATE_FIELDS:
            check = check_link_template if "link" in name else check_template
            for problem in check(values.get(name) or ""):
                self.add_error(name, problem)

    def _check_buttons(self, values: dict[str, Any]) -> None:
        for number in BUTTONS:
            if values.get(f"button_{number}_link") and not values.get(f"button_{number}_text"):
                self.add_error(
                    f"button_{number}_text",
                    "This button has a link but no text: write what it should say, or remove the link.",
                )
