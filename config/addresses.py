"""Where the database and the broker are, and the key that signs: what the settings read at start."""

import json
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

ADDRESSES = "servers.json"


def read_addresses(home: Path) -> dict[str, str]:
    """DATABASE_URL and BROKER_URL: from the environment, else from embedded servers that run."""
    file = home / ADDRESSES
    found: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    return {name: os.environ.get(name) or found.get(name, "") for name in ("DATABASE_URL", "BROKER_URL")}


def read_secret_key(home: Path) -> str:
    """The key made at the first start and kept, so that sessions and signed tokens outlive a restart."""
    file = home / "secret_key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        _write_once(file, secrets.token_urlsafe(50))
    return file.read_text().strip()


def write_for_us_alone(file: Path, text: str) -> None:
    """In place of what was there, whoever was allowed to read that."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(file)


def _write_once(file: Path, text: str) -> None:
    """All of it or nothing, for our eyes only, and never over what another process wrote in the meantime."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as draft, suppress(FileExistsError):
        draft.write(text)
        draft.flush()
        os.link(draft.name, file)
