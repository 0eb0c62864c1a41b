"""Delivery tokens: what a device shows to prove that its feedback is about a message we sent it."""

from typing import NamedTuple

from django.core.signing import BadSignature, Signer

_SALT = "campaigns.delivery"


class InvalidTokenError(ValueError):
    """Not a token that this installation signed."""


class DeliveryKey(NamedTuple):
    """Names one delivery: the primary key of its row."""

    campaign_id: int
    occurrence: int
    subscriber_id: int


def sign_token(key: DeliveryKey) -> str:
    """A short text that names a delivery and cannot be made up."""
    return Signer(salt=_SALT).sign(".".join(str(part) for part in key))


def read_token(token: str) -> DeliveryKey:
    """The delivery that a token names; InvalidTokenError if we did not sign it."""
    try:
        campaign, occurrence, subscriber = Signer(salt=_SALT).unsign(token).split(".")
    except (BadSignature, ValueError) as error:
        raise InvalidTokenError("The token is not one that came with a push from here.") from error
    return DeliveryKey(int(campaign), int(occurrence), int(subscriber))
