# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leave.json tells: what became of a cluster that was taken out. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .findings import Files
from .reading import Entry, flag, lines, rows, text

LISTS = (("What is left to do", "left"), ("Workloads to restart", "restart"), ("Kept", "kept"), ("Removed", "removed"))


class Thing(t.NamedTuple):
    """An object and what is to be known of it."""

    what: str
    cluster: str
    why: str
    command: str


@dataclass(frozen=True)
class Leaving:
    """lists: (heading, things), what asks for something first."""

    cluster: str
    finished: str
    is_failed: bool
    is_reached: bool
    why: str
    lists: tuple[tuple[str, tuple[Thing, ...]], ...]


def leaving_of(files: Files) -> Leaving | None:
    """None where no cluster was taken out."""
    file = files.get("leave")
    if file is None:
        return None
    return Leaving(
        cluster=text(file, "cluster"),
        finished=text(file, "finished"),
        is_failed=bool(lines(file, "failure")),
        is_reached=flag(file, "reachable"),
        why=text(file, "why"),
        lists=tuple((heading, tuple(thing(row) for row in rows(file, key))) for heading, key in LISTS),
    )


def thing(row: Entry) -> Thing:
    where = f" in {text(row, 'namespace')}" if text(row, "namespace") else ""
    return Thing(
        f"{text(row, 'kind')} {text(row, 'name')}{where}", text(row, "cluster"), text(row, "why"), text(row, "command")
    )
