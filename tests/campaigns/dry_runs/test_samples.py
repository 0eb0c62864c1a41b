"""The message as some of those who would get it would read it."""

import datetime as dt

from campaigns.dry_runs import render_samples
from campaigns.models import Variant
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable


def test_each_version_is_shown_for_some_who_would_get_it(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site, title="Hello {{ subscriber.name }}")
    Variant.objects.create(campaign=campaign, letter="B", title="Bye {{ subscriber.name }}")
    for number in range(30):
        make_reachable(site, attributes={"name": f"Ana {number}"})
    samples = render_samples(campaign, as_of=now, each=2)
    assert [sample.variant for sample in samples] == ["A", "A", "B", "B"]
    for sample in samples:
        greeting = "Hello" if sample.variant == "A" else "Bye"
        assert sample.message is not None
        assert sample.message.title == f"{greeting} {sample.subscriber.attributes['name']}"


def test_nobody_is_shown_who_would_be_left_out(site: Site, now: dt.datetime) -> None:
    factories.make_subscriber(site)
    assert render_samples(factories.make_campaign(site), as_of=now) == []


def test_a_message_that_cannot_be_put_together_for_somebody_says_why(site: Site, now: dt.datetime) -> None:
    make_reachable(site, attributes={"link": "javascript:alert(1)"})
    campaign = factories.make_campaign(site, link_url="{{ subscriber.link }}")
    (sample,) = render_samples(campaign, as_of=now)
    assert sample.message is None
    assert "not a web address" in sample.problem
