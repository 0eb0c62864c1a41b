"""Feedback marks a delivery once, only ever forward, and is kept in the person's log."""

import datetime as dt

import pytest

from campaigns.feedback import FeedbackError, record_feedback
from campaigns.models import Campaign, Delivery, Variant
from campaigns.tokens import DeliveryKey, sign_token
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, make_reachable, make_running
from tracking.models import Event

Status = Delivery.Status
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def person(site: Site) -> Subscriber:
    return make_reachable(site)


@pytest.fixture
def campaign(site: Site, person: Subscriber, now: dt.datetime) -> Campaign:
    """Sent to the person one minute before `now`, with one button."""
    actions = [{"title": "Shop", "link": "https://shop.example/sale"}]
    campaign = make_running(site, now=now - MINUTE, actions=actions)
    deliver_due(now=now - MINUTE, transport=MemoryTransport())
    return campaign


@pytest.fixture
def token(campaign: Campaign, person: Subscriber) -> str:
    return sign_token(DeliveryKey(campaign.pk, 1, person.pk))


def events_of(person: Subscriber) -> list[str]:
    events = Event.objects.filter(subscriber=person).select_related("event_type")
    return sorted(event.event_type.name for event in events)


def test_displayed_marks_the_delivery(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    record_feedback(token, "displayed", at=now - MINUTE / 2, now=now)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.displayed_at) == (Status.DISPLAYED, now - MINUTE / 2)
    assert events_of(person) == ["$push_displayed", "$push_sent"]


def test_a_click_implies_that_it_was_displayed(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    record_feedback(token, "clicked", action="a1", now=now)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.displayed_at, delivery.clicked_at) == (Status.CLICKED, now, now)
    assert delivery.clicked_action == "a1"
    assert events_of(person) == ["$push_clicked", "$push_displayed", "$push_sent"]
    click = Event.objects.get(event_type__name="$push_clicked")
    assert click.properties == {"campaign": campaign.pk, "campaign_name": campaign.name, "action": "a1"}


