"""What a stranger tries who knows a site's public key and a customer's id, and must not succeed with (docs/identity.md)."""

import datetime as dt
import hashlib
import hmac
import uuid

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from segments.uploads.matching import judge_values
from subscribers import signatures
from subscribers.identity_secrets import make_secret, read_secrets, retire_secret
from subscribers.models import Identity, IdentitySecret, PushSubscription, Site, Subscriber
from subscribers.signatures import sign
from tests import factories
from tests.attacks.customers import (
    ALICE,
    HER_BROWSER,
    HER_ENDPOINT,
    HER_KEYS,
    HIS_BROWSER,
    HIS_ENDPOINT,
    Json,
    attack,
    describe_customers,
    find_visitor,
    make_alice,
    own_device,
    send_news,
)
from tests.factories import NOW
from tests.tracking import requests
from tests.tracking.requests import attributes, event, identify, page, subscribe, unsubscribe
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.models import InboxItem
from tracking.setting_aside import list_set_aside, try_again

pytestmark = pytest.mark.django_db
NEXT_BROWSER = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.fixture
def alice(site: Site) -> Subscriber:
    return make_alice(site)


@pytest.fixture
def before(site: Site, alice: Subscriber) -> Json:
    return describe_customers(site)


def real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def secret_of(site: Site) -> str:
    return read_secrets(site.pk)[0].text


