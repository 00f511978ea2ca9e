# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge between Ansible and our logic: what main() of a module does around `run(params, check_mode, progress)`.

The action plugins do the same in-process (plugin_utils/_in_process.py); both take a result apart with `finish`.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._errors import MeshError
from ._kubernetes.diff import secret_values
from ._kubernetes.options import missing_libraries
from ._wait import Progress

Result = dict[str, t.Any]
Run = t.Callable[[t.Mapping[str, t.Any], bool, Progress], Result]
Missing: t.TypeAlias = "t.Callable[[], tuple[str, str] | None]"


def run_as_module(module: AnsibleModule, run: Run, missing_libraries: Missing = missing_libraries) -> None:
    """Run the logic with the module's options and end the module with its result or its error.

    missing_libraries: (message, traceback) where a library that the logic needs is not there; by default Kubernetes' are asked for
    """
    missing = missing_libraries()
    if missing:
        module.fail_json(msg=missing[0], exception=missing[1])
    module.no_log_values.update(hidden_in(module.params))
    try:
        result = run(module.params, module.check_mode, module.debug)
    except MeshError as error:
        module.fail_json(msg=str(error), exception=None, **warned(module, error.details, diff=True))
    module.exit_json(**warned(module, result, diff=module._diff))


def warned(module: AnsibleModule, result: Result, *, diff: bool) -> Result:
    """What is to be returned of a result, whose warnings are given."""
    kept, warnings = finish(result, diff=diff)
    for warning in warnings:
        module.warn(warning)
    return kept


def finish(result: Result, *, diff: bool) -> tuple[Result, list[str]]:
    """(what the task returns, its warnings): the diff only where it was asked for."""
    kept = {key: value for key, value in result.items() if key != "warnings" and (diff or key != "diff")}
    return kept, result.get("warnings", [])


def hidden_in(params: t.Mapping[str, t.Any]) -> set[str]:
    """Values of Secrets among the objects of a task, which Ansible would show with the task's arguments."""
    return {value for body in params.get("objects") or [] if isinstance(body, dict) for value in secret_values(body)}
