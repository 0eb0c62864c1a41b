"""Who may erase somebody or take all that is held of them along, and the file that they take."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.scoping import may
from subscribers.erasing import export_person
from subscribers.models import Subscriber

ERASE = "subscribers.erase_subscriber"
EXPORT = ("subscribers.export_subscriber", "subscribers.view_personal_data")


def may_erase(who: object, subscriber: Subscriber) -> bool:
    return may(who, ERASE, subscriber)


def may_export(who: object, subscriber: Subscriber) -> bool:
    """All of it: whoever may not see what is personal may not take it along, either."""
    return all(may(who, permission, subscriber) for permission in EXPORT)


def write_export(subscriber: Subscriber, *, as_page: bool) -> HttpResponse:
    """One file with all that is held of somebody."""
    found = export_person(subscriber, now=timezone.now())
    text = json.dumps(found, cls=_Encoder, indent=2, ensure_ascii=False)
    kind, suffix = ("text/html", "html") if as_page else ("application/json", "json")
    if as_page:
        response = render(None, "subscribers/export.html", {"export": json.loads(text)})
    else:
        response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="person-{subscriber.pk}.{suffix}"'
    response["Cache-Control"] = "no-store"
    return response


class _Encoder(DjangoJSONEncoder):
    """What the database holds, as far as it is text; bytes by their digits."""

    def default(self, value: object) -> object:
        return bytes(value).hex() if isinstance(value, bytes | memoryview) else super().default(value)
