"""Who asks: strangers, staff with each role here, elsewhere or everywhere, administrators, and each scope of a key."""

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from access.keys import make_key
from access.models import Scope
from access.scopes import PERMISSIONS
from subscribers.models import Site
from tests import factories
from tests.access.addresses import Address
from tests.access.needs import ACCOUNT, BY_KEY, NOBODY, PUBLIC, STAFF, find_needs

ROLES = ("marketer", "analyst", "operator")
HERE, ELSEWHERE, EVERYWHERE, NOWHERE = "here", "elsewhere", "everywhere", "nowhere"
# No role on a site gives what concerns the installation.
OF_THE_INSTALLATION = ("auth.", "authtoken.", "django_celery_beat.", "subscribers.add_site")
# What is asked there names the site, and 403 is answered where it is not theirs, as where there is none.
NAMES_THE_SITE = ("tracking_eventtype_unlisted",)


@dataclass(frozen=True)
class Identity:
    """`where` they may something; what, is a role, a scope of a key, or everything (`administrator`)."""

    kind: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.what} {self.where}" if self.kind in ("role", "key") else self.what

    def log_in(self, here: Site, elsewhere: Site) -> Client:
        site = elsewhere if self.where == ELSEWHERE else here
        if self.kind == "stranger":
            return Client()
        if self.kind == "key":
            # Used in the future: so that no request notes its use.
            later = timezone.now() + dt.timedelta(days=1)
            _, secret = make_key(site=site, name=str(self), scopes=[self.what], last_used_at=later)
            return Client(headers={"authorization": f"Bearer {secret}"})
        client = Client()
        client.force_login(self._make_user(site))
        return client

    def _make_user(self, site: Site) -> User:
        if self.kind == "administrator":
            return factories.make_user(is_superuser=True)
        if self.kind == "nobody":
            return factories.make_user()
        if self.where == EVERYWHERE:
            return factories.make_user(self.what)
        return factories.make_user(memberships={site: self.what})

    def may(self, needed: Iterable[str], *, on_the_site: bool) -> bool:
        """Whether they have all that is needed: on the site that an address is about, or on any site."""
        if self.kind == "administrator":
            return True
        if self.kind not in ("role", "key") or (on_the_site and self.where == ELSEWHERE):
            return False
        return all(each in list_permissions(self) for each in needed)


IDENTITIES = (
    Identity("stranger", "a stranger", NOWHERE),
    Identity("nobody", "somebody without a role", NOWHERE),
    *(Identity("role", role, where) for role in ROLES for where in (HERE, ELSEWHERE, EVERYWHERE)),
    Identity("administrator", "administrator", EVERYWHERE),
    *(Identity("key", scope.value, where) for scope in Scope for where in (HERE, ELSEWHERE)),
)


@functools.cache
def list_permissions(identity: Identity) -> frozenset[str]:
    """By the tables of roles and scopes alone, never by the code that is to heed them."""
    if identity.kind == "key":
        return PERMISSIONS[identity.what]
    granted = Permission.objects.filter(group__name=identity.what)
    names = {f"{app}.{name}" for app, name in granted.values_list("content_type__app_label", "codename")}
    if identity.where == EVERYWHERE:
        return frozenset(names)
    return frozenset(name for name in names if not name.startswith(OF_THE_INSTALLATION))


def is_welcome(identity: Identity, address: Address, method: str) -> bool | None:
    """Whether a request is to be let in; None: it says nothing, like the page on which one logs in."""
    needs = find_needs(address, method)
    if needs in (PUBLIC, ACCOUNT):
        return None
    if needs == NOBODY:
        return False
    by_key = identity.kind == "key"
    if by_key and not address.pattern.startswith("api/"):
        return False  # a key is nobody in the admin
    if needs == STAFF:
        return identity.kind != "stranger"
    if needs == BY_KEY:
        return by_key and identity.may(["tracking.add_event"], on_the_site=True)
    needed = [needs] if isinstance(needs, str) else needs
    names_it = method == "POST" and address.name in NAMES_THE_SITE
    return identity.may(needed, on_the_site=address.is_about_a_row or names_it)
