"""Labels and explanations of the campaign's form, in the words of those who fill it in."""

LABELS = {
    "holdout_percent": "Hold out, in per cent",
    "month_day": "On this day of the month",
    "test_percent": "Try them on so many per cent first",
    "test_sample": "Or as soon as so many got it",
    "test_ahead": "Try them one day ahead, at the same local hour",
    "cap_limit": "At most so many pushes",
    "throttle_per_minute": "At most so many pushes a minute",
    "revenue_property": "Detail that holds the money earned",
    "counts_every_conversion": "Count every time",
}
HELP = {
    "holdout_percent": "So many, drawn by lot, do not get it. Comparing them with the others shows what the campaign "
    "brings. 0: nobody; 5 to 10 is usual.",
    "month_day": "31 is the last day, also in shorter months.",
    "test_percent": "The others wait, and get the winner.",
    "test_sample": "Empty: when the time is over.",
    "test_ahead": "So that it is the hour of nearly all who try them before it is decided. The others get the winner on "
    "the day itself; it is decided when the first of them are due.",
    "cap_limit": "Of any campaign that counts, this one included.",
    "counts_towards_caps": "Off, for example, for an order’s status: it takes no place away from other campaigns.",
    "priority": "Where a limit lets only one of two campaigns through, the one of higher priority goes first.",
    "throttle_per_minute": "Spares your shop when everybody clicks at once. Empty: as fast as possible.",
    "ttl": "How long the push service may keep trying to reach a device that is off.",
    "topic": "A later push with the same topic takes the place of an earlier one that is still unread. "
    "Letters, digits, - and _.",
    "revenue_property": "Like price or total. Empty: revenue is not counted.",
    "counts_every_conversion": "Otherwise only each person’s first one counts.",
}
