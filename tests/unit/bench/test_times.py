"""Where the time of a run goes: no second of it is lost or counted twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.times import BEGIN, END, median_parts, parts_of

NOTED = [
    {"at": 101.0, "cpu": 0.9, "play": "one", "task": "", "action": "play"},
    {"at": 101.5, "cpu": 1.0, "play": "one", "task": "a", "action": "debug"},
    {"at": 103.0, "cpu": 2.0, "play": "two", "task": "", "action": "play"},
    {"at": 103.0, "cpu": 2.0, "play": "two", "task": "b", "action": "debug"},
    {"at": 104.0, "cpu": 2.5, "play": "two", "task": "c", "action": "debug"},
    {"at": 106.0, "cpu": 3.5, "play": "", "task": "", "action": "end"},
]


def noted(directory: Path) -> Path:
    file = directory / "times"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in NOTED))
    return file


def test_each_play_has_its_time_and_together_they_are_the_whole_run(tmp_path: Path) -> None:
    parts = parts_of(noted(tmp_path), began=100, ended=106.25)
    assert {part: (found["seconds"], found["tasks"]) for part, found in parts.items()} == {
        BEGIN: (1, 0),
        "one": (2, 1),
        "two": (3, 2),
        END: (0.25, 0),
    }
    assert sum(found["seconds"] for found in parts.values()) == 6.25
    assert sum(found["cpu"] for found in parts.values()) == 3.5


def test_of_several_runs_the_medians_are_told(tmp_path: Path) -> None:
    file = noted(tmp_path)
    table = median_parts([parts_of(file, began, 106.25) for began in (100, 99, 90)])
    assert table["seconds"] == 7.25
    assert table["parts"][0] == {"part": BEGIN, "seconds": 2, "cpu": 0.9, "tasks": 0}
    assert table["tasks"] == 3
