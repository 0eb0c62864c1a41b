"""Everything that is sent here is UTF-8, whatever its Content-Type calls it."""

from django.core.handlers.wsgi import WSGIRequest


class UTF8Request(WSGIRequest):
    """Django reads even the address by the charset of the body, and breaks off where that is none for text, like hex.

    Forms are UTF-8 by their standard (and JSON by RFC 8259), so that nothing is lost.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, named: str) -> None:
        """What the Content-Type says is passed over; who reads a body looks at it there."""
