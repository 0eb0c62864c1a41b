"""What to tell the marketer about the size of a segment."""

# Below, a message moves little; above, it is hardly a segment any more.
SMALLEST_SHARE = 0.05
LARGEST_SHARE = 0.5


def advise_on_share(share: float, *, total: int) -> str:
    """A sentence when `share` (0 to 1) of `total` subscribers is outside 5 to 50 %, else nothing."""
    if total == 0 or SMALLEST_SHARE <= share <= LARGEST_SHARE:
        return ""
    if share == 0:
        return "Nobody matches. Loosen a condition, or check that the events and attributes it names are reported."
    if share < SMALLEST_SHARE:
        return (
            "Smaller than 5 % of your list: a message to so few moves little. "
            "Try a longer time, or one condition fewer."
        )
    return (
        "Larger than 50 % of your list: that is most of your subscribers. "
        "A narrower segment lets you say something that fits them better."
    )
