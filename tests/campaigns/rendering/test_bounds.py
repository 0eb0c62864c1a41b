"""Whatever a template holds, it comes to an end soon, in little memory, and says so."""

import datetime as dt
import tracemalloc
from time import thread_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rendering import RenderingError, check_template, read_template
from campaigns.rendering.bounds import LARGEST, LONGEST_SOURCE, measure

CLOCK = dt.datetime(2026, 11, 30, 9, 30, tzinfo=dt.UTC)
SOON = 2.0  # seconds of computing, on a busy machine
LITTLE = 20 * 1024 * 1024
PERSON: dict[str, Any] = {
    "text": "<a b='c" * 1_000, "long": "ß🔔" * 100_000, "items": list(range(1_500)), "words": ["ab", "c"] * 400,
    "number": 10**15, "negative": -3, "nested": [[["x"] * 50] * 20] * 10, "nothing": None, "yes": True,
}  # fmt: skip


def fill(text: str, /, **values: Any) -> str:
    return read_template(text).fill(values, clock=CLOCK)


def try_out(text: str) -> str:
    """What comes of it, in time."""
    started = thread_time()
    try:
        return fill(text, **PERSON)
    except RenderingError as error:
        return str(error)
    finally:
        assert thread_time() - started < SOON, text


ENDLESS = "(1..100000000)"
WILD = [
    f"{{{{ {ENDLESS} | join: '' | size }}}}",
    "{{ 'a'" + " | replace: 'a', 'aaaaaaaaaaaaaaaa'" * 8 + " | size }}",
    "{{ 'a'" + " | replace: '', 'aaaaaaaaaaaaaaaa'" * 8 + " | size }}",
    "{{ 'a'" + " | replace: sub: 'aaaaaaaaaaaaaaaa', seq: 'a'" * 8 + " | size }}",
    f"{{% for i in {ENDLESS} limit: 1 offset: 99999990 %}}{{{{ i }}}}{{% endfor %}}",
    f"{{% for i in {ENDLESS} reversed limit: 2 %}}{{{{ i }}}}{{% endfor %}}",
    f"{{% tablerow i in {ENDLESS} cols: 2 limit: 1 %}}{{{{ i }}}}{{% endtablerow %}}",
    f"{{% if {ENDLESS} contains 'x' %}}a{{% endif %}}",
    f"{{% unless {ENDLESS} contains 1.5 %}}a{{% endunless %}}",
    f"{{% case 1 %}}{{% when {ENDLESS} %}}a{{% endcase %}}",
    f"{{% cycle {ENDLESS}, 'b' %}}",
    f"{{% echo {ENDLESS} | join %}}",
    f"{{% liquid\nassign x = {ENDLESS}\necho x | join\n%}}",
    f"{{% ifchanged %}}{{{{ {ENDLESS} | reverse | first }}}}{{% endifchanged %}}",
    f"{{% capture x %}}{{{{ {ENDLESS} | sort | last }}}}{{% endcapture %}}{{{{ x }}}}",
    "{{ (1..subscriber.number) | uniq | size }}",
    "{{ (subscriber.negative..99999999999999999999) | sum }}",
    "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..100) %}{% assign x = x | append: x %}{% endfor %}{{ x | size }}",
    "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..100) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
    "{% assign x = 9 %}{% for i in (1..1000) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
    "{% assign x = subscriber.words %}{% for i in (1..99) %}{% assign x = x | concat: x %}{% endfor %}{{ x | size }}",
    "{% for i in (1..1000) %}{% assign x = subscriber.text | strip_html | escape | url_encode %}{% endfor %}",
    "{% for i in (1..1000) %}{{ subscriber.items | uniq | sort_natural | size }}{% endfor %}",
    "{% for i in (1..1000) %}" + "{% if subscriber.yes %}{% endif %}" * 50 + "{% endfor %}",
    "{% for i in (1..1000) %}{% for j in (1..1000) %}{% for k in (1..1000) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for i in (1..1000) %}{% endfor %}" * 50,
    "{{ subscriber.long }}",
    "{{ subscriber.long | upcase | url_encode }}",
    "{{ subscriber.nested | join: subscriber.text }}",
    "{{ 'x' | append: subscriber.text | replace: 'a', subscriber.text }}",
    "{{ 'now' | date: '%999999999Y' }}",
    "{{ 'now' | date: subscriber.text }}",
    "{{ subscriber.text | date: '%Y' }}",
    "{{ 1 | times: 1e308 | times: 1e308 }}",
    "{{ 'x' | truncate: 99999999999999999999, subscriber.text }}",
    "{{ " + "9" * 900 + " | times: " + "9" * 900 + " }}",
    "{{ subscriber" + "[subscriber" * 150 + "]" * 150 + " }}",
    "{% if a " + "and a " * 300 + "%}{% endif %}",
    "{% if true %}" * 80 + "{% endif %}" * 80,
    "{{ 'a' }}" * 200,
    "{{" * 500,
    "{%" * 500,
    "{% raw %}" * 200,
    "{% comment %}" * 150,
]  # fmt: skip


@pytest.mark.parametrize("text", WILD)
def test_a_template_that_runs_wild_is_stopped(text: str) -> None:
    assert len(text) <= LONGEST_SOURCE, "or it is refused for its length alone"
    tracemalloc.start()
    try:
        assert len(try_out(text)) <= LARGEST
        assert tracemalloc.get_traced_memory()[1] < LITTLE
    finally:
        tracemalloc.stop()
    check_template(text)


