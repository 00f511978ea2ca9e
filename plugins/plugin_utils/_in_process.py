# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run inside the worker that Ansible forked anyway, where that is the same as executing them.

It saves starting Python and importing `kubernetes` for every host and task (about 0.7 s each), and progress can be told
while a module waits. The linear strategy loads the action's class before it forks, so what is loaded below is shared by all
workers: the modules' libraries and, for the templates of their tasks, the filters and tests.

An action plugin is a class that names the two functions of the module of its own name:

    class ActionModule(InProcessAction):
        argument_spec = staticmethod(argument_spec)
        logic = staticmethod(run)
"""

from __future__ import annotations

import gc
import json
import typing as t
from contextlib import suppress

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader, test_loader

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import remove_credential_files
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import missing_libraries
from ansible_collections.multiregion.istio.plugins.module_utils._module import finish, hidden_in
from ansible_collections.multiregion.istio.plugins.module_utils._wait import Progress

Result = dict[str, t.Any]
Spec = dict[str, dict[str, t.Any]]


def load_filters() -> None:
    """Load all filters of this collection and all of Ansible's filters and tests, which one of them brings with it.

    A worker loads them with the first template that uses one, and keeps them for itself: 0.1 s in each task of each host.
    """
    with suppress(KeyError, AnsibleError):  # where no ansible-playbook has set up its loader: then nothing forks
        filter_loader.get("multiregion.istio.cluster")
        test_loader.get("ansible.builtin.match")


load_filters()
# What is loaded by now stays. Else the garbage collector of each worker would touch it, and with that copy the memory.
gc.freeze()


class InProcessAction(ActionBase):  # type: ignore[misc]  # ansible has no types
    """Runs the logic of a module in this process where it may, else executes the module as Ansible always does.

    constraints: required_if, mutually_exclusive and the like, as the module gives them to AnsibleModule
    """

    constraints: t.ClassVar[dict[str, t.Any]] = {}
    _supports_check_mode = True
    _supports_async = True

    @staticmethod
    def argument_spec() -> Spec:
        raise NotImplementedError

    @staticmethod
    def logic(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress, /) -> Result:
        raise NotImplementedError

    @staticmethod
    def missing_libraries() -> tuple[str, str] | None:
        """(message, traceback) where a library that the logic needs is not there. A module without Kubernetes has its own."""
        return missing_libraries()

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        if not self._may_run_here(task_vars):
            executed = self._execute_module(task_vars=task_vars, wrap_async=bool(self._task.async_val))
            return {**result, **executed}
        return {**result, **self._run_here(task_vars)}

    def _may_run_here(self, task_vars: dict[str, t.Any]) -> bool:
        """Whether this process is what the module would find: the machine, the interpreter, the user, the environment."""
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        return (
            self._connection.transport == "local"
            and not self._connection.become
            and not self._task.async_val
            and not environment
            and self._interpreter(task_vars) == task_vars.get("ansible_playbook_python")
            and self.missing_libraries() is None
        )

    def _interpreter(self, task_vars: dict[str, t.Any]) -> str:
        """The interpreter that the task would be executed with; "" where Ansible would have to discover it."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        return str(self._templar.template(task_vars.get("ansible_python_interpreter", "")))

    def _run_here(self, task_vars: dict[str, t.Any]) -> Result:
        """What the module's main() does. A failure is returned, as by a module, so that failed_when and until see it."""
        host = task_vars.get("inventory_hostname", "")
        self._display.vvv(f"{self._task.action} runs in-process", host=host)
        spec = self.argument_spec()
        validation = ArgumentSpecValidator(spec, **self.constraints).validate(plain(self._task.args))
        params = validation.validated_parameters
        hidden = hidden_in(params) | no_log_values(spec, params)
        if validation.error_messages:
            return failure(self._invalid(validation.errors[0]), {}, hidden)

        def progress(line: str) -> None:
            if not self._task.no_log:
                self._display.display(f"[{host}] {line}")

        try:
            outcome = self.logic(params, self._task.check_mode, progress)
        except MeshError as error:
            return failure(str(error), error.details, hidden)
        finally:
            remove_credential_files()
        outcome, warnings = finish(outcome, diff=self._task.diff)
        for warning in warnings:
            self._display.warning(remove_values(warning, hidden))
        return t.cast(Result, remove_values(outcome, hidden))

    def _invalid(self, error: Exception) -> str:
        """The words of AnsibleModule for options that are not as specified."""
        unsupported = f"Unsupported parameters for ({self._task.resolved_action}) module: "
        return f"{unsupported if isinstance(error, UnsupportedError) else ''}{error}"


def failure(message: str, details: Result, hidden: set[str]) -> Result:
    """The result of a failed task."""
    return t.cast(Result, remove_values({"changed": False, **details, "failed": True, "msg": message}, hidden))


def plain(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The same values as a module would get them: JSON, without the tags that Ansible's own values carry."""
    text = json.dumps(params, cls=get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE))
    return t.cast(dict[str, t.Any], json.loads(text))


def no_log_values(spec: Spec, params: t.Mapping[str, t.Any]) -> set[str]:
    """The values of options that must not be shown, suboptions included."""
    values: set[str] = set()
    for name, option in spec.items():
        value = params.get(name)
        if not value:
            continue
        if option.get("no_log"):
            values.add(str(value))
        elif option.get("options"):
            for below in value if isinstance(value, list) else [value]:
                if isinstance(below, dict):
                    values |= no_log_values(option["options"], below)
    return values
