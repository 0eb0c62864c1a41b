"""The shapes of the picture of who joins, leaves and stays. The template draws them as SVG; a table says the same."""

from dataclasses import dataclass

from segments.editing import Comparison
from segments.preview.margins import round_figure

# In per cent of the picture: what is there is seen, however few they are.
NARROWEST = 1.0


@dataclass(frozen=True)
class Part:
    """Some of the people; `x` and `width` in per cent of everybody who is a member before or after."""

    key: str
    label: str
    sign: str
    words: str
    x: float
    width: float


def draw_moves(comparison: Comparison) -> list[Part]:
    """Side by side: who leaves, who stays, who joins. The first two are the members now, the last two those to come."""
    counts = (
        ("leave", "Leave", "−", comparison.leaves),
        ("stay", "Stay", "", comparison.stays),
        ("join", "Join", "+", comparison.joins),
    )
    total = sum(count for *_, count in counts) or 1
    widths = [max(100 * count / total, NARROWEST) if count else 0.0 for *_, count in counts]
    scale = 100 / (sum(widths) or 100)
    parts, x = [], 0.0
    for (key, label, sign, count), width in zip(counts, widths, strict=True):
        words = say_figure(count, comparison, sign)
        parts.append(Part(key, label, sign, words, round(x, 3), round(width * scale, 3)))
        x += width * scale
    return parts


def say_figure(count: int, comparison: Comparison, sign: str = "") -> str:
    """“+1,234”, or “about +1,230” where it is an estimate."""
    sign = sign if count else ""
    return f"{sign}{count:,}" if comparison.exact else f"about {sign}{round_figure(count):,}"


def say_comparison(comparison: Comparison) -> str:
    """“+1,234 join, −56 leave, 9,876 stay”; how far an estimate may be off follows it."""
    joins, leaves = (
        say_figure(comparison.joins, comparison, "+"),
        say_figure(comparison.leaves, comparison, "−"),
    )
    moves = f"{joins} join, {leaves} leave, {say_figure(comparison.stays, comparison)} stay"
    return moves if comparison.exact else f"{moves} (each ± {comparison.margin:,})"
