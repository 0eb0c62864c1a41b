"""The loopback mail service: what Django hands over is in the inbox, and a hostile mail can do nothing there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from django.core.mail import EmailMultiAlternatives, get_connection

from tests.acceptance.stack import find_ports, wait_for_answer, wait_for_end


@dataclass(frozen=True)
class Service:
    port: int

    def send(self, subject: str, text: str, html: str = "") -> None:
        backend = "django.core.mail.backends.smtp.EmailBackend"
        connection = get_connection(backend, host="127.0.0.1", port=self.port + 1)
        mail = EmailMultiAlternatives(subject, text, "a@x.example", ["b@x.example"], connection=connection)
        if html:
            mail.attach_alternative(html, "text/html")
        assert mail.send() == 1

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"http://localhost:{self.port}{path}", headers=headers, timeout=5)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    port = find_ports()
    process = subprocess.Popen(
        [sys.executable, "-m", "mailservice", "--port", str(port), "--smtp-port", str(port + 1)]
    )
    try:
        wait_for_answer(f"http://localhost:{port}/")
        yield Service(port)
    finally:
        process.terminate()
        wait_for_end(process)


def test_a_mail_that_django_sends_is_in_the_inbox(service: Service) -> None:
    service.send("Grüße – 你好", "Ein Wörtchen\n" + "x" * 2000)

    newest = service.get("/mails.json?to=b@x.example").json()[0]

    assert newest["subject"] == "Grüße – 你好"
    assert newest["text"].startswith("Ein Wörtchen\nxxx")
    assert "Grüße – 你好" in service.get("/").text
    assert "Ein Wörtchen" in service.get(f"/mails/{newest['number']}").text


def test_what_a_mail_holds_runs_nowhere(service: Service) -> None:
    service.send("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>")
    number = service.get("/mails.json").json()[0]["number"]

    for path in ("/", f"/mails/{number}"):
        page = service.get(path)
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<iframe sandbox " in service.get(f"/mails/{number}").text
    assert service.get(f"/mails/{number}/html").headers["Content-Security-Policy"].startswith("sandbox;")


def test_a_name_of_somebody_elses_that_points_here_reads_nothing(service: Service) -> None:
    assert service.get("/mails.json", Host="evil.example").status_code == 421


@pytest.mark.parametrize("path", ["/mails/0", "/mails/99999999999999999999", "/nothing"])
def test_what_is_not_there_is_not_found(service: Service, path: str) -> None:
    assert service.get(path).status_code == 404
