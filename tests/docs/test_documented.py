"""The docs name everything an operator or a marketer meets, and their links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from campaigns.models import Campaign, Delivery
from tracking.wording import RESERVED

ROOT = Path(__file__).resolve().parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONCEPTS = (ROOT / "docs/concepts.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()


def list_settings() -> set[str]:
    """Every environment variable that the project package reads."""
    sources = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    found = re.findall(r'read_(?:text|bool|int|list|day)\(\s*"([A-Z_]+)"', sources)
    return {*found, "DATABASE_URL", "BROKER_URL"}


@pytest.mark.parametrize("name", sorted(list_settings()))
def test_every_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in OPERATIONS


@pytest.mark.parametrize("job", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_job_is_explained(job: str) -> None:
    assert f"| {job} |" in OPERATIONS


@pytest.mark.parametrize("status", [*Campaign.Status.values, *Delivery.Status.values])
def test_every_status_is_explained(status: str) -> None:
    assert f"| {status} |" in CONCEPTS


@pytest.mark.parametrize("reason", Delivery.Reason.values)
def test_every_reason_for_which_somebody_got_nothing_is_explained(reason: str) -> None:
    assert f"| {reason} |" in CONCEPTS


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_every_reserved_event_is_explained(name: str) -> None:
    assert f"`{name}`" in CONCEPTS


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", document.read_text())

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_readme_can_be_read_in_two_minutes() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 120
