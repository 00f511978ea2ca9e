# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module promises: its documentation is its argument specification, and its action group knows it."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COLLECTION = "ansible_collections.multiregion.istio.plugins"
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py") if file.stem != "__init__")
Dict = dict[str, t.Any]

# Action group: the option by which its modules are known.
GROUPS = {"alibaba": "alicloud_access_key", "kubernetes": "kubeconfig"}


def module(name: str) -> t.Any:
    return importlib.import_module(f"{COLLECTION}.modules.{name}")


def fragment(reference: str) -> Dict:
    """multiregion.istio._attributes.reads: the variable READS of plugins/doc_fragments/_attributes.py."""
    name, *variant = reference.split(".")[2:]
    source = importlib.import_module(f"{COLLECTION}.doc_fragments.{name}").ModuleDocFragment
    loaded: Dict = yaml.safe_load(getattr(source, variant[0].upper() if variant else "DOCUMENTATION"))
    return loaded


def documentation(name: str) -> Dict:
    """DOCUMENTATION with its fragments merged into it; what the module says itself counts, key by key, as Ansible has it."""
    own = yaml.safe_load(module(name).DOCUMENTATION)
    merged: Dict = {**own, "options": {}, "attributes": {}}
    for source in [*map(fragment, own.get("extends_documentation_fragment", [])), own]:
        for section in ("options", "attributes"):
            for key, value in (source.get(section) or {}).items():
                merged[section][key] = {**merged[section].get(key, {}), **value}
    return merged


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
