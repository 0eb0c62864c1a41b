"""Texts in files for spreadsheets, which take what begins like a formula for one and work it out (OWASP: CSV Injection)."""

GUARD = "'"
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count too


def guard_text(text: str) -> str:
    """A text that a spreadsheet shows as it is."""
    return f"{GUARD}{text}" if _begins_like_formula(text) else text


def take_guard_off(cell: str) -> str:
    """What `guard_text` was given: our files come back in as they went out."""
    text = cell.removeprefix(GUARD)
    return text if _begins_like_formula(text) else cell


def _begins_like_formula(text: str) -> bool:
    """Also one that is guarded already, or was always written so: else the two would come back as one."""
    return text.lstrip(GUARD).startswith(SIGNS)
