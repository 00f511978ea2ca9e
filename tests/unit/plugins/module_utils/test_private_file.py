# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig file of ours: private at every moment, and nobody else's."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils import _files
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import private_file
from ansible_collections.multiregion.istio.plugins.module_utils._istio.private_file import Owner
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kubeconfig import ClusterCredential

CREDENTIAL = ClusterCredential("east", "https://10.20.1.10:6443", "a-token-of-the-reader", "pem")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "east"
    for owner in (Owner("mesh1"), Owner("mesh1", "3600")):
        _files.write_private(str(path), private_file.text_of(CREDENTIAL, owner))
        found = private_file.read(str(path))
        assert (found.owner, found.credential, found.mode) == (owner, CREDENTIAL, 0o600)
        assert "a-token-of-the-reader" not in str(found.shown())
    assert [file.name for file in tmp_path.iterdir()] == ["east"]


def test_nobody_else_can_read_it_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "east"
    path.write_text("theirs")
    path.chmod(0o644)
    seen: list[int] = []
    replace = Path.replace

    def look(new: Path, target: t.Any) -> Path:
        seen.extend(mode(file) for file in tmp_path.iterdir() if "a-token" in file.read_text())
        return replace(new, target)

    monkeypatch.setattr(Path, "replace", look)
    before = os.umask(0)
    try:
        _files.write_private(str(path), private_file.text_of(CREDENTIAL, Owner("mesh1")))
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert mode(path) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "east"
    path.write_text("before")

    def fail(new: Path, target: t.Any) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(MeshError, match="No space left on device"):
        _files.write_private(str(path), "after")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    found = private_file.read(str(tmp_path / "link"))
    assert found.path == str(tmp_path / "file")
    assert not found.exists


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("apiVersion: v1\n", "it was not written by this module"),
        ("", "it was not written by this module"),
        ("# Written by multiregion.istio for mesh mesh2\nx", "it belongs to mesh mesh2"),
        ("# Written by multiregion.istio for mesh mesh1 and more\nx", "it was not written by this module"),
    ],
)
def test_a_file_of_others_is_refused_and_kept(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    found = private_file.read(str(path))
    with pytest.raises(MeshError, match=why):
        private_file.check(found, "mesh1", force=False)
    private_file.check(found, "mesh1", force=True)
    assert private_file.remove(found, "mesh1", force=False, dry_run=False).action == "kept"
    assert path.read_text() == text
    assert private_file.remove(found, "mesh1", force=True, dry_run=True).action == "deleted"
    assert path.exists()
    private_file.remove(found, "mesh1", force=True, dry_run=False)
    assert not path.exists()
    assert private_file.remove(private_file.read(str(path)), "mesh1", force=False, dry_run=False).action == "absent"


def test_what_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="does not exist"):
        private_file.read(str(tmp_path / "no" / "file"))
    with pytest.raises(MeshError, match="cannot be read"):
        private_file.read(str(tmp_path))
