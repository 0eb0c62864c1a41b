"""The application servers' side: `POST /push/{token}` (RFC 8030) with VAPID credentials (RFC 8292)."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from aiohttp import web

from pushservice.answers import ANSWERS
from pushservice.browser import deliver
from pushservice.faults import break_off
from pushservice.ledger import LEDGER, Ledger
from pushservice.store import SINK_PREFIXES, STORE, Browser, Message, Store
from pushservice.vapid import VapidError, check_authorization

MAX_BODY = 4096  # bytes every push service takes: RFC 8030, section 7.2
MAX_TTL = 28 * 24 * 3600  # seconds; longer wishes are shortened, and the answer's TTL says so
ENCODING = "aes128gcm"  # RFC 8188
URGENCIES = ("very-low", "low", "normal", "high")
WHOLE_SECONDS = re.compile(r"[0-9]{1,12}")
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


class RefusedPushError(Exception):
    """The push is answered with `status` and a sentence that says what would be right."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the sender wants a message handled. `ttl` is in seconds."""

    ttl: int
    topic: str | None


async def receive_push(request: web.Request) -> web.Response:
    """Take one push, note it, and give the scripted answer or the normal one."""
    token, body, now = request.match_info["token"], await request.read(), datetime.now(UTC)
    ledger = request.app[LEDGER]
    entry = ledger.receive(token, request.headers, body[:MAX_BODY], now=now)
    scripted = request.app[ANSWERS].take(token)
    if scripted is not None:
        await asyncio.sleep(scripted.delay)
    if scripted is not None and scripted.fault not in (None, "lost"):
        return await break_off(request, scripted.fault)
    if scripted is not None and scripted.status is not None:
        response = web.Response(status=scripted.status, headers=scripted.headers)
    else:
        response = await answer_push(request, token, body, now=now)
    ledger.answer(entry, response.status)
    if scripted is not None and scripted.fault == "lost":
        return await break_off(request, scripted.fault)
    return response


async def answer_push(request: web.Request, token: str, body: bytes, *, now: datetime) -> web.Response:
    """Check a push and pass it on to its browser: 201 with the message's address, or a refusal with its reason."""
    channel = request.app[STORE].channels.get(token)
    origin = str(request.url.origin())
    try:
        check_token(request.app[STORE], token)
        key = channel.key if channel is not None else None
        check_authorization(request.headers.get("Authorization"), origin=origin, key=key, now=now)
        check_body(request, body)
        wishes = read_wishes(request)
    except (RefusedPushError, VapidError) as refusal:
        challenge = {"WWW-Authenticate": "vapid"} if refusal.status == 401 else {}
        return web.Response(status=refusal.status, text=str(refusal), headers=challenge)
    message_id = uuid4().hex
    if channel is None:
        request.app[LEDGER].totals["sunk"] += 1
    else:
        expires_at = now + timedelta(seconds=wishes.ttl)
        message = Message(
            message_id, channel.channel_id, body, ENCODING, wishes.topic, wishes.ttl, expires_at
        )
        await pass_on(channel.browser, message, request.app[LEDGER])
    headers = {"Location": f"{origin}/message/{message_id}", "TTL": str(wishes.ttl)}
    return web.Response(status=201, headers=headers)


async def pass_on(browser: Browser, message: Message, ledger: Ledger) -> None:
    """Give a message to its browser: now if it is connected, otherwise when it is back."""
    ledger.totals["replaced"] += browser.keep(message)
    await deliver(browser, message, ledger)


def check_token(store: Store, token: str) -> None:
    """Refuse a token that was never given out, or that its browser has unregistered."""
    if token in store.gone:
        raise RefusedPushError(410, "This subscription has ended.")
    if token not in store.channels and not token.startswith(SINK_PREFIXES):
        raise RefusedPushError(404, "There is no such subscription.")


def check_body(request: web.Request, body: bytes) -> None:
    """Refuse a body that is too long or not encrypted for web push (RFC 8291)."""
    if len(body) > MAX_BODY:
        raise RefusedPushError(413, f"The body has {len(body)} bytes; at most {MAX_BODY} are taken.")
    if body and request.headers.get("Content-Encoding") != ENCODING:
        raise RefusedPushError(400, f"Content-Encoding should be {ENCODING}.")


def read_wishes(request: web.Request) -> Wishes:
    """Read TTL, Urgency and Topic; RefusedPushError for values RFC 8030 does not know."""
    ttl = request.headers.get("TTL", "")
    if not WHOLE_SECONDS.fullmatch(ttl):
        raise RefusedPushError(400, "TTL should be a whole number of seconds, nought or more.")
    if request.headers.get("Urgency", "normal") not in URGENCIES:
        raise RefusedPushError(400, f"Urgency should be one of {', '.join(URGENCIES)}.")
    topic = request.headers.get("Topic")
    if topic is not None and not TOPIC.fullmatch(topic):
        raise RefusedPushError(400, "Topic should be 1 to 32 characters of the base64url alphabet.")
    return Wishes(min(int(ttl), MAX_TTL), topic)


async def withdraw_message(request: web.Request) -> web.Response:
    """`DELETE /message/{id}`: 204 if the message was still waiting, 404 otherwise."""
    found = request.app[STORE].withdraw(request.match_info["id"])
    return web.Response(status=204 if found else 404)
