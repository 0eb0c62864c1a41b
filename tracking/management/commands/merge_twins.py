"""`manage.py merge_twins`: customers whose ids look the same become one, after an update that brought ids into one form."""

from typing import Any

from django.utils import timezone

from access.commands import Audited
from tracking.twins import merge_twins


class Command(Audited):
    help = "Merge customers whose ids differ only in how letters are composed, or in blanks at the ends."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{merge_twins(now=timezone.now()):,} people turned out to be somebody else.")
