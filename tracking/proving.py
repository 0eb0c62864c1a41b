"""Whether who a browser says its visitor is counts as proven: found out at the door, and kept with what is stored.

Nothing behind the door finds it out again: a signature is good for hours, what waits in the inbox may wait for longer, and
what was stored without a proof has none (tracking/applying.py).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from subscribers.identity_secrets import judge_signature
from subscribers.models import Site
from subscribers.signatures import Verdict
from tracking.operations import IdentifyOperation

MANUAL = "docs/identity.md"
CLAIMED = (
    f"so this is a claim: kept as claimed_id, and of no consequence for your customer's record ({MANUAL})"
)


def prove(
    site: Site, operation: IdentifyOperation, document: Mapping[str, Any], *, now: dt.datetime
) -> tuple[IdentifyOperation, str]:
    """What a browser sent, with what the door found out about it; and what is to be said, empty if it is all right."""
    verdict = judge_signature(site.pk, operation.external_id, operation.signature, now=now)
    if verdict is Verdict.VALID:
        return _mark(operation), ""
    if verdict is Verdict.VALID_V1:
        return _mark(operation), (
            "signature: is of version 1, which does not say when it was made; it is taken until "
            f"{settings.IDENTITY_V1_UNTIL:%Y-%m-%d}. Sign with version 2 ({MANUAL})"
        )
    cause = _explain(verdict, operation, document)
    if not site.trusts_names:
        return operation, f"{cause}, {CLAIMED}"
    said = (
        ""
        if verdict is Verdict.MISSING
        else f"{cause}; it was believed, since this site trusts names unsigned"
    )
    return _mark(operation), said


def _mark(operation: IdentifyOperation) -> IdentifyOperation:
    return operation.model_copy(update={"proven": True})


def _explain(verdict: Verdict, operation: IdentifyOperation, document: Mapping[str, Any]) -> str:
    match verdict:
        case Verdict.MISSING:
            return "signature: is missing"
        case Verdict.EXPIRED:
            hours = settings.IDENTITY_SIGNATURE_HOURS
            return f"signature: is older than {hours} hours; sign anew for each page"
        case Verdict.EARLY:
            return "signature: was made in the future; set your backend's clock, and give the time in seconds"
        case Verdict.RETIRED:
            return "signature: was made with a secret that is retired; use the site's newest"
        case Verdict.V1_ENDED:
            return "signature: is of version 1, which is not taken any more; sign with version 2"
        case Verdict.MALFORMED:
            return "signature: must look like v2.TIME.MAC"
        case _ if _is_other_spelling(operation, document):
            return (
                "signature: does not fit external_id in the form in which ids are kept (NFC, no blanks at the ends); "
                "sign and send that form"
            )
        case _:
            return "signature: was made with another secret, or for another id than external_id"


def _is_other_spelling(operation: IdentifyOperation, document: Mapping[str, Any]) -> bool:
    return str(document.get("external_id")) != operation.external_id
