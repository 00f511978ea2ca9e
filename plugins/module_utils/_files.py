# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with credentials: read with their mode, written so that nobody else can read them at any moment, removed."""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from ._errors import MeshError

PRIVATE = 0o600


@dataclass(frozen=True)
class Content:
    """A file as read, links followed. `mode` are the bits of access."""

    path: str
    exists: bool = False
    mode: int = 0
    text: str = field(default="", repr=False)


def read(dest: str) -> Content:
    """The file at a path. Raises MeshError for what is no file, or where it could not be written."""
    path = Path(os.path.realpath(Path(dest).expanduser()))
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if not path.parent.is_dir():
            todo = f"Make it first: mkdir -m 700 {path.parent}"
            raise MeshError(f"directory {path.parent} of dest does not exist", todo=todo) from None
        return Content(str(path))
    except OSError as error:
        raise MeshError(f"dest {path} cannot be read", why=error.strerror or "", todo="Give another path") from error
    return Content(str(path), True, mode, text)


def write_private(path: str, text: str) -> None:
    """Put a text in the place of a file in one step. mkstemp makes the new file for its owner alone."""
    try:
        handle, new = tempfile.mkstemp(dir=Path(path).parent, prefix=f".{Path(path).name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), PRIVATE)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(new).replace(path)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MeshError(
            f"cannot write {path}", why=error.strerror or "", todo="Give a path that can be written"
        ) from error


def remove(path: str) -> None:
    """Remove a file. Raises MeshError where that is not allowed."""
    try:
        Path(path).unlink(missing_ok=True)
    except OSError as error:
        raise MeshError(f"cannot remove {path}", why=error.strerror or "") from error
