"""A real OpenID provider (oidc-provider-mock) on this machine, and people who log in there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from tests.acceptance.stack import find_ports, wait_for_answer, wait_for_end

LOG_IN = "/admin/account/company/oidc/login/"


@dataclass(frozen=True)
class Provider:
    issuer: str

    def knows(self, sub: str, **claims: Any) -> None:
        """Say about somebody from now on what the claims are."""
        requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=5).raise_for_status()

    def let_in(self, client: Client, sub: str, path: str = LOG_IN) -> Any:
        """Go through all steps of the log-in with that client, as `sub` at the provider."""
        leads_there = client.post(path)["Location"]
        back = requests.post(leads_there, {"sub": sub}, allow_redirects=False, timeout=5).headers["Location"]
        parts = urlsplit(back)
        return client.get(f"{parts.path}?{parts.query}")


@contextmanager
def run_provider() -> Iterator[Provider]:
    port = find_ports()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        provider = Provider(f"http://localhost:{port}")
        wait_for_answer(f"{provider.issuer}/.well-known/openid-configuration")
        yield provider
    finally:
        process.terminate()
        wait_for_end(process)
