"""The machine's limit of inotify instances is raised while the lab runs and put back after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import limits


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(limits, "SETTING", tmp_path / "setting")
    monkeypatch.setattr(limits, "BEFORE", tmp_path / "before")
    limits.SETTING.write_text("128\n")
    return limits.SETTING


def test_a_low_limit_is_raised_and_put_back(setting: Path) -> None:
    limits.raise_limit()
    limits.raise_limit()
    assert setting.read_text() == "1024\n"
    limits.restore()
    assert setting.read_text() == "128\n"
    limits.restore()
    assert setting.read_text() == "128\n"


def test_a_high_limit_is_left_alone(setting: Path) -> None:
    setting.write_text("8192\n")
    limits.raise_limit()
    limits.restore()
    assert setting.read_text() == "8192\n"


def test_what_somebody_else_has_set_since_stays(setting: Path) -> None:
    limits.raise_limit()
    setting.write_text("4096\n")
    limits.restore()
    assert setting.read_text() == "4096\n"
    assert not limits.BEFORE.exists()
