# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubeconfig files and the API servers that they name."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.kubeconfig_file import (
    address_of,
    mode_problems,
    server_of,
)

CONFIG: dict[str, t.Any] = {
    "current-context": "a",
    "contexts": [{"name": "a", "context": {"cluster": "ca"}}, {"name": "b", "context": {"cluster": "cb"}}],
    "clusters": [
        {"name": "ca", "cluster": {"server": "https://10.0.0.1:6443"}},
        {"name": "cb", "cluster": {"server": "https://b.example.com"}},
        {"name": "cc", "cluster": {}},
    ],
}


@pytest.fixture
def write(tmp_path: Path) -> t.Callable[[t.Any], str]:
    def make(content: t.Any) -> str:
        file = tmp_path / "kubeconfig"
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
        file.chmod(0o600)
        return str(file)

    return make


def test_the_server_is_that_of_the_current_or_the_given_context(write: t.Callable[[t.Any], str]) -> None:
    path = write(CONFIG)
    assert server_of(path, "") == "https://10.0.0.1:6443"
    assert server_of(path, "b") == "https://b.example.com"


def test_a_tilde_is_the_home_directory(write: t.Callable[[t.Any], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path(write(CONFIG)).parent))
    assert server_of("~/kubeconfig", "") == "https://10.0.0.1:6443"


@pytest.mark.parametrize(
    ("content", "context", "message"),
    [
        ({**CONFIG, "current-context": ""}, "", "has no current-context.*mesh_cluster_context"),
        (CONFIG, "z", "has no 'z' in contexts"),
        ({**CONFIG, "clusters": []}, "", "has no 'ca' in clusters"),
        ({**CONFIG, "clusters": None}, "", "has no 'ca' in clusters"),
        ({**CONFIG, "contexts": [{"name": "a", "context": {"cluster": "cc"}}]}, "", "names no server"),
        ("a: [", "", "cannot be read: not valid YAML .line 1."),
        ("just text", "", "has no current-context"),
        ("", "", "has no current-context"),
        ("\x00", "", "cannot be read: not valid YAML"),
    ],
)
def test_a_file_that_names_no_server_is_an_error(
    write: t.Callable[[t.Any], str], content: t.Any, context: str, message: str
) -> None:
    with pytest.raises(MeshError, match=message):
        server_of(write(content), context)


def test_a_file_that_is_not_there_or_not_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="cannot be read: No such file or directory.*mesh_cluster_kubeconfig"):
        server_of(str(tmp_path / "none"), "")
    with pytest.raises(MeshError, match="cannot be read: Is a directory"):
        server_of(str(tmp_path), "")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MeshError, match="cannot be read: not valid YAML"):
        server_of(str(tmp_path / "binary"), "")


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o622, 1)])
def test_a_file_that_others_may_read_or_write_is_a_warning(
    write: t.Callable[[t.Any], str], mode: int, warnings: int
) -> None:
    path = write(CONFIG)
    Path(path).chmod(mode)
    problems = list(mode_problems(path, "east"))
    assert [problem.severity for problem in problems] == ["warning"] * warnings
    assert all(f"mode {mode:04o}" in problem.what and problem.cluster == "east" for problem in problems)


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("https://10.0.0.1:6443", "10.0.0.1"),
        ("https://[2001:db8::1]:6443", "2001:db8::1"),
        ("https://api.example.com:6443", ""),
        ("https://127.0.0.1:6443", ""),
        ("https://localhost:6443", ""),
        ("https://[::1]:6443", ""),
        ("https://[bad", ""),
        ("https://10.1:6443", ""),
        ("", ""),
    ],
)
def test_the_address_of_a_server_is_known_where_its_url_has_one(server: str, address: str) -> None:
    assert address_of(server) == address
