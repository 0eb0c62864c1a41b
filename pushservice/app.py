"""The doors of the service, put together."""

from aiohttp import web

from pushservice import control, push
from pushservice.answers import ANSWERS, Answers
from pushservice.browser import close_connections, talk_to_browser
from pushservice.ledger import LEDGER, Ledger
from pushservice.store import STORE, Store

REMEMBER = 10_000


def create_app(*, remember: int = REMEMBER) -> web.Application:
    """A service that knows nobody yet and remembers the last `remember` pushes."""
    app = web.Application()
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
