# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an authority on this machine: read, with whether only their owner can. One directory a member below one for all."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

from .._errors import MeshError
from .._problems import ERROR, Problem
from .ca_bundle import FILES, KEY, ROOT, Bundle


def read_files(directory: str, cluster: str) -> tuple[Bundle | None, list[Problem]]:
    """(the files of a member, what is wrong with their access); None where it has no directory."""
    place = Path(directory).expanduser().absolute() / cluster if directory else None
    if place is None or not place.is_dir():
        return None, []
    try:
        texts = {file: text for file in FILES if (text := read(place / file))}
    except MeshError as error:
        return None, [Problem(ERROR, error.what, error.why, error.todo, cluster)]
    return Bundle(str(place), texts), [*mode_problems(place, cluster)]


def read_roots(directory: str) -> dict[str, str]:
    """The PEM text of each member's root by the name of its file. Raises MeshError."""
    return {str(place): read(place) for place in sorted(Path(directory).expanduser().absolute().glob(f"*/{ROOT}"))}


def read(path: Path) -> str:
    """The text of a file, "" where there is none. Raises MeshError where it cannot be read."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        why = str(getattr(error, "strerror", None) or "it is no text in PEM form")
        raise MeshError(f"cannot read {path}", why=why, todo="Give a file in PEM form that can be read") from None


def mode_problems(place: Path, cluster: str) -> t.Iterator[Problem]:
    """Whether other users of this machine may read the key, or put another one there."""
    for path, bits in ((place, 0o022), (place / KEY, 0o077)):
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & bits:
            what = f"{path} can be {'read or ' if bits & 0o044 else ''}written by other users (mode {mode:04o})"
            why = "Who has this key can be every workload of the mesh"
            todo = (
                f"Run: chmod {'700' if path.is_dir() else '600'} {path}; where others may have read it, make a new one"
            )
            yield Problem(ERROR, what, why, todo, cluster)
