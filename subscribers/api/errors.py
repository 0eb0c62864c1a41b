"""Refusals that the management door gives besides DRF's own."""

from rest_framework import status
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """409: the request is understood, but the thing is in a state that does not allow it. Say which would."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
