# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member leaves the network: real runs of ansible-playbook on the lab's cloud over loopback HTTP, without any Kubernetes."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.faults import Fault
from tests.lab.cloud.network import Rule
from tests.lab.cloud.server import Cloud
from tests.playbooks.runs import Finished
from tests.unit.cloud_place import FAR, MESH, NEIGHBOUR, PRIMARY, TERWAY, Place

LEAVE = str(Path(__file__).with_name("network_leave.yml"))
NODES = {PRIMARY: "10.10.1.10", NEIGHBOUR: "10.10.2.10", FAR: "10.20.1.10", TERWAY: "10.50.1.10"}
PODS = {PRIMARY: "10.101.0.9", NEIGHBOUR: "10.103.0.9", FAR: "10.105.0.9", TERWAY: "10.50.16.9"}
MARK = "multiregion.istio mesh=mesh1"
MADE = ("cens", "routers", "attachments", "associations", "propagations", "static_routes")
Network = dict[str, t.Any]


@pytest.fixture
def place(tmp_path: Path, cloud: Cloud, endpoint: Endpoint, client: Client) -> Iterator[Place]:
    found = Place(tmp_path, cloud, endpoint, client)
    found.variables["network_prerequisites_probe"] = False
    yield found


def leave(place: Place, name: str, *arguments: str, **variables: t.Any) -> Finished:
    return place.run("-e", f"mesh_leaving={name}", *arguments, playbook=LEAVE, **variables)


def network(place: Place) -> Network:
    """What there is of the mesh in the cloud, without ids: rules by group, and how many there are of each thing that joins VPCs."""
    state = place.cloud.state
    rules = {
        name: sorted(meaning(rule) for rule in group.rules if rule.description.startswith(MARK))
        for name, group in state.groups.items()
    }
    counts = {kind: len(present(place, kind)) for kind in MADE}
    return {"rules": {name: found for name, found in rules.items() if found}, **counts}


def present(place: Place, kind: str) -> list[t.Any]:
    found = getattr(place.cloud.state, kind)
    return list(place.cloud.state.present(found.values() if isinstance(found, dict) else found))


def meaning(rule: Rule) -> str:
    return json.dumps([rule.direction, rule.protocol, rule.ports, rule.peer])


def of_others(place: Place) -> dict[str, list[t.Any]]:
    """Rules that nobody of the mesh made."""
    groups = place.cloud.state.groups
    return {name: [asdict(x) for x in group.rules if MARK not in x.description] for name, group in groups.items()}


def without(place: Place, *names: str) -> Network:
    """The network of a mesh that these were never part of, opened in the same account, which is left as it was found."""
    members = place.members
    place.members = tuple(name for name in members if name not in names)
    place.run().succeeded()
    found = network(place)
    place.run("-e", "network_prerequisites_state=absent").succeeded()
    place.members = members
    place.writes()
    return found


def gateway_rule(name: str, port: int, cidr: str, direction: str = "ingress") -> Rule:
    """As the part gateways makes it."""
    key = "SourceCidrIp" if direction == "ingress" else "DestCidrIp"
    text = f"{MARK} part=gateways: {name}"
    return Rule(direction, "TCP", f"{port}/{port}", (key, cidr), description=text, id=f"sgr-{port}-{direction}-{cidr}")


def interrupted(place: Place, name: str, writes: int) -> Finished:
    """A run that is refused every call after that many that write."""
    cloud, left = place.cloud, iter(range(writes, 0, -1))
    stop = Fault("error", times=1000, code="Forbidden.Test", message="no more", status=403)
    cloud.changed = lambda: cloud.faults.replace([stop] if next(left) == 1 else [])
    try:
        return leave(place, name)
    finally:
        cloud.changed = lambda: None
        cloud.faults.replace([])


def test_of_three_one_leaves_and_the_last_two_keep_each_other(place: Place) -> None:
    """Those two share a VPC: nothing joins VPCs any more."""
    expected, untouched = without(place, FAR), of_others(place)
    place.run().succeeded()
    place.writes()
    before = place.reached(PODS)

    foretold = leave(place, FAR, "--check", "--diff").succeeded()
    foretold.says(f"would have nothing any more for cluster {FAR} alone", "Costs no money any more", "delete: CEN")
    assert not place.writes() and place.reached(PODS) == before

    left = leave(place, FAR, "--diff").succeeded().says(f"has nothing any more for cluster {FAR} alone")
    assert left.changed == foretold.changed and left.shown == foretold.shown
    assert network(place) == expected and of_others(place) == untouched
    assert (
        place.reached(PODS)
        == {pair for pair in before if FAR not in pair}
        == {(PRIMARY, NEIGHBOUR), (NEIGHBOUR, PRIMARY)}
    )
    ended = place.result("network_leave")["network"]["ended_costs"]
    assert {cost["kind"] for cost in ended} == {"attachment", "peer"}
    assert not [call for call in place.cloud.writes if re.match("Create|Authorize", call.action)]

    place.writes()
    leave(place, FAR, "--diff").unchanged()
    assert not place.writes()


def test_a_member_in_a_vpc_of_its_own_leaves_the_others_joined(place: Place) -> None:
    """Its transit router is another member's too, its groups are known to nobody but the cloud, and it has no kubeconfig."""
    place.members = (*MESH, TERWAY)
    expected = without(place, TERWAY)
    place.run().succeeded()
    pods = place.cloud.state.groups[f"sg-{TERWAY}-1"]
    place.hosts[TERWAY]["mesh_cluster_security_group_ids"] = ["sg-of-a-pool-that-is-gone"]
    before = place.reached(PODS)
    assert {FAR, TERWAY} in map(set, before)
    assert [rule for rule in pods.rules if rule.description.startswith(MARK)]
    leave(place, TERWAY).succeeded()
    assert network(place) == expected
    assert place.reached(PODS) == {pair for pair in before if TERWAY not in pair}
    leave(place, TERWAY).unchanged()


def test_a_member_of_a_shared_vpc_takes_its_routes_and_no_more(place: Place) -> None:
    expected = without(place, NEIGHBOUR)
    place.run().succeeded()
    before = place.reached(PODS)
    leave(place, NEIGHBOUR).succeeded()
    assert network(place) == expected
    assert place.reached(PODS) == {pair for pair in before if NEIGHBOUR not in pair}
    leave(place, NEIGHBOUR).unchanged()


def test_interrupted_again_and_again_it_is_finished_by_the_next_run(place: Place) -> None:
    """Among rules, between them and the CEN, and among what joins VPCs. After each write: test_cen_network.py."""
    place.run().succeeded()
    place.writes()
    for writes in (1, 5, 3):
        run = interrupted(place, FAR, writes)
        run.refused("Run the same playbook again to finish it.")
        assert sum(place.writes().values()) == writes and place.result("network_leave")["failure"]
    leave(place, FAR).succeeded()
    assert not any(network(place)[kind] for kind in MADE)
    assert place.reached(PODS) == {(PRIMARY, NEIGHBOUR), (NEIGHBOUR, PRIMARY)}


def test_rules_for_gateways_go_with_the_member_they_were_for(place: Place) -> None:
    place.run().succeeded()
    group = place.cloud.state.groups[f"sg-{PRIMARY}-1"]
    goes = [
        gateway_rule(f"gateways: {FAR}", 30443, "10.105.0.0/16"),
        gateway_rule(f"gateways: {FAR}", 15443, "203.0.113.9/32", "egress"),  # its load balancer
    ]
    stays = [
        gateway_rule(f"gateways: {NEIGHBOUR}", 30443, "10.103.0.0/16"),
        gateway_rule(f"gateways: {FAR}, {NEIGHBOUR}", 30444, "10.0.0.0/8"),
        gateway_rule(f"gateways: {FAR}", 30445, "10.103.0.0/16"),  # made for it, and needed by the other since
        gateway_rule("health checks", 30443, "100.64.0.0/10"),
    ]
    group.rules += [*goes, *stays]
    leave(place, FAR).succeeded()
    left = {rule.id for rule in group.rules}
    assert left & {rule.id for rule in goes} == set()
    assert left >= {rule.id for rule in stays}


def test_a_member_that_left_before_and_is_still_in_the_inventory_gets_nothing_again(place: Place) -> None:
    place.members = (*MESH, TERWAY)
    place.run().succeeded()
    leave(place, FAR).succeeded()
    place.writes()
    leave(place, TERWAY).succeeded()
    assert not [action for action in place.writes() if re.match("Create|Authorize", action)]
    assert place.reached(PODS) == {(PRIMARY, NEIGHBOUR), (NEIGHBOUR, PRIMARY)}


def test_without_the_cloud_no_call_is_made(place: Place) -> None:
    place.hosts[PRIMARY]["mesh_cluster_provider"] = "none"
    leave(place, FAR).unchanged().says("is left to you")
    assert not place.cloud.calls
