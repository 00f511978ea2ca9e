"""Which Go is good enough, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.go import Go, older, required_version
from tests.lab.host import LabError


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("go1.26.0 linux/amd64", False),
        ("go1.26.8 linux/amd64", False),
        ("go1.27 linux/amd64", False),
        ("go1.25.9 linux/amd64", True),
        ("go1.9.7 linux/amd64", True),
        ("devel", True),
        ("", True),
    ],
)
def test_a_version_is_compared_by_numbers(version: str, expected: bool) -> None:
    assert older(version, "1.26.0") is expected


def test_the_needed_version_is_the_go_line_of_go_mod() -> None:
    assert required_version("module x\n\ngo 1.26.0\n\ngodebug default=go1.24\n") == "1.26.0"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text("module x\n\ngo 1.26.0\n")
    return tmp_path


def go_that_prints(text: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "go").write_text(f"#!/bin/sh\necho {text}\n")
    (directory / "go").chmod(0o755)
    monkeypatch.setenv("PATH", str(directory))


def test_a_machine_without_go_is_told_what_to_install(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(module))
    monkeypatch.setattr("tests.lab.go.USUAL_PLACE", str(module / "none"))
    with pytest.raises(LabError, match=r"no Go on this machine.*install Go 1\.26\.0 or newer"):
        Go.find(module)


def test_an_old_go_is_refused_with_its_version(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_that_prints("go version go1.19.8 linux/amd64", module, monkeypatch)
    with pytest.raises(LabError, match=r"too old .*go1\.19\.8.*install Go 1\.26\.0 or newer"):
        Go.find(module)


def test_a_new_go_is_taken(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_that_prints("go version go1.26.8 linux/amd64", module, monkeypatch)
    assert Go.find(module) == Go(str(module / "go"), "go1.26.8 linux/amd64")
