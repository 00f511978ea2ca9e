# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failover.json tells: how users fared while a region was gone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .findings import Files
from .reading import Entry, count, number, rows, text


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
