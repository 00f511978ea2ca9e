# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the result files tell of problems, those of one kind together. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._problems import ERROR, WARNING, Problem
from .reading import Entry, inner, lines, rows, text, texts

STAGES = ("preflight", "prerequisites", "primary", "remotes", "verify", "leave", "network_leave", "teardown")
AGAIN = "Then run multiregion.istio.{} again"
PLAYBOOKS = {"network_leave": "leave"}  # where a stage is not the whole of one
MOST = 20  # entries of one kind: fifty clusters with one block make 1225 pairs

Files: t.TypeAlias = "t.Mapping[str, Entry]"


@dataclass(frozen=True)
class Group:
    """Problems of one stage for one reason. entries: (cluster, what); `more` were left out."""

    stage: str
    severity: str
    why: str
    todo: str
    entries: tuple[tuple[tuple[str, ...], str], ...]
    more: int = 0

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


def found_in(files: Files) -> dict[str, list[Problem]]:
    """The problems of each stage that has a file, each once, errors first."""
    found = {}
    for stage in [stage for stage in STAGES if stage in files]:
        listed = dict.fromkeys([*told(stage, files[stage]), *members_failures(stage, files[stage])])
        has_errors = any(problem.severity == ERROR for problem in listed)
        failure = [] if has_errors else list(stages_failure(files[stage]))
        found[stage] = sorted([*failure, *listed], key=lambda problem: problem.severity != ERROR)
    return found


def told(stage: str, file: Entry) -> t.Iterator[Problem]:
    """What a module has put into words already."""
    source = inner(file, "probe") if stage == "prerequisites" else file
    of_members = [problem for member in rows(file, "members") for problem in rows(member, "problems")]
    for row in [*rows(source, "problems"), *of_members]:
        severity = ERROR if text(row, "severity") == ERROR else WARNING
        yield Problem(severity, text(row, "what"), text(row, "why"), text(row, "todo"), text(row, "cluster"))


def members_failures(stage: str, file: Entry) -> t.Iterator[Problem]:
    """The remotes that could not be brought in, and those that were kept from being changed by that."""
    if stage != "remotes":
        return
    failures = {text(row, "name"): lines(row, "failure") for row in rows(file, "members")}
    for name, failure in failures.items():
        if failure:
            yield Problem(ERROR, " ".join(failure), cluster=name)
    if any(failures.values()):
        for name in texts(file, "not_reached"):
            yield Problem(WARNING, "was not changed, since another failed before it", "", AGAIN.format("remotes"), name)


def stages_failure(file: Entry) -> t.Iterator[Problem]:
    """The failure of a whole stage: its first line; the page shows the rest with the stage."""
    failure = lines(file, "failure")
    if failure:
        yield Problem(ERROR, failure[0])


def grouped(found: t.Mapping[str, t.Sequence[Problem]]) -> list[Group]:
    """The problems of all stages: errors first, then in the order of the stages; same words of several clusters are one entry.

    What is wrong between every two of many clusters is not one kind, since what to do names both: those are many groups.
    """
    kinds: dict[tuple[str, str, str, str], dict[str, list[str]]] = {}
    for stage, problems in found.items():
        for problem in problems:
            whats = kinds.setdefault((stage, problem.severity, problem.why, problem.todo), {})
            whats.setdefault(problem.what, []).append(problem.cluster)
    groups = []
    for kind, whats in kinds.items():
        entries = tuple((tuple(names), what) for what, names in whats.items())
        groups.append(Group(*kind, entries[:MOST], max(0, len(entries) - MOST)))
    return sorted(groups, key=lambda group: not group.is_error)
