"""`manage.py set_aside`: the operations that could not be applied; with `retry` or `discard`, what becomes of them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from access.commands import Audited
from tracking.setting_aside import discard, list_set_aside, say_what, say_why, try_again

SHOWN = 100


class Command(Audited):
    help = "List the operations that could not be applied and were set aside; try them again, or discard them for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", choices=["list", "retry", "discard"], default="list")
        parser.add_argument("ids", nargs="*", type=int, help="the numbers of those that are meant")
        parser.add_argument("--all", action="store_true", help="all of them are meant")

    def handle(self, *args: Any, **options: Any) -> None:
        items = list_set_aside()
        if options["ids"]:
            items = items.filter(pk__in=options["ids"])
        match options["action"]:
            case "list":
                for item in items[:SHOWN]:
                    self.stdout.write(
                        f"{item.pk}  {item.site}  {item.failed_at:%Y-%m-%d %H:%M:%S} UTC  {say_what(item)}"
                    )
                    self.stdout.write(f"    {item.failure}\n    {say_why(item)}")
                self.stdout.write(f"{items.count():,} set aside.")
            case _ if not (options["ids"] or options["all"]):
                raise CommandError("Say which: their numbers, or --all.")
            case "retry":
                self.stdout.write(f"{try_again(items):,} go back into the inbox.")
            case "discard":
                self.stdout.write(f"{discard(items):,} discarded.")
