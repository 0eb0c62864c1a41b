"""Moments as people's software writes them inside the properties of events: kept as they were sent, compared as instants.

`"2026-12-01 10:00"` is ten o'clock in UTC, as is `"2026-12-01T11:00:00.5+01:00"` an hour later elsewhere. A date alone is
no moment. The SQL twin is a function of the database (segments/migrations), as a regular expression reads both.
"""

import datetime as dt
import re

WRITTEN = (
    "^ *([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    "(Z|[+-][0-9]{2}(?::?[0-9]{2})?)? *$"
)
FIRST, END = dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)  # noqa: DTZ001 - all of it is in UTC
MAKE_FUNCTION = f"""
CREATE FUNCTION carillon_moment(written text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    parts text[] := regexp_match(written COLLATE "C", '{WRITTEN}');
    moment timestamp;
    shift interval := interval '0';
BEGIN
    IF parts IS NULL OR parts[1]::int NOT BETWEEN 1899 AND 2200 OR parts[2]::int NOT BETWEEN 1 AND 12
        OR parts[4]::int > 23 OR parts[5]::int > 59 OR coalesce(parts[6]::int, 0) > 59 THEN
        RETURN NULL;
    END IF;
    moment := make_timestamp(parts[1]::int, parts[2]::int, 1, parts[4]::int, parts[5]::int, coalesce(parts[6]::int, 0));
    IF parts[3]::int NOT BETWEEN 1 AND extract(day FROM moment + interval '1 month' - interval '1 day') THEN
        RETURN NULL;
    END IF;
    IF length(parts[8]) > 1 THEN
        IF substr(parts[8], 2, 2)::int > 23 OR (length(parts[8]) > 3 AND right(parts[8], 2)::int > 59) THEN
            RETURN NULL;
        END IF;
        shift := make_interval(
            hours => substr(parts[8], 2, 2)::int,
            mins => CASE WHEN length(parts[8]) > 3 THEN right(parts[8], 2)::int ELSE 0 END);
        shift := CASE WHEN left(parts[8], 1) = '-' THEN -shift ELSE shift END;
    END IF;
    moment := moment + make_interval(days => parts[3]::int - 1)
        + rpad(left(coalesce(parts[7], ''), 6), 6, '0')::int * interval '1 microsecond' - shift;
    IF moment < timestamp '1900-01-01' OR moment >= timestamp '2200-01-01' THEN
        RETURN NULL;
    END IF;
    RETURN to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
END $$
"""
DROP_FUNCTION = "DROP FUNCTION carillon_moment(text)"


def read_written_moment(text: str) -> str | None:
    """In the one form in which the order of text is the order of time; None: it is no moment that rules can name."""
    found = re.fullmatch(WRITTEN, text)
    if found is None or text.endswith("\n"):
        return None
    *numbers, fraction, offset = found.groups(default="")
    try:
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        moment = dt.datetime(year, month, day, hour, minute, second, int(fraction[:6].ljust(6, "0")))  # noqa: DTZ001
        moment -= _read_offset(offset)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if FIRST <= moment < END else None


def _read_offset(offset: str) -> dt.timedelta:
    if len(offset) < 2:
        return dt.timedelta()
    hours, minutes = int(offset[1:3]), int(offset[-2:]) if len(offset) > 3 else 0
    if hours > 23 or minutes > 59:
        raise ValueError
    shift = dt.timedelta(hours=hours, minutes=minutes)
    return -shift if offset[0] == "-" else shift
