"""What is written down of log-ins: who came and went, who could not, and what changed about how they come in."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest

logger = logging.getLogger(__name__)


def note(request: HttpRequest | None, action: str, user: Any, **facts: Any) -> None:
    """One line for one thing that happened; no password and no code is ever among the facts."""
    logger.info("%s: %s %s", action, user, facts or "")
