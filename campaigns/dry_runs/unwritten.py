"""Those for whom no message could be put together: sending leaves them out, so the dry run does."""

from collections import Counter

from campaigns.delivery.letters import LetterWriter
from campaigns.delivery.people import Person, read_people
from campaigns.models import Delivery
from campaigns.planning.decisions import Decision
from campaigns.planning.terms import Terms
from campaigns.rendering import RenderingError

_SAID = 3  # reasons, the most frequent first


class Unwritten:
    """Puts the messages of a run together as sending does, at the instant each is due."""

    def __init__(self, terms: Terms) -> None:
        messages = {version.letter: version.message for version in terms.versions}
        self._writer = LetterWriter(terms.campaign, terms.number, messages)
        self._reasons: Counter[str] = Counter()

    def leave_out(self, decisions: list[Decision]) -> list[Decision]:
        """The decisions, with those people skipped who would have been sent a message that cannot be written."""
        if self._writer.needs.keys == () and not self._writer.needs.tells_time:
            return decisions  # it says the same to all: whatever is wrong with it stands in the way of the launch
        planned = [decision.subscriber_id for decision in decisions if decision.is_planned]
        people = read_people(planned, self._writer.needs)
        return [self._decide(decision, people.get(decision.subscriber_id)) for decision in decisions]

    def _decide(self, decision: Decision, person: Person | None) -> Decision:
        if not decision.is_planned or person is None or decision.due_at is None:
            return decision
        try:
            self._writer.check(decision.variant, person, now=decision.due_at)
        except RenderingError as error:
            self._reasons[str(error)] += 1
            return decision._replace(reason=Delivery.Reason.RENDERING)
        return decision

    def list_remarks(self) -> list[str]:
        """Why, for the marketer."""
        remarks = [
            f"For {count:,} {'person' if count == 1 else 'people'} the message cannot be put together, so they are left "
            f"out: {reason} A default helps: {{{{ subscriber.… | default: “…” }}}}."
            for reason, count in self._reasons.most_common(_SAID)
        ]
        if rest := sum(self._reasons.values()) - sum(count for _, count in self._reasons.most_common(_SAID)):
            remarks.append(f"For {rest:,} more people it cannot be put together for other reasons.")
        return remarks
