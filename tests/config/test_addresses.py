"""The key that signs is made once and kept, however many processes start at the same time."""

import os
import stat
from pathlib import Path

import pytest

from config.addresses import read_secret_key


def test_the_key_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    home = tmp_path / "home"

    key = read_secret_key(home)

    assert len(key) > 50
    assert read_secret_key(home) == key
    assert [file.name for file in home.iterdir()] == ["secret_key"]
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600


def test_of_two_that_start_together_the_first_ones_key_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def lose_the_race(source: str, target: Path) -> None:
        target.write_text("the other's key")
        link(source, target)

    monkeypatch.setattr(os, "link", lose_the_race)

    assert read_secret_key(tmp_path) == "the other's key"
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_the_key_is_nowhere_to_be_found_before_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, whole = os.link, []

    def watch(source: str, target: Path) -> None:
        whole.append((target.exists(), len(Path(source).read_text()) > 50))
        link(source, target)

    monkeypatch.setattr(os, "link", watch)
    read_secret_key(tmp_path)

    assert whole == [(False, True)]
