"""`python -m pushservice --port 8001`: serve until interrupted."""

import argparse

from aiohttp import web

from pushservice.app import REMEMBER, create_app

SHUTDOWN_TIMEOUT = 1.0  # seconds given to pushes still being answered


def main() -> None:
    """Read the flags and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m pushservice", description="A web push service for loopback use."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--remember",
        type=int,
        default=REMEMBER,
        help="how many received pushes to keep for /control/received (default: %(default)s)",
    )
    flags = parser.parse_args()
    app = create_app(remember=flags.remember)
    web.run_app(app, host=flags.host, port=flags.port, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT)


if __name__ == "__main__":
    main()
