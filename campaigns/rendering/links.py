"""Where a link leads, read as browsers read it (WHATWG URL), and stricter where they would open nothing or guess."""

import functools
import re
from urllib.parse import urlsplit

from ada_url import URL, HostType
from django.conf import settings

from campaigns.rendering.errors import RenderingError

_SITE = "https://site.invalid/"  # stands for the site, whose pages are named from / on
_WEB = re.compile(r"https?://(?P<host>[^/\\?#]+)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_LABELS = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_LONGEST_HOST = 253
_LONGEST = 4096  # characters
_RIGHT = "one begins with https://, and a page of the site itself with /"


@functools.lru_cache(maxsize=4096)
def check_link(link: str) -> str:
    """The link without blanks around it; RenderingError if a browser would open nothing with it, or another page.

    Empty is a link too: to the site.
    """
    link = link.strip()
    if len(link) > _LONGEST:  # it would fit into no push, and what is good is remembered
        raise RenderingError(f"“{link[:100]}…” is too long: a link may have {_LONGEST:,} characters.")
    if link and (problem := _find_problem(link)):
        end = "" if problem.endswith("?") else "."
        raise RenderingError(f"“{link[:100]}” is not a web address: {problem}{end}")
    return link


def _find_problem(link: str) -> str:
    if _CONTROLS.search(link):
        return "it holds a line break or another control character"
    if link.startswith("//"):
        link = f"https:{link}"
    if link.startswith("/"):
        return _find_path_problem(link)
    web = _WEB.match(link)
    if web is None:
        return _guess_meaning(link)
    try:
        url = URL(link)
    except ValueError:
        return "browsers cannot read it"
    if "@" in web["host"]:
        return "a name and @ before the host are not taken"
    return _find_host_problem(url, web["host"])


def _find_path_problem(path: str) -> str:
    """A backslash is a slash to browsers, so that a path can lead to another host."""
    try:
        return "" if URL(path, base=_SITE).href.startswith(_SITE) else _RIGHT
    except ValueError:
        return _RIGHT


def _find_host_problem(url: URL, written: str) -> str:
    host = url.hostname
    if url.host_type == HostType.IPV6:
        return ""
    if url.host_type == HostType.IPV4:
        return "" if written.split(":", maxsplit=1)[0] == host else f"browsers take its host for {host}"
    if not _LABELS.fullmatch(host) or len(host) > _LONGEST_HOST:
        return f"no host is called “{host[:100]}”"
    if "." not in host and host != "localhost" and not _takes_bare_names():
        return f"“{host}” is no whole name of a host, like shop.example"
    return ""


def _takes_bare_names() -> bool:
    """Where this server itself is reached by a bare name, so may be others of its network."""
    own = urlsplit(settings.PUBLIC_URL).hostname or ""
    return own not in ("", "localhost") and "." not in own and ":" not in own


def _guess_meaning(link: str) -> str:
    first = re.split(r"[/?#]", link, maxsplit=1)[0]
    if "." in first and ":" not in first and not _find_problem(f"https://{link}"):
        return f"did you mean https://{link[:100]}?"
    return _RIGHT
