"""The single values that a rule may hold, told apart by their JSON type."""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, StrictBool, StrictFloat, StrictInt, StrictStr, Tag

from segments.rules.paths import check_path
from segments.rules.windows import Duration, Node

LONGEST_TEXT = 500
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
UNSEEN_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
LARGEST_NUMBER = 10**30


def _check_text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("Text must not contain a NUL sign or half of a surrogate pair.")
    return text


def _clean_name(name: str) -> str:
    """As the doors bring names into one form (subscribers/keys.py): composed, and nothing at its ends that nobody sees."""
    name = unicodedata.normalize("NFC", name)
    start, end = 0, len(name)
    while start < end and _is_unseen(name[start]):
        start += 1
    while end > start and _is_unseen(name[end - 1]):
        end -= 1
    if not name[start:end]:
        raise ValueError("A name must have something in it that can be seen.")
    return name[start:end]


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in UNSEEN or sign in UNSEEN_LETTERS


Text = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_check_text)]
AnyText = Annotated[
    StrictStr, Field(max_length=LONGEST_TEXT), AfterValidator(_check_text)
]  # "" is a text, too
Name = Annotated[StrictStr, Field(min_length=1, max_length=100), AfterValidator(_check_text)]
CleanName = Annotated[Name, AfterValidator(_clean_name)]  # of an event
CleanKey = Annotated[CleanName, AfterValidator(check_path)]  # of an attribute
Key = Annotated[Name, AfterValidator(check_path)]  # of a property
Id = Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]


def _find_kind(value: Any) -> str | None:
    match value:
        case bool():
            return "a:boolean"
        case int():
            return "a:whole"
        case float():
            return "a:number"
        case str():
            return "a:text"
        case dict() | Duration():
            return "a:duration"
    return None


def _choose(message: str) -> Discriminator:
    """Decide by the JSON type, so that an error speaks of what was meant and not of all that it is not."""
    return Discriminator(_find_kind, custom_error_type="kind", custom_error_message=message)


Whole = Annotated[StrictInt, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER), Tag("a:whole")]
Fraction = Annotated[StrictFloat, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER), Tag("a:number")]
Number = Annotated[Whole | Fraction, _choose("This must be a number.")]
Scalar = Annotated[
    Whole | Fraction | Annotated[StrictBool, Tag("a:boolean")] | Annotated[AnyText, Tag("a:text")],
    _choose("This must be text, a number, true or false."),
]
Operand = Annotated[
    Whole
    | Fraction
    | Annotated[StrictBool, Tag("a:boolean")]
    | Annotated[AnyText, Tag("a:text")]
    | Annotated[Duration, Tag("a:duration")],
    _choose("This must be text, a number, true, false or a length of time."),
]
Truth = StrictBool


def _round_degrees(degrees: float) -> float:
    """To a tenth of a millimetre: what is left of smaller numbers, PostgreSQL refuses to multiply (underflow)."""
    return round(degrees, 9)


Degrees = Annotated[Number, AfterValidator(_round_degrees)]


class Spot(Node):
    lat: Annotated[Degrees, Field(ge=-90, le=90)]
    lon: Annotated[Degrees, Field(ge=-180, le=180)]
    name: Name | None = None
