"""Texts that say that there is no value: what programs, spreadsheets and templates write where something is missing."""

import re
import unicodedata

# Marks that are no letters, yet show nothing.
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co", "Cs"}

# What JavaScript, Python, Ruby, Go, Java, SQL and PHP write for nothing.
NOTHING = {
    "undefined",
    "null",
    "nan",
    "none",
    "nil",
    "undef",
    "infinity",
    "void",
    "void 0",
    "dbnull",
    "nothing",
}
# What people and exports write for the same.
UNKNOWN = {"n/a", "na", "n.a.", "#n/a", "not set", "not available", "unknown", "empty", "missing"}
SPREADSHEET_ERROR = re.compile(
    r"#(ref!|value!|name\?|null!|div/0!|num!|n/a|error!|getting_data|spill!)", re.I
)
# As JavaScript joins them: “undefinedundefined”, “NaNundefined”.
JOINED = re.compile(r"(undefined|null|nan){2,}")
WRAPPED = re.compile(r"[+-]?[\s\"'<(\[{`]*(.*?)[\s\"'>)\]}`]*", re.S)


def show(text: str) -> str:
    """Without what cannot be seen: empty if nobody would see anything of it."""
    return "".join(
        sign for sign in text if unicodedata.category(sign) not in INVISIBLE and sign not in BLANK_LETTERS
    )


def is_non_value(text: str) -> bool:
    """Whether this says that there is nothing: blank, “n/a”, “(null)”, “#REF!”, a lone dash."""
    word = text.strip().casefold()
    if not any(sign.isalnum() for sign in show(word)) and not _has_symbols(word):
        return True
    unwrapped = WRAPPED.fullmatch(word)
    core = unwrapped[1] if unwrapped else word
    return core in NOTHING | UNKNOWN or any(kind.fullmatch(word) for kind in (SPREADSHEET_ERROR, JOINED))


def _has_symbols(word: str) -> bool:
    """Pictures and signs beyond ASCII mean something: a bell, a heart."""
    return any(not sign.isascii() and unicodedata.category(sign)[0] in "SLNM" for sign in show(word))
