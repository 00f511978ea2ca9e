# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every role promises: its variables are its defaults and its argument specification, and begin with its name."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROLES = Path(__file__).parents[2] / "roles"
NAMES = sorted(path.name for path in ROLES.iterdir() if path.is_dir())
UNTEMPLATED = ("bool", "dict", "int", "float")
Dict = dict[str, t.Any]


def load(role: str, file: str) -> Dict:
    path = ROLES / role / file
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def options(role: str) -> Dict:
    """The options of all entry points of a role."""
    specs = load(role, "meta/argument_specs.yml")["argument_specs"]
    return {name: option for spec in specs.values() for name, option in spec.get("options", {}).items()}


@pytest.mark.parametrize("role", NAMES)
def test_each_variable_has_a_default_or_is_required(role: str) -> None:
    required = {name for name, option in options(role).items() if option.get("required")}
    assert set(load(role, "defaults/main.yml")) == set(options(role)) - required


@pytest.mark.parametrize("role", NAMES)
def test_documented_defaults_are_the_defaults(role: str) -> None:
    """A template cannot be documented as the default of what is no text or list: antsibull-docs checks its type."""
    specs, defaults = options(role), load(role, "defaults/main.yml")
    documented = {name: option["default"] for name, option in specs.items() if "default" in option}
    templated = {name for name, value in defaults.items() if "{{" in str(value) and specs[name]["type"] in UNTEMPLATED}
    assert documented == {name: value for name, value in defaults.items() if name not in templated}


@pytest.mark.parametrize("role", NAMES)
def test_variables_begin_with_the_name_of_the_role(role: str) -> None:
    assert [name for name in options(role) if not name.startswith(f"{role}_")] == []
    assert [name for name in load(role, "vars/main.yml") if not name.startswith(f"__{role}_")] == []


@pytest.mark.parametrize("role", NAMES)
def test_each_option_says_what_it_is(role: str) -> None:
    assert [
        name for name, option in options(role).items() if not (option.get("description") and option.get("type"))
    ] == []


@pytest.mark.parametrize("role", NAMES)
def test_a_role_has_a_description_and_a_readme_with_all_its_variables(role: str) -> None:
    assert load(role, "meta/main.yml")["galaxy_info"]["description"]
    readme = (ROLES / role / "README.md").read_text(encoding="utf-8")
    assert [name for name in options(role) if name not in readme] == []


@pytest.mark.parametrize("role", NAMES)
def test_roles_know_no_groups_of_the_inventory(role: str) -> None:
    for file in (ROLES / role).rglob("*.yml"):
        assert not re.search(r"\bgroups\b\s*[\[.]|\bgroup_names\b", file.read_text(encoding="utf-8")), file


def writes_of_results(tasks: list[Dict], is_told: bool = False) -> t.Iterator[tuple[str, bool]]:
    """(stage, whether what follows it is said also where it fails) of every task that writes a result file."""
    for task in tasks:
        if write := task.get("multiregion.istio.result_file"):
            yield write["stage"], is_told
        for section in ("tasks", "block", "rescue", "always"):
            yield from writes_of_results(task.get(section) or [], section == "block" and "always" in task)


def test_what_became_of_a_run_is_told_also_where_its_result_file_cannot_be_written() -> None:
    files = [*ROLES.glob("*/tasks/*.yml"), *(ROLES.parent / "playbooks").glob("*.yml")]
    found = [write for file in files for write in writes_of_results(yaml.safe_load(file.read_text(encoding="utf-8")))]
    assert len(found) >= 10
    assert [stage for stage, is_told in found if not is_told] == []


def test_no_integration_target_has_the_name_of_a_role() -> None:
    """ansible-test runs a target as a role, and would find the collection's own instead."""
    targets = {path.name for path in (ROLES.parent / "tests" / "integration" / "targets").iterdir()}
    assert targets and not targets & set(NAMES)
