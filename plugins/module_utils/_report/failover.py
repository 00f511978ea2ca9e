# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failover.json tells: how users fared while a region was gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .findings import Files
from .reading import Entry, count, number, rows, text

HEIGHT = 40  # of a plot, as its width is 100


@dataclass(frozen=True)
class Column:
    """One second of a plot: where it stands, and how high near, far and failed requests are stacked on each other."""

    x: float
    width: float
    near: float
    far: float
    failed: float


@dataclass(frozen=True)
class Plot:
    """The requests of a run, second by second, by who answered. `broken` is where the near workload failed.

    near, far, failed: how many there were in all
    """

    title: str
    columns: tuple[Column, ...]
    broken: float
    near: int
    far: int
    failed: int


@dataclass(frozen=True)
class Run:
    """One failover. Times in milliseconds, `redirect` in seconds, None where unknown; shares: of the longest of all runs, in per cent."""

    how: str
    policy: str
    kind: str
    delay: float | None
    requests: int
    failed: int
    duplicated: int
    redirect: float | None
    p50: float | None
    p99: float | None
    longest: float | None
    redirect_share: float = 0.0
    p99_share: float = 0.0


def failovers_of(files: Files) -> list[Run]:
    """The runs in the order of the file, with their bars to one scale."""
    entries = rows(files.get("failover", {}), "runs")
    scale = {
        key: max((number(entry, key) or 0 for entry in entries), default=0) for key in ("redirect_seconds", "p99_ms")
    }

    def share(entry: Entry, key: str) -> float:
        return round(100 * max(0.0, number(entry, key) or 0) / scale[key], 2) if scale[key] > 0 else 0.0

    return [
        Run(
            how=text(entry, "how"),
            policy=text(entry, "policy"),
            kind=text(entry, "kind"),
            delay=number(entry, "delay_ms"),
            requests=count(entry, "requests"),
            failed=count(entry, "failed"),
            duplicated=count(entry, "duplicated"),
            redirect=number(entry, "redirect_seconds"),
            p50=number(entry, "p50_ms"),
            p99=number(entry, "p99_ms"),
            longest=number(entry, "max_ms"),
            redirect_share=share(entry, "redirect_seconds"),
            p99_share=share(entry, "p99_ms"),
        )
        for entry in entries
    ]


def plots_of(files: Files) -> list[Plot]:
    """A plot for each run that tells what came of its requests second by second."""
    entries = rows(files.get("failover", {}), "runs")
    return [_plot(entry, line) for entry in entries if (line := rows(entry, "timeline"))]


def _plot(entry: Entry, line: list[Entry]) -> Plot:
    first = min(count(one, "second") for one in line)
    seconds = max(count(one, "second") for one in line) - first + 1
    width = 100 / seconds
    most = max(sum(_sides(one)) for one in line) or 1
    columns = []
    for one in line:
        near, far, failed = (round(HEIGHT * side / most, 2) for side in _sides(one))
        columns.append(Column(round((count(one, "second") - first) * width, 2), round(width, 2), near, far, failed))
    title = f"{text(entry, 'how')}, {text(entry, 'policy')}"
    return Plot(title, tuple(columns), round(-first * width, 2), *map(sum, zip(*map(_sides, line), strict=True)))


def _sides(second: Entry) -> tuple[int, int, int]:
    near, far, failed = (max(0, count(second, key)) for key in ("near", "far", "failed"))
    return near, far, failed
