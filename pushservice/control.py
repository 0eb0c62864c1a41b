"""The testers' side: script answers, and read back what was received. For loopback use; it asks for no password."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from pushservice.answers import ANSWER_LIST, ANSWERS
from pushservice.ledger import LEDGER, Received
from pushservice.store import STORE


async def script_answers(request: web.Request) -> web.Response:
    """`PUT /control/answers/{token}`: a JSON list of the next answers; the token `*` stands for every token."""
    try:
        answers = ANSWER_LIST.validate_json(await request.read())
    except ValidationError as error:
        reasons = error.json(include_url=False, include_context=False, include_input=False)
        return web.Response(status=400, text=reasons, content_type="application/json")
    request.app[ANSWERS].script(request.match_info["token"], answers)
    return web.Response(status=204)


async def list_received(request: web.Request) -> web.Response:
    """`GET /control/received?token=…`: the pushes remembered, oldest first, of one token or of all."""
    token = request.query.get("token")
    entries = request.app[LEDGER].received
    return web.json_response([describe_received(e) for e in entries if token in (None, e.token)])


async def clear_received(request: web.Request) -> web.Response:
    """`DELETE /control/received`: forget the pushes and their totals."""
    request.app[LEDGER].clear()
    return web.Response(status=204)


async def count_received(request: web.Request) -> web.Response:
    """`GET /control/counts`: totals since the start or the last clearing, and what waits now."""
    now = datetime.now(UTC)
    ledger, browsers = request.app[LEDGER], request.app[STORE].browsers.values()
    names = ("received", "sunk", "delivered", "acknowledged", "replaced", "expired")
    counts: dict[str, Any] = {name: ledger.totals[name] for name in names}
    counts["answers"] = {str(status): count for status, count in sorted(ledger.answers.items())}
    counts["waiting"] = sum(
        message.expires_at > now for browser in browsers for message in browser.waiting.values()
    )
    counts["connected"] = sum(browser.socket is not None for browser in browsers)
    return web.json_response(counts)


def describe_received(entry: Received) -> dict[str, Any]:
    """One received push as JSON, its body in unpadded base64url."""
    return {
        "token": entry.token,
        "received_at": entry.received_at.isoformat(),
        "headers": entry.headers,
        "body": urlsafe_b64encode(entry.body).rstrip(b"=").decode(),
        "status": entry.status,
    }
