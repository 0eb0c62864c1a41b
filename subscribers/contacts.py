"""To whom push services write: an address that all of them take (RFC 8292; Apple refuses pushes for the others)."""

from django.core.exceptions import ValidationError

# Names of one's own machine or network (RFC 6761, 6762, 8375): nobody outside can write there.
_PRIVATE = ("localhost", "localdomain", "local", "internal", "lan", "home.arpa", "invalid")
_RIGHT = "an address that anybody can write to, like push@shop.example, is."


def find_contact_problem(address: str) -> str:
    """Why a push service may refuse everything signed with this address, in a sentence; empty if none would."""
    if address.lower().startswith("mailto:"):
        return f"“{address}” is written without “mailto:”."
    if address != address.strip() or " " in address:
        return f"“{address}” holds blanks."
    name, at, host = address.rpartition("@")
    host = host.lower().rstrip(".")
    private = any(host == each or host.endswith(f".{each}") for each in _PRIVATE)
    top = host.rpartition(".")[2]
    is_whole = bool(name and at) and "." in host and not host.startswith((".", "["))
    if not is_whole or private or not top[:1].isalpha():
        return f"“{address}” is no address that Apple’s push service accepts; {_RIGHT}"
    return ""


def validate_contact(address: str) -> None:
    if problem := find_contact_problem(address):
        raise ValidationError(problem)
