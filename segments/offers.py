"""What the gallery of ready-made segments offers to one site: each in words, with what is not there yet."""

from typing import NamedTuple

from segments.definitions import read_names
from segments.gallery import GALLERY, Node, ReadyMade, write_example, write_rule
from segments.rules import Names, describe_rule, parse_rule
from segments.rules.seen import Seen, Use, list_unseen
from segments.seen import read_seen
from subscribers.models import Place, Site


class Offer(NamedTuple):
    """`needs`: remarks like “Needs the event “purchase”, which has not been seen yet.” They forbid nothing."""

    entry: ReadyMade
    sentence: str
    needs: list[str]


def list_offers(site: Site) -> dict[str, list[Offer]]:
    """Everything in the gallery, by group."""
    seen, place, names = read_seen(site), find_place(site), read_names(site)
    return {
        group: [_make_offer(entry, place, seen, names) for entry in entries]
        for group, entries in GALLERY.items()
    }


def prefill_rule(entry: ReadyMade, site: Site) -> Node:
    """The rule document with which the builder starts."""
    return write_rule(entry, find_place(site))


def find_place(site: Site) -> Place | None:
    """The site's first place: the one it has had longest."""
    return Place.objects.filter(site=site).order_by("pk").first()


def _make_offer(entry: ReadyMade, place: Place | None, seen: Seen, names: Names) -> Offer:
    rule = parse_rule(write_example(entry, place))
    needs = [_say_need(use) for use in list_unseen(rule, seen)]
    if entry.miles and place is None:
        needs.append("Needs a place, and this site has none yet: add one, or give a point on the map.")
    return Offer(entry, describe_rule(rule, names), needs)


def _say_need(use: Use) -> str:
    return f"Needs {use.label}, which {'has not been seen' if use.event else 'no subscriber has'} yet."