def test_a_button_that_the_campaign_does_not_have_is_left_out(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    record_feedback(token, "clicked", action="a2\0<script>", now=now)
    assert delivery_of(campaign, person).clicked_action == ""


def test_the_buttons_are_those_of_the_version_that_somebody_got(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    buttons = [{"title": "Yes", "link": "/yes"}, {"title": "No", "link": "/no"}]
    Variant.objects.create(campaign=campaign, letter="B", title="Another", actions=buttons)
    Delivery.objects.update(variant="B")
    record_feedback(token, "clicked", action="a2", now=now)
    assert delivery_of(campaign, person).clicked_action == "a2"


def test_a_version_that_is_gone_has_the_campaigns_own_buttons(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    Delivery.objects.update(variant="C")
    record_feedback(token, "clicked", action="a1", now=now)
    assert delivery_of(campaign, person).clicked_action == "a1"


def test_statuses_only_move_forward(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    record_feedback(token, "clicked", now=now)
    record_feedback(token, "displayed", now=now + MINUTE)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.displayed_at) == (Status.CLICKED, now)


def test_a_dismissal_is_noted_and_is_no_click(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    record_feedback(token, "dismissed", now=now)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.dismissed_at, delivery.clicked_at) == (Status.DISPLAYED, now, None)
    assert "$push_dismissed" in events_of(person)


@pytest.mark.parametrize("kinds", [("clicked", "dismissed"), ("dismissed", "clicked")])
def test_a_click_that_closes_the_notification_is_a_click_in_whatever_order_they_are_told(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime, kinds: tuple[str, ...]
) -> None:
    for seconds, kind in enumerate(kinds):
        record_feedback(token, kind, now=now + dt.timedelta(seconds=seconds))
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.dismissed_at) == (Status.CLICKED, None)
    assert delivery.clicked_at is not None
    assert "$push_clicked" in events_of(person)
    assert ("$push_dismissed" in events_of(person)) is (kinds[0] == "dismissed")


@pytest.mark.parametrize("kind", ["displayed", "clicked", "dismissed"])
def test_the_same_report_twice_changes_nothing(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime, kind: str
) -> None:
    record_feedback(token, kind, now=now)
    before = Delivery.objects.values().get(), events_of(person)
    record_feedback(token, kind, now=now + MINUTE)
    assert (Delivery.objects.values().get(), events_of(person)) == before


def test_a_report_that_is_repeated_weeks_later_is_no_second_event(
    person: Subscriber, token: str, now: dt.datetime
) -> None:
    for weeks in (0, 2, 1):
        record_feedback(token, "clicked", now=now + weeks * dt.timedelta(weeks=1))
    assert events_of(person) == ["$push_clicked", "$push_displayed", "$push_sent"]


@pytest.mark.parametrize(
    ("claimed", "counted"),
    [
        (dt.timedelta(days=-400), -MINUTE),
        (dt.timedelta(days=400), dt.timedelta(0)),
        (-MINUTE / 2, -MINUTE / 2),
    ],
)
def test_a_devices_clock_counts_only_between_sending_and_now(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime,
    claimed: dt.timedelta, counted: dt.timedelta,
) -> None:  # fmt: skip
    record_feedback(token, "displayed", at=now + claimed, now=now)
    assert delivery_of(campaign, person).displayed_at == now + counted


def test_feedback_that_is_faster_than_the_receipt_counts_as_sent(
    site: Site, person: Subscriber, now: dt.datetime
) -> None:
    campaign = make_running(site)
    token = sign_token(DeliveryKey(campaign.pk, 1, person.pk))

    class Fast(MemoryTransport):
        def send_pushes(self, pushes: object, *, now: dt.datetime) -> list:  # type: ignore[type-arg]
            record_feedback(token, "displayed", now=now)
            return super().send_pushes(pushes, now=now)  # type: ignore[arg-type]

    deliver_due(now=now, transport=Fast())
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.sent_at, delivery.displayed_at) == (Status.DISPLAYED, now, now)
    assert events_of(person) == ["$push_displayed", "$push_sent"]


def test_the_sums_of_its_run_stay_right_when_feedback_is_faster_than_the_receipt(
    site: Site, person: Subscriber, now: dt.datetime
) -> None:
    campaign = make_running(site)
    record_feedback(sign_token(DeliveryKey(campaign.pk, 1, person.pk)), "clicked", now=now)
    run = campaign.occurrences.get()
    assert (run.audience, run.waiting, run.sent) == (1, 0, 1)


def test_feedback_on_what_ended_otherwise_leaves_its_outcome(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    Delivery.objects.update(status=Status.SKIPPED, reason=Delivery.Reason.CANCELLED)
    record_feedback(token, "clicked", now=now)
    assert delivery_of(campaign, person).status == Status.SKIPPED


def test_feedback_of_somebody_merged_is_in_the_survivors_log(
    campaign: Campaign, person: Subscriber, token: str, now: dt.datetime
) -> None:
    survivor = factories.make_subscriber(campaign.site)
    Subscriber.objects.filter(pk=person.pk).update(merged_into=survivor)
    record_feedback(token, "clicked", now=now)
    assert "$push_clicked" in events_of(survivor)


def test_a_token_we_did_not_sign_is_refused(token: str, now: dt.datetime) -> None:
    with pytest.raises(FeedbackError, match="token"):
        record_feedback(token + "x", "displayed", now=now)


def test_an_unknown_kind_is_refused_and_the_known_ones_named(token: str, now: dt.datetime) -> None:
    with pytest.raises(FeedbackError, match="displayed, clicked, dismissed"):
        record_feedback(token, "eaten", now=now)


def test_feedback_about_a_deleted_campaign_is_refused(
    campaign: Campaign, token: str, now: dt.datetime
) -> None:
    campaign.delete()
    with pytest.raises(FeedbackError, match="deleted"):
        record_feedback(token, "displayed", now=now)
