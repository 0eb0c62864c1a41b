"""docs/security.md promises nothing without a test, and leaves no requirement of the standard out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/security.md").read_text()
ROWS = re.findall(r"^\| v5\.0\.0-(\d+\.\d+\.\d+) \(L([12])\) \| ([^|]+) \| (.*) \|$", TEXT, re.MULTILINE)
LINK = re.compile(r"\[([\w.]+)::(\w+)\]\(\.\./([\w./]+)\)")
# How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; some of level 3 stand between them.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6,
    "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12,
    "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2,
    "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def test_every_requirement_stands_there_once() -> None:
    ids = [row[0] for row in ROWS]
    found: dict[str, int] = {}
    for each in ids:
        section = each.rpartition(".")[0]
        found[section] = found.get(section, 0) + 1

    assert len(set(ids)) == len(ids) == sum(SECTIONS.values()) == 253
    assert found == SECTIONS


def test_every_row_says_one_of_four_things() -> None:
    assert {row[2] for row in ROWS} <= {"holds", "operator", "does not apply", "not covered"}
    assert [row[0] for row in ROWS if len(row[3]) < 5] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] == "holds"], ids=lambda row: row[0])
def test_what_holds_names_tests_that_there_are(row: tuple[str, str, str, str]) -> None:
    links = LINK.findall(row[3])

    assert links
    for name, test, path in links:
        file = ROOT / path
        assert file.name == name
        assert f"\ndef {test}(" in file.read_text(), test


def test_the_count_in_the_text_is_that_of_the_table() -> None:
    said = [
        int(number)
        for number in re.findall(r"Of 253 requirements, (\d+) hold, (\d+) .*?, (\d+) .*?, (\d+)", TEXT)[0]
    ]
    kinds = [row[2] for row in ROWS]

    assert said == [kinds.count(kind) for kind in ("holds", "operator", "does not apply", "not covered")]


def test_every_key_of_the_settings_is_in_the_inventory() -> None:
    source = (ROOT / "config/settings.py").read_text()
    keys = set(re.findall(r'"([A-Z_]*(?:SECRET_KEY|SECRETS_KEYS|_TOKEN))"', source)) - {
        "SECRET_KEY_FALLBACKS"
    }
    inventory = TEXT.split("## Keys")[1].split("\n## ")[0]

    assert {key for key in keys if f"`{key}`" not in inventory} == set()


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL", "PUSH_HOSTS"])
def test_what_talks_to_what_names_every_service(name: str) -> None:
    assert f"`{name}`" in TEXT.split("## What talks to what")[1].split("\n## ")[0]
