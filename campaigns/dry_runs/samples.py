"""What the message would say to some of those who would get it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from campaigns.dry_runs.supposing import suppose_run
from campaigns.models import Campaign
from campaigns.planning.chunks import decide_audience
from campaigns.planning.decisions import Decision
from campaigns.planning.terms import Terms
from campaigns.rendering import PushMessage, RenderingError, render_message
from subscribers.models import Subscriber

_CHUNKS_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """One person and the message as they would get it; or why it cannot be put together for them."""

    subscriber: Subscriber
    variant: str
    message: PushMessage | None
    problem: str = ""


def render_samples(campaign: Campaign, *, as_of: dt.datetime, each: int = 3) -> list[Sample]:
    """The message for up to `each` people per version, of those who would get it after a launch at `as_of`."""
    terms = suppose_run(campaign, as_of=as_of)
    chosen = sorted(_choose(terms, each), key=lambda decision: decision.variant)
    people = Subscriber.objects.in_bulk([decision.subscriber_id for decision in chosen])
    messages = {version.letter: version.message for version in terms.versions}
    samples = []
    for decision in chosen:
        person = people[decision.subscriber_id]
        try:
            person.site = campaign.site
            message = render_message(
                messages[decision.variant], person, token="", now=decision.due_at or as_of
            )
        except RenderingError as error:
            samples.append(Sample(person, decision.variant, None, str(error)))
        else:
            samples.append(Sample(person, decision.variant, message))
    return samples


def _choose(terms: Terms, each: int) -> list[Decision]:
    chosen: list[Decision] = []
    counts: Counter[str] = Counter()
    for decisions in islice(decide_audience(terms), _CHUNKS_LOOKED_AT):
        for decision in decisions:
            if decision.is_planned and counts[decision.variant] < each:
                chosen.append(decision)
                counts[decision.variant] += 1
    return chosen
