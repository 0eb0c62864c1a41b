"""Whoever tries a signature on the site's page is told what is wrong with it."""

import base64
import datetime as dt
import hashlib
import hmac

import pytest
from pytest_django import Settings

from subscribers.identity_secrets import make_secret, read_secrets
from subscribers.models import IdentitySecret, Site
from subscribers.signatures import sign
from subscribers.trying_signatures import Finding, try_signature
from tests import factories
from tests.factories import NOW

TIME = str(int(NOW.timestamp()))
HOUR = dt.timedelta(hours=1)


def try_out(
    site: Site, signature: str, external_id: str = "u-42", *, others: list[Site] | None = None
) -> Finding:
    return try_signature(site, external_id, signature, others=others or [], now=NOW)


def secret_of(site: Site) -> str:
    return read_secrets(site.pk)[0].text


def mac_of(secret: str, message: str, hash_: str = "sha256") -> str:
    return hmac.new(secret.encode(), message.encode(), hash_).hexdigest()


def test_a_good_one_is_good_until_a_time(site: Site) -> None:
    found = try_out(site, f"  {sign(secret_of(site), 'u-42', at=NOW - HOUR)}\n")

    assert found == (True, "Valid: made 21 Nov 2026, 11:00:00 UTC, and good until 22 Nov 2026, 11:00:00 UTC.")


def test_times_that_are_off_are_told(site: Site) -> None:
    late = try_out(site, sign(secret_of(site), "u-42", at=NOW - 25 * HOUR))
    early = try_out(site, sign(secret_of(site), "u-42", at=NOW + HOUR))

    assert not late.is_good
    assert late.sentence.startswith("Expired: made 20 Nov 2026, 11:00:00 UTC, and good for 24 hours.")
    assert early.sentence.startswith("Made in the future, 21 Nov 2026, 13:00:00 UTC")


def test_the_secret_of_another_site_is_named_as_far_as_one_may_know_it(site: Site) -> None:
    other = factories.make_site(name="Blog")
    signature = sign(secret_of(other), "u-42", at=NOW)

    assert "of another site, Blog" in try_out(site, signature, others=[site, other]).sentence
    assert "Blog" not in try_out(site, signature, others=[site]).sentence


def test_a_retired_secret_is_told(site: Site) -> None:
    old = secret_of(site)
    make_secret(site, others_until=NOW - HOUR, now=NOW - HOUR)

    assert "retired" in try_out(site, sign(old, "u-42", at=NOW)).sentence


def test_version_1_is_told(site: Site, settings: Settings) -> None:
    signature = mac_of(secret_of(site), "u-42")
    assert "of version 1" in try_out(site, signature).sentence
    IdentitySecret.objects.update(signs_v1=True)
    assert try_out(site, signature).is_good


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("u-42", "the id alone"),
        (f"v2\n{TIME}\nu-42\n", "line break after the id"),
        (f"v2\r\n{TIME}\r\nu-42", "line breaks of Windows"),
        (f"v2\\n{TIME}\\nu-42", "double quotes"),
        (f"v2{TIME}u-42", "without line breaks"),
        (f"v2.{TIME}.u-42", "without line breaks"),
        (f"{TIME}\nu-42", "without “v2”"),
        (f"v2\nu-42\n{TIME}", "wrong order"),
        (f"v2\n{TIME}\nU-42", "Signed for “U-42”"),
        (f"v2\n{TIME}\nu-42 ", "Signed for “u-42 ”"),
        (f"v2\n{TIME}\nsomebody", "none of this site’s, or for another id"),
    ],
)
def test_a_slip_in_the_code_is_named(site: Site, message: str, said: str) -> None:
    found = try_out(site, f"v2.{TIME}.{mac_of(secret_of(site), message)}")

    assert not found.is_good
    assert said in found.sentence


def test_a_wrong_key_is_named(site: Site) -> None:
    for secret in (site.public_key, f"{secret_of(site)}\n", ""):
        assert "the secret alone" in try_out(site, sign(secret, "u-42", at=NOW)).sentence


def test_a_wrong_form_is_named(site: Site) -> None:
    message = f"v2\n{TIME}\nu-42"
    raw = hmac.new(secret_of(site).encode(), message.encode(), hashlib.sha256).digest()
    mac = raw.hex()
    said = {
        f"v2.{TIME}000.{mac}": "milliseconds",
        f"v2.{TIME}.{base64.b64encode(raw).decode()}": "base64",
        f"v2.{TIME}.{mac_of('x', message, 'sha1')}": "SHA-1",
        f"v2.{TIME}.{mac_of('x', message, 'sha512')}": "SHA-512",
        f'"v2.{TIME}.{mac}"': "does not look like",
        "": "no signature",
    }
    for signature, words in said.items():
        assert words in try_out(site, signature).sentence


@pytest.mark.parametrize("external_id", ["", "   ", "undefined", "{{ user.id }}"])
def test_an_id_that_is_nobodys_cannot_be_proven(site: Site, external_id: str) -> None:
    assert not try_out(site, sign(secret_of(site), external_id, at=NOW), external_id).is_good


@pytest.mark.parametrize(
    "signature", ["v2.999999999999." + "a" * 64, "v2.000000000000." + "0" * 64, "\ud800", "é" * 300]
)
def test_nothing_that_is_tried_breaks_the_page(site: Site, signature: str) -> None:
    assert not try_out(site, signature).is_good
    assert not try_out(site, signature, "id\ud800\n").is_good
