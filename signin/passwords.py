"""Which passwords are too easily guessed here, beyond those that are guessed everywhere."""

import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from subscribers.models import Site

_OURS = ("carillon",)
_SHORTEST = 4  # shorter names are parts of too many words
_LEFT = 8  # so many letters and digits must be one's own


class LocalWordsValidator:
    """Refuses what is little more than the names that everybody knows of this place: ours, its host's, its sites'."""

    def validate(self, password: str, user: Any = None) -> None:
        whole = _squeeze(password)
        rest = whole
        for word in sorted(set(_list_words()), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != whole and len(rest) < _LEFT:
            raise ValidationError(
                f"This is little more than a name that belongs to this place. Leave it out, or add at least {_LEFT} "
                "letters or digits to it.",
                code="password_of_local_words",
            )

    def get_help_text(self) -> str:
        return "Your password can’t be little more than the name of Carillon, of its address or of a site."


def _squeeze(text: str) -> str:
    """Letters and digits alone, in one case and form: nothing between them makes a word another."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def _list_words() -> Iterator[str]:
    for name in (*_OURS, *_list_names()):
        squeezed = _squeeze(name)
        if len(squeezed) >= _SHORTEST:
            yield squeezed


def _list_names() -> Iterator[str]:
    yield from _list_labels(settings.PUBLIC_URL)
    for name, url in Site.objects.values_list("name", "url"):
        yield name
        yield from name.split()
        yield from _list_labels(url)


def _list_labels(address: str) -> list[str]:
    """Of `https://push.shop.example`: push and shop."""
    return (urlsplit(address).hostname or "").split(".")[:-1]
