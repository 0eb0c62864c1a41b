"""When time alone next changes a rule's answer for one subscriber: things leave windows, clocks move on.

`find_next_flip` is for those who will look again then: quick, and never too late. `find_next_change` is for those who
want to know: the instant at which the answer really differs. `follow_rule` is for those who want to know it of each
condition: `find_flip` is exact for one that is no group, `find_change` for all.
"""

from segments.rules.flips.search import (
    Outlook,
    find_change,
    find_flip,
    find_next_change,
    find_next_flip,
    follow_rule,
)
from segments.rules.flips.timelines import Timeline

__all__ = [
    "Outlook",
    "Timeline",
    "find_change",
    "find_flip",
    "find_next_change",
    "find_next_flip",
    "follow_rule",
]
