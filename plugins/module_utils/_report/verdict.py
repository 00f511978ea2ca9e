# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first line of the page: whether the mesh is well and, if not, what to do first. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._problems import ERROR, WARNING, Problem, count, sentence
from .findings import AGAIN, PLAYBOOKS, STAGES, Files
from .members import BAD, CONCERN, GOOD, UNKNOWN, Member
from .reading import count as number_of
from .reading import moment, rows, text
from .stages import TITLES

CHANGING = ("prerequisites", "primary", "remotes", "leave")
RUN = "Run multiregion.istio.{}"


@dataclass(frozen=True)
class Verdict:
    """state: good, concern, bad or unknown; what and todo are sentences, todo: or when it was seen."""

    state: str
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.todo}".rstrip()


def verdict_of(files: Files, found: t.Mapping[str, t.Sequence[Problem]], members: t.Sequence[Member]) -> Verdict:
    """What the files say all together. The first stage that failed decides: the others need it."""
    mesh = f"Mesh {mesh_id(files)}"
    for stage in [stage for stage in STAGES if stage in files]:
        errors = [problem for problem in found[stage] if problem.severity == ERROR]
        if errors:
            what = f"{mesh} is not well: {TITLES[stage].lower()} failed with {count(errors)}."
            return Verdict(BAD, what, f"First: {first(errors[0], stage)}")
    ailing = [member for member in members if member.state == BAD]
    if ailing:
        what = f"{mesh} is not well: {ailing[0].name} is {ailing[0].status or 'not as planned'}."
        return Verdict(BAD, what, f"First: {RUN.format('remotes')}, which says why.")
    due = stage_due(files, members)
    if due:
        return Verdict(
            UNKNOWN, f"Whether mesh {mesh_id(files)} is well is not known: {due[0]}.", f"{RUN.format(due[1])}."
        )
    when = moment(files["verify"], "finished")
    seen = when.strftime("Verified %Y-%m-%d %H:%M UTC") if when else "Verified"
    warnings = [problem for problems in found.values() for problem in problems if problem.severity == WARNING]
    well = f"{mesh} is well: {members_in_words(members)}{requests_in_words(files)}."
    if warnings:
        return Verdict(CONCERN, well, f"{seen}. {count(warnings)}, to be looked at when there is time.")
    return Verdict(GOOD, well, f"{seen}.")


def mesh_id(files: Files) -> str:
    return next(
        (name for stage in reversed(STAGES) if (name := text(files.get(stage, {}), "mesh_id"))), "without a name"
    )


def first(problem: Problem, stage: str) -> str:
    """What to do about a problem, with where. A failure that is one text says both already."""
    where = f"cluster {problem.cluster}: " if problem.cluster and problem.cluster not in problem.what else ""
    if problem.todo:
        return f"{sentence(problem.todo)} ({where}{problem.what.rstrip('.')}.) {sentence(AGAIN.format(PLAYBOOKS.get(stage, stage)))}"
    return f"{where}{sentence(problem.what)} {sentence(AGAIN.format(PLAYBOOKS.get(stage, stage)))}"


def stage_due(files: Files, members: t.Sequence[Member]) -> tuple[str, str] | None:
    """(why the mesh has to be looked at, the playbook that does it); None where the last look still counts."""
    if "verify" not in files:
        done = [stage for stage in ("primary", "remotes") if stage in files]
        return ("it was not verified", "verify") if len(done) == 2 else ("it was only checked, or made in part", "site")
    new = [member.name for member in members if not member.is_verified]
    if new:
        return f"{', '.join(new[:3])}{' and others' if new[3:] else ''} had not joined when it was verified", "site"
    since = [stage for stage in CHANGING if finished(files, stage) > finished(files, "verify")]
    if since:
        return f"it was verified before {' and '.join(since)} ran last", "verify"
    return None


def finished(files: Files, stage: str) -> float:
    when: datetime | None = moment(files.get(stage, {}), "finished")
    return when.timestamp() if when else 0.0


def members_in_words(members: t.Sequence[Member]) -> str:
    regions = {member.region for member in members if member.region}
    clusters = f"{len(members)} cluster{'' if len(members) == 1 else 's'}"
    return f"{clusters} in {len(regions)} region{'' if len(regions) == 1 else 's'}" if regions else clusters


def requests_in_words(files: Files) -> str:
    pairs = rows(files["verify"], "requests")
    sent = sum(number_of(pair, "sent") for pair in pairs)
    answered = sum(number_of(pair, "ok") for pair in pairs)
    return f", {answered} of {sent} requests answered" if sent else ", no requests sent"
