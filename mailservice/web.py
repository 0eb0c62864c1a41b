"""The inbox as pages. What a mail holds is a stranger's: it is shown in a frame that may run, load and open nothing."""

from __future__ import annotations

from html import escape

from aiohttp import web
from aiohttp.typedefs import Handler

from mailservice.store import Mail, Store

STORE = web.AppKey("store", Store)
_OWN = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_MAIL = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_LOOK = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; } body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
li { margin: .75rem 0; } pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8886; border-radius: 6px; padding: 1rem; }
iframe { width: 100%; height: 60vh; border: 1px solid #8886; border-radius: 6px; background: #fff; } small { opacity: .75; }
"""


async def serve(store: Store, host: str, port: int) -> None:
    runner = web.AppRunner(make_app(store))
    await runner.setup()
    await web.TCPSite(runner, host, port).start()


def make_app(store: Store) -> web.Application:
    app = web.Application(middlewares=[refuse_strangers])
    app[STORE] = store
    app.add_routes(
        [
            web.get("/", show_inbox),
            web.get("/mails/{number:[0-9]+}", show_mail),
            web.get("/mails/{number:[0-9]+}/html", show_html),
            web.get("/mails.json", list_mails),
            web.post("/empty", empty),
        ]
    )
    return app


@web.middleware
async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only by this machine's own names: a page from elsewhere that points a name of its own here reads nothing."""
    if request.url.host not in {"localhost", "127.0.0.1", "::1"}:
        return web.Response(status=421, text="Only as localhost.")
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return web.Response(status=403, text="Not from another page.")
    response: web.StreamResponse = await handler(request)
    response.headers.setdefault("Content-Security-Policy", _OWN)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


async def show_inbox(request: web.Request) -> web.Response:
    lines = "".join(_line(mail) for mail in request.app[STORE].list())
    body = f"<ul>{lines}</ul>" if lines else "<p>No mail yet.</p>"
    button = '<form method="post" action="/empty"><button>Delete all</button></form>' if lines else ""
    return _page("Mail", f"<h1>Mail of this machine</h1>{body}{button}")


async def show_mail(request: web.Request) -> web.Response:
    mail = _find(request)
    told = f"From {escape(mail.sender)} to {escape(', '.join(mail.recipients))}, {mail.came_at:%d %b %Y, %H:%M:%S} UTC"
    plain, has_html = mail.read("plain"), bool(mail.read("html"))
    text = f"<pre>{escape(plain)}</pre>" if plain else ""
    frame = (
        f'<iframe sandbox title="The mail as HTML" src="/mails/{mail.number}/html"></iframe>'
        if has_html
        else ""
    )
    body = f'<p><a href="/">All mails</a></p><h1>{escape(mail.subject)}</h1><p><small>{told}</small></p>{text}{frame}'
    return _page(mail.subject, body)


async def show_html(request: web.Request) -> web.Response:
    return web.Response(
        text=_find(request).read("html"), content_type="text/html", headers={"Content-Security-Policy": _MAIL}
    )


async def list_mails(request: web.Request) -> web.Response:
    mails = request.app[STORE].list(request.query.get("to", ""))
    return web.json_response(
        [
            {
                "number": mail.number,
                "to": mail.recipients,
                "subject": mail.subject,
                "text": mail.read("plain"),
            }
            for mail in mails
        ]
    )


async def empty(request: web.Request) -> web.Response:
    request.app[STORE].empty()
    raise web.HTTPSeeOther("/")


def _find(request: web.Request) -> Mail:
    mail = request.app[STORE].find(int(request.match_info["number"][:9]))
    if mail is None:
        raise web.HTTPNotFound(text="This mail is not there any more.")
    return mail


def _line(mail: Mail) -> str:
    told = f"{mail.came_at:%H:%M:%S}, to {', '.join(mail.recipients)}"
    return (
        f'<li><a href="/mails/{mail.number}">{escape(mail.subject)}</a><br><small>{escape(told)}</small></li>'
    )


def _page(title: str, body: str) -> web.Response:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    text = (
        f'<!doctype html><html lang="en"><head>{head}<style>{_LOOK}</style></head><body>{body}</body></html>'
    )
    return web.Response(text=text, content_type="text/html")
