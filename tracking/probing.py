"""Whether a harmless operation can be applied: if not, it is not the operation's fault that another could not."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from subscribers.models import Identity, Site
from tracking.applying import Arrival, apply_arrivals
from tracking.failures import PutOffError, describe_cause
from tracking.operations import SESSION_START, Envelope, IdentifyOperation, Operation

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/"
P256DH = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"
AUTH = "tBHItJI5svbpez7KI4CCXg"


class _HarmlessError(Exception):
    """Raised to take back what the probe has written."""


def probe(site_id: int, envelope: Envelope, *, now: dt.datetime) -> None:
    """Apply one of the same kind for somebody who does not exist, and take it back. Raises PutOffError if that fails."""
    harmless = Envelope.model_validate(
        {
            "kind": Identity.Kind.ANONYMOUS,
            "value": str(uuid.uuid4()),
            "source": envelope.source,
            "operations": [_make_operation(operation) for operation in envelope.operations],
        }
    )
    try:
        with transaction.atomic():
            for site in Site.objects.filter(pk=site_id):
                apply_arrivals(site, [Arrival(harmless, now)], now=now)
            raise _HarmlessError
    except _HarmlessError:
        return
    except Exception as error:
        raise PutOffError(describe_cause(error)) from error


def _make_operation(like: Operation) -> dict[str, Any]:
    id_ = str(uuid.uuid4())
    fields: dict[str, dict[str, Any]] = {
        "event": {"name": SESSION_START, "properties": {"value": 1, "category": id_}},
        "page": {"url": f"https://site.example/{id_}", "title": "A page"},
        "attributes": {"set": {"language": "en"}},
        "identify": {"external_id": id_, "proven": isinstance(like, IdentifyOperation) and like.proven},
        "subscribe": {"subscription": {"endpoint": ENDPOINT + id_, "keys": {"p256dh": P256DH, "auth": AUTH}}},
        "unsubscribe": {},
    }
    return {"id": id_, "type": like.type, **fields[like.type]}
