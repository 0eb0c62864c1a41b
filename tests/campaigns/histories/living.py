"""A small site whose campaigns, people and push services live through whatever a history says."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from campaigns.delivery import deliver_next
from campaigns.experiments import WinnerError, choose_due_winners, choose_winner
from campaigns.feedback import FeedbackError, record_feedback
from campaigns.lifecycle import (
    LifecycleError,
    cancel_campaign,
    pause_campaign,
    resume_campaign,
)
from campaigns.models import Campaign
from campaigns.planning import plan_due_campaigns
from campaigns.tokens import sign_token
from subscribers.identities import delete_subscribers
from subscribers.models import PushSubscription, Site, Subscriber
from subscribers.subscriptions import end_subscription
from tests.campaigns.attribution.world import merge
from tests.campaigns.histories.mishaps import FickleTransport, KilledError, kill_after
from tests.factories import NOW

MOST_TURNS = 60
OVER = (Campaign.Status.FINISHED, Campaign.Status.CANCELLED)
Step = tuple[str, int]


@dataclass
class World:
    """Where a history takes place, what time it is there, and what has befallen it."""

    site: Site
    people: list[Subscriber]
    campaigns: list[Campaign]
    transport: FickleTransport
    now: dt.datetime = NOW
    kills: int = 0
    erased: set[int] = field(default_factory=set)

    def live(self, step: Step) -> None:
        """One step of a history: its name, and a number that says which, or how much."""
        name, number = step
        steps: dict[str, Callable[[int], None]] = {
            "tick": self._let_pass, "die": self._die, "die sending": self._die_sending, "pause": self._pause,
            "resume": self._resume, "cancel": self._cancel, "merge": self._merge, "erase": self._erase,
            "unsubscribe": self._unsubscribe, "react": self._react, "choose": self._choose,
        }  # fmt: skip
        steps[name](number)

    def tick(self) -> None:
        """What beat reminds the workers of."""
        plan_due_campaigns(now=self.now)
        choose_due_winners(now=self.now)
        for _ in range(MOST_TURNS):
            if deliver_next(now=self.now, transport=self.transport) is None:
                break

    def settle(self) -> None:
        """Push services are well again, somebody resumes what stopped, and time goes on until all is over."""
        self.transport.is_fickle = False
        for _ in range(24 * 12):
            for campaign in self.refresh():
                if campaign.status == Campaign.Status.PAUSED:
                    resume_campaign(campaign, now=self.now)
                # Once: whoever waits is due anew each time that somebody chooses.
                if campaign.winner_by and not campaign.winner_chosen_at:
                    with suppress(WinnerError):
                        choose_winner(campaign, "A", now=self.now)
            self.tick()
            if all(campaign.status in OVER for campaign in self.refresh()) and not self.is_anybody_waiting():
                return
            self.now += dt.timedelta(minutes=30)
        raise AssertionError([(campaign.status, campaign.status_reason) for campaign in self.refresh()])

    def refresh(self) -> list[Campaign]:
        for campaign in self.campaigns:
            campaign.refresh_from_db()
        return self.campaigns

    def is_anybody_waiting(self) -> bool:
        return any(
            campaign.deliveries.filter(status__in=["planned", "sending"]).exists()
            for campaign in self.campaigns
        )

    def _let_pass(self, number: int) -> None:
        self.now += dt.timedelta(minutes=number % 8 * 20)
        self.tick()

    def _die(self, number: int) -> None:
        """A worker dies before some statement; a lease later others go on."""
        try:
            with kill_after(number % 120):
                self.tick()
        except KilledError:
            self.kills += 1

    def _die_sending(self, number: int) -> None:
        self.transport.kills_next = ("before", "after")[number % 2]
        try:
            self.tick()
        except KilledError:
            self.kills += 1
        self.transport.kills_next = ""

    def _pause(self, number: int) -> None:
        with suppress(LifecycleError):
            pause_campaign(self._pick(number), now=self.now)

    def _resume(self, number: int) -> None:
        with suppress(LifecycleError):
            resume_campaign(self._pick(number), now=self.now)

    def _cancel(self, number: int) -> None:
        """Half of the time whoever does it dies over it."""
        with suppress(LifecycleError, KilledError), kill_after(number // 2 % 30):
            cancel_campaign(self._pick(number), now=self.now)

    def _choose(self, number: int) -> None:
        for campaign in self.campaigns:
            with suppress(WinnerError):
                choose_winner(campaign, "AB"[number % 2], now=self.now)

    def _merge(self, number: int) -> None:
        """An anonymous visitor turns out to be somebody else of the site."""
        living = list(Subscriber.objects.filter(site=self.site).living().order_by("pk"))
        visitors = [person for person in living if not person.external_id]
        if visitors:
            visitor, person = visitors[number % len(visitors)], living[number // 7 % len(living)]
            if visitor.pk != person.pk:
                merge(visitor, person, now=self.now)

    def _erase(self, number: int) -> None:
        people = list(Subscriber.objects.filter(site=self.site).order_by("pk"))
        if people:
            person = people[number % len(people)]
            self.erased |= {
                person.pk,
                *Subscriber.objects.filter(merged_into=person).values_list("pk", flat=True),
            }
            delete_subscribers([person], now=self.now)

    def _unsubscribe(self, number: int) -> None:
        devices = list(PushSubscription.objects.active().filter(subscriber__site=self.site).order_by("id"))
        if devices:
            reason = PushSubscription.EndReason.UNSUBSCRIBED
            end_subscription(devices[number % len(devices)], reason=reason, now=self.now)

    def _react(self, number: int) -> None:
        keys = sorted({key for key, _ in self.transport.taken})
        if keys:
            kind = ("displayed", "clicked", "dismissed")[number % 3]
            with suppress(FeedbackError):
                record_feedback(sign_token(keys[number % len(keys)]), kind, now=self.now)

    def _pick(self, number: int) -> Campaign:
        return self.campaigns[number % len(self.campaigns)]
