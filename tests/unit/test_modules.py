# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module promises: its documentation is its argument specification, and its action group knows it. And inventories."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import alibaba_options
from tests.unit.documentation import documentation_of, fragment, plugin

ROOT = Path(__file__).parents[2]
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py") if file.stem != "__init__")
INVENTORIES = sorted(file.stem for file in (ROOT / "plugins" / "inventory").glob("*.py") if file.stem != "__init__")
# Options that Ansible documents for all inventories.
ANSIBLES = {
    option
    for reference in ("ansible.builtin.constructed", "ansible.builtin.inventory_cache")
    for option in fragment(reference)["options"]
}
Dict = dict[str, t.Any]

# Action group: the option by which its modules are known.
GROUPS = {"alibaba": "alicloud_access_key", "kubernetes": "kubeconfig"}


def module(name: str) -> t.Any:
    return plugin("modules", name)


def documentation(name: str) -> Dict:
    return documentation_of(module(name))


def described(option: Dict, children: str) -> Dict:
    """What documentation and specification both say of an option; `children` is the key of its suboptions."""
    nested = option.get(children)
    return {
        "type": option.get("type", "str"),
        "required": option.get("required", False),
        "default": option.get("default"),
        "elements": option.get("elements"),
        "choices": option.get("choices"),
        "aliases": sorted(option.get("aliases", [])),
        "options": {name: described(value, children) for name, value in nested.items()} if nested else None,
    }


@pytest.mark.parametrize("name", MODULES)
def test_options_are_documented_as_they_are_specified(name: str) -> None:
    wanted = {option: described(value, "options") for option, value in module(name).argument_spec().items()}
    assert {
        option: described(value, "suboptions") for option, value in documentation(name)["options"].items()
    } == wanted


@pytest.mark.parametrize("name", MODULES)
def test_documentation_names_its_module_and_all_that_a_reader_needs(name: str) -> None:
    docs = documentation(name)
    assert docs["module"] == name
    assert docs["short_description"] and docs["description"] and docs["author"]
    assert yaml.safe_load(module(name).EXAMPLES)
    assert yaml.safe_load(module(name).RETURN)


@pytest.mark.parametrize("name", MODULES)
def test_check_mode_diff_mode_and_idempotency_are_stated(name: str) -> None:
    attributes = documentation(name)["attributes"]
    for attribute in ("check_mode", "diff_mode", "idempotent"):
        assert attributes[attribute].get("description") and attributes[attribute].get("support"), attribute


@pytest.mark.parametrize("name", MODULES)
def test_examples_use_options_that_exist(name: str) -> None:
    options = documentation(name)["options"]
    for task in yaml.safe_load(module(name).EXAMPLES):
        used = task.get(f"multiregion.istio.{name}")
        assert set(used or {}) <= set(options)


def groups() -> dict[str, list[str]]:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    return {name: [x for x in members if isinstance(x, str)] for name, members in runtime["action_groups"].items()}


@pytest.mark.parametrize("group", GROUPS)
def test_an_action_group_has_all_modules_that_share_its_options_and_no_other(group: str) -> None:
    sharing = {name for name in MODULES if GROUPS[group] in module(name).argument_spec()}
    assert set(groups()[group]) == sharing


@pytest.mark.parametrize("name", MODULES)
def test_documentation_names_the_action_groups(name: str) -> None:
    membership = documentation(name)["attributes"].get("action_group", {}).get("membership", [])
    assert set(membership) == {f"multiregion.istio.{group}" for group, members in groups().items() if name in members}


@pytest.mark.parametrize("action", sorted(file.stem for file in (ROOT / "plugins" / "action").glob("*.py")))
def test_an_action_plugin_stands_before_a_module(action: str) -> None:
    assert action in {*MODULES, "__init__"}


def documented(name: str) -> Dict:
    """The options that are not Ansible's own."""
    own: Dict = documentation_of(plugin("inventory", name))["options"]
    return {option: value for option, value in own.items() if option not in ANSIBLES}


@pytest.mark.parametrize("name", INVENTORIES)
def test_documentation_of_an_inventory_names_it_and_all_that_a_reader_needs(name: str) -> None:
    docs = documentation_of(plugin("inventory", name))
    assert docs["name"] == name
    assert docs["short_description"] and docs["description"] and docs["author"]
    assert docs["options"]["plugin"]["choices"] == [plugin("inventory", name).InventoryModule.NAME]
    assert all(option.get("description") and option.get("type") for option in documented(name).values())


@pytest.mark.parametrize("name", INVENTORIES)
def test_examples_of_an_inventory_use_options_that_exist(name: str) -> None:
    options = documentation_of(plugin("inventory", name))["options"]
    for file in yaml.safe_load_all(plugin("inventory", name).EXAMPLES):
        assert set(file) <= set(options)
        assert {option for option, value in options.items() if value.get("required")} <= set(file)


@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_takes_the_options_of_modules_by_the_same_names(name: str) -> None:
    options = documentation_of(plugin("inventory", name))["options"]
    for option, value in alibaba_options().items():
        assert sorted(options[option].get("aliases", [])) == sorted(value.get("aliases", []))
        variables = [variable["name"] for variable in options[option].get("env", [])]
        assert variables == list(value["fallback"][1] if "fallback" in value else [])
