# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What main() of a module makes of the logic's result and of its error."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


class Ended(Exception):
    """As AnsibleModule ends the process."""


class Module:
    """What is used of an AnsibleModule; it keeps how it ended."""

    params: t.ClassVar[dict[str, t.Any]] = {}
    check_mode = False
    _diff = False

    def __init__(self) -> None:
        self.no_log_values: set[str] = set()
        self.warned: list[str] = []
        self.failed: dict[str, t.Any] = {}
        self.result: dict[str, t.Any] = {}

    def debug(self, _line: str) -> None: ...

    def warn(self, warning: str) -> None:
        self.warned.append(warning)

    def fail_json(self, **result: t.Any) -> t.NoReturn:
        self.failed = result
        raise Ended

    def exit_json(self, **result: t.Any) -> t.NoReturn:
        self.result = result
        raise Ended


def run(logic: t.Callable[..., dict[str, t.Any]]) -> Module:
    module = Module()
    with pytest.raises(Ended):
        run_as_module(t.cast(t.Any, module), logic, lambda: None)
    return module


def test_warnings_of_a_result_are_given_as_such_and_a_diff_only_where_it_is_asked_for() -> None:
    module = run(lambda *_arguments: {"changed": True, "diff": {}, "warnings": ["mind the gap"]})
    assert (module.result, module.warned) == ({"changed": True}, ["mind the gap"])


def test_an_error_keeps_its_result_and_gives_its_warnings() -> None:
    def fail(*_arguments: t.Any) -> t.NoReturn:
        raise MeshError("no way", details={"pairs": [], "warnings": ["mind the gap"]})

    module = run(fail)
    assert (module.failed, module.warned) == ({"msg": "no way.", "exception": None, "pairs": []}, ["mind the gap"])
