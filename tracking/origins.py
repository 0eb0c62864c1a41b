"""Which web pages may talk to the browser door (the Fetch standard's origins, as in the Origin header)."""

from django.conf import settings

from subscribers.models import Site
from subscribers.origins import read_origin


def list_origins(site: Site) -> set[str]:
    """The site's own address, those it allows besides, and ours (the demo shop). A page without origin is nobody's."""
    allowed = site.allowed_origins if isinstance(site.allowed_origins, list) else []
    return {read_origin(address) for address in (site.url, settings.PUBLIC_URL, *allowed)} - {""}


def is_known_origin(origin: str) -> bool:
    """Whether any site allows this page; a preflight does not say which site it is about."""
    found = read_origin(origin)
    return bool(found) and any(found in list_origins(site) for site in Site.objects.all())
