# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters whose module is imported with their first call."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins import filter as filters
from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_leftovers import operator_leftovers
from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import MODULE_UTILS, deferred

NAMES = sorted(found.name for found in pkgutil.iter_modules(filters.__path__))
LATE = (
    f"{MODULE_UTILS}._alibaba.network_plan",
    f"{MODULE_UTILS}._istio.leave_result",
    f"{MODULE_UTILS}._istio.upgrade",
)


def test_a_function_gives_what_it_gives_when_it_is_imported_at_once() -> None:
    arguments: tuple[t.Any, ...] = ([], "istio.alibabacloud.com/v1beta1", [], [{"metadata": {"name": "web"}}])
    assert deferred("_istio.operator_leftovers", "operator_leftovers")(*arguments) == operator_leftovers(*arguments)


@pytest.mark.parametrize("name", NAMES)
def test_each_filter_of_a_file_can_be_imported(name: str) -> None:
    for filter_ in importlib.import_module(f"{filters.__name__}.{name}").FilterModule().filters().values():
        assert callable(filter_)
        if filter_.__name__ == "call":  # one that is deferred: its module and its name are there
            cells = dict(
                zip(filter_.__code__.co_freevars, (cell.cell_contents for cell in filter_.__closure__), strict=True)
            )
            assert callable(getattr(importlib.import_module(f"{MODULE_UTILS}.{cells['module']}"), cells["name"]))


def test_to_load_all_filters_imports_nothing_that_few_runs_need() -> None:
    load = f"import importlib, sys; [importlib.import_module('{filters.__name__}.' + name) for name in {NAMES}]"
    done = subprocess.run(
        [sys.executable, "-c", f"{load}; print(*sorted(sys.modules))"], check=True, capture_output=True, text=True
    )
    assert not set(LATE) & set(done.stdout.split())
