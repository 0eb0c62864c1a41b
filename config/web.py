"""What the web server calls for each request: Carillon's WSGI application, which nobody slow ever holds up.

A request is handed to a thread when all of it is there, and its answer is given back whole; so a client who takes its time
over a body, or over reading, costs memory for what is on its way, and no thread. What is read is bounded by the address that
is asked and by time, before it is read.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any, NamedTuple

from django.conf import settings

from config.files import find_limit_of_files, may_bring_files, takes_files
from config.turning_away import turn_away
from config.wsgi import application as wsgi

LARGE = 256 * 1024  # bytes; larger answers wait on disk until they are read
SECONDS_TO_OPEN = 60  # in which the server has surely opened such a file
SURROUNDINGS = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}

Headers = list[tuple[str, str]]
Environ = dict[str, Any]


class Answer(NamedTuple):
    """All of it; what is large lies in a file, which the server sends without us."""

    status: int
    headers: Headers
    body: bytes = b""
    path: str = ""
    is_passing: bool = False  # the file is this answer's alone


class _TurnedAwayError(Exception):
    """The body is not taken: says why, by status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class WebApplication:
    """One for each process of the web server (RSGI, granian's own interface)."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="request")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.proto != "http":
            protocol.close(404)
            return
        environ = make_environ(scope)
        loop = asyncio.get_running_loop()
        try:
            body = await self._read_body(environ, protocol)
        except _TurnedAwayError as refusal:
            said = turn_away(environ, refusal.status, str(refusal))
            headers = [(name.lower(), value) for name, value in said.items()]
            protocol.response_bytes(said.status_code, headers, said.content)
            return
        environ["wsgi.input"] = BytesIO(body or b"")
        if body is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        answer = await loop.run_in_executor(self._threads, call, environ)
        await _give(protocol, answer)

    async def _read_body(self, environ: Environ, protocol: Any) -> bytes | None:
        """None: it is not read, and the application, which reads as promised, says why not. Whatever a header promises, no more than is taken at this address is ever held."""
        promised = environ.get("CONTENT_LENGTH", "")
        if not promised and "HTTP_TRANSFER_ENCODING" not in environ:
            return b""
        if promised and not (promised.isascii() and promised.isdecimal()):
            raise _TurnedAwayError(400, "Content-Length must be a whole number.")
        most = max(int(settings.REQUEST_MAX_BYTES), int(settings.TRACK_MAX_BYTES))
        seconds = int(settings.REQUEST_SECONDS)
        if int(promised or most + 1) > most and takes_files(environ["PATH_INFO"]):
            loop = asyncio.get_running_loop()
            if await loop.run_in_executor(self._threads, may_bring_files, dict(environ)):
                most, seconds = find_limit_of_files(), 10 * seconds
        if int(promised or 0) > most:
            return None
        return await _read(protocol, most, seconds)


async def _read(protocol: Any, most: int, seconds: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in protocol:
                body += chunk
                if len(body) > most:
                    raise _TurnedAwayError(413, f"A request may have at most {most:,} bytes here.")
    except TimeoutError:
        raise _TurnedAwayError(408, f"The body took longer than {seconds} seconds.") from None
    return bytes(body)


async def _give(protocol: Any, answer: Answer) -> None:
    if not answer.path:
        protocol.response_bytes(answer.status, answer.headers, answer.body)
        return
    protocol.response_file(answer.status, answer.headers, answer.path)
    if answer.is_passing:  # what is open may be deleted
        asyncio.get_running_loop().call_later(SECONDS_TO_OPEN, os.unlink, answer.path)


def make_environ(scope: Any) -> Environ:
    """PEP 3333. A name with an underscore, which would look like another with a dash, is left out."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        **SURROUNDINGS,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _to_wsgi(scope.path),
        "QUERY_STRING": _to_wsgi(scope.query_string),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.file_wrapper": _File,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        said = _to_wsgi(value)
        environ[key] = (
            f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{said}" if key in environ else said
        )
    return environ


def _to_wsgi(text: str) -> str:
    """The bytes as they came, as PEP 3333 wants them."""
    return text.encode(errors="surrogateescape").decode("latin-1")


class _File:
    """What an answer consists of, if it is a file."""

    def __init__(self, file: IO[bytes], size: int = LARGE) -> None:
        self._file = file

    @property
    def path(self) -> str:
        """Of a whole one; empty: it is a part of one, or lies in memory."""
        name = getattr(self._file, "name", None)
        return name if isinstance(name, str) else ""

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._file.read(LARGE), b"")

    def close(self) -> None:
        self._file.close()


def call(environ: Environ) -> Answer:
    """All that a thread does for a request."""
    told: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
        told[:] = [(status, headers)]
        return _refuse_to_write

    content = wsgi(environ, start_response)
    status, headers = told[0]
    code, lower = int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers]
    try:
        if isinstance(content, _File) and content.path and code == HTTPStatus.OK:
            return Answer(code, lower, path=content.path)
        return _collect(code, lower, content)
    finally:
        close = getattr(content, "close", None)
        if close:
            close()


def _collect(code: int, headers: Headers, content: Iterable[bytes]) -> Answer:
    spool = tempfile.SpooledTemporaryFile(max_size=LARGE)  # noqa: SIM115  # it is closed below
    with spool:
        for part in content:
            spool.write(part)
        size = spool.tell()
        spool.seek(0)
        if size <= LARGE:
            return Answer(code, headers, spool.read())
        with tempfile.NamedTemporaryFile(prefix="carillon-answer-", delete=False) as kept:
            shutil.copyfileobj(spool, kept, LARGE)
        return Answer(code, headers, path=kept.name, is_passing=True)


def _refuse_to_write(data: bytes) -> None:
    raise NotImplementedError("Answers are returned, not written.")


application = WebApplication()
