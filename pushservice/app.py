"""The doors of the service, put together."""

from aiohttp import web
from aiohttp.typedefs import Handler

from pushservice import control, push
from pushservice.answers import ANSWERS, Answers
from pushservice.browser import close_connections, talk_to_browser
from pushservice.ledger import LEDGER, Ledger
from pushservice.store import STORE, Store

REMEMBER = 10_000


@web.middleware
async def refuse_unreadable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 400 to a request whose Host makes no URL or whose body is not in the encoding it names."""
    try:
        request.url.origin()
    except ValueError as error:
        return web.Response(status=400, text=f"The Host header is wrong: {error}")
    try:
        return await handler(request)
    except web.RequestPayloadError as error:
        return web.Response(status=400, text=str(error))


def create_app(*, remember: int = REMEMBER) -> web.Application:
    """A service that knows nobody yet and remembers the last `remember` pushes."""
    app = web.Application(middlewares=[refuse_unreadable])
    app[STORE] = Store()
    app[LEDGER] = Ledger(remember)
    app[ANSWERS] = Answers()
    app.add_routes(
        [
            web.get("/", talk_to_browser),
            web.post("/push/{token}", push.receive_push),
            web.delete("/message/{id}", push.withdraw_message),
            web.put("/control/answers/{token}", control.script_answers),
            web.get("/control/received", control.list_received),
            web.delete("/control/received", control.clear_received),
            web.get("/control/counts", control.count_received),
        ]
    )
    app.on_shutdown.append(close_connections)
    return app
