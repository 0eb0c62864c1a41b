"""The web server: `python -m config.serving`, here, in containers and in the attacks that it must stand."""

import argparse
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

MOST_REQUESTS = 4096  # in hand at once, slow ones included, of one process
SECONDS_FOR_HEADERS = 10
SECONDS_TO_STOP = 15  # for requests in hand


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes; each has WEB_THREADS threads")
    options = parser.parse_args(arguments)
    server = Granian(
        "config.web:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.RSGI,
        workers=options.workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=SECONDS_FOR_HEADERS * 1000),
        websockets=False,
        backlog=1024,
        backpressure=MOST_REQUESTS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_STOP,
    )
    server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
