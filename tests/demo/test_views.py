"""The demo shop's pages, with and without the demo site."""

import pytest
from django.test import Client

from demo.products import DEMO_SITE_NAME, PRODUCTS
from subscribers.models import Site
from tests.tracking.requests import body, identify, post

pytestmark = pytest.mark.django_db
PAGES = ["", "sale/", "category/running-shoes/", "product/sku-12345/", "cart/", "thanks/"]


@pytest.fixture
def demo_site() -> Site:
    return Site.objects.create(
        name=DEMO_SITE_NAME, url="http://localhost:8000", contact_email="demo@example.com"
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_page_carries_the_two_script_lines(client: Client, demo_site: Site, page: str) -> None:
    html = client.get(f"/demo/{page}").content.decode()
    assert "window.carillon = window.carillon || [];" in html
    assert f'src="/sdk/carillon.js" data-site-key="{demo_site.public_key}"' in html
    assert 'data-worker="/sdk/carillon-worker.js"' in html


@pytest.mark.parametrize("page", PAGES)
def test_without_the_demo_site_a_page_says_so_and_records_nothing(client: Client, page: str) -> None:
    response = client.get(f"/demo/{page}")
    assert response.status_code == 200
    assert "The demo site is not loaded" in response.content.decode()
    assert "carillon.js" not in response.content.decode()


@pytest.mark.parametrize("page", ["category/skis/", "product/sku-0/"])
def test_what_the_shop_does_not_have_is_not_found(client: Client, page: str) -> None:
    assert client.get(f"/demo/{page}").status_code == 404


def test_the_sale_shows_what_is_reduced_and_nothing_else(client: Client, demo_site: Site) -> None:
    html = client.get("/demo/sale/").content.decode()
    shown = {product.name for product in PRODUCTS if product.name in html}
    assert shown == {product.name for product in PRODUCTS if product.sale_price is not None}


def test_a_product_page_gives_the_events_about_it_their_properties(client: Client, demo_site: Site) -> None:
    card = client.get("/demo/product/sku-12346/").context["card"]
    assert card == {
        "product_id": "sku-12346",
        "product_name": "Road Glide 3",
        "category": "running-shoes",
        "price": 84.0,
    }


def test_the_shop_signs_who_has_logged_in(client: Client, demo_site: Site) -> None:
    answer = client.post("/demo/log-in/", {"customer": " ada@example.com "}).json()
    signed = {**identify(answer["external_id"]), "signature": answer["signature"]}
    accepted = post(body(demo_site, signed), HTTP_ORIGIN="http://localhost:8000").json()

    assert answer["external_id"] == "ada@example.com"
    assert (accepted["accepted"], accepted["warnings"]) == (1, [])


@pytest.mark.parametrize("customer", ["", " ", "\u200b"])
def test_the_shop_signs_nobody(client: Client, demo_site: Site, customer: str) -> None:
    assert client.post("/demo/log-in/", {"customer": customer}).status_code == 404
    assert client.get("/demo/log-in/").status_code == 405
