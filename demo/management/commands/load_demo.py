"""`manage.py load_demo`: the demo shop with its people, for trying Carillon out on one's own machine."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from access.commands import Audited
from access.keys import make_key
from access.models import Scope
from demo.loading import erase_demo, find_demo, load_demo
from demo.summary import describe_demo


class Command(Audited):
    help = (
        "Load the demo shop: its people, what they did in the last 60 days, segments and campaigns, "
        "and two accounts whose password everybody knows. For your own machine only."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--subscribers", type=int, default=2000, help="how many people (default: 2000)")
        parser.add_argument("--again", action="store_true", help="erase the demo shop first, if it is there")

    def handle(self, *, subscribers: int, again: bool, **options: Any) -> None:
        if subscribers < 1:
            raise CommandError("--subscribers needs a number of people, 1 or more.")
        site = find_demo()
        if site and not again:
            self.stdout.write(f"“{site}” is loaded already; --again erases it and loads it anew.")
            return
        if site:
            self.stdout.write(f"Erasing “{site}”")
            erase_demo(site)
        push_origin = self._find_push_service()
        with tqdm(total=subscribers, desc="Loading the demo shop", unit=" people", file=self.stderr) as bar:
            site = load_demo(
                subscribers=subscribers,
                push_origin=push_origin,
                now=timezone.now(),
                advance=bar.update,
            )
        self.stdout.write(describe_demo(site))
        _, secret = make_key(site=site, name="Demo backend", scopes=[Scope.INGEST, Scope.READ, Scope.PEOPLE])
        self.stdout.write(f"API    {settings.PUBLIC_URL}/api/v1/  with the key {secret} (shown only now)")

    def _find_push_service(self) -> str:
        if settings.PUSH_LOOPBACK_HOSTS:
            return f"http://{settings.PUSH_LOOPBACK_HOSTS[0]}"
        host = f"127.0.0.1:{settings.PORT + 1}"
        self.stderr.write(
            f"PUSH_LOOPBACK_HOSTS is not set: the demo’s devices are at {host}, "
            "and pushes reach them once the setting names that and a loopback push service listens there."
        )
        return f"http://{host}"
