"""A push service that takes everything and keeps nothing: HTTP/2 and HTTP/1.1 over TLS, in a process of its own (granian)."""

import datetime as dt
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "push.bench.example"
_READY = 30  # seconds


class Sink(NamedTuple):
    """Where it listens, and the certificate that it shows as `localhost` and as HOST."""

    port: int
    certificate: str


class _Application:
    """Granian's own interface (RSGI), which costs least."""

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        await protocol()
        protocol.response_empty(201, [])


application = _Application()


@contextmanager
def run_sink(home: Path) -> Iterator[Sink]:
    """Serve while the block runs."""
    certificate, key = _make_certificate(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(port, certificate, key))
    process.start()
    try:
        _wait(port)
        yield Sink(port, str(certificate))
    finally:
        process.terminate()
        process.join()


def _serve(port: int, certificate: Path, key: Path) -> None:
    from granian import Granian  # noqa: PLC0415 - the bench's alone, and in this process alone
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415

    Granian(
        "bench.delivery.sink:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.auto,
        ssl_cert=certificate,
        ssl_key=key,
        log_enabled=False,
    ).serve()


def _wait(port: int) -> None:
    deadline = time.monotonic() + _READY
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The sink does not listen.")


def _make_certificate(home: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = (
        builder.not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = home / "sink.pem", home / "sink.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, secret
