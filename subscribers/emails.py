"""What is an e-mail address, and the form in which one is kept: RFC 5321, and RFC 6531 for letters beyond ASCII."""

import re
import unicodedata

import idna

LONGEST = 254
LONGEST_LOCAL = 64
# Letters, digits and signs between single dots; beyond ASCII whatever can be seen.
LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]]+(\.[^\s\x00-\x1f\x7f\"(),.:;<>@\[\\\]]+)*")
QUOTED = re.compile(r'"([^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])+"')
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)


def clean_email(text: str) -> str:
    """The form in which an address is kept and looked up: composed (NFC), without blanks at its ends."""
    return unicodedata.normalize("NFC", text).strip()


def is_email(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(
        at
        and len(address.encode()) <= LONGEST
        and len(local.encode()) <= LONGEST_LOCAL
        and address.replace("\u200c", "").replace("\u200d", "").isprintable()
        and (LOCAL.fullmatch(local) or QUOTED.fullmatch(local))
        and _is_domain(domain)
    )


def _is_domain(domain: str) -> bool:
    """A name with at least one dot, in letters of any script (IDNA 2008, mapped as browsers do) or as xn--."""
    try:
        name = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return False
    labels = name.split(".")
    return (
        len(labels) > 1
        and len(name) <= 253
        and all(len(label) <= 63 and LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )
