"""Gateways between the networks: a running mesh is not turned over to them, and a member that leaves takes its own along."""

from __future__ import annotations

from typing import Any

import pytest

from .audit import Mark, titles
from .clusters import NAMESPACE, PRIMARY, REMOTES, every, get, members, remaining, there
from .conftest import QUICK, ChangedInventory
from .runs import Workplace

FIRST, SECOND = REMOTES
NETWORK = "topology.istio.io/network"
GATEWAY = "istio-eastwestgateway"


def behind_gateways(inventory: Any) -> None:
    """Each remote becomes a network of its own; the primary, which has run before, stays in its own."""
    inventory["all"]["vars"]["mesh_network_mode"] = "gateway"
    inventory["all"]["children"]["istio_primary"]["hosts"][PRIMARY]["mesh_cluster_network"] = "lab"


def without_first(inventory: Any) -> None:
    """The same after FIRST has left."""
    behind_gateways(inventory)
    del inventory["all"]["children"]["istio_remotes"]["hosts"][FIRST]


@pytest.mark.usefixtures("mesh")
def test_the_network_mode_of_a_running_mesh_is_not_changed(place: Workplace) -> None:
    mark = Mark()
    run = place.run("site", "-e", "mesh_network_mode=gateway")
    run.refused(*(f"is in network lab of a running mesh, and is to be in {name}" for name in (PRIMARY, *REMOTES)))
    run.says("Leave it in lab (mesh_network_mode, mesh_cluster_network)", "multiregion.istio.leave")
    assert titles(mark.writes()) == []


@pytest.mark.usefixtures("mesh")
def test_members_that_have_left_come_again_behind_gateways(
    place: Workplace, changed_inventory: ChangedInventory
) -> None:
    for cluster in REMOTES:
        place.run("leave", "-e", f"mesh_leaving={cluster}").succeeded()
    inventory = changed_inventory(behind_gateways)
    place.run("site", *QUICK, "-e", "mesh_force=true", inventory=inventory).succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
    for cluster, network in ((PRIMARY, "lab"), (FIRST, FIRST), (SECOND, SECOND)):
        assert there(cluster, "service", GATEWAY)["metadata"]["labels"][NETWORK] == network
        assert there(cluster, "namespace", NAMESPACE)["metadata"]["labels"][NETWORK] == network


def test_one_that_leaves_takes_its_gateway_along_and_the_others_go_on_answering(
    place: Workplace, changed_inventory: ChangedInventory
) -> None:
    inventory = changed_inventory(behind_gateways)
    place.run("leave", "-e", f"mesh_leaving={FIRST}", inventory=inventory).succeeded()
    told = place.result("leave")
    assert GATEWAY in {one["name"] for one in told["removed"]}
    assert remaining(FIRST) - {f"{one['kind']} {one['name']}" for one in told["left"]} == set()
    assert every(FIRST, "pods", "--namespace", NAMESPACE) == []
    assert NETWORK not in str(get(FIRST, "namespace", NAMESPACE))
    assert members() == {SECOND: "Available"}
    place.run("verify", inventory=changed_inventory(without_first)).succeeded()
    answered = {(one["from"], one["to"]): one["ok"] for one in place.result("verify")["requests"]}
    assert answered == dict.fromkeys([(PRIMARY, SECOND), (SECOND, PRIMARY)], 20)
