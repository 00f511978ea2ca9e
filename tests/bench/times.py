"""Where the time of a run of ansible-playbook goes, from what the callback task_times noted."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Parts = dict[str, dict[str, float]]
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
