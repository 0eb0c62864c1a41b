"""The SDK's files as pages load them."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "name", ["carillon.js", "carillon-push.js", "carillon-worker.js", "carillon-aimtell.js"]
)
def test_each_file_is_served_to_pages_of_any_site(name: str) -> None:
    response = Client().get(f"/sdk/{name}")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Service-Worker-Allowed"] == "/"
    assert response["Cache-Control"] == "public, max-age=300"


def test_an_unchanged_file_is_not_sent_again() -> None:
    etag = Client().get("/sdk/carillon.js")["ETag"]

    response = Client().get("/sdk/carillon.js", HTTP_IF_NONE_MATCH=etag)

    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "..%2fmanage.py", "carillon.js%00", "README.md"])
def test_nothing_else_is_served(name: str) -> None:
    assert Client().get(f"/sdk/{name}").status_code == 404
