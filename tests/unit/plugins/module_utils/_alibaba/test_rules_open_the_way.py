# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan, written by the module, against what the lab's cloud then lets through: shut before, open after, shut again."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.plan_input import planned
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.security_group import run
from ansible_collections.multiregion.istio.plugins.modules.ecs_security_group_rules import argument_spec
from tests.lab.cloud.account import KEY, TERWAY_CLUSTER
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.filters import passes
from tests.lab.cloud.network import Balancer, Interface, Listener
from tests.lab.cloud.server import Cloud
from tests.lab.topology import CLUSTERS

Object = dict[str, t.Any]
ONE, TWO, FAR = CLUSTERS  # two in one VPC, and one in another
NODE_PORT = 30443
BALANCER = "10.10.2.200"


class Mesh:
    """The account's clusters as one mesh."""

    def __init__(self, cloud: Cloud, endpoint: Endpoint) -> None:
        self.cloud, self.endpoint = cloud, endpoint
        self.clusters = [self.cluster(name) for name in (ONE.name, TWO.name, FAR.name, TERWAY_CLUSTER)]
        self.clusters[0]["role"] = "primary"

    def cluster(self, name: str) -> Object:
        state = self.cloud.state
        [found] = [each for each in state.clusters.values() if each.name == name]
        pods = [vswitch for zone in found.pod_vswitches.values() for vswitch in zone]
        return {
            "name": name,
            "network": "mesh1",
            "region": found.region,
            "pods_in_vpc": bool(pods),
            "vpc_cidrs": state.vpcs[found.vpc].cidrs,
            "vswitch_cidrs": [state.vswitches[vswitch].cidr for vswitch in found.vswitches],
            "pod_cidrs": [state.vswitches[vswitch].cidr for vswitch in pods] or [found.pods],
            "security_group_ids": [group for pool in found.pools for group in pool.groups],
        }

    def run(self, state: str = "present", **options: t.Any) -> None:
        """Write the rules of each cluster as a role does, a task for each."""
        for cluster in self.clusters:
            given = {
                "region": cluster["region"],
                "mesh_id": "mesh1",
                "state": state,
                "purge": True,
                "egress": "enterprise",
                "alicloud_access_key": KEY.id,
                "alicloud_secret_key": KEY.secret,
                "endpoints": self.endpoint.endpoints,
                "groups": planned(self.clusters, cluster["name"], options),
            }
            valid = ArgumentSpecValidator(argument_spec()).validate(given)
            assert not valid.error_messages
            run(valid.validated_parameters, False, lambda _line: None)

    def reaches(self, source: str, target: str, port: int, protocol: str = "tcp") -> bool:
        return allowed(self.cloud.state, source, target, protocol, port).allowed

    def lets_in(self, node: str, source: str, port: int, protocol: str = "tcp") -> bool:
        """Whether a node's groups let a packet in, whatever routes there are."""
        at: Interface = self.cloud.state.interfaces[f"eni-{node}"]
        own = IPv4Address(at.cidrs[0].partition("/")[0])
        return passes(self.cloud.state, at, "ingress", own, IPv4Address(source), protocol, port)[0]


@pytest.fixture
def mesh(cloud: Cloud, endpoint: Endpoint) -> Mesh:
    return Mesh(cloud, endpoint)


def ends(cluster: t.Any) -> list[str]:
    """Addresses of a pod of the real node, of a pod of the second pool, and of a node of each."""
    nodes = [cluster.attachment.address, *cluster.hollow_nodes.values()]
    return [str(cluster.pods[5]), str(cluster.pods[261]), str(nodes[0]), str(nodes[1])]


def test_two_clusters_of_a_vpc_meet_after_it_and_not_before(mesh: Mesh) -> None:
    ways = [(a, b) for one, two in ((ONE, TWO), (TWO, ONE)) for a in ends(one) for b in ends(two)]
    assert not [way for way in ways if mesh.reaches(*way, 15012)]
    mesh.run()
    assert [way for way in ways if not mesh.reaches(*way, 15012)] == []
    assert [way for way in ways if not mesh.reaches(*way, 0, "icmp")] == []
    assert not [way for way in ways if mesh.reaches(*way, 53, "udp")], "nothing else is open"
    mesh.run("absent")
    assert not [way for way in ways if mesh.reaches(*way, 15012)]


