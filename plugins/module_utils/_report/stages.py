# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a run and when they were. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .._problems import ERROR, Problem, count
from .findings import STAGES, Files
from .members import BAD, CONCERN, GOOD
from .reading import Entry, lines, moment, rows, text

TITLES = {
    "preflight": "Preflight",
    "prerequisites": "Network",
    "primary": "Control plane",
    "remotes": "Remotes",
    "verify": "Verification",
    "leave": "Leaving",
    "network_leave": "Network without it",
    "teardown": "Taking down",
}
APART = timedelta(minutes=10)  # stages further apart are of different runs


@dataclass(frozen=True)
class Step:
    """A stage, or one cluster within it. Times are None where the file has none.

    begin, width: of its bar, in per cent of the last run; None for what is of an earlier run or has no times
    """

    title: str
    stage: str
    cluster: str
    state: str
    outcome: str
    started: datetime | None
    finished: datetime | None
    begin: float | None = None
    width: float | None = None

    @property
    def took(self) -> timedelta | None:
        return self.finished - self.started if self.started and self.finished else None


def steps_of(files: Files, found: t.Mapping[str, t.Sequence[Problem]]) -> list[Step]:
    """Every stage in order, each followed by the clusters that its file has times of."""
    steps = []
    for stage in [stage for stage in STAGES if stage in files]:
        state, outcome = outcome_of(stage, files[stage], found[stage])
        clusters = list(clusters_of(stage, files[stage]))
        whole = step(TITLES[stage], stage, "", state, outcome, files[stage])
        begun = [x.started for x in clusters if x.started]
        steps += [replace(whole, started=whole.started or min(begun, default=None)), *clusters]
    return drawn(steps)


def clusters_of(stage: str, file: Entry) -> t.Iterator[Step]:
    """Only the remotes have times of their own."""
    for row in rows(file, "members") if stage == "remotes" else []:
        state = BAD if lines(row, "failure") else GOOD
        yield step(text(row, "name"), stage, text(row, "name"), state, text(row, "status"), row)


def step(title: str, stage: str, cluster: str, state: str, outcome: str, times: Entry) -> Step:
    started, finished = moment(times, "started"), moment(times, "finished")
    is_told = started and finished and started <= finished
    return Step(title, stage, cluster, state, outcome, started if is_told else None, finished)


def outcome_of(stage: str, file: Entry, problems: t.Sequence[Problem]) -> tuple[str, str]:
    """(state, in words)"""
    if any(problem.severity == ERROR for problem in problems):
        return BAD, f"failed: {count(problems)}" if not lines(file, "failure") else "failed"
    if problems:
        return CONCERN, count(problems)
    if stage == "prerequisites" and text(file, "provider") == "none":
        return GOOD, "not looked after"
    return GOOD, "done"


def drawn(steps: t.Sequence[Step]) -> list[Step]:
    """The same steps with the bars of the last run."""
    last = last_run(steps)
    begin = min((x.started or x.finished for x in last if x.finished), default=None)
    end = max((x.finished for x in last if x.finished), default=None)
    if not begin or not end:
        return list(steps)
    whole = (end - begin).total_seconds() or 1.0

    def with_bar(x: Step) -> Step:
        if x not in last or not x.finished:
            return x
        start = x.started or x.finished
        share = [100 * (when - begin).total_seconds() / whole for when in (start, x.finished)]
        return replace(x, begin=share[0], width=share[1] - share[0])

    return [with_bar(x) for x in steps]


def last_run(steps: t.Sequence[Step]) -> list[Step]:
    """The steps of the run that ended last: from the end back until nothing was done for a while."""
    timed = sorted((x for x in steps if x.finished), key=lambda x: x.finished or datetime.max, reverse=True)
    run: list[Step] = []
    earliest = None
    for x in timed:
        if earliest and x.finished and earliest - x.finished > APART:
            break
        start = x.started or x.finished
        earliest = min(earliest, start) if earliest and start else start
        run.append(x)
    return run
