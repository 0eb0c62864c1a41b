"""Templates that would take a server's time or memory: refused by every way to a message, in little of either."""

import datetime as dt
import tracemalloc
from time import process_time
from typing import Any

import pytest

from campaigns.rendering import RenderingError, check_link, check_message, compile_message
from campaigns.rendering.templates import read_template
from subscribers.models import Site
from tests import factories

SECONDS, MEGABYTES = 3.0, 20.0  # far more than any takes on an idle machine, far less than any took before


def repeat(text: str, times: int) -> str:
    return text * times


GROW = "{% assign s = 'aaaaaaaaaa' %}"
HOSTILE = {
    "nested loops": repeat("{% for a in (1..900) %}", 4) + "x" + repeat("{% endfor %}", 4),
    "a long range": "{% for a in (1..99999999999999999999) %}x{% endfor %}",
    "a range as text": "{{ (1..100000000) | join: '' | size }}",
    "a range of texts": "{% for a in ('1'..'99999999999') %}x{% endfor %}",
    "rows of a table": "{% tablerow a in (1..9999999) cols: 1 %}x{% endtablerow %}",
    "replace": GROW + repeat("{% assign s = s | replace: 'a', 'aaaaaaaaaa' %}", 8) + "{{ s | size }}",
    "replace nothing": GROW + repeat("{% assign s = s | replace: '', 'aaaaaaaaaa' %}", 8) + "{{ s }}",
    "append": GROW + repeat("{% assign s = s | append: s %}", 40) + "{{ s | size }}",
    "capture": GROW + repeat("{% capture s %}{{ s }}{{ s }}{{ s }}{% endcapture %}", 30) + "{{ s | size }}",
    "split and join": "{{ subscriber.big | split: '' | join: subscriber.big | size }}",
    "concat": "{% assign p = subscriber.big | split: '' %}" + repeat("{% assign p = p | concat: p %}", 30) + "{{ p | size }}",
    "times": "{% assign x = 9 %}" + repeat("{% assign x = x | times: x %}", 60) + "{{ x }}",
    "escape": "{% assign s = '&&&&' %}" + repeat("{% assign s = s | escape %}", 80) + "{{ s }}",
    "url_encode": "{% assign s = '💥💥' %}" + repeat("{% assign s = s | url_encode %}", 60) + "{{ s }}",
    "base64": GROW + repeat("{% assign s = s | base64_encode %}", 60) + "{{ s }}",
    "upcase that grows": repeat("{{ 'ﬃﬃﬃﬃﬃﬃﬃﬃﬃﬃ' | upcase | append: subscriber.big }}", 30),
    "indented json": "{{ subscriber.tree | json: 100000000 }}",
    "a wide date": "{{ 'now' | date: '%999999999Y' }}",
    "many conditions": "{% if " + " or ".join(["subscriber.a"] * 140) + " %}x{% endif %}",
    "deep conditions": repeat("{% if 1 %}", 120) + repeat("{%endif%}", 80),
    "deep brackets": "{{ " + repeat("a[", 900) + "1" + repeat("]", 900) + " }}",
    "include": "{% include 'settings' %}",
    "render": "{% render 'settings' %}",
    "a huge source": "{{ subscriber.a }}" + repeat("x", 5_000_000),
    "huge and open": repeat("{{ ", 1_000_000),
    "a tree as text": "{{ subscriber.tree }}",
    "a tree compared": "{% if subscriber.tree == subscriber.tree %}x{% endif %}{{ subscriber.tree | size }}",
    "a tree in turns": "{% cycle subscriber.tree, 'a' %}",
    "strip_html": "{% assign s = '<script' %}" + repeat("{% assign s = s | append: s %}", 10) + repeat("{{ s | strip_html }}", 30),
    "cycle in loops": "{% for i in (1..999) %}{% cycle " + ",".join(["'a'"] * 300) + " %}{% endfor %}",
}  # fmt: skip


def make_tree() -> Any:
    """A small value by its references, and more than a disk holds once it is written down."""
    tree: Any = ["x" * 1000] * 100
    for _ in range(5):
        tree = [tree] * 100
    return tree


PERSON = {"big": "x" * 2000, "tree": make_tree(), "a": 1}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_no_template_takes_the_time_or_memory_of_a_server(source: str, now: dt.datetime) -> None:
    began = process_time()
    tracemalloc.start()
    try:
        read_template(source).fill(PERSON, clock=now)
    except RenderingError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MEGABYTES * 2**20
    assert process_time() - began < SECONDS


@pytest.mark.parametrize("kind", ["nested loops", "replace", "a range as text", "a huge source", "append"])
def test_every_way_to_a_message_is_bounded(site: Site, now: dt.datetime, kind: str) -> None:
    """Launch check, dry run and sender read and render by the same functions; each is gone through here."""
    campaign = factories.make_campaign(site, title="Hello")
    campaign.body = HOSTILE[kind]  # as a form or a preview brings it
    began = process_time()

    assert check_message(campaign)
    with pytest.raises(RenderingError):
        compile_message(campaign).fill(PERSON, clock=now, token="")
    assert process_time() - began < SECONDS


def test_what_was_read_or_checked_is_remembered_within_bounds() -> None:
    with pytest.raises(RenderingError, match="too long"):
        check_link("https://shop.example/" + "x" * 2_000_000)
    assert (read_template.cache_info().maxsize or 0) <= 200
