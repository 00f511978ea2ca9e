# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig file of ours: read back, written so that nobody else can read it at any moment, removed.

Its first line says whose it is, and the lifetime that was asked for its token, which the server may have cut.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .. import _files
from .._errors import MeshError
from .._kubernetes.apply import Change
from .._kubernetes.kubeconfig import ClusterCredential, fingerprint, parse, render

Object = dict[str, t.Any]

MARK = re.compile(r"# Written by multiregion\.istio for mesh (?P<mesh>\S+?)(?:, lifetime (?P<lifetime>\d+) s)?")


@dataclass(frozen=True)
class Owner:
    """What the first line says."""

    mesh_id: str
    lifetime: str = ""

    def line(self) -> str:
        lifetime = f", lifetime {self.lifetime} s" if self.lifetime else ""
        return f"# Written by multiregion.istio for mesh {self.mesh_id}{lifetime}"


@dataclass(frozen=True)
class FileState:
    """A file as read. `owner` is None for one that is not ours, `credential` for one of a form that we would not write."""

    path: str
    exists: bool = False
    mode: int = 0
    owner: Owner | None = None
    credential: ClusterCredential | None = None
    sign: str = ""

    def shown(self) -> Object:
        """What may be shown of it, {} for none."""
        if not self.exists:
            return {}
        content = self.credential.facts() if self.credential else {"content": self.sign}
        mesh = self.owner.mesh_id if self.owner else ""
        return {"path": self.path, "mode": f"{self.mode:04o}", "mesh": mesh, "kubeconfig": content}


def read(dest: str) -> FileState:
    """The file at a path, links followed. Raises MeshError for what is no file, or where it could not be written."""
    content = _files.read(dest)
    if not content.exists:
        return FileState(content.path)
    text = content.text
    found = MARK.fullmatch(text.split("\n", 1)[0])
    owner = Owner(found["mesh"], found["lifetime"] or "") if found else None
    return FileState(content.path, True, content.mode, owner, parse(text), fingerprint(text))


def text_of(credential: ClusterCredential, owner: Owner) -> str:
    return f"{owner.line()}\n{render(credential)}"


def why_not_ours(file: FileState, mesh_id: str) -> str:
    """Why a file that exists is not to be touched, "" for one of ours."""
    if file.owner is None:
        return "was not written by this module"
    return "" if file.owner.mesh_id == mesh_id else f"belongs to mesh {file.owner.mesh_id}"


def check(file: FileState, mesh_id: str, *, force: bool) -> None:
    """Raise MeshError for a file of somebody else, unless `force`."""
    why = why_not_ours(file, mesh_id) if file.exists and not force else ""
    if why:
        todo = "Set dest to another path, or force: true to lose what it holds"
        raise MeshError(f"refused to overwrite {file.path}; nothing was written", why=f"it {why}", todo=todo)


def remove(file: FileState, mesh_id: str, *, force: bool, dry_run: bool) -> Change:
    """Remove the file where it is ours."""
    before = file.shown()
    if not file.exists:
        return Change("File", None, file.path, "absent", before, before)
    why = "" if force else why_not_ours(file, mesh_id)
    if why:
        return Change("File", None, file.path, "kept", before, before, why=why)
    if not dry_run:
        _files.remove(file.path)
    return Change("File", None, file.path, "deleted", before, after={})
