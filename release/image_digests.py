"""`make image-digests`: pin each image of the Dockerfile to what its registry has under this version today.

A version can be pushed again; a digest cannot. Speaks the registry's own protocol, so it needs no Docker.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

DOCKERFILE = Path(__file__).resolve().parent.parent / "Dockerfile"
HUB = "https://registry-1.docker.io"
# An index of images for many machines, or the image of one.
KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
FROM = re.compile(
    r"^FROM (?P<image>[^\s@:]+(?::\d+/[^\s@:]+)?):(?P<version>[^\s@]+)(?:@sha256:[0-9a-f]{64})?", re.M
)
SECONDS = 15


class RegistryError(Exception):
    """The message says what the registry did."""


def main(file: Path = DOCKERFILE, hub: str = HUB) -> int:
    text = file.read_text()
    try:
        pinned = FROM.sub(lambda found: _pin(found["image"], found["version"], hub), text)
    except RegistryError as error:
        print(f"{error} Nothing was changed; run this where the registry can be reached.", file=sys.stderr)
        return 1
    file.write_text(pinned)
    print(
        "Nothing new."
        if pinned == text
        else f"{file.name} is pinned: look at the change, build, test, commit."
    )
    return 0


def _pin(image: str, version: str, hub: str) -> str:
    digest = find_digest(image, version, hub)
    print(f"{image}:{version}  {digest}")
    return f"FROM {image}:{version}@{digest}"


def find_digest(image: str, version: str, hub: str = HUB) -> str:
    """Worked out from what came, not believed from a header."""
    registry, name = _find_registry(image, hub)
    request = Request(f"{registry}/v2/{name}/manifests/{version}", headers={"Accept": ", ".join(KINDS)})  # noqa: S310
    try:
        try:
            manifest = _read(request)
        except HTTPError as refusal:
            if refusal.code != 401:
                raise
            request.add_header("Authorization", f"Bearer {_get_token(refusal.headers['WWW-Authenticate'])}")
            manifest = _read(request)
    except HTTPError as error:
        raise RegistryError(f"{registry} answers {error.code} for {image}:{version}.") from error
    except (URLError, OSError) as error:
        raise RegistryError(f"{registry} cannot be reached ({error}).") from error
    if json.loads(manifest).get("mediaType", KINDS[0]) not in KINDS:
        raise RegistryError(f"{registry} sent no image for {image}:{version}.")
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


def _find_registry(image: str, hub: str) -> tuple[str, str]:
    """As Docker reads names: the first part is a host if it looks like one, and the hub's own images are `library/…`."""
    host, _, rest = image.partition("/")
    if rest and (re.search(r"[.:]", host) or host == "localhost"):
        return f"https://{host}", rest
    return hub, image if rest else f"library/{image}"


def _get_token(challenge: str) -> str:
    given = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    query = urlencode({name: given[name] for name in ("service", "scope") if name in given})
    answer = json.loads(_read(Request(f"{given['realm']}?{query}")))  # noqa: S310  # the registry names it
    return str(answer.get("token") or answer["access_token"])


def _read(request: Request) -> bytes:
    with urlopen(request, timeout=SECONDS) as response:  # noqa: S310  # https, but for a registry in a test
        body: bytes = response.read()
    return body


if __name__ == "__main__":
    sys.exit(main())
