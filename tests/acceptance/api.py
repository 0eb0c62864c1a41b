"""The management door and the browser door, as a script of one's own would use them."""

import uuid
from dataclasses import dataclass
from typing import Any

import requests

from pushservice.devices import Device

Json = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """Calls with a token; an answer other than 2xx fails the test, with its reason."""

    url: str
    token: str

    def get(self, path: str, **query: Any) -> Any:
        return self._request("GET", path, params=query)

    def rows(self, path: str, **query: Any) -> list[Json]:
        """The first page of a list."""
        results: list[Json] = self.get(path, **query)["results"]
        return results

    def post(self, path: str, body: Json | None = None) -> Any:
        return self._request("POST", path, json=body or {})

    def patch(self, path: str, body: Json) -> Any:
        return self._request("PATCH", path, json=body)

    def find_subscriber(self, browser: str) -> Json | None:
        """Whoever the SDK knows by this uuid."""
        return next(iter(self.rows("subscribers/", uuid=browser)), None)

    def list_events(self, subscriber: Json) -> list[str]:
        """The names of what they did, newest first."""
        return [event["name"] for event in self.rows(f"subscribers/{subscriber['id']}/events/")]

    def _request(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Token {self.token}"}
        response = requests.request(
            method, f"{self.url}/api/v1/{path}", headers=headers, timeout=20, **options
        )
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:1000]}"
        return response.json()


def send_visitor(url: str, site: Json, *events: str, timezone: str, device: Device) -> str:
    """Post at the browser door what somebody new did who allowed notifications; the uuid they are known by."""
    subscribe: Json = {"type": "subscribe", "subscription": device.subscription}
    operations: list[Json] = [subscribe, *({"type": "event", "name": name} for name in events)]
    browser = str(uuid.uuid4())
    body = {
        "site_key": site["public_key"],
        "subscriber": browser,
        "context": {"timezone": timezone},
        "operations": [{"id": str(uuid.uuid4()), **operation} for operation in operations],
    }
    response = requests.post(f"{url}/v1/track", json=body, timeout=20)
    assert response.status_code == 202, response.text
    assert not response.json()["rejected"], response.text
    return browser
