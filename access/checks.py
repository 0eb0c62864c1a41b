"""System checks about keys, for `check --deploy`."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's own name

from access.legacy_tokens import tokens_have_ended


def check_tokens(**kwargs: Any) -> list[CheckMessage]:
    if tokens_have_ended(now=dt.datetime.now(dt.UTC)):
        return []
    return [
        Warning(
            f"Tokens of persons still count, until {settings.LEGACY_TOKENS_UNTIL:%-d %B %Y}: each may do all that its person may, on every site.",
            hint="Make a key for each program (docs/keys.md), then set LEGACY_TOKENS_UNTIL to a day that has passed.",
            id="carillon.W020",
        )
    ]
