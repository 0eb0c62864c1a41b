"""Where we post to: known push services over https, and nothing else a stranger may think of."""

import pytest

from subscribers.endpoints import PushAddressError, find_push_origin

HOSTS = ["fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com"]
LOOPBACK = ["localhost:8001", "127.0.0.1:9000"]


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def-_", "https://fcm.googleapis.com"),
        ("https://fcm.googleapis.com:443/fcm/send/abc", "https://fcm.googleapis.com"),
        (
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA==",
            "https://updates.push.services.mozilla.com",
        ),
        ("https://web.push.apple.com/QNz", "https://web.push.apple.com"),
        ("http://localhost:8001/push/demo-1", "http://localhost:8001"),
        ("http://127.0.0.1:9000/push/demo-1", "http://127.0.0.1:9000"),
    ],
)
def test_addresses_of_push_services_are_posted_to(endpoint: str, origin: str) -> None:
    assert find_push_origin(endpoint, hosts=HOSTS, loopback_hosts=LOOPBACK) == origin


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "not an address",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.apple.com/x",
        "https://evilpush.apple.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://evil.example\\.push.apple.com/x",
        "https://evil.example#.push.apple.com/x",
        "https://evil.example?.push.apple.com/x",
        "https://fcm.googleapis.com./x",
        "https://fcm.googleapis.com/x\r\nHost: evil.example",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/é",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost:8001/x",
        "http://localhost/x",
        "http://localhost:8002/x",
        "http://localhost:80010/x",
        "http://user@localhost:8001/x",
        "http://127.0.0.1:8001/x",
    ],
)
def test_all_other_addresses_are_refused(endpoint: str) -> None:
    with pytest.raises(PushAddressError, match="PUSH_HOSTS"):
        find_push_origin(endpoint, hosts=HOSTS, loopback_hosts=LOOPBACK)
