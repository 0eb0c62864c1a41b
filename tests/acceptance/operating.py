"""What an operator does with `manage.py` beside a running Carillon."""

import subprocess
import sys

from config.run import BASE_DIR

ADMIN, PASSWORD = "admin", "correct horse"


def manage(environment: dict[str, str], *arguments: str) -> str:
    """What `manage.py` prints."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"manage.py {arguments[0]}: {done.stderr}"
    return done.stdout


def make_admin(environment: dict[str, str]) -> str:
    """Make the administrator, and the token of theirs that the management API takes."""
    person = {"USERNAME": ADMIN, "EMAIL": "admin@example.com", "PASSWORD": PASSWORD}
    answers = {f"DJANGO_SUPERUSER_{name}": value for name, value in person.items()}
    manage(environment | answers, "createsuperuser", "--noinput")
    # "Generated token … for user admin"
    return manage(environment, "drf_create_token", ADMIN).split()[2]
