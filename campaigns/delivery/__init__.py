"""Sending what is due: claim → last look → render → transport → receipts → outcomes (turns.py tells the story)."""

from campaigns.delivery.testing import TestResult, send_test
from campaigns.delivery.turns import deliver_next, keep_delivering

__all__ = ["TestResult", "deliver_next", "keep_delivering", "send_test"]
