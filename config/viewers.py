"""Each request is looked at by somebody: whoever may not see personal data gets it masked (subscribers/viewing.py)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from access.scoping import find_sites
from subscribers.models import Attribute, PersonalField, Site
from subscribers.viewing import NOTHING, Hidden, look_with
from tracking.models import EventType

SEES = "subscribers.view_personal_data"
_FIELDS = {
    PersonalField.EXTERNAL_ID: {"external_id", "claimed_id"},
    PersonalField.PLACE: {"city", "region", "latitude", "longitude"},
}


def note_viewer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Who it is is asked only once somebody is shown: a key says so later than a session."""

    def answer(request: HttpRequest) -> HttpResponse:
        known: dict[int, Hidden] = {}

        def find(site_id: int) -> Hidden:
            if site_id not in known:
                sites = find_sites(request.user, SEES)
                known[site_id] = NOTHING if sites is None or site_id in sites else read_hidden(site_id)
            return known[site_id]

        with look_with(find):
            return get_response(request)

    return answer


def read_hidden(site_id: int) -> Hidden:
    """What is marked personal on a site."""
    marked = Attribute.objects.filter(site=site_id, personal=True).values_list("key", flat=True)
    fields: set[str] = set()
    for names in Site.objects.filter(pk=site_id).values_list("personal_fields", flat=True):
        fields = set().union(*(_FIELDS.get(PersonalField(name), {name}) for name in names))
    named = EventType.objects.filter(site=site_id).exclude(personal_properties=[])
    properties = {name: frozenset(keys) for name, keys in named.values_list("name", "personal_properties")}
    return Hidden(frozenset(marked), frozenset(fields), properties)
