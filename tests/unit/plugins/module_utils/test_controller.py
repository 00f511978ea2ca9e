# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is missing on the machine that runs the modules."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio import controller

REQUIREMENTS = Path(__file__).parents[4] / "requirements.txt"


def run_command(command: list[str]) -> tuple[int, str, str]:
    """What AnsibleModule.run_command does."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], None]:
    """Puts a program named helm first on PATH that runs the given shell text."""

    def make(script: str) -> None:
        program = tmp_path / "helm"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return make


def whats() -> list[tuple[str, str]]:
    return [(problem.severity, problem.what) for problem in controller.helm_problems(run_command)]


@pytest.mark.parametrize("version", ["v4.0.0", "v4.3", "v5.1.0"])
def test_helm_4_and_later_is_fine(helm: t.Callable[[str], None], version: str) -> None:
    helm(f"echo {version}")
    assert whats() == []


def test_helm_3_is_a_warning(helm: t.Callable[[str], None]) -> None:
    helm("echo v3.22.0")
    ((severity, what),) = whats()
    assert severity == "warning" and what.startswith("Helm v3.22.0 is old")


@pytest.mark.parametrize("version", ["v2.17.0", "''", "garbage"])
def test_helm_2_and_no_version_are_errors(helm: t.Callable[[str], None], version: str) -> None:
    helm(f"echo {version}")
    assert [severity for severity, _what in whats()] == ["error"]


def test_helm_that_fails_is_an_error_with_its_reason(helm: t.Callable[[str], None]) -> None:
    helm("echo 'no such file' >&2; exit 3")
    (problem,) = controller.helm_problems(run_command)
    assert problem.severity == "error" and "no such file" in problem.why


def test_helm_that_is_not_there_is_an_error_with_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (problem,) = controller.helm_problems(run_command)
    assert problem.what == "helm is not found on this machine" and str(tmp_path) in problem.why


def test_the_libraries_of_this_interpreter_fit() -> None:
    for name, bounds in controller.LIBRARIES.items():
        assert list(controller.library_problems(name, *bounds)) == []


def test_a_package_that_is_missing_is_an_error_with_the_command_that_installs_it() -> None:
    (problem,) = controller.library_problems("no-such-package", "no_such_package", (1, 2), (2,))
    assert problem.severity == "error"
    assert problem.todo == f"Run: {sys.executable} -m pip install 'no-such-package>=1.2,<2'"


@pytest.mark.parametrize(("lowest", "too_new"), [((99,), (100,)), ((0, 1), (0, 2))])
def test_a_version_outside_the_bounds_is_an_error(lowest: tuple[int, ...], too_new: tuple[int, ...]) -> None:
    (problem,) = controller.library_problems("netaddr", "netaddr", lowest, too_new)
    assert problem.severity == "error" and "Python package netaddr has version" in problem.what


def test_a_package_that_cannot_be_imported_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> t.NoReturn:
        raise ImportError(f"{name} is broken")

    monkeypatch.setattr(importlib, "import_module", fail)
    (problem,) = controller.library_problems("netaddr", "netaddr", (1, 3), (2,))
    assert problem.why == "netaddr is broken"


def test_an_old_python_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    assert "too old for the modules" in next(iter(controller.controller_problems(run_command, with_helm=True))).what


def test_bounds_are_those_of_the_requirements_file() -> None:
    wanted = {}
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"([a-z-]+)>=([\d.]+),<([\d.]+)", line.split("#")[0].strip())
        if match:
            wanted[match[1]] = (controller.numbers(match[2]), controller.numbers(match[3]))
    for name in ("openshift", "alibabacloud-credentials", "alibabacloud-tea-openapi"):
        del wanted[name]  # only some modules need them, and say so themselves
    assert {name: bounds[1:] for name, bounds in controller.LIBRARIES.items()} == wanted
