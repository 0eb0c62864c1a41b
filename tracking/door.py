"""What a door knows of the request that an operation came in, for whoever reads the operation."""

import datetime as dt
from typing import NamedTuple


class Door(NamedTuple):
    """Inside, where operations are read again out of the inbox, there is none, and nothing is checked anew."""

    skew: dt.timedelta = dt.timedelta()
    trusted: bool = True  # a site's own backend


NOTHING_KNOWN = Door()
