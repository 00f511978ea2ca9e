# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result file: for its owner alone, whole at every moment, and none in check mode."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._result_file import run

CONTENT = {"stage": "verify", "members": [{"name": "east", "days": None}], "failure": "kein Gerät"}


def write(directory: Path, check_mode: bool = False) -> dict[str, t.Any]:
    return run({"dir": str(directory), "stage": "verify", "content": CONTENT}, check_mode, lambda _line: None)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_for_its_owner_alone_and_never_a_change(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "results"
    result = write(directory)
    file = directory / "verify.json"
    assert result == {"changed": False, "path": str(file)}
    assert (mode(directory), mode(file)) == (0o700, 0o600)
    assert json.loads(file.read_text()) == CONTENT


def test_a_directory_and_a_file_that_others_could_read_are_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "verify.json").write_text("old")
    (tmp_path / "verify.json").chmod(0o644)
    write(tmp_path)
    assert (mode(tmp_path), mode(tmp_path / "verify.json")) == (0o700, 0o600)


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "results", check_mode=True)["changed"] is False
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_a_directory_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with pytest.raises(MeshError, match="cannot make the directory .*results.*mesh_results_dir"):
        write(tmp_path / "results")
