"""Posting many small bodies at the same time over few connections: HTTP/2 where the other side speaks it (libcurl)."""

import datetime as dt
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import certifi
import pycurl

from campaigns.transports.addresses import AddressCheck, is_public, open_socket

_CONNECT_TIMEOUT = 5_000  # ms
_CONNECTIONS = 50  # to one host at most; over HTTP/2 each carries a hundred posts at a time
_BURST = 64  # begun before the network is looked after
_TEXT, _LONGEST = 1_000, 65_536  # bytes of an answer: kept, and read before we hang up
_NOTHING_TO_WATCH = 0.002  # seconds to wait while, say, a name is being looked up
_REMARK = b"x-wns-"  # Microsoft says in headers what others say in the body
_NO_REMARKS: Mapping[str, str] = {}
_WHY = {
    pycurl.E_COULDNT_RESOLVE_HOST: "its name could not be looked up",
    pycurl.E_COULDNT_CONNECT: "no connection",
    pycurl.E_OPERATION_TIMEDOUT: "timed out",
    pycurl.E_SSL_CONNECT_ERROR: "no secure connection",
    pycurl.E_PEER_FAILED_VERIFICATION: "its certificate is not valid",
}


class Network(NamedTuple):
    """How the internet is reached. `connect_to` is libcurl's CURLOPT_CONNECT_TO: other machines that play its hosts."""

    allows: AddressCheck = is_public
    certificates: str = certifi.where()
    connect_to: tuple[str, ...] = ()


class Post(NamedTuple):
    """One body for one URL; `allows` says which addresses its host may have."""

    place: int
    url: str
    headers: list[str]
    body: bytes
    allows: AddressCheck


class Answer(NamedTuple):
    """What came back. `status` is 0 where nothing did; then `text` says why. `retry_after` is in seconds, 0: none.

    `remarks` are the headers that some push services explain themselves in, by their names in small letters.
    """

    status: int
    retry_after: int
    text: str
    remarks: Mapping[str, str] = _NO_REMARKS


class Poster:
    """A pool of connections, kept open from call to call. For one thread."""

    def __init__(self, *, in_flight: int, timeout: dt.timedelta, network: Network) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, _CONNECTIONS)
        self._in_flight, self._timeout, self._network = in_flight, timeout, network
        self._idle: list[_Exchange] = []
        self._busy: dict[Any, _Exchange] = {}

    def close(self) -> None:
        for exchange in self._idle:
            exchange.curl.close()
        self._multi.close()

    def post_all(self, posts: Iterator[Post]) -> dict[int, Answer]:
        """Post them all, and wait until each was answered or gave up; by place. Posts are drawn as there is room."""
        answers: dict[int, Answer] = {}
        drained = False
        try:
            while not drained or self._busy:
                wanted = min(_BURST, self._in_flight - len(self._busy))
                begun = 0 if drained else self._begin(islice(posts, wanted))
                drained = drained or begun < wanted
                self._multi.perform()
                finished = self._collect(answers)
                if not (begun or finished) and self._busy:
                    self._wait()
        finally:
            for curl in list(self._busy):
                self._release(curl)
        return answers

    def _begin(self, posts: Iterator[Post]) -> int:
        begun = 0
        for post in posts:
            exchange = self._idle.pop() if self._idle else _Exchange(self._network, self._timeout)
            exchange.begin(post)
            self._busy[exchange.curl] = exchange
            self._multi.add_handle(exchange.curl)
            begun += 1
        return begun

    def _collect(self, answers: dict[int, Answer]) -> int:
        found = 0
        while True:
            left, finished, failed = self._multi.info_read()
            ended = [(curl, 0) for curl in finished] + [(curl, error) for curl, error, _ in failed]
            for curl, error in ended:
                exchange = self._release(curl)
                answers[exchange.place] = exchange.read_answer(error)
            found += len(ended)
            if not left:
                return found

    def _release(self, curl: Any) -> "_Exchange":
        self._multi.remove_handle(curl)
        exchange = self._busy.pop(curl)
        exchange.end()
        self._idle.append(exchange)
        return exchange

    def _wait(self) -> None:
        if self._multi.select(1.0) < 0:
            time.sleep(_NOTHING_TO_WATCH)


class _Exchange:
    """One post and its answer; made once and used again."""

    def __init__(self, network: Network, timeout: dt.timedelta) -> None:
        self.curl = pycurl.Curl()
        self.place = 0
        self._headers: Sequence[str] = ()
        self._allows = network.allows
        self._refused = False
        self._sockets: list[socket.socket] = []
        self._text = bytearray()
        self._remarks: dict[str, str] = {}
        for option, value in _list_options(network, timeout):
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._take)
        self.curl.setopt(pycurl.HEADERFUNCTION, self._take_header)

    def begin(self, post: Post) -> None:
        self.place, self._allows, self._refused = post.place, post.allows, False
        self._text.clear()
        self._remarks = {}
        self.curl.setopt(pycurl.URL, post.url)
        # Whether a connection can be shared is known from its handshake on, and without one never.
        self.curl.setopt(pycurl.PIPEWAIT, post.url.startswith("https:"))
        self.curl.setopt(pycurl.POSTFIELDS, post.body)
        if post.headers is not self._headers:
            self.curl.setopt(pycurl.HTTPHEADER, post.headers)
            self._headers = post.headers

    def end(self) -> None:
        """libcurl has a copy of each socket that it was given."""
        while self._sockets:
            self._sockets.pop().close()

    def read_answer(self, error: int) -> Answer:
        """The status line is the answer, however the rest of it ended."""
        status = int(self.curl.getinfo(pycurl.RESPONSE_CODE))
        if 200 <= status < 300 and not self._remarks:
            return Answer(status, 0, "")
        if status >= 200:
            text = self._text[:_TEXT].decode("utf-8", "replace")
            return Answer(status, self._read_retry_after(), text, self._remarks)
        if self._refused:
            return Answer(0, 0, "its name leads to an address that is not on the public internet")
        return Answer(0, 0, _WHY.get(error, "the connection broke off"))

    def _read_retry_after(self) -> int:
        """In seconds, even where a date was given."""
        return int(self.curl.getinfo(pycurl.RETRY_AFTER))

    def _open(self, _: int, address: Any) -> socket.socket | int:
        opened = open_socket(self._allows, address)
        if opened is None:
            self._refused = True
            return int(pycurl.SOCKET_BAD)
        self._sockets.append(opened)
        return opened

    def _take_header(self, line: bytes) -> None:
        if line[: len(_REMARK)].lower() == _REMARK:
            name, _, value = line.decode("latin-1").partition(":")
            self._remarks[name.lower()] = value.strip()[:_TEXT]

    def _take(self, piece: bytes) -> int:
        self._text += piece
        return len(piece) if len(self._text) <= _LONGEST else 0


def _list_options(network: Network, timeout: dt.timedelta) -> list[tuple[int, Any]]:
    return [
        (pycurl.CAINFO, network.certificates),
        (pycurl.CONNECT_TO, list(network.connect_to)),
        (pycurl.CONNECTTIMEOUT_MS, _CONNECT_TIMEOUT),
        # Redirects could lead off the list of allowed hosts, and a proxy looks names up itself.
        (pycurl.FOLLOWLOCATION, 0),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
        (pycurl.NOSIGNAL, 1),
        (pycurl.POST, 1),
        (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
        (pycurl.PROXY, ""),
        (pycurl.TIMEOUT_MS, int(timeout.total_seconds() * 1000)),
        (pycurl.USERAGENT, "Carillon"),
    ]