def test_enterprise_groups_are_opened_in_both_directions(mesh: Mesh, cloud: Cloud) -> None:
    for group in cloud.state.groups.values():
        group.kind, group.rules = "enterprise", []
    ways = [(a, b) for one, two in ((ONE, TWO), (TWO, ONE)) for a in ends(one) for b in ends(two)]
    mesh.run()
    assert [way for way in ways if not mesh.reaches(*way, 15012)] == []
    cloud.state.groups[f"sg-{ONE.name}-1"].rules = [
        rule for rule in cloud.state.groups[f"sg-{ONE.name}-1"].rules if rule.direction == "ingress"
    ]
    assert not mesh.reaches(ends(ONE)[0], ends(TWO)[0], 15012)
    assert mesh.reaches(ends(TWO)[0], ends(ONE)[0], 15012)


def test_clusters_of_other_vpcs_are_let_in(mesh: Mesh) -> None:
    nodes = {ONE.node: "10.10.1.10", FAR.node: "10.20.1.10", f"{TERWAY_CLUSTER}-node-1": "10.50.16.9"}
    pairs = [(node, source) for node in nodes for other, source in nodes.items() if other != node]
    assert not [pair for pair in pairs if mesh.lets_in(*pair, 15012)]
    mesh.run()
    assert [pair for pair in pairs if not mesh.lets_in(*pair, 15012)] == []


def test_of_two_networks_only_the_gateway_is_reached_and_only_with_health_checks(mesh: Mesh, cloud: Cloud) -> None:
    eni = f"eni-{TWO.node}"
    listening = [Listener(15443, NODE_PORT), Listener(15012, NODE_PORT + 1)]
    cloud.state.balancers["lb-two"] = Balancer("lb-two", TWO.vpc.name, f"{BALANCER}/32", eni, listening)
    for number, cluster in enumerate(mesh.clusters):
        cluster["network"] = f"n{number}"
    mesh.clusters[1]["gateway_ports"] = [NODE_PORT]
    pod, peer = ends(ONE)[0], ends(TWO)[0]
    assert not mesh.reaches(pod, BALANCER, 15443)
    mesh.run(control_plane=False, health_checks=False)
    assert not mesh.reaches(pod, BALANCER, 15443), "the load balancer takes it for dead"
    mesh.run(control_plane=False)
    assert mesh.reaches(pod, BALANCER, 15443)
    assert not mesh.reaches(pod, BALANCER, 15012), "no NodePort of it is known"
    assert not mesh.reaches(pod, peer, 80)
    mesh.run()
    assert mesh.reaches(pod, peer, 80) and mesh.reaches(peer, pod, 15012), "the primary and a data plane"


def test_gateways_of_terway_are_reached_at_their_pods(mesh: Mesh) -> None:
    for number, cluster in enumerate(mesh.clusters):
        cluster["network"] = f"n{number}"
    mesh.clusters[3]["pod_security_group_ids"] = mesh.clusters[3]["security_group_ids"]
    mesh.run(control_plane=False)
    node = f"{TERWAY_CLUSTER}-node-1"
    assert [port for port in (15443, 15012, 15017, 15021, 80) if mesh.lets_in(node, ends(ONE)[0], port)] == [
        15443,
        15012,
        15017,
        15021,
    ]
    assert mesh.lets_in(node, "100.64.3.4", 15021)


def test_a_second_run_over_the_mesh_writes_nothing_and_reads_each_group_once(mesh: Mesh, cloud: Cloud) -> None:
    mesh.run()
    cloud.calls.clear()
    mesh.run()
    assert not cloud.writes
    groups = [group for cluster in mesh.clusters for group in cluster["security_group_ids"]]
    assert len(cloud.calls) == len(mesh.clusters) + len(groups)


def test_a_cluster_that_leaves_takes_its_rules_with_it(mesh: Mesh) -> None:
    mesh.run()
    gone = mesh.clusters.pop(1)
    mesh.run()
    assert not mesh.reaches(ends(TWO)[0], ends(ONE)[0], 15012)
    assert mesh.lets_in(FAR.node, ends(ONE)[0], 15012)
    assert gone["name"] == TWO.name


def test_a_run_that_has_nothing_to_write_needs_no_permission_to_write(mesh: Mesh, cloud: Cloud) -> None:
    mesh.run()
    cloud.state.keys[KEY.id] = replace(KEY, denied=frozenset({"ecs:AuthorizeSecurityGroup"}))
    mesh.run()
    assert mesh.reaches(ends(ONE)[0], ends(TWO)[0], 15012)
