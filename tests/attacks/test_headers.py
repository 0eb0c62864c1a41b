"""What must not succeed: code of others on our pages, our pages in others' frames, our data in others' caches."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from demo.products import DEMO_SITE_NAME
from subscribers.models import Site
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
OPEN = ["/", "/admin/login/", "/demo/", "/api/v1/docs/", "/api/v1/schema/", "/sdk/carillon.js", "/health/live",
        "/static/admin/carillon.css", "/nowhere/", "/api/v1/nowhere/", "/v1/config", "/api/v1/sites/"]  # fmt: skip
# What a page runs or draws without a file: <script>, on…=, javascript:.
RUNS = re.compile(r"^on[a-z]+$")


class Found(HTMLParser):
    """The elements of a page, and what stands between script tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def list_scripts_without_file(self) -> list[dict[str, str]]:
        """Those that run: data in a script tag does not."""
        found = [given for tag, given in self.elements if tag == "script" and "src" not in given]
        return [
            given
            for given in found
            if given.get("type", "text/javascript") in {"text/javascript", "module", ""}
        ]

    def list_attributes(self) -> list[tuple[str, str]]:
        return [pair for _, given in self.elements for pair in given.items()]


def ask(client: Client, address: str) -> HttpResponseBase:
    """Of files the head, lest they stay open."""
    answer: HttpResponseBase = client.head(address) if address.startswith("/static/") else client.get(address)
    return answer


def read_policy(response: HttpResponseBase) -> dict[str, list[str]]:
    text = response["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in text.split(";"))}


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.mark.parametrize("address", OPEN)
def test_no_answer_goes_without_a_strict_policy(client: Client, site: Site, address: str) -> None:
    response = ask(client, address)
    policy = read_policy(response)

    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_what_fails_is_protected_like_what_works(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("demo.views._render", lambda *args, **kwargs: 1 / 0)
    response = client.get("/demo/")

    assert response.status_code == 500
    assert read_policy(response)["default-src"] == ["'none'"]


def test_code_made_from_text_runs_in_the_admin_alone(operator: Client, site: Site) -> None:
    with_eval = [address for address in [*OPEN, "/admin/"]
                 if "'unsafe-eval'" in read_policy(ask(operator, address))["script-src"]]  # fmt: skip

    assert with_eval == ["/admin/login/", "/admin/"]


def test_a_nonce_is_made_for_one_answer_alone_and_for_none_that_needs_it(client: Client, site: Site) -> None:
    factories.make_site(name=DEMO_SITE_NAME)
    first, second = client.get("/demo/"), client.get("/demo/")
    nonces = [re.search(r'nonce="([^"]{20,})"', page.content.decode()) for page in (first, second)]

    assert len({match[1] for match in nonces if match}) == 2
    assert all(f"'nonce-{match[1]}'" in page["Content-Security-Policy"]
               for match, page in zip(nonces, (first, second), strict=True) if match)  # fmt: skip
    assert "nonce" not in client.get("/health/live")["Content-Security-Policy"]


def test_pages_of_others_load_the_sdk_and_nothing_else(operator: Client) -> None:
    assert operator.get("/sdk/carillon.js")["Cross-Origin-Resource-Policy"] == "cross-origin"
    for address in ("/admin/", "/api/v1/sites/", "/static/admin/carillon.css", "/api/v1/docs/"):
        response = ask(operator, address)
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response


def test_a_worker_that_a_shop_hands_on_may_report_to_us(client: Client) -> None:
    policy = read_policy(client.get("/sdk/carillon-worker.js"))

    assert {"https:", "http:"} <= set(policy["connect-src"]) & set(policy["img-src"])


def test_no_cache_keeps_what_somebody_was_shown(operator: Client, site: Site) -> None:
    person = factories.make_subscriber(site)
    for address in ("/admin/", f"/admin/subscribers/subscriber/{person.pk}/change/", "/api/v1/subscribers/",
                    f"/api/v1/subscribers/{person.pk}/", "/health/ready", reverse("admin:jsi18n")):  # fmt: skip
        assert "no-store" in operator.get(address)["Cache-Control"], address
    assert "public" in operator.get("/sdk/carillon.js")["Cache-Control"]


def test_forms_lead_on_to_the_companys_log_in_and_nowhere_else(client: Client, settings: Settings) -> None:
    settings.OIDC_ISSUER = "https://login.corp.example/realms/x"
    settings.FORM_ORIGINS = ["https://sso.corp.example"]

    assert read_policy(client.get("/admin/login/"))["form-action"] == [
        "'self'",
        "https://login.corp.example",
        "https://sso.corp.example",
    ]


def test_trace_gives_nothing_back(client: Client) -> None:
    for address in ("/", "/admin/login/", "/demo/", "/api/v1/docs/", "/v1/config"):
        response = client.generic("TRACE", address, headers={"X-Secret": "zq-secret"})
        assert "zq-secret" not in response.content.decode()


def test_scripts_read_no_session_and_other_sites_send_none(client: Client) -> None:
    person = factories.make_user(is_superuser=True)
    client.post(reverse("account_login"), {"login": person.username, "password": "correct horse"})
    session = client.cookies[settings.SESSION_COOKIE_NAME]

    assert session["httponly"]
    assert session["samesite"] == "Lax"


@pytest.mark.parametrize(("address", "names"), [
    ("https://push.example", "__Host-sessionid __Host-csrftoken True True"),
    ("http://localhost:8000", "sessionid csrftoken False False"),
])  # fmt: skip
def test_on_https_cookies_are_of_this_host_alone(address: str, names: str) -> None:
    script = (
        "from config import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PUBLIC_URL": address}, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip

    assert said.strip() == names


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ALPINE = re.compile(r"""(?:^|[\s"'])((?:x-|@|:|hx-|on)[\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_of_ours_puts_code_or_values_where_they_run(template: Path) -> None:
    text = template.read_text()
    found = Found(re.sub(r"{%.*?%}|{#.*?#}", " ", text, flags=re.DOTALL))

    assert [
        name for name, *values in ALPINE.findall(text) if RUNS.match(name) or "{" in "".join(values)
    ] == []
    assert all("nonce" in script for script in found.list_scripts_without_file())
    assert "javascript:" not in text


def test_the_nonce_is_said_nowhere_but_in_script_tags() -> None:
    for template in TEMPLATES:
        others = re.sub(r'<script nonce="{{ csp_nonce }}">', "", template.read_text())
        assert "csp_nonce" not in others, template


def test_no_script_of_the_admin_keeps_anything_in_the_browser() -> None:
    """So nothing of what somebody was shown is left there when they have logged out."""
    keeps = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie\s*=|serviceWorker")
    scripts = [path for path in (ROOT / "static").rglob("*.js") if path.parent.name != "demo"]

    assert len(scripts) > 20
    assert [path.name for path in scripts if keeps.search(path.read_text())] == []


def test_the_settings_have_the_headers_outermost() -> None:
    assert settings.MIDDLEWARE[0] == "config.headers.protect"
