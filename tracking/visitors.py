"""What the connection shows of a visitor."""

from django.http import HttpRequest

from access.addresses import read_address
from subscribers.devices import LONGEST_USER_AGENT
from tracking.ingestion import Visitor


def read_visitor(request: HttpRequest) -> Visitor:
    user_agent = "".join(
        character for character in request.headers.get("User-Agent", "") if character.isprintable()
    )
    return Visitor(ip=read_address(request), user_agent=user_agent[:LONGEST_USER_AGENT])
