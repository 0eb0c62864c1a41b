"""Push addresses come from strangers: only those of known push services are taken."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django.fixtures import Settings

from subscribers.endpoints import PushAddressError, check_endpoint, check_keys
from subscribers.models import PushSubscription
from tests.tracking.requests import AUTH, P256DH

OTHER_FIELDS = {field.name for field in PushSubscription._meta.get_fields()} - {"p256dh", "auth"}
POINT = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), base64.urlsafe_b64decode(P256DH + "="))
COMPRESSED = base64.urlsafe_b64encode(
    POINT.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
).decode()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b-_",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QBx",
        "https://db5p.notify.windows.com:443/w/?token=BQ%3d",
    ],
)
def test_the_great_push_services_are_known(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/?fcm.googleapis.com/",
        "https://user@fcm.googleapis.com/x",
        "https://evil\\.push.apple.com/x",
        "https://push.apple.com/x",
        "https://xpush.apple.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://fcm.googleapis.com/é",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/" + "x" * 2000,
    ],
)
def test_every_other_address_is_refused(endpoint: str) -> None:
    with pytest.raises(PushAddressError):
        check_endpoint(endpoint)


def test_the_loopback_push_service_is_known_by_host_and_port_alone(settings: Settings) -> None:
    settings.PUSH_LOOPBACK_HOSTS = ["127.0.0.1:8001"]

    check_endpoint("http://127.0.0.1:8001/push/token")
    with pytest.raises(PushAddressError):
        check_endpoint("http://127.0.0.1:8002/push/token")


def test_keys_are_a_point_on_the_curve_and_sixteen_bytes_padded_or_not() -> None:
    check_keys(P256DH, AUTH)
    check_keys(P256DH + "=", AUTH + "==")


def test_keys_that_pass_fit_their_columns() -> None:
    longest = PushSubscription(p256dh=P256DH + "=", auth=AUTH + "==")

    longest.clean_fields(exclude=OTHER_FIELDS)


@pytest.mark.parametrize(
    "p256dh", ["", "x", "é", P256DH[:-4], "B" + "A" * 86, AUTH, P256DH + "=" * 200, COMPRESSED]
)
def test_a_key_that_is_no_uncompressed_point_on_the_curve_is_refused(p256dh: str) -> None:
    with pytest.raises(PushAddressError, match="p256dh"):
        check_keys(p256dh, AUTH)


@pytest.mark.parametrize("auth", ["", "x", "é", AUTH[:-4], P256DH, "*" * 22, AUTH + "=" * 200])
def test_a_secret_that_is_not_sixteen_bytes_is_refused(auth: str) -> None:
    with pytest.raises(PushAddressError, match="auth"):
        check_keys(P256DH, auth)
