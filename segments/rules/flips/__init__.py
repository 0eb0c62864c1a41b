"""When time alone next changes a rule's answer for one subscriber: things leave windows, clocks move on.

`find_next_flip` is for those who will look again then: quick, and never too late. `find_next_change` is for those who
want to know: the instant at which the answer really differs.
"""

from segments.rules.flips.search import Outlook, find_next_change, find_next_flip

__all__ = ["Outlook", "find_next_change", "find_next_flip"]
