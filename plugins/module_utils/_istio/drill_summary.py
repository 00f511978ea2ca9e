# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failover drill found, as text for a terminal. Pure."""

from __future__ import annotations

import typing as t

from .._problems import Problem, report
from .summary import table

Result = t.Mapping[str, t.Any]

HEADS = ["failure", "policy", "load", "sent", "failed", "twice", "redirected", "returned", "p50 ms", "p99 ms", "max ms"]


def failover_summary(found: Result) -> str:
    """What went wrong first, then a row a kind of load in each run, then the room elsewhere. `found`: the content of failover.json."""
    problems = [Problem(**problem) for problem in found["problems"]]
    head = "Failover" + (f" of {found['near']}" if found["near"] else "")
    parts = [f"{head}: {found['failure']}"] if found["failure"] else []
    if problems or not parts:
        parts.append(report(head, problems))
    if found["runs"]:
        parts.append(table([HEADS, *map(_run, found["runs"])]))
        parts.append(_delay(found["runs"]))
    if found["capacity"]:
        parts.append(_capacity(found["capacity"]))
    return "\n\n".join(part for part in parts if part)


def _run(run: Result) -> list[str]:
    return [
        run["how"],
        run["policy"],
        run["kind"],
        str(run["requests"]),
        str(run["failed"]),
        str(run["duplicated"]),
        _seconds(run["redirect_seconds"]),
        _seconds(run["return_seconds"]),
        *(_milliseconds(run[key]) for key in ("p50_ms", "p99_ms", "max_ms")),
    ]


def _seconds(value: float | None) -> str:
    return "no" if value is None else f"{value:.1f} s"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _delay(runs: t.Sequence[Result]) -> str:
    delays = [run["delay_ms"] for run in runs if run["delay_ms"] is not None]
    return f"An answer of another region took {max(delays)} ms longer than a near one." if delays else ""


def _capacity(capacity: t.Sequence[Result]) -> str:
    near, *others = capacity
    elsewhere = [
        f"{one['free_cpu']:.1f} CPU cores and {one['free_memory_mib']} MiB are free in {one['cluster']}"
        for one in others
    ]
    asked = f"Pods of {near['cluster']} ask for {near['asked_cpu']:.1f} CPU cores and {near['asked_memory_mib']} MiB"
    return f"{asked}; {', '.join(elsewhere)}."
