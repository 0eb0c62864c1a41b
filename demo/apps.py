from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo shop: a storefront with the SDK in it, to try Carillon on."""

    name = "demo"
