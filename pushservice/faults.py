"""Ways for an answer not to arrive: what a sender meets on a bad day, on order."""

import asyncio
import socket
import struct

from aiohttp import web

from pushservice.answers import Fault

_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: closing sends RST
_LOOK = 0.05  # seconds between two looks at whether the sender has hung up


async def break_off(request: web.Request, fault: Fault) -> web.Response:
    """Spoil the connection of a request. What is returned goes nowhere: the connection is gone by then."""
    if fault == "never":
        await _wait_until_gone(request)
    elif request.transport is not None:
        if fault == "garbage":
            request.transport.write(b"\x00\xffding dong\r\n\r\n")
            request.transport.close()
        else:
            _reset(request.transport)
    return web.Response()


def _reset(transport: asyncio.Transport) -> None:
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()


async def _wait_until_gone(request: web.Request) -> None:
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(_LOOK)
