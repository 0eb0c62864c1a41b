"""The storefront's pages. The cart and the customer live in the browser; what they do reaches us through the SDK."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from demo.products import (
    CATEGORIES,
    CATEGORIES_BY_SLUG,
    DEMO_SITE_NAME,
    LOYALTY_TIERS,
    PRODUCTS,
    PRODUCTS_BY_SKU,
)
from subscribers.customer_ids import clean_customer_id
from subscribers.identity_secrets import read_secrets
from subscribers.models import Site
from subscribers.signatures import sign


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    return _render(request, "home", products=PRODUCTS[:8])


@require_safe
def show_sale(request: HttpRequest) -> HttpResponse:
    on_sale = [product for product in PRODUCTS if product.sale_price is not None]
    return _render(
        request,
        "listing",
        heading="Sale",
        tagline="Last season's colours, this season's prices.",
        products=on_sale,
    )


@require_safe
def show_category(request: HttpRequest, slug: str) -> HttpResponse:
    category = CATEGORIES_BY_SLUG.get(slug)
    if category is None:
        raise Http404(f"The demo shop has no category “{slug}”.")
    products = [product for product in PRODUCTS if product.category == slug]
    return _render(
        request,
        "listing",
        heading=category.name,
        tagline=category.tagline,
        products=products,
        category=category,
    )


@require_safe
def show_product(request: HttpRequest, sku: str) -> HttpResponse:
    product = PRODUCTS_BY_SKU.get(sku)
    if product is None:
        raise Http404(f"The demo shop has no product “{sku}”.")
    related = [other for other in PRODUCTS if other.category == product.category and other != product]
    return _render(
        request,
        "product",
        product=product,
        card=product.card,
        category=CATEGORIES_BY_SLUG[product.category],
        products=related,
    )


@require_safe
def show_cart(request: HttpRequest) -> HttpResponse:
    catalogue = {product.sku: product.card | {"picture": static(product.picture)} for product in PRODUCTS}
    return _render(request, "cart", catalogue=catalogue)


@require_safe
def show_thanks(request: HttpRequest) -> HttpResponse:
    return _render(request, "thanks")


@csrf_exempt
@require_POST
def log_in(request: HttpRequest) -> JsonResponse:
    """As a shop's backend does once it has checked a password, which this one has none of: anybody can be anyone here."""
    site = Site.objects.filter(name=DEMO_SITE_NAME).first()
    customer = clean_customer_id(request.POST.get("customer", ""))[:100]
    if site is None or not customer:
        raise Http404("There is no demo site, or no customer id.")
    secret = read_secrets(site.pk)[0].text
    return JsonResponse({"external_id": customer, "signature": sign(secret, customer, at=timezone.now())})


def _render(request: HttpRequest, page: str, **context: Any) -> HttpResponse:
    site = Site.objects.filter(name=DEMO_SITE_NAME).first()
    shared = {"site": site, "categories": CATEGORIES, "loyalty_tiers": LOYALTY_TIERS}
    return render(request, f"demo/{page}.html", shared | context)
