"""`manage.py seal_secrets`: seal every secret in the database with the newest key, so that older keys may go."""

from typing import Any

from django.core.management.base import CommandError

from access.commands import Audited
from subscribers.sealed_fields import seal_all_anew


class Command(Audited):
    help = "Seal all secrets in the database with the first of SECRETS_KEYS. Former keys may go afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        count, unreadable = seal_all_anew()
        self.stdout.write(f"{count} secrets were sealed with the newest key.")
        if unreadable:
            raise CommandError("\n".join(unreadable))
