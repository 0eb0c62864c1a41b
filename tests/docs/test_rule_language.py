"""docs/rule-language.md says what the rule language does: its examples, sentences, tables and limits are true."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from segments.rules import Names, RuleError, ast, describe_rule, event_nodes, parse_rule
from segments.rules.limits import MOST_PARTS, MOST_PATTERN_SIGNS, Limits
from segments.rules.operators import OPERATORS, Arity, Family, Operator

PAGE = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text(encoding="utf-8")
EXAMPLES: list[tuple[str, str]] = re.findall(r"```json\n(.*?)```\n\n> ([^\n]*)\n", PAGE, flags=re.DOTALL)
HEADINGS = {Family.TEXT: "Text", Family.NUMBER: "Number", Family.BOOLEAN: "Yes or no", Family.TIME: "Moment", Family.LIST: "List"}  # fmt: skip
NODES = [get_args(node.model_fields["type"].annotation)[0] for node in get_args(get_args(ast.Condition)[0])]
REFUSALS: list[tuple[str, str, str]] = re.findall(
    r"^\| `(\{.*\})` \| `(root.*?)` \| (.*) \|$", PAGE, re.MULTILINE
)


def _read(text: str) -> dict[str, Any]:
    document = json.loads(text)
    return document if "version" in document else {"version": 1, "root": document}


def _section(heading: str) -> str:
    found = re.search(rf"^### {heading}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section “{heading}”"
    return found.group(1)


def _rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a text by their first column, without its backticks."""
    lines = [
        re.split(r"(?<!\\) \| ", line.strip("| ")) for line in text.splitlines() if line.startswith("| `")
    ]
    return {cells[0].strip("`"): cells for cells in lines}


@pytest.mark.parametrize(("document", "sentence"), EXAMPLES, ids=[sentence[:60] for _, sentence in EXAMPLES])
def test_an_example_reads_back_as_the_sentence_under_it(document: str, sentence: str) -> None:
    names = Names(segments={7: "Big spenders"}, campaigns={3: "Spring sale"})

    assert describe_rule(parse_rule(_read(document)), names) == sentence


def test_every_block_of_json_has_its_sentence() -> None:
    assert PAGE.count("```json") == len(EXAMPLES)


@pytest.mark.parametrize("kind", [kind for kind in NODES if kind != "group"])
def test_every_kind_of_condition_has_a_section_with_an_example_of_it(kind: str) -> None:
    examples = re.findall(r"```json\n(.*?)```", _section(f"`{kind}`"), flags=re.DOTALL)

    assert {json.loads(each)["type"] for each in examples} == {kind}


@pytest.mark.parametrize("match", get_args(ast.Group.model_fields["match"].annotation))
def test_every_way_to_join_conditions_is_explained(match: str) -> None:
    assert f"| `{match}` |" in PAGE.split("## Groups")[1].split("\n## ")[0]


@pytest.mark.parametrize("row", OPERATORS, ids=lambda row: f"{row.key}-{row.families[0]}")
def test_every_operator_has_a_line_that_says_how_it_reads(row: Operator) -> None:
    heading = "Any value" if len(row.families) > 1 else HEADINGS[row.families[0]]

    cells = _rows(_section(heading))[row.key]

    assert cells[3] == row.phrase.replace("{x}", "…")


@pytest.mark.parametrize("row", OPERATORS, ids=lambda row: f"{row.key}-{row.families[0]}")
def test_the_example_operand_of_every_operator_is_accepted(row: Operator) -> None:
    heading = "Any value" if len(row.families) > 1 else HEADINGS[row.families[0]]
    example = _rows(_section(heading))[row.key][2].strip("`").replace("\\|", "|")
    field = "values" if row.arity in {Arity.TWO, Arity.MANY} else "value"
    operand = {field: json.loads(example)} if row.arity is not Arity.NONE else {}

    root = {"type": "attribute", "key": "k", "operator": row.key, **operand}

    assert parse_rule({"version": 1, "root": root}).root.row is row  # type: ignore[union-attr]


def test_no_line_is_about_an_operator_that_does_not_exist() -> None:
    for family, heading in HEADINGS.items():
        assert _rows(_section(heading)).keys() == {row.key for row in OPERATORS if row.families == (family,)}


@pytest.mark.parametrize("row", OPERATORS, ids=lambda row: f"{row.key}-{row.families[0]}")
def test_every_operator_is_complete(row: Operator) -> None:
    """Label and phrase, and a predicate and SQL of its own unless it is the complement of one that has them."""
    defaults = Operator("", (Family.TEXT,), Arity.ONE, "", "")
    own = (
        row.holds.__code__ is not defaults.holds.__code__
        and row.to_sql.__code__ is not defaults.to_sql.__code__
    )

    assert row.label
    assert ("{x}" in row.phrase) == (row.arity is not Arity.NONE)
    assert own != bool(row.negates)
    assert row.key.startswith("not_") == bool(row.negates)


@pytest.mark.parametrize(("document", "path", "message"), REFUSALS, ids=[path for _, path, _ in REFUSALS])
def test_a_refusal_names_the_path_and_says_the_sentence_of_the_page(
    document: str, path: str, message: str
) -> None:
    with pytest.raises(RuleError) as caught:
        parse_rule(_read(document.replace("\\|", "|")))

    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.message == message.replace("\\|", "|").replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("what", "limit"),
    [
        ("groups inside each other", Limits().depth),
        ("conditions in a rule", Limits().conditions),
        ("values in a rule, counting everything", MOST_PARTS),
        (r"signs `*`, `\|` and `+` in all patterns of a rule", MOST_PATTERN_SIGNS),
        ("`values` of one operator, spots of one location", Limits().values),
        ("steps of one sequence", event_nodes.MOST_STEPS),
    ],
)
def test_the_limits_are_those_of_the_code(what: str, limit: int) -> None:
    assert f"| {what} | {limit:,} |" in PAGE
