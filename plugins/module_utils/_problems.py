# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check found wrong, and the text by which a person reads all of it at once."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

ERROR, WARNING = "error", "warning"
# Option fail_on of checks: the severities that fail a task.
FAILS_ON: dict[str, set[str]] = {"error": {ERROR}, "warning": {ERROR, WARNING}, "never": set()}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in clauses without a full stop. `cluster` is empty where it is about the whole mesh."""

    severity: str
    what: str
    why: str = ""
    todo: str = ""
    cluster: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def errors_first(problems: t.Iterable[Problem]) -> list[Problem]:
    """By cluster, the whole mesh first and clusters with errors before others, and errors first in each."""
    listed = list(problems)
    broken = {problem.cluster for problem in listed if problem.severity == ERROR}
    return sorted(listed, key=lambda x: (x.cluster != "", x.cluster not in broken, x.cluster, x.severity != ERROR))


def count(problems: t.Iterable[Problem]) -> str:
    """ "2 errors and 1 warning" """
    severities = [problem.severity for problem in problems]
    counts = [(severities.count(severity), severity) for severity in (ERROR, WARNING)]
    return " and ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n) or "no problems"


def report(subject: str, problems: t.Iterable[Problem]) -> str:
    """The text of a failed check: a head line, then a paragraph for each cluster with what, why and what to do."""
    listed = errors_first(problems)
    lines = [f"{subject}: {count(listed)}."]
    cluster = None
    for problem in listed:
        if problem.cluster != cluster:
            cluster = problem.cluster
            lines += ["", f"Cluster {printable(cluster)}" if cluster else "Whole mesh"]
        lines.append(f"  {problem.severity + ':':<9}{sentence(problem.what)}")
        lines += [f"{'':<11}{sentence(text)}" for text in (problem.why, problem.todo) if text]
    return "\n".join(lines)


def sentence(clause: str) -> str:
    """A clause with a capital letter, where it begins with a word of ours, and a full stop."""
    text = printable(clause.strip().rstrip("."))
    first = text.split(" ", 1)[0]
    return (text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text) + "."


def printable(text: str) -> str:
    """Text from inventories and clusters made safe for a terminal: one line, no control characters."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
