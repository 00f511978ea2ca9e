"""Where the time of a run of ansible-playbook goes, from what the callback task_times noted."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.lab.host import OUTPUT

Parts = dict[str, dict[str, float]]
SITE = OUTPUT / "site_time.json"
BEGIN, END = "Ansible starts and reads playbooks and inventory", "Ansible ends"


def parts_of(file: Path, began: float, ended: float) -> Parts:
    """{play: {seconds, cpu, tasks}} of one run, in its order; `cpu` in seconds, that of workers included once they have ended.

    began, ended: the wall clock before the start and after the end of the process
    """
    noted: list[dict[str, Any]] = [json.loads(line) for line in file.read_text().splitlines()]
    parts: Parts = {BEGIN: {"seconds": noted[0]["at"] - began, "cpu": noted[0]["cpu"], "tasks": 0}}
    for one, following in zip(noted, noted[1:], strict=False):
        part = parts.setdefault(one["play"], {"seconds": 0, "cpu": 0, "tasks": 0})
        part["seconds"] += following["at"] - one["at"]
        part["cpu"] += following["cpu"] - one["cpu"]
        part["tasks"] += one["action"] != "play"
    parts[END] = {"seconds": ended - noted[-1]["at"], "cpu": 0, "tasks": 0}
    return parts


def median_parts(runs: Sequence[Parts]) -> dict[str, Any]:
    """The table of several runs: {"seconds", "cpu", "tasks", "parts": [{"part", "seconds", "cpu", "tasks"}]}, each a median."""

    def middle(part: str, key: str) -> float:
        return round(statistics.median(run.get(part, {}).get(key, 0) for run in runs), 2)

    names = list(dict.fromkeys(part for run in runs for part in run))
    parts = [{"part": part, **{key: middle(part, key) for key in ("seconds", "cpu", "tasks")}} for part in names]
    whole = {
        key: round(statistics.median(sum(part[key] for part in run.values()) for run in runs), 2)
        for key in ("seconds", "cpu", "tasks")
    }
    return {**whole, "parts": parts}


def site_table() -> list[str]:
    """Where the time of site.yml goes, as Markdown; nothing where no run was noted yet."""
    if not SITE.exists():
        return []
    found = json.loads(SITE.read_text())
    runs = [{one["part"]: one for one in found[run]["parts"]} for run in ("first", "again")]
    lines = ["| where the time of site.yml goes | first run | nothing to do |", "|---|---|---|"]
    lines += [
        f"| {part} | {' | '.join(spent(run.get(part)) for run in runs)} |"
        for part in dict.fromkeys(part for run in runs for part in run)
    ]
    return [*lines, f"| together | {' | '.join(spent(found[run]) for run in ('first', 'again'))} |"]


def spent(part: dict[str, Any] | None) -> str:
    """ "2.31 s, 0.9 s of CPU, 9 tasks" """
    if part is None:
        return ""
    return f"{part['seconds']:.3g} s, {part['cpu']:.2g} s of CPU, {part['tasks']:.0f} tasks"