def sign_v1(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_a_stranger_who_names_a_customer_reads_nothing_of_their_record(site: Site, before: Json) -> None:
    answer = attack(site, identify(ALICE), own_device())

    assert answer["status"] == 202
    [warning] = answer["warnings"]
    assert "claim" in warning["warning"]
    got = send_news(site)
    assert got[HIS_ENDPOINT] == ["Nobody, your order ships It goes to no street, says no id"]
    assert got[HER_ENDPOINT] == [f"Alice, your order ships It goes to Elm Street, says {ALICE}"]


def test_a_claim_is_kept_beside_the_visitor_and_changes_no_customer(site: Site, before: Json) -> None:
    attack(
        site,
        identify(ALICE),
        event("purchase"),
        page(),
        attributes(street="Evil Street", email="m@evil.example"),
    )

    assert describe_customers(site) == before
    visitor = find_visitor(site)
    assert (visitor.claimed_id, visitor.external_id, visitor.merged_into_id) == (ALICE, "", None)
    assert visitor.attributes["street"] == "Evil Street"


def test_an_attribute_named_like_the_customer_id_is_not_printed_as_one(site: Site, before: Json) -> None:
    attack(site, attributes(external_id=ALICE), own_device())

    assert send_news(site)[HIS_ENDPOINT] == ["Nobody, your order ships It goes to no street, says no id"]


def test_a_claim_of_nobodys_id_does_not_take_that_id_before_its_customer_comes(
    site: Site, before: Json
) -> None:
    attack(site, identify("u-77"), attributes(first_name="Mallory"), own_device())
    body = {"operations": [{**attributes(first_name="Carol"), "external_id": "u-77"}]}
    accept_backend_request(site=site, body=body, now=real_now())
    drain_inbox(now=real_now())

    carol = Subscriber.objects.get(external_id="u-77")
    assert carol.pk != find_visitor(site).pk
    assert not carol.push_subscriptions.exists()


@pytest.mark.parametrize(
    "operation",
    [
        event("purchase", external_id=ALICE),
        page(external_id=ALICE),
        attributes(street="Evil Street") | {"external_id": ALICE},
        attributes(external_id=ALICE, customer_id=ALICE),
        own_device() | {"external_id": ALICE},
        unsubscribe(external_id=ALICE),
        event(subscriber=HER_BROWSER),
        unsubscribe(subscriber=HER_BROWSER),
        identify("u-1", subscriber=HER_BROWSER),
        identify(ALICE, proven=True),
        identify(ALICE, proven="signature", source="api", kind="external"),
        {**identify(ALICE), "signature": "", "proven": 1},
    ],
)
def test_nothing_that_a_browser_adds_to_an_operation_makes_it_a_customers(
    site: Site, before: Json, operation: Json
) -> None:
    answer = attack(
        site, {**operation, "id": str(uuid.uuid4())}, source="api", kind="external", external_id=ALICE
    )

    assert answer["status"] == 202
    assert describe_customers(site) == before


@pytest.mark.parametrize(
    "signature",
    ["", "x", "é", "0" * 64, f"v2.1.{'0' * 64}", f"v2.{'9' * 12}.{'a' * 64}", "v2..", "v1." + "0" * 64],
)
def test_a_made_up_signature_is_none(site: Site, before: Json, signature: str) -> None:
    assert attack(site, identify(ALICE, signature=signature))["status"] == 202
    assert describe_customers(site) == before


def forge(site: Site, kind: str) -> str:
    """Signatures that are nearly good."""
    now, secret = real_now(), secret_of(site)
    old = now - dt.timedelta(hours=24, seconds=2)
    match kind:
        case "older than a day":
            return sign(secret, ALICE, at=old)
        case "made in the future":
            return sign(secret, ALICE, at=now + dt.timedelta(minutes=6))
        case "for another customer":
            return sign(secret, "u-43", at=now)
        case "of another site":
            return sign(secret_of(factories.make_site()), ALICE, at=now)
        case "with the public key":
            return sign(site.public_key, ALICE, at=now)
        case "with nothing":
            return sign("", ALICE, at=now)
        case "an old one with a new time":
            return f"v2.{int(now.timestamp())}.{sign(secret, ALICE, at=old).rsplit('.', 1)[1]}"
        case "without a time, with a new secret":
            return sign_v1(secret, ALICE)
        case "the time moved into the id":
            time = int(now.timestamp())
            return f"v2.{time}.{sign_v1(secret, f'v2{time}{ALICE}')}"
        case _:
            raise AssertionError(kind)


FORGED = [
    "older than a day", "made in the future", "for another customer", "of another site", "with the public key", "with nothing",
    "an old one with a new time", "without a time, with a new secret", "the time moved into the id",
]  # fmt: skip


@pytest.mark.parametrize("kind", FORGED)
def test_a_signature_that_is_nearly_good_proves_nothing(site: Site, before: Json, kind: str) -> None:
    answer = attack(site, identify(ALICE, signature=forge(site, kind)), own_device())

    assert "signature" in answer["warnings"][0]["warning"]
    assert describe_customers(site) == before


def test_a_signature_of_an_id_that_merely_looks_alike_is_not_the_customers(site: Site, before: Json) -> None:
    """In the form in which ids are kept, these are all hers; a shop that lets people choose names may sign them for anybody."""
    for alike in (f"{ALICE}\u200b", f" {ALICE}", f"{ALICE}\u00a0", f"\u2066{ALICE}\u2069"):
        answer = attack(site, identify(alike, signature=sign(secret_of(site), alike, at=real_now())))
        assert "form in which ids are kept" in answer["warnings"][0]["warning"]

    assert describe_customers(site) == before


def test_a_signature_without_a_time_is_not_good_for_ever(
    site: Site, before: Json, settings: Settings
) -> None:
    IdentitySecret.objects.filter(site=site).update(signs_v1=True)
    settings.IDENTITY_V1_UNTIL = real_now() - dt.timedelta(seconds=1)
    attack(site, identify(ALICE, signature=sign_v1(secret_of(site), ALICE)))

    assert describe_customers(site) == before


def test_a_secret_that_leaked_is_of_no_use_once_it_is_retired(site: Site, before: Json) -> None:
    leaked, now = secret_of(site), real_now()
    make_secret(site, others_until=now, now=now)
    answer = attack(site, identify(ALICE, signature=sign(leaked, ALICE, at=real_now())))

    assert "retired" in answer["warnings"][0]["warning"]
    assert describe_customers(site) == before


def test_what_was_stored_before_proofs_were_kept_is_not_believed(site: Site, before: Json) -> None:
    """As the version before this one stored an `identify` that it had not checked."""
    attack(site, identify(ALICE), own_device(), drain=False)
    [item] = InboxItem.objects.all()
    for operation in item.payload["operations"]:
        operation.pop("proven", None)
    item.save()
    drain_inbox(now=real_now())

    assert describe_customers(site) == before


def test_a_claim_that_was_set_aside_is_still_one_when_it_is_tried_again(
    site: Site, before: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack(site, identify(ALICE), drain=False)
    InboxItem.objects.update(failed_at=NOW, failure="ValueError")
    site.trusts_names = True
    site.save()
    try_again(list_set_aside())
    drain_inbox(now=real_now())

    assert describe_customers(site) == before


def test_a_customer_cannot_become_another_one(site: Site, before: Json) -> None:
    mine = sign(secret_of(site), "u-666", at=real_now())
    attack(site, identify("u-666", signature=mine), own_device())
    both = describe_customers(site)
    answer = attack(site, identify(ALICE), unsubscribe(), own_device(), event("purchase"))

    assert len(answer["warnings"]) == 1
    after = describe_customers(site)
    assert [row for row in after["people"] if row["external_id"] == ALICE] == before["people"]
    assert [row["value"] for row in after["customer names"]] == [ALICE, "u-666"]
    assert find_visitor(site).external_id == "u-666"
    assert find_visitor(site).claimed_id == ""
    assert len(both["people"]) == len(after["people"]) == 2
    assert "Alice" not in str(send_news(site)[HIS_ENDPOINT])


@pytest.mark.parametrize("claims_first", [True, False])
def test_a_claim_beside_a_proven_name_in_one_request_is_still_one(
    site: Site, before: Json, claims_first: bool
) -> None:
    proven = identify("u-666", signature=sign(secret_of(site), "u-666", at=real_now()))
    claimed = identify(ALICE)
    attack(site, *([claimed, proven] if claims_first else [proven, claimed]), own_device())

    assert find_visitor(site).external_id == "u-666"
    assert find_visitor(site).claimed_id == ""
    assert describe_customers(site)["people"][0] == before["people"][0]


def test_two_visitors_who_claim_the_same_customer_are_not_joined(site: Site, before: Json) -> None:
    attack(site, attributes(colour="red"), identify(ALICE), own_device())
    attack(site, attributes(colour="blue"), identify(ALICE), browser=NEXT_BROWSER)

    one, other = find_visitor(site), find_visitor(site, NEXT_BROWSER)
    assert one.pk != other.pk
    assert [each.attributes["colour"] for each in (one, other)] == ["red", "blue"]
    assert describe_customers(site) == before


def test_somebodys_endpoint_cannot_be_taken_by_who_does_not_have_the_device(site: Site, before: Json) -> None:
    attack(site, subscribe(HER_ENDPOINT))

    assert describe_customers(site) == before
    [device] = find_visitor(site).push_subscriptions.all()
    assert device.end_reason == PushSubscription.EndReason.CONTESTED
    assert send_news(site)[HER_ENDPOINT] == [f"Alice, your order ships It goes to Elm Street, says {ALICE}"]


@pytest.mark.parametrize("key", ["p256dh", "auth"])
def test_one_of_two_keys_is_not_the_device(site: Site, before: Json, key: str) -> None:
    keys = {"p256dh": requests.P256DH, "auth": requests.AUTH, key: HER_KEYS[key]}
    attack(site, subscribe(subscription={"endpoint": HER_ENDPOINT, "keys": keys}))

    assert describe_customers(site) == before


def test_who_was_turned_away_does_not_get_in_by_asking_again(site: Site, before: Json) -> None:
    for _ in range(3):
        attack(site, subscribe(HER_ENDPOINT), unsubscribe())

    assert describe_customers(site) == before


def test_a_stranger_cannot_turn_off_a_customers_notifications(site: Site, before: Json) -> None:
    attack(site, identify(ALICE), subscribe(HER_ENDPOINT), unsubscribe(reason="optout"))

    assert describe_customers(site) == before


def test_a_segment_of_customers_holds_nobody_who_merely_claims_to_be_one(site: Site, before: Json) -> None:
    attack(site, identify(ALICE), own_device())
    conditions = [
        {"type": "profile", "field": "external_id", "operator": "equals", "value": ALICE},
        {"type": "event", "event": "purchase"},
        {"type": "attribute", "key": "first_name", "operator": "exists"},
    ]
    for condition in conditions:
        assert HIS_ENDPOINT not in send_news(site, {"version": 1, "root": condition})


def test_a_list_of_customers_holds_nobody_who_merely_claims_to_be_one(site: Site, alice: Subscriber) -> None:
    attack(site, identify(ALICE), attributes(email="alice@shop.example"), own_device())
    attack(site, attributes(email="ALICE@shop.example"), browser=NEXT_BROWSER)

    by_id = judge_values(site, "external_id", [ALICE], takes_all=True)[ALICE]
    by_email = judge_values(site, "email", ["Alice@shop.example"], takes_all=False)["Alice@shop.example"]
    assert by_id.people == by_email.people == (alice.pk,)


def test_the_config_does_not_tell_which_sites_believe_everybody(site: Site) -> None:
    site.trusts_names = True
    site.save()
    answer = Client().get("/v1/config", {"site_key": site.public_key})

    assert set(answer.json()) == {"vapid_public_key"}


# What a page of the shop, its backend and its people rely on.


def test_a_good_signature_proves_who_a_visitor_is(site: Site, alice: Subscriber) -> None:
    answer = attack(site, identify(ALICE, signature=sign(secret_of(site), ALICE, at=real_now())))

    assert answer["warnings"] == []
    assert find_visitor(site) == alice


def test_a_page_may_be_cached_for_nearly_a_day(site: Site, alice: Subscriber) -> None:
    at = real_now() - dt.timedelta(hours=23, minutes=59)
    attack(
        site,
        identify(ALICE, signature=f" {sign(secret_of(site), ALICE, at=at).upper()} ".replace("V2", "v2")),
    )

    assert find_visitor(site) == alice


def test_a_signature_of_version_1_is_taken_for_a_while_where_it_was_in_use(
    site: Site, alice: Subscriber
) -> None:
    IdentitySecret.objects.filter(site=site).update(signs_v1=True)
    answer = attack(site, identify(ALICE, signature=sign_v1(secret_of(site), ALICE)))

    assert "until 2027-06-30" in answer["warnings"][0]["warning"]
    assert find_visitor(site) == alice


def test_the_backend_confirms_a_claim(site: Site, alice: Subscriber) -> None:
    attack(site, identify(ALICE), attributes(colour="red"), own_device())
    body = {"operations": [{**identify(ALICE), "subscriber": HIS_BROWSER}]}
    assert accept_backend_request(site=site, body=body, now=real_now()).warnings == []
    drain_inbox(now=real_now())

    assert find_visitor(site) == alice
    assert HIS_ENDPOINT in {device.endpoint for device in alice.push_subscriptions.active()}


def test_old_and_new_secret_are_both_good_while_they_overlap(site: Site, alice: Subscriber) -> None:
    old = secret_of(site)
    make_secret(site, others_until=real_now() + dt.timedelta(days=7), now=real_now())
    new = secret_of(site)
    assert old != new
    for browser, secret in ((HIS_BROWSER, old), (NEXT_BROWSER, new)):
        attack(site, identify(ALICE, signature=sign(secret, ALICE, at=real_now())), browser=browser)
        assert find_visitor(site, browser) == alice


def test_a_site_that_lets_anyone_say_who_they_are_works_as_before(site: Site, alice: Subscriber) -> None:
    site.trusts_names = True
    site.save()
    assert attack(site, identify(ALICE))["warnings"] == []
    assert find_visitor(site) == alice
    [warning] = attack(site, identify(ALICE, signature="x"), browser=NEXT_BROWSER)["warnings"]
    assert "believed" in warning["warning"]
    assert find_visitor(site, NEXT_BROWSER) == alice


def test_who_logs_out_takes_their_own_device_along(site: Site, alice: Subscriber) -> None:
    """The device itself has both of its keys."""
    attack(site, subscribe(subscription={"endpoint": HER_ENDPOINT, "keys": HER_KEYS}), browser=NEXT_BROWSER)

    assert not alice.push_subscriptions.active().exists()
    assert find_visitor(site, NEXT_BROWSER).push_subscriptions.active().get().endpoint == HER_ENDPOINT


def test_the_newest_secret_stays(site: Site) -> None:
    only, now = IdentitySecret.objects.get(site=site), real_now()
    with pytest.raises(ValueError, match="make a new one first"):
        retire_secret(only, at=now, now=now)


# Whatever a stranger sends, in whatever order.

IDS = [ALICE, " u-42", "u-42\u200b", "U-42", "u-7", "u-666"]
BROWSERS = [HIS_BROWSER, NEXT_BROWSER]


@st.composite
def draw_hostile(draw: st.DrawFn) -> tuple[str, str, str]:
    """What to do, with which id or endpoint, and how it is signed."""
    kind = draw(
        st.sampled_from(["identify", "identify", "subscribe", "unsubscribe", "event", "attributes", "page"])
    )
    about = draw(st.sampled_from(IDS))
    signed = draw(st.sampled_from(["", "", *FORGED]))
    return kind, about, signed


def make_hostile(site: Site, kind: str, about: str, signed: str) -> Json:
    extra: Json = {"external_id": about, "proven": True, "subscriber": HER_BROWSER}
    match kind:
        case "identify":
            return identify(about, proven=True, **({"signature": forge(site, signed)} if signed else {}))
        case "subscribe":
            return subscribe(HER_ENDPOINT if about in IDS[:3] else HIS_ENDPOINT, **extra)
        case "unsubscribe":
            return unsubscribe(**extra)
        case "event":
            return event("purchase", **extra)
        case "page":
            return page(**extra)
        case _:
            return attributes(external_id=about, email="alice@shop.example", street="Evil Street") | extra


@example(steps=[(HIS_BROWSER, ("subscribe", "U-42", "")), (HIS_BROWSER, ("attributes", "u-42", ""))])
@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(BROWSERS), draw_hostile()), min_size=1, max_size=8))
def test_no_sequence_of_hostile_operations_reaches_a_customer(
    steps: list[tuple[str, tuple[str, str, str]]],
) -> None:
    site = factories.make_site()
    make_alice(site)
    known = describe_customers(site)
    for browser, (kind, about, signed) in steps:
        attack(site, make_hostile(site, kind, about, signed), browser=browser)

    assert describe_customers(site) == known
    got = send_news(site)
    assert got[HER_ENDPOINT] == [f"Alice, your order ships It goes to Elm Street, says {ALICE}"]
    assert not any(word in str(got.get(HIS_ENDPOINT, "")) for word in ("Alice", "Elm Street", ALICE))
    assert not Identity.objects.filter(site=site, kind="external").exclude(value=ALICE).exists()


def test_a_signature_is_good_for_one_id_one_secret_and_its_time_alone() -> None:
    policy = signatures.Policy(dt.timedelta(hours=24), NOW)
    good = sign("secret", "u-1", at=NOW)
    secrets = [signatures.Secret("other"), signatures.Secret("secret")]
    assert signatures.judge(good, "u-1", secrets, policy=policy, now=NOW) is signatures.Verdict.VALID
    for text in (good[:-1] + ("0" if good[-1] != "0" else "1"), good.replace("v2.1", "v2.2", 1), good[3:]):
        assert not signatures.judge(text, "u-1", secrets, policy=policy, now=NOW).is_proof
    edge = NOW + dt.timedelta(hours=24)
    assert signatures.judge(good, "u-1", secrets, policy=policy, now=edge) is signatures.Verdict.EXPIRED
