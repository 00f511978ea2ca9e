"""A mistake in the inventory is an error that names host and variable, before anything is written anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.host import write_private

from .audit import Mark, titles
from .clusters import PRIMARY, REMOTES, kubeconfig
from .conftest import ChangedInventory
from .runs import Workplace

FIRST, SECOND = REMOTES


def hosts(inventory: Any, group: str) -> Any:
    """The hosts of a group, to be changed."""
    return inventory["all"]["children"][group]["hosts"]


def no_primary(inventory: Any) -> None:
    hosts(inventory, "istio_remotes").update(hosts(inventory, "istio_primary"))
    hosts(inventory, "istio_primary").clear()


def two_primaries(inventory: Any) -> None:
    hosts(inventory, "istio_primary")[FIRST] = hosts(inventory, "istio_remotes").pop(FIRST)


def variable(name: str, value: Any, *named: str) -> Callable[[Any], None]:
    """A variable of these remotes, or where the value is None without it."""

    def change(inventory: Any) -> None:
        for host in named:
            variables = hosts(inventory, "istio_remotes")[host]
            variables.pop(name, None)
            if value is not None:
                variables[name] = value

    return change


UNREADABLE, NO_NUMBER = "a kubeconfig that is not there", "a timeout that is no number"
MISTAKES = {
    "no primary": (no_primary, ["istio_primary", "mesh_primary_group"]),
    "two primaries": (two_primaries, ["istio_primary", PRIMARY, FIRST]),
    "a name used twice": (variable("mesh_cluster_name", "twin", FIRST, SECOND), [FIRST, SECOND, "mesh_cluster_name", "twin"]),
    "a name of another cluster": (variable("mesh_cluster_name", PRIMARY, SECOND), [PRIMARY, SECOND, "mesh_cluster_name"]),
    "a name that is no label": (variable("mesh_cluster_name", "Bei_jing", FIRST), [FIRST, "mesh_cluster_name", "Bei_jing"]),
    "no kubeconfig": (variable("mesh_cluster_kubeconfig", None, FIRST), [FIRST, "mesh_cluster_kubeconfig"]),
}  # fmt: skip
# A stage that is run alone sees of these what one look at the inventory shows.
RUNS = [
    *((mistake, playbook) for mistake in MISTAKES for playbook in ("site", "remotes")),
    (UNREADABLE, "site"),
    (NO_NUMBER, "remotes"),
]
MISTAKES[UNREADABLE] = (
    variable("mesh_cluster_kubeconfig", "/nowhere/kubeconfig", FIRST),
    [FIRST, "mesh_cluster_kubeconfig", "/nowhere/kubeconfig"],
)
# Of this one Ansible itself names the host.
MISTAKES[NO_NUMBER] = (variable("remote_cluster_timeout", "soon", SECOND), ["remote_cluster_timeout"])


@pytest.mark.parametrize(("mistake", "playbook"), RUNS)
def test_a_mistake_is_refused_with_host_and_variable_before_anything_is_written(
    mistake: str, playbook: str, place: Workplace, changed_inventory: ChangedInventory
) -> None:
    change, named = MISTAKES[mistake]
    mark = Mark()
    run = place.run(playbook, inventory=changed_inventory(change)).refused()
    assert [name for name in named if name not in run.reasons] == [], run.reasons
    assert titles(mark.writes()) == []


def test_a_kubeconfig_without_current_context_is_refused_before_anything_is_written(
    place: Workplace, changed_inventory: ChangedInventory, tmp_path: Path
) -> None:
    lines = [line for line in kubeconfig(FIRST).read_text().splitlines() if not line.startswith("current-context")]
    file = tmp_path / "kubeconfig"
    write_private(file, "\n".join(lines))

    def change(inventory: Any) -> None:
        variable("mesh_cluster_context", None, FIRST)(inventory)
        variable("mesh_cluster_kubeconfig", str(file), FIRST)(inventory)

    mark = Mark()
    run = place.run("site", inventory=changed_inventory(change)).refused()
    assert [name for name in (FIRST, str(file), "mesh_cluster_context") if name not in run.reasons] == [], run.reasons
    assert titles(mark.writes()) == []
