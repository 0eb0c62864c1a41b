"""What is installed where: in earnest only what runs, all of it pinned, all of it known."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
LISTS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")
# geoip2 brings it, whatever else uses it.
NEEDED_BY_OTHERS = {"aiohttp"}


def read_pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text()))


def test_what_runs_in_earnest_brings_no_servers_tests_or_tools() -> None:
    runtime = read_pins("requirements.txt")
    named = {
        re.split(r"[\[<>= ]", line)[0].lower()
        for file in ("requirements-local.in", "requirements-dev.in")
        for line in (ROOT / file).read_text().splitlines()
        if line and not line.startswith("#")
    }

    assert sorted(named & {name.lower() for name in runtime} - NEEDED_BY_OTHERS) == []
    assert "requirements-" in (ROOT / ".dockerignore").read_text()
    assert "-r requirements.txt" in DOCKERFILE
    assert "requirements-" not in DOCKERFILE


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_its_hash(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    pins = [block for block in blocks if PIN.match(block)]

    assert len(pins) > 5
    assert [block.splitlines()[0] for block in pins if "--hash=sha256:" not in block] == []


def test_no_two_lists_pin_one_library_differently() -> None:
    lists = [read_pins(name) for name in LISTS]
    names = set().union(*lists)
    differing = {
        name: found
        for name in names - {"numpy", "scipy"}  # by the version of Python
        if len(found := {pins[name] for pins in lists if name in pins}) > 1
    }

    assert differing == {}


def test_the_bill_of_materials_names_every_library_with_its_hashes(tmp_path: Path) -> None:
    target = tmp_path / "bill.json"
    command = ["-m", "cyclonedx_py", "requirements", "requirements.txt", "--output-format", "JSON"]
    subprocess.run(
        [sys.executable, *command, "--output-reproducible", "--output-file", str(target)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    components = yaml.safe_load(target.read_text())["components"]

    assert {part["name"].lower() for part in components} == {
        name.lower() for name in read_pins("requirements.txt")
    }
    assert all(part["purl"].startswith("pkg:pypi/") for part in components)
    assert all(part["externalReferences"][0]["hashes"] for part in components)
