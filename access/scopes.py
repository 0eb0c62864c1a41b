"""What each scope of a key allows, in the permissions that the doors ask for.

Only `people` lets anybody read persons, and nobody is erased without `write` beside it. No scope lets a key change a site's own settings, staff or keys: whoever finds a
key must not be able to widen what it can do, to let anyone say who they are, or to do without a second pair of eyes.
"""

from collections.abc import Iterable
from itertools import combinations

from access.models import Scope

CHANGE = ("add", "change", "delete")
SETTINGS = (
    *("subscribers.site", "subscribers.place", "subscribers.attribute"),
    *("tracking.eventtype", "segments.segment"),
    *("campaigns.campaign", "campaigns.variant", "campaigns.occurrence", "campaigns.batch"),
    *("campaigns.sendingpolicy", "campaigns.frequencycap", "campaigns.dryrun"),
)
PEOPLE = (
    *("subscribers.subscriber", "subscribers.identity", "subscribers.pushsubscription"),
    *("tracking.event", "tracking.eventsummary"),
    *("segments.membership", "segments.membershipchange"),
    *("campaigns.delivery", "campaigns.conversion"),
)
WRITTEN = ("segments.segment", "campaigns.campaign", "subscribers.place")


def _name(action: str, model: str) -> str:
    app, name = model.split(".")
    return f"{app}.{action}_{name}"


READ = frozenset(_name("view", model) for model in SETTINGS)
# Whoever writes or launches something gets it back as it is then, so reading is part of both.
PERMISSIONS: dict[str, frozenset[str]] = {
    Scope.INGEST: frozenset({"tracking.add_event"}),
    Scope.READ: READ,
    Scope.WRITE: frozenset(
        {
            *READ,
            *(_name(action, model) for action in CHANGE for model in WRITTEN),
            *(_name("change", model) for model in ("subscribers.attribute", "tracking.eventtype")),
            *(_name(action, "campaigns.sendingpolicy") for action in ("add", "change")),
        }
    ),
    Scope.LAUNCH: frozenset({*READ, "campaigns.launch_campaign", "campaigns.send_test_campaign"}),
    Scope.PEOPLE: frozenset(
        {
            *(_name("view", model) for model in PEOPLE),
            *(
                "subscribers.export_subscriber",
                "subscribers.view_personal_data",
            ),
        }
    ),
}
# What takes several scopes together: a program that only reads people must not be able to lose them.
TOGETHER: dict[frozenset[str], frozenset[str]] = {
    frozenset({Scope.WRITE, Scope.PEOPLE}): frozenset({"subscribers.erase_subscriber"}),
}

# What somebody must be allowed to do themselves before they may make a key that does it.
NEEDED_TO_GIVE: dict[frozenset[str], tuple[str, ...]] = {
    frozenset({Scope.LAUNCH}): ("campaigns.launch_campaign",),
    frozenset({Scope.PEOPLE}): ("subscribers.export_subscriber", "subscribers.view_personal_data"),
    frozenset({Scope.WRITE, Scope.PEOPLE}): ("subscribers.erase_subscriber",),
}


def list_permissions(scopes: Iterable[str]) -> frozenset[str]:
    given = frozenset(scopes)
    alone = [PERMISSIONS.get(scope, frozenset()) for scope in given]
    return frozenset().union(*alone, *(extra for both, extra in TOGETHER.items() if both <= given))


def find_scopes(permissions: Iterable[str]) -> tuple[str, ...]:
    """The fewest scopes that together allow this; none, if no key may ever do it."""
    wanted = frozenset(permissions)
    for number in range(1, len(Scope) + 1):
        for scopes in combinations(Scope.values, number):
            if wanted <= list_permissions(scopes):
                return scopes
    return ()
