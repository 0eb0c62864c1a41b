"""What somebody had before their eyes when they decided: carried through forms, compared before anything is overwritten.

A content is JSON: name → value, of everything that can be edited. It is signed, so that a browser can carry it and
nobody can make one up; its tag is the ETag of the same thing.
"""

import hashlib
import json
from typing import Any, NamedTuple

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder

Content = dict[str, Any]
_SALT = "carillon.seen"


class Difference(NamedTuple):
    """One thing that is another now than it was when it was seen."""

    name: str
    before: Any
    after: Any


def make_content(values: dict[str, Any]) -> Content:
    """Values of any kind, as they are once they have been carried through JSON."""
    content: Content = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return content


def sign_content(content: Content) -> str:
    return signing.dumps(content, salt=_SALT, compress=True)


def read_content(text: str) -> Content | None:
    """None for what no form of ours carried."""
    try:
        content: Content = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return content


def make_tag(content: Content) -> str:
    """The same for the same content, another one for any other."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def list_differences(seen: Content | None, now: Content) -> list[Difference]:
    """In the order of the content. Of what nobody can have seen, everything is new."""
    before = seen or {}
    names = [*now, *(name for name in before if name not in now)]
    return [
        Difference(name, before.get(name), now.get(name))
        for name in names
        if before.get(name) != now.get(name)
    ]
