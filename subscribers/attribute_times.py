"""Since when each attribute is as it is: what arrives late, and was so earlier, must not overwrite what came after it.

`Subscriber.attribute_times` has microseconds since 1970 by key, also of keys that were removed.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from subscribers.attribute_sizes import fits, has_room
from subscribers.models import Subscriber

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
MOST_REMOVED = 200  # keys of which it is remembered that they are gone; the first to go are forgotten first


def keep_newer(
    subscriber: Subscriber, values: Mapping[str, Any], remove: Iterable[str], *, at: dt.datetime
) -> tuple[dict[str, Any], list[str]]:
    """What is to be set and removed as of `at`, without the keys about which something later is known already.

    From now on `at` is known of the others. Two things said of one instant count in the order in which they come.
    """
    stamp = (at - EPOCH) // MICROSECOND
    times = subscriber.attribute_times
    later = {key for key in (*values, *remove) if times.get(key, stamp) > stamp}
    kept = {key: value for key, value in values.items() if key not in later}
    removed = [key for key in remove if key not in later]
    times.update(dict.fromkeys((*kept, *removed), stamp))
    return kept, removed


def forget_removed(subscriber: Subscriber) -> None:
    """Keep the times of what there is, and of what was removed last."""
    times = subscriber.attribute_times
    removed = sorted(times.keys() - subscriber.attributes.keys(), key=lambda key: (times[key], key))
    for key in removed[:-MOST_REMOVED]:
        del times[key]


def merge_attributes(*, giver: Subscriber, taker: Subscriber) -> None:
    """What the taker knows wins, also that something is gone; the giver fills the gaps. Not written yet."""
    gone = taker.attribute_times.keys() - taker.attributes.keys()
    filled = {
        key: value
        for key, value in giver.attributes.items()
        if key not in gone or giver.attribute_times.get(key, 0) > taker.attribute_times[key]
    }
    known = taker.attributes.keys() | taker.raw_values.keys() | (gone - filled.keys())
    aside = {key: value for key, value in giver.raw_values.items() if key not in known}
    taker.raw_values = {**aside, **taker.raw_values}
    taker_times = {
        key: at for key, at in taker.attribute_times.items() if key in taker.attributes or key not in filled
    }
    kept = dict(taker.attributes)
    for key, value in filled.items():
        if key not in kept and has_room(kept, key, value):
            kept[key] = value
        elif key not in kept and fits(taker.raw_values, key, value):
            taker.raw_values[key] = value
    taker.attributes = kept
    taker.attribute_times = {**giver.attribute_times, **taker_times}
    forget_removed(taker)
