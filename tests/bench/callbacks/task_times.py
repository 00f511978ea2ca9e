"""An Ansible callback that notes when each task begins: a line of JSON each in the file that BENCH_TASK_TIMES names."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_times
type: aggregate
short_description: When each task begins
description: For the benchmark of the collection.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible has no types
    """Seconds are those of the wall clock, so that whoever started the run can tell what came before the first task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_times"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = Path(os.environ["BENCH_TASK_TIMES"])
        self._play = ""

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play.get_name()
        self._note("", "", "play")

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        role = task._role.get_name() if task._role else ""
        self._note(task.get_name(), role, task.action)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._play = ""
        self._note("", "", "end")

    def _note(self, task: str, role: str, action: str) -> None:
        used = os.times()
        entry = {
            "at": time.time(),
            "cpu": sum(used[:4]),  # of workers too, once they have ended
            "play": self._play,
            "role": role,
            "task": task,
            "action": action,
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
