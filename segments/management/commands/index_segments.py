"""`manage.py index_segments`: make the indexes that saved segments would be served by, now rather than with the job."""

from typing import Any

from access.commands import Audited
from segments.indexing import prepare_indexes


class Command(Audited):
    help = "Make indexes on subscribers for what saved segments ask, and drop those that none needs any more."

    def handle(self, *args: Any, **options: Any) -> None:
        made, dropped = prepare_indexes()
        self.stdout.write(f"{len(made)} indexes made, {len(dropped)} dropped.")
