"""The demo shop's catalogue: one place that the storefront and the demo data agree on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

DEMO_SITE_NAME = "Ridgeline demo shop"


@dataclass(frozen=True)
class Category:
    """A shelf of the shop; `slug` is what events and attributes carry."""

    slug: str
    name: str
    tagline: str


@dataclass(frozen=True)
class Product:
    """Something for sale; prices in US dollars. `sale_price` is set while it is in the sale."""

    sku: str
    name: str
    category: str
    price: Decimal
    blurb: str
    sale_price: Decimal | None = None

    @property
    def asking_price(self) -> Decimal:
        """What a customer pays today."""
        return self.price if self.sale_price is None else self.sale_price

    @property
    def picture(self) -> str:
        """The picture's path among the static files."""
        return f"demo/products/{self.sku}.svg"

    @property
    def card(self) -> dict[str, str | float]:
        """The properties that the shop's events about this product carry."""
        return {
            "product_id": self.sku,
            "product_name": self.name,
            "category": self.category,
            "price": float(self.asking_price),
        }


CATEGORIES = (
    Category("running-shoes", "Running shoes", "From the first mile to the last ridge."),
    Category("jackets", "Jackets", "Light enough to forget, until the weather turns."),
    Category("packs", "Packs", "Carry what matters, and nothing swings."),
    Category("camp", "Camp & trail", "For the nights between the miles."),
)

PRODUCTS = (
    Product(
        "sku-12345",
        "Trail Runner Pro",
        "running-shoes",
        Decimal("129.99"),
        "Deep lugs, a rock plate and a cushioned heel: our best-seller for mixed ground.",
    ),
    Product(
        "sku-12346",
        "Road Glide 3",
        "running-shoes",
        Decimal("109.00"),
        "A springy daily trainer for pavement, 238 grams.",
        sale_price=Decimal("84.00"),
    ),
    Product(
        "sku-12347",
        "Fell Racer",
        "running-shoes",
        Decimal("149.50"),
        "Low, sticky and quick to drain. Made for mud and for the fast way down.",
    ),
    Product(
        "sku-12348",
        "Dawn Jogger",
        "running-shoes",
        Decimal("79.90"),
        "A soft, forgiving shoe for the first five kilometres and the walk home.",
    ),
    Product(
        "sku-22301",
        "Squall Shell",
        "jackets",
        Decimal("189.00"),
        "Three-layer waterproof shell with a hood that turns with your head.",
    ),
    Product(
        "sku-22302",
        "Ember Down Jacket",
        "jackets",
        Decimal("229.00"),
        "Recycled 750-fill down that packs into its own pocket.",
        sale_price=Decimal("169.00"),
    ),
    Product(
        "sku-22303",
        "Breeze Windshirt",
        "jackets",
        Decimal("64.00"),
        "Eighty grams of wind protection for cold starts.",
    ),
    Product(
        "sku-33401",
        "Ridge Vest 8",
        "packs",
        Decimal("99.00"),
        "Eight litres, two soft flasks and no bounce.",
    ),
    Product(
        "sku-33402",
        "Traverse 35",
        "packs",
        Decimal("159.00"),
        "A weekend pack with a frame you can take out for the summit.",
        sale_price=Decimal("119.00"),
    ),
    Product(
        "sku-44501",
        "Lantern Headlamp",
        "camp",
        Decimal("49.95"),
        "Four hundred lumens, warm by the tent and bright on the path.",
    ),
    Product(
        "sku-44502",
        "Tarn Bottle",
        "camp",
        Decimal("29.00"),
        "Insulated steel: cold for a day, hot for a morning.",
    ),
    Product(
        "sku-44503",
        "Cirque Tent 2",
        "camp",
        Decimal("379.00"),
        "Two people, two doors, 1.7 kilograms.",
        sale_price=Decimal("299.00"),
    ),
)

LOYALTY_TIERS = ("bronze", "silver", "gold", "platinum")

CATEGORIES_BY_SLUG = {category.slug: category for category in CATEGORIES}
PRODUCTS_BY_SKU = {product.sku: product for product in PRODUCTS}
