"""Addresses of pages as people read them: decoded once, where browsers send them encoded."""

import re

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_ANY, _MORE = "[0-9A-Fa-f]", "%[89ABab][0-9A-Fa-f]"
# One character of UTF-8, each byte written as %XX; but for NUL, which no text may hold. For PostgreSQL, too.
ENCODED = "|".join(
    (
        f"%[1-7]{_ANY}|%0[1-9A-Fa-f]",
        f"%(?:[Cc][2-9A-Fa-f]|[Dd]{_ANY}){_MORE}",
        f"%[Ee]0%[ABab]{_ANY}{_MORE}",
        f"%[Ee][1-9A-Ca-cEeFf]{_MORE}{_MORE}",
        f"%[Ee][Dd]%[89]{_ANY}{_MORE}",
        f"%[Ff]0%[9ABab]{_ANY}{_MORE}{_MORE}",
        f"%[Ff][1-3]{_MORE}{_MORE}{_MORE}",
        f"%[Ff]4%8{_ANY}{_MORE}{_MORE}",
    )
)
_ENCODED = re.compile(f"(?:{ENCODED})+")
_HOST = re.compile(r"((?:[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#]*@)?)?)([^/?#:]*)")
_LABEL = re.compile(r"[xX][nN]--([a-zA-Z0-9-]{1,59})(?![a-zA-Z0-9-])")


def is_address(text: str) -> bool:
    """Whether a text says of itself that it is one, by a scheme like https://."""
    return SCHEME.match(text) is not None


def decode_address(address: str, *, in_query: bool = False) -> str:
    """What is encoded is decoded once, a + in the query is a blank, the host is in Unicode. What is no valid encoding stays.

    `in_query`: this is a later part of an address, whose query began before.
    """
    if "%" not in address and "+" not in address and "--" not in address:
        return address
    host = _HOST.match(address)
    if host and not in_query:
        address = host[1] + decode_labels(host[2]) + address[host.end() :]
    before, sign, fragment = address.partition("#")
    path, mark, query = ("", "", before) if in_query else before.partition("?")
    return decode_percents(path + mark + query.replace("+", " ") + sign + fragment)


def ends_in_query(part: str, *, in_query: bool = False) -> bool:
    """Whether what follows this part of an address belongs to its query."""
    return (in_query or "?" in part) and "#" not in part


def decode_percents(text: str) -> str:
    return _ENCODED.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode(), text)


def decode_labels(host: str) -> str:
    """A host's labels in Unicode (RFC 3492); those that are none stay."""
    return ".".join(_decode_label(label) for label in host.split("."))


def _decode_label(label: str) -> str:
    found = _LABEL.fullmatch(label)
    decoded = _decode_punycode(found[1].lower()) if found else None
    return label if decoded is None else decoded


def _decode_punycode(written: str) -> str | None:
    """RFC 3492, section 6.2; None: it encodes nothing."""
    plain, _, coded = written.rpartition("-")
    letters, code, at, bias = list(plain), 128, 0, 72
    digits = iter(coded)
    for first in digits:
        before, weight, digit = at, 1, first
        for step in range(36, 36 * 62, 36):
            value = ord(digit) - 97 if digit.isalpha() else ord(digit) - 22
            if value < 0:
                return None  # a hyphen is no digit
            at += value * weight
            threshold = min(max(step - bias, 1), 26)
            if value < threshold:
                break
            weight *= 36 - threshold
            if at > 0x7FFFFFFF or weight > 0x7FFFFFFF:
                return None
            following = next(digits, None)
            if following is None:
                return None
            digit = following
        length = len(letters) + 1
        bias = _adapt(at - before, length, is_first=before == 0)
        code += at // length
        at %= length
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return None
        letters.insert(at, chr(code))
        at += 1
    return "".join(letters) if coded else None


def _adapt(delta: int, length: int, *, is_first: bool) -> int:
    delta = delta // 700 if is_first else delta // 2
    delta += delta // length
    bias = 0
    while delta > 455:
        delta //= 35
        bias += 36
    return bias + 36 * delta // (delta + 38)
