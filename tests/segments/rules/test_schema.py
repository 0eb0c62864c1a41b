"""Reading rules: what is wrong is said with its path and in a sentence, whatever was posted."""

import json
import time
from typing import Any

import pytest

from segments.rules import RuleError, dump_rule, parse_rule
from tests.segments.rules.documents import attribute, event, group, rule

NAN, INFINITE = float("nan"), float("inf")
JUNK: list[Any] = [
    None, True, 0, -1, -0.0, 1e308, -1e308, 5e-324, 10**30 + 1, 10**400, NAN, INFINITE, "", "x" * 501, "\x00", "\ud800",
    "{v}", "{0}", "%s", "\\", "|", [], {}, [[]], [None], {"type": {}}, {"": 1},
]  # fmt: skip


def refuse(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as caught:
        parse_rule(document)
    return [(problem.path, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        pytest.param([], "root", "must be an object", id="no-object"),
        pytest.param({"root": event()}, "version", "is missing", id="no-version"),
        pytest.param({"version": 2, "root": event()}, "version", "must be 1", id="unknown-version"),
        pytest.param({"version": 1}, "root", "is missing", id="no-root"),
        pytest.param(rule({"type": "horoscope"}), "root", "“horoscope” is no kind", id="unknown-type"),
        pytest.param(rule({"key": "tier"}), "root", "says its “type”", id="no-type"),
        pytest.param(rule({**event(), "evnt": 1}), "root.evnt", "not a part", id="misspelt-field"),
        pytest.param(rule(attribute("k", "is_great")), "root", "“is_great” is no operator", id="operator"),
        pytest.param(rule(attribute("k", "{v}")), "root", "“{v}” is no operator", id="operator-in-braces"),
        pytest.param(rule(attribute("k", "equals")), "root", "needs one text in “value”", id="no-operand"),
        pytest.param(
            rule(attribute("k", "equals", 1, values=[1])), "root", "needs one text", id="both-operands"
        ),
        pytest.param(
            rule(attribute("k", "equals", True)), "root", "needs one text in “value” or one number", id="yes"
        ),
        pytest.param(rule(attribute("k", "in", values=[])), "root.values", "at least 1", id="empty-values"),
        pytest.param(
            rule(attribute("k", "in", values=[1, "a"])), "root", "one or more of text", id="mixed-values"
        ),
        pytest.param(
            rule(attribute("k", "between", values=[2, 1])), "root", "smaller of the two", id="reversed"
        ),
        pytest.param(rule(attribute("k", "before", "2026-11-21")), "root", "needs one moment", id="a-date"),
        pytest.param(
            rule(attribute("k", "within_last", {"days": "3"})), "root.value.days", "a number", id="text-days"
        ),
        pytest.param(
            rule(attribute("k", "within_last", {"days": True})), "root.value.days", "a number", id="yes-days"
        ),
        pytest.param(
            rule(attribute("k", "within_last", {"days": 1, "hours": 1})), "root.value", "one unit", id="units"
        ),
        pytest.param(rule(attribute("k", "equals", 10**31)), "root.value", "at most", id="huge-number"),
        pytest.param(rule(attribute("k", "equals", NAN)), "root.value", "ordinary number", id="nan"),
        pytest.param(rule(attribute("k\x00", "exists")), "root.key", "NUL", id="nul-in-a-key"),
        pytest.param(rule(attribute("k\ud800", "exists")), "root.key", "surrogate", id="surrogate-in-a-key"),
        pytest.param(
            rule({"type": "profile", "field": "city", "operator": "at_least", "value": 1}),
            "root",
            "“city” holds text",
            id="number-of-a-city",
        ),
        pytest.param(
            rule({"type": "profile", "field": "created_at", "operator": "contains", "value": "a"}),
            "root",
            "“created_at” holds a moment",
            id="text-of-a-moment",
        ),
        pytest.param(
            rule({"type": "device", "field": "os", "operator": "is_true"}), "root", "holds text", id="device"
        ),
        pytest.param(
            rule(
                {
                    "type": "channel",
                    "channel": "web_push",
                    "state": "never",
                    "within": {"last": {"days": 1}},
                }
            ),
            "root",
            "leave “within” out",
            id="never-within",
        ),
        pytest.param(
            rule({"type": "location", "near": {"lat": 1, "lon": 1}, "radius": {"km": 1, "miles": 1}}),
            "root.radius",
            "one unit",
            id="two-radii",
        ),
        pytest.param(
            rule({"type": "location", "near": {"lat": 91, "lon": 1}, "radius": {"km": 1}}),
            "root.near.lat",
            "at most 90",
            id="beyond-the-pole",
        ),
        pytest.param(
            rule({"type": "location", "near": [], "radius": {"km": 1}}),
            "root.near",
            "at least 1",
            id="nowhere",
        ),
        pytest.param(
            rule({"type": "segment", "segment": 2**63}), "root.segment", "at most", id="beyond-bigint"
        ),
        pytest.param(
            rule({"type": "segment", "segment": "7"}), "root.segment", "whole number", id="segment-as-text"
        ),
        pytest.param(rule(group("some")), "root.match", "'all', 'any', 'none'", id="unknown-match"),
        pytest.param(rule(group("at_least")), "root", "“n” says how many", id="at-least-what"),
        pytest.param(rule(group("all", n=1)), "root", "“n” says how many", id="n-where-it-means-nothing"),
        pytest.param(
            rule(event(count={"operator": "less_than", "value": 0})),
            "root.count",
            "less often than 0",
            id="less-than-never",
        ),
        pytest.param(
            rule(event(count={"operator": "between", "values": [3, 2]})),
            "root.count",
            "smaller one first",
            id="reversed-count",
        ),
        pytest.param(
            rule(event(within={"last": {"days": 1}, "calendar": "today"})),
            "root.within.calendar",
            "not a part",
            id="two-windows",
        ),
        pytest.param(rule(event(within={})), "root.within", "A window has one of", id="empty-window"),
        pytest.param(
            rule(event(within={"since": 1_700_000_000})), "root.within.since", "a moment", id="epoch"
        ),
        pytest.param(
            rule(event(where=[{"property": "p", "operator": "exists"}] * 21)),
            "root.where",
            "at most 20",
            id="too-many-tests",
        ),
    ],
)
def test_a_problem_has_its_path_and_a_sentence(document: Any, path: str, message: str) -> None:
    (problem,) = refuse(document)

    assert problem[0] == path
    assert message in problem[1]


def test_all_problems_are_said_at_once_each_at_its_place() -> None:
    document = rule(group("all", attribute("k", "equals"), group("any", event(""), {"type": "segment"})))

    assert [path for path, _ in refuse(document)] == [
        "root.conditions[0]",
        "root.conditions[1].conditions[0].event",
        "root.conditions[1].conditions[1].segment",
    ]


@pytest.mark.parametrize("junk", JUNK, ids=ascii)
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda junk: junk, id="document"),
        pytest.param(rule, id="root"),
        pytest.param(lambda junk: {"version": junk, "root": event()}, id="version"),
        pytest.param(lambda junk: rule({"type": junk}), id="type"),
        pytest.param(lambda junk: rule({**event(), str(junk): junk}), id="field"),
        pytest.param(lambda junk: rule(attribute("k", junk, "a")), id="operator"),
        pytest.param(lambda junk: rule(attribute(junk, "exists")), id="key"),
        pytest.param(lambda junk: rule({**attribute("k", "equals"), "value": junk}), id="value"),
        pytest.param(lambda junk: rule(attribute("k", "in", values=junk)), id="values"),
        pytest.param(lambda junk: rule(attribute("k", "in", values=[junk])), id="one-of-values"),
        pytest.param(lambda junk: rule(attribute("k", "contains", junk)), id="pattern"),
        pytest.param(lambda junk: rule(attribute("k", "within_last", {"days": junk})), id="duration"),
        pytest.param(lambda junk: rule(event(within=junk)), id="window"),
        pytest.param(lambda junk: rule(event(within={"since": junk})), id="since"),
        pytest.param(lambda junk: rule(event(within={"between_ago": [junk, junk]})), id="between-ago"),
        pytest.param(lambda junk: rule(event(count=junk)), id="count"),
        pytest.param(lambda junk: rule(event(where=junk)), id="where"),
        pytest.param(lambda junk: rule(event(where=[junk])), id="one-of-where"),
        pytest.param(lambda junk: rule(group("all", junk)), id="condition"),
        pytest.param(lambda junk: rule({**group("all"), "conditions": junk}), id="conditions"),
        pytest.param(lambda junk: rule(group("at_least", n=junk)), id="n"),
        pytest.param(lambda junk: rule({"type": "page_view", "url": junk}), id="url"),
        pytest.param(lambda junk: rule({"type": "segment", "segment": junk}), id="segment"),
        pytest.param(
            lambda junk: rule({"type": "location", "near": junk, "radius": {"km": junk}}),
            id="near-and-radius",
        ),
    ],
)
def test_junk_anywhere_is_refused_in_words_or_makes_sense(place: Any, junk: Any) -> None:
    try:
        parsed = parse_rule(place(junk))
    except RuleError as error:
        said = str(error)
    else:
        said = "an ordinary rule"
        assert parse_rule(json.loads(json.dumps(dump_rule(parsed)))) == parsed
    assert said.encode()  # a lone surrogate could not be sent


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(rule(group("all", *[0] * 500_000)), id="conditions"),
        pytest.param(rule(event(where=[{}] * 500_000)), id="where"),
        pytest.param(rule(attribute("k", "in", values=["a"] * 500_000)), id="values"),
        pytest.param([[0]] * 500_000, id="no-rule-at-all"),
    ],
)
def test_an_enormous_document_is_refused_at_once(document: Any) -> None:
    began = time.monotonic()

    ((_, message),) = refuse(document)

    assert "20,000 values is the most" in message
    assert time.monotonic() - began < 5  # it took minutes where each of its parts was judged


def test_no_more_problems_are_listed_than_a_person_reads() -> None:
    assert len(refuse(rule(group("all", *[0] * 10_000)))) == 50
