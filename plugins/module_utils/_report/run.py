# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module mesh_report: result files in, a page out. The one place here that reads and writes."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from .._errors import MeshError
from .._files import PRIVATE, read, write_private
from .findings import STAGES
from .page import page
from .reading import Entry

READ = (*STAGES, "failover")
AGAIN = "Run multiregion.istio.{} again, which writes it anew, or remove it"


def run(params: t.Mapping[str, t.Any], check_mode: bool, _progress: t.Callable[[str], None]) -> dict[str, t.Any]:
    """The result of the module. Raises MeshError where there is no result file, or one that is none."""
    folder = Path(params["results_dir"])
    files = {stage: file for stage in READ if (file := read_result(folder, stage)) is not None}
    if not files:
        todo = "Run multiregion.istio.preflight first, or give another results_dir (mesh_results_dir)"
        raise MeshError(f"no result files in {folder}", todo=todo)
    html, verdict = page(files, params["title"])
    before = read(params["path"] or str(folder / "report.html"))
    is_changed = (before.text, before.mode) != (html, PRIVATE)
    if is_changed and not check_mode:
        write_private(before.path, html)
    return {
        "changed": is_changed,
        "path": before.path,
        "files": [f"{stage}.json" for stage in files],
        "state": verdict.state,
        "verdict": str(verdict),
    }


def read_result(folder: Path, stage: str) -> Entry | None:
    """The content of a result file, None where there is none."""
    path = folder / f"{stage}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MeshError(f"cannot read {path}", why=error.strerror or "") from error
    except (ValueError, RecursionError) as error:
        raise MeshError(f"{path} is not JSON", why=str(error), todo=AGAIN.format(stage)) from error
    if not isinstance(content, dict):
        raise MeshError(f"{path} is no result of a stage", todo=AGAIN.format(stage))
    return content
