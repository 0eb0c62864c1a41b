"""What stands for no browser is refused at both doors: it would make one person of strangers."""

import uuid

import pytest
from django.test import Client

from subscribers.browser_ids import is_placeholder
from subscribers.models import Identity, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import BROWSER, body, event, post, send
from tracking.ingestion import accept_backend_request
from tracking.reading import RequestError

PLACEHOLDERS = [
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "00000000-0000-4000-8000-000000000000",
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
    "00000000000000000000000000000000",
    "{00000000-0000-1000-8000-000000000000}",
    "urn:uuid:00000000-0000-7000-a000-000000000000",
]


@pytest.mark.parametrize("browser", PLACEHOLDERS)
def test_a_placeholder_is_nobodys_browser_at_either_door(site: Site, browser: str) -> None:
    with pytest.raises(RequestError, match="one person; send a random UUID"):
        send(site, event(), browser=browser)

    by_backend = accept_backend_request(
        site=site,
        body={"operations": [{**event(), "subscriber": browser}, {**event(), "subscriber": BROWSER}]},
        now=NOW,
    )

    assert by_backend.accepted == 1
    assert "one person; send a random UUID" in by_backend.rejected[0].error


def test_the_door_answers_with_the_sentence(site: Site, client: Client) -> None:
    answer = post(body(site, event(), subscriber=PLACEHOLDERS[0]), client)

    assert answer.status_code == 400
    assert "stands for nobody" in answer.content.decode()
    assert not Identity.objects.exists()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("id_", PLACEHOLDERS[:4])
def test_operations_that_all_have_one_id_are_not_taken_for_repeats(site: Site, id_: str) -> None:
    answer = send(site, event("one", id=id_), event("two", id=id_), event("three"))

    assert answer.accepted == 1
    assert [each.error.split(";")[1] for each in answer.rejected] == [" make a random UUID for each"] * 2


def test_whatever_somebody_made_is_no_placeholder() -> None:
    made = [uuid.uuid4() for _ in range(1000)] + [uuid.uuid1(), uuid.UUID(int=1), uuid.UUID(BROWSER)]
    made += [uuid.UUID("00000000-0000-4000-8000-000000000001"), uuid.uuid5(uuid.NAMESPACE_DNS, "a")]

    assert not any(map(is_placeholder, made))
