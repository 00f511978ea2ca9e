# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom below plugins/: pure rules know no I/O, Kubernetes and cloud not each other, only ends know Istio."""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
PREFIX = ("ansible_collections", "multiregion", "istio", "plugins")

# Each area of module_utils and the others that it may import.
BASE = {"_errors", "_files", "_interrupts", "_libraries", "_names", "_problems", "_retry", "_wait", "_yaml"}
MAY_IMPORT: dict[str, set[str]] = {
    "_errors": set(),
    "_files": {"_errors"},
    "_interrupts": set(),
    "_libraries": set(),
    "_names": set(),
    "_problems": {"_errors"},
    "_retry": {"_errors"},
    "_wait": {"_errors", "_retry"},
    "_yaml": set(),
    "_inventory": {"_errors", "_names"},
    "_address_plan": {"_errors", "_problems"},
    "_kubernetes": BASE,
    "_helm": BASE | {"_kubernetes"},
    "_alibaba": BASE,
    "_module": BASE | {"_kubernetes"},
    "_result_file": {"_errors", "_files"},
    "_report": {"_errors", "_files", "_problems"},
    "_istio": BASE | {"_address_plan", "_kubernetes", "_helm", "_alibaba"},
}
# Areas without I/O or Ansible, and the third-party packages that they may use.
PURE = {
    "_errors": set[str](),
    "_names": set[str](),
    "_problems": set[str](),
    "_retry": set[str](),
    "_address_plan": {"netaddr"},
}
# Kinds of plugins that may import _istio: the ends of the collection, which turn options into a call.
KNOW_ISTIO = {"modules", "action", "filter"}


def imports_of(file: Path) -> t.Iterator[tuple[str, ...]]:
    """Every import of a file as a dotted path in parts, relative ones resolved. `from x import y` counts as x.y."""
    package = (*PREFIX, *file.relative_to(PLUGINS).with_suffix("").parts)[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            yield from ((*base, *module, alias.name) for alias in node.names)


def areas_of(file: Path) -> set[str]:
    """The areas of module_utils that a file imports."""
    start = (*PREFIX, "module_utils")
    return {path[len(start)] for path in imports_of(file) if path[: len(start)] == start and len(path) > len(start)}


def files(kind: str) -> list[Path]:
    return sorted(file for file in (PLUGINS / kind).rglob("*.py") if file.name != "__init__.py")


def area(file: Path) -> str:
    return Path(file.relative_to(PLUGINS / "module_utils").parts[0]).stem


@pytest.mark.parametrize("file", files("module_utils"), ids=lambda x: str(x.relative_to(PLUGINS)))
def test_an_area_imports_only_what_is_below_it(file: Path) -> None:
    assert area(file) in MAY_IMPORT, "a new area: say in MAY_IMPORT what it may import"
    assert areas_of(file) - {area(file)} <= MAY_IMPORT[area(file)]


@pytest.mark.parametrize(
    "file", [x for x in files("module_utils") if area(x) in PURE], ids=lambda x: str(x.relative_to(PLUGINS))
)
def test_pure_areas_use_no_package_but_their_own(file: Path) -> None:
    packages = {path[0] for path in imports_of(file)} - sys.stdlib_module_names - {PREFIX[0]}
    assert packages <= PURE[area(file)]


@pytest.mark.parametrize("file", sorted(PLUGINS.rglob("*.py")), ids=lambda x: str(x.relative_to(PLUGINS)))
def test_only_the_ends_of_the_collection_know_istio(file: Path) -> None:
    kind = file.relative_to(PLUGINS).parts[0]
    if kind != "module_utils" and kind not in KNOW_ISTIO:
        assert "_istio" not in areas_of(file)


@pytest.mark.parametrize("kind", ["modules", "module_utils"])
def test_what_runs_as_a_module_imports_no_plugin_of_the_controller(kind: str) -> None:
    for file in files(kind):
        ours = [path for path in imports_of(file) if path[: len(PREFIX)] == PREFIX]
        assert all(path[len(PREFIX)] == "module_utils" for path in ours), file


def test_relative_imports_are_resolved() -> None:
    check = PLUGINS / "module_utils" / "_address_plan" / "check.py"
    assert (*PREFIX, "module_utils", "_address_plan", "blocks", "Cluster") in set(imports_of(check))
    assert "_problems" in areas_of(check)
