"""A cell of a table of shares, coloured by how large they are."""

from dataclasses import dataclass

from segments.looking.sampling import Figure

# From which share on a cell has which colour; the style sheet gives each a text that can be read on it.
LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class ShareCell:
    """`level`: 0 for nobody, then 1 to 5. `words` say whom the figure is about."""

    size: Figure
    percent: str
    level: int
    words: str
    is_same: bool = False
    url: str = ""


def make_cell(
    size: Figure, share: float | None, *, words: str, is_same: bool = False, url: str = ""
) -> ShareCell:
    level = sum(share > least for least in LEVELS) if share else 0
    return ShareCell(size, say_share(share), level, words, is_same, url)


def say_share(share: float | None) -> str:
    """“–” for a share of nobody; “< 1 %” and “> 99 %” where rounding would claim none or all."""
    if share is None:
        return "–"
    if 0 < share < 0.005:
        return "< 1 %"
    if 0.995 <= share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")
