# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module result_file: what became of a stage, as JSON that only its owner may read, in a directory of its own."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ._errors import MeshError
from ._files import write_private

DIRECTORY = 0o700


def run(params: t.Mapping[str, t.Any], check_mode: bool, _progress: t.Callable[[str], None]) -> dict[str, t.Any]:
    """Write `content` to STAGE.json in `dir`; nothing in check mode. Never a change: it is no part of any cluster. Raises MeshError."""
    path = Path(params["dir"]) / f"{params['stage']}.json"
    if not check_mode:
        make_private(path.parent)
        write_private(str(path), text_of(params["content"]))
    return {"changed": False, "path": str(path)}


def text_of(content: t.Mapping[str, t.Any]) -> str:
    """The text of a result file: keys in the order of the alphabet, so that two files can be compared."""
    return json.dumps(content, indent=4, sort_keys=True) + "\n"


def make_private(directory: Path) -> None:
    """The directory, with those above it, for its owner alone. Raises MeshError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(DIRECTORY)
    except OSError as error:
        raise MeshError(
            f"cannot make the directory {directory} of the result files",
            why=error.strerror or "",
            todo="Give another path (mesh_results_dir)",
        ) from error


def no_library() -> None:
    """It needs none."""
