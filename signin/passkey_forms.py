"""allauth's forms for passkeys. What a browser sends in them is anybody's: whatever it is, it is right or not right."""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
# What the libraries below say of answers that are none.
_FAULTS = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, struct.error),
    *(InvalidSignature, UnsupportedAlgorithm),
)
_LONGEST = 64 * 1024


class CredentialField(forms.JSONField):
    """An object in JSON, of a size that a browser sends."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > _LONGEST:
            raise get_adapter().validation_error("incorrect_code")
        try:
            found = super().to_python(value)
        except RecursionError:
            raise get_adapter().validation_error("incorrect_code") from None
        if found not in self.empty_values and not isinstance(found, dict):
            raise get_adapter().validation_error("incorrect_code")
        return found


class Guarded(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        parent: Any = super()
        return (
            _judge(parent.clean_credential)
            if hasattr(parent, "clean_credential")
            else self.cleaned_data["credential"]
        )


class AddForm(Guarded, AddWebAuthnForm):
    """A new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        field = self.fields["passwordless"]
        field.label, field.initial = "Log in with it alone, without a password", True
        field.help_text = "Your browser then asks for your finger, your face or a PIN."

    def clean(self) -> Any:
        return _judge(super().clean)


class SecondFactorForm(Guarded, AuthenticateWebAuthnForm):
    """After the password."""


class PasskeyForm(Guarded, LoginWebAuthnForm):
    """In place of name and password."""


class PasskeyAgainForm(Guarded, ReauthenticateWebAuthnForm):
    """Asked again before something that matters."""


def _judge(check: Callable[[], _T]) -> _T:
    try:
        return check()
    except ValidationError:
        raise
    except _FAULTS as error:
        logger.info("What came in place of a passkey could not be read: %r", error)
        raise get_adapter().validation_error("incorrect_code") from error
