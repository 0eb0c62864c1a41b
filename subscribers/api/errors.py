"""Refusals that the management door gives besides DRF's own."""

from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """409: the request is understood, but the thing is in a state that does not allow it. Say which would."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class LengthRequired(APIException):
    """411: a body came in pieces, and nobody knows how long it is; the server gives us nothing of it."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = "Send the body in one piece, with a Content-Length."


class TooLarge(APIException):
    """413: more than is taken at once."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class UnknownCoding(APIException):
    """415: the body is JSON, but written in a way that is not read here."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported_media_type"