FILTERS = [
    "abs", "append: V", "at_least: V", "at_most: V", "base64_decode", "base64_encode", "capitalize", "ceil", "compact",
    "concat: V", "date: V", "default: V", "divided_by: V", "downcase", "escape", "escape_once", "first", "floor",
    "join: V", "last", "lstrip", "map: V", "minus: V", "modulo: V", "newline_to_br", "plus: V", "prepend: V",
    "remove: V", "remove_first: V", "replace: V, V", "replace_first: V, V", "reverse", "round: V", "rstrip", "size",
    "slice: V, V", "sort", "sort: V", "sort_natural", "split: V", "squish", "strip", "strip_html", "strip_newlines", "sum",
    "times: V", "truncate: V, V", "truncatewords: V, V", "uniq", "uniq: V", "upcase", "url_decode", "url_encode",
    "where: V, V", "reject: V, V", "find: V, V", "has: V, V", "find_index: V, V", "escapejs", "safe",
    "replace_last: V, V", "remove_last: V", "base64_url_safe_decode", "base64_url_safe_encode",
]  # fmt: skip
VALUES = st.sampled_from([
    "'a'", "''", "'ab'", "'ß'", "' '", "0", "-1", "1e300", "99999999999", "nil", "true", "(1..1000)", "(1..100000000)",
    "(1..subscriber.number)", "x", "i", *(f"subscriber.{name}" for name in PERSON), "subscriber.none", "'now'", "'%Y'", "'%s'",
])  # fmt: skip


@st.composite
def expressions(draw: st.DrawFn) -> str:
    parts = [draw(VALUES)]
    for name in draw(st.lists(st.sampled_from(FILTERS), max_size=8)):
        head, *rest = name.split("V")
        parts.append(head + "".join(draw(VALUES) + each for each in rest))
    return " | ".join(parts)


BLOCKS = [
    "{{% for i in {} %}}{}{{% endfor %}}", "{{% assign x = {} %}}{}", "{{% if {} %}}{}{{% endif %}}", "{{% capture x %}}{1}{{% endcapture %}}",
    "{{% tablerow i in {} %}}{}{{% endtablerow %}}", "{{% for i in {} reversed offset: 2 %}}{}{{% endfor %}}", "{{% cycle {}, x %}}{}",
]  # fmt: skip
templates = st.recursive(
    expressions().map(lambda text: f"{{{{ {text} }}}}"),
    lambda inner: st.lists(
        st.one_of(
            inner,
            st.builds(lambda block, value, text: block.format(value, text), st.sampled_from(BLOCKS), VALUES, inner),
            st.builds(lambda value, text: f"{{% assign x = {value} %}}{text}", expressions(), inner),
        ),
        min_size=1, max_size=4,
    ).map("".join),
    max_leaves=8,
)  # fmt: skip


@given(templates)
def test_every_template_ends_soon(text: str) -> None:
    assert len(try_out(text)) <= LARGEST


def test_the_work_of_a_text_does_not_depend_on_how_busy_the_machine_is() -> None:
    text = "{% for i in (1..900) %}{{ 'a' | upcase | downcase }}{% endfor %}"
    assert {fill(text) for _ in range(3)} == {"a" * 900}


@pytest.mark.parametrize(
    ("value", "size"),
    [("abc", 3), (10**9, 10), (range(3), 6), ([1, "ab"], 4), ({"a": "bc"}, 4), (None, 0), (True, 0)],
)
def test_sizes_are_those_of_all_that_is_in_a_value(value: object, size: int) -> None:
    assert measure(value) == pytest.approx(size, abs=1)


def test_a_template_of_unusual_length_is_not_even_read() -> None:
    assert "longer than 2,000" in check_template("{{ subscriber.a }}" * 200)[0]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ 'a,b,a' | split: ',' | uniq | join: '-' }}", "a-b"),
        ("{{ subscriber.tags | join }}", "x y"),
        ("{{ 'abc' | replace: 'b', 'xx' }}|{{ 'abc' | replace: 'b' }}|{{ 'ab' | replace: '', '.' }}", "axxc|ac|.a.b."),
        ("{% for i in (1..3) %}{{ i }}{% if forloop.last %}!{% endif %}{% endfor %}", "123!"),
        ("{{ subscriber.tags.size }}{{ subscriber.tags.first }}{{ subscriber.tags.last }}", "2xy"),
        ("{{ subscriber.tags | uniq | size }}{{ (1..3) | sum }}", "26"),
        ("{{ 7 | divided_by: 2 }}|{{ 7.0 | divided_by: 2 }}|{{ 7 | modulo: 4 }}", "3|3.5|3"),
    ],
)  # fmt: skip
def test_filters_within_bounds_do_what_liquid_says(text: str, result: str) -> None:
    assert fill(text, tags=["x", "y"]) == result


@pytest.mark.parametrize("number", ["subscriber.visits", "0", "0.0", "nil", "'x'", "subscriber.zero"])
@pytest.mark.parametrize("name", ["divided_by", "modulo"])
def test_a_division_by_nothing_is_a_reason_or_its_default(name: str, number: str) -> None:
    assert fill(f"{{{{ 100 | {name}: {number} | default: 'some' }}}}", zero=0) == "some"
    for text in (f"{{{{ 100 | {name}: {number} }}}}", f"{{{{ 100 | {name}: {number} | plus: 1 }}}}"):
        with pytest.raises(RenderingError, match=r"divide by 0|no number"):
            fill(text, zero=0)


@pytest.mark.parametrize("key", ["size", "first", "last", "length", "keys", "items", "get", "__class__"])
def test_what_is_not_known_of_somebody_is_nothing_whatever_it_is_called(key: str) -> None:
    text = f"({{{{ subscriber.{key} | default: 'none' }}}})"
    assert fill(text) == fill(text, other=1, name="x") == "(none)"
    assert fill(text, **{key: "mine"}) == "(mine)"
