"""What push services are like on a bad day: how each device is answered, and what must become of its person."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from campaigns.models import Delivery
from pushservice.answers import Answer, Fault

Reason = Delivery.Reason
Status = Delivery.Status
Ending = tuple[str, str]
SENT: Ending = (Status.SENT, "")
FOR_EVER = 10**6
LOST = "201 that is lost"


@dataclass(frozen=True, slots=True)
class Mood:
    """How often a device is in it (of 1,000, but at least once), its answers before the normal one, and the end.

    Devices of one `host` share an address, and whatever a sender concludes from what it answered.
    """

    name: str
    share: float
    answers: tuple[Answer, ...] = ()
    ending: Ending = SENT
    host: str = "steady"


def answer(status: int | None = None, fault: Fault | None = None, **values: Any) -> Answer:
    return Answer(status=status, fault=fault, **values)


def list_moods(now: dt.datetime) -> list[Mood]:
    """All of them. The first takes the rest of the 1,000; the last takes a sender ten seconds."""
    date = format_datetime(now + dt.timedelta(minutes=5), usegmt=True)
    gone, failed = (Status.FAILED, Reason.GONE), (Status.FAILED, Reason.REJECTED)
    return [
        Mood("201", 0),
        Mood("201 after 0.3 s", 60, (answer(delay=0.3),)),
        Mood("404", 10, (answer(404, times=FOR_EVER),), gone),
        Mood("410", 20, (answer(410, times=FOR_EVER),), gone),
        Mood("413", 5, (answer(413, times=FOR_EVER),), (Status.FAILED, Reason.TOO_LARGE)),
        Mood("400", 5, (answer(400, times=FOR_EVER),), failed),
        Mood("307 to elsewhere", 5, (answer(307, headers={"Location": "/push/test-elsewhere"}, times=FOR_EVER),), failed),
        Mood("201 of a host in trouble", 50, host="moody"),
        Mood("429, Retry-After in seconds", 10, (answer(429, headers={"Retry-After": "90"}),), host="moody"),
        Mood("429, Retry-After as a date", 10, (answer(429, headers={"Retry-After": date}),), host="moody"),
        Mood("503 twice", 10, (answer(503, times=2),), host="moody"),
        Mood("500", 10, (answer(500),), host="moody"),
        Mood("reset", 10, (answer(fault="reset"),), host="moody"),
        Mood("garbage", 5, (answer(fault="garbage"),), host="moody"),
        Mood(LOST, 5, (answer(fault="lost"),), host="moody"),
        Mood("500 for ever", 3, (answer(500, times=FOR_EVER),), (Status.EXPIRED, Reason.TTL), host="dead"),
        Mood("no answer at all", 0.25, (answer(fault="never"),), host="moody"),
    ]  # fmt: skip


def deal(moods: Sequence[Mood], people: int, chance: random.Random) -> list[Mood]:
    """A mood for each of so many people, in random order."""
    dealt = [mood for mood in moods[1:] for _ in range(max(1, int(people * mood.share / 1000)))]
    dealt += [moods[0]] * (people - len(dealt))
    chance.shuffle(dealt)
    return dealt
