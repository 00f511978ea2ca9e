# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rules the groups of a mesh's clusters get: each row of the plan by itself, and how the plan grows."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import rules as planning
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rule import EGRESS, INGRESS, Rule
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rules import Cluster, Options, plan_rules
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

NOTHING = Options(same_network=False, control_plane=False, gateways=False, health_checks=False)
NODE_PORTS = (30443, 30012)
BALANCER = "100.64.0.0/10"


def flannel(number: int, network: str = "mesh1", **fields: t.Any) -> Cluster:
    """Cluster c<number>: VPC 10.<number>.0.0/16, nodes in its first /24, pods 172.<number>.0.0/16, group sg-<number>."""
    return Cluster(
        f"c{number}",
        network,
        **{
            "pod_cidrs": (f"172.{number}.0.0/16",),
            "vswitch_cidrs": (f"10.{number}.0.0/24",),
            "vpc_cidrs": (f"10.{number}.0.0/16",),
            "groups": (f"sg-{number}",),
            **fields,
        },
    )


def terway(number: int, network: str = "mesh1", **fields: t.Any) -> Cluster:
    """The same with pods in 10.<number>.8.0/22 of the VPC, in the group sg-pods-<number>."""
    own = {"pods_in_vpc": True, "pod_cidrs": (f"10.{number}.8.0/22",), "pod_groups": (f"sg-pods-{number}",)}
    return flannel(number, network, **{**own, **fields})


def rows(rules: t.Iterable[Rule]) -> set[str]:
    return {f"{x.direction} {x.protocol} {x.port_range} {x.cidr}" for x in rules}


def passes(rules: t.Iterable[Rule], direction: str, protocol: str, address: str, port: int = 0) -> bool:
    """Whether a packet from or to an address passes the rules, all of which accept."""
    for x in rules:
        first, last = x.port_range.split("/")
        ports = x.port_range == "-1/-1" or int(first) <= port <= int(last)
        if (x.direction, x.protocol) == (direction, protocol) and ports and ip_address(address) in ip_network(x.cidr):
            return True
    return False


def test_one_network_lets_a_peers_pods_and_nodes_in_and_reaches_them_over_tcp_and_icmp() -> None:
    plan = plan_rules([flannel(1), flannel(2)], replace(NOTHING, same_network=True))
    assert rows(plan["sg-1"]) == {
        f"{direction} {what} {cidr}"
        for direction in (INGRESS, EGRESS)
        for what in ("tcp 1/65535", "icmp -1/-1")
        for cidr in ("172.2.0.0/16", "10.2.0.0/24")
    }
    assert {rule.description for rule in plan["sg-1"]} == {"same network: c2"}


def test_two_networks_open_nothing_but_the_node_ports_of_gateways_with_flannel() -> None:
    one, two = flannel(1, "n1", gateway_ports=NODE_PORTS), flannel(2, "n2")
    plan = plan_rules([one, two], replace(NOTHING, gateways=True, same_network=True))
    assert rows(x for x in plan["sg-1"] if x.direction == INGRESS) == {
        f"ingress tcp {port}/{port} {cidr}" for port in NODE_PORTS for cidr in ("172.2.0.0/16", "10.2.0.0/24")
    }
    assert not [x for x in plan["sg-2"] if x.direction == INGRESS], "its gateways do not exist yet"
    plan = plan_rules([replace(one, pod_groups=("sg-x",)), two], replace(NOTHING, gateways=True))
    assert len([x for x in plan["sg-1"] if x.direction == INGRESS]) == 4, "Flannel's traffic arrives at the nodes"
    assert not [x for x in plan["sg-x"] if x.direction == INGRESS]


def test_requests_to_gateways_go_to_their_load_balancers_by_the_gateways_own_ports() -> None:
    one = flannel(1, "n1", gateway_ports=NODE_PORTS, gateway_addresses=("10.1.0.200/32",))
    plan = plan_rules([one, flannel(2, "n2")], replace(NOTHING, gateways=True))
    assert rows(plan["sg-2"]) == {f"egress tcp {port}/{port} 10.1.0.200/32" for port in planning.GATEWAY_PORTS}
    plan = plan_rules([replace(one, gateway_addresses=()), flannel(2, "n2")], replace(NOTHING, gateways=True))
    assert {x.cidr for x in plan["sg-2"]} == {"10.1.0.0/16"}, "a balancer may be anywhere in the VPC"


def test_two_networks_open_the_gateways_ports_on_the_pods_own_groups_with_terway() -> None:
    plan = plan_rules([terway(1, "n1"), flannel(2, "n2")], replace(NOTHING, gateways=True))
    assert rows(x for x in plan["sg-pods-1"] if x.direction == INGRESS) == {
        f"ingress tcp {port}/{port} {cidr}"
        for port in (15443, 15012, 15017, 15021)
        for cidr in ("172.2.0.0/16", "10.2.0.0/24")
    }
    assert not [x for x in plan["sg-1"] if x.direction == INGRESS], "pods are reached without their nodes"


def test_pods_of_terway_without_groups_of_their_own_use_those_of_the_nodes() -> None:
    plan = plan_rules([terway(1, "n1", pod_groups=()), flannel(2, "n2")], replace(NOTHING, gateways=True))
    assert passes(plan["sg-1"], INGRESS, "tcp", "172.2.9.9", 15443)


def test_requests_that_arrive_from_named_sources_only_are_let_in_from_those() -> None:
    one, two = terway(1, "n1"), flannel(2, "n2", gateway_sources=("47.1.2.3/32",))
    plan = plan_rules([one, two], replace(NOTHING, gateways=True))
    assert {x.cidr for x in plan["sg-pods-1"] if x.direction == INGRESS} == {"47.1.2.3/32"}


@pytest.mark.parametrize(
    ("cluster", "group", "ports"),
    [
        (flannel(1, "n1", gateway_ports=NODE_PORTS), "sg-1", NODE_PORTS),
        (terway(1, "n1"), "sg-pods-1", planning.GATEWAY_PORTS),
        (flannel(1, "n2", gateway_ports=NODE_PORTS), "sg-1", NODE_PORTS),
        (flannel(1, "n1"), "sg-1", ()),
    ],
    ids=["flannel", "terway", "one network with gateways", "no gateways yet"],
)
def test_health_checks_reach_the_gateways(cluster: Cluster, group: str, ports: tuple[int, ...]) -> None:
    plan = plan_rules([cluster, flannel(2, "n2")], replace(NOTHING, health_checks=True))
    assert rows(plan[group]) == {f"ingress tcp {port}/{port} {BALANCER}" for port in ports}
    assert not any(rules for name, rules in plan.items() if name != group)
    wide = plan_rules([cluster, flannel(2, "n2")], replace(NOTHING, health_checks=True, summaries=("100.0.0.0/8",)))
    assert wide == plan, "no summary lets more in"


def test_no_health_checks_where_there_is_no_gateway() -> None:
    assert plan_rules([terway(1), terway(2)], replace(NOTHING, health_checks=True))["sg-pods-1"] == ()


def test_the_control_planes_blocks_reach_every_other_cluster_and_the_reverse() -> None:
    clusters = [flannel(1, "n1", is_primary=True), flannel(2, "n2"), flannel(3, "n3")]
    plan = plan_rules(clusters, replace(NOTHING, control_plane=True))
    for one, other in ((1, 2), (2, 1), (1, 3), (3, 1)):
        for address in (f"172.{other}.0.1", f"10.{other}.0.1"):
            assert passes(plan[f"sg-{one}"], INGRESS, "tcp", address, 15012)
            assert passes(plan[f"sg-{one}"], INGRESS, "icmp", address)
    assert not passes(plan["sg-2"], INGRESS, "tcp", "10.3.0.1", 443), "two data planes"


def test_every_row_is_an_option() -> None:
    clusters = [flannel(1, is_primary=True, gateway_ports=NODE_PORTS), flannel(2), terway(3, "n3")]
    assert set(plan_rules(clusters, NOTHING).values()) == {()}


def test_protocols_are_an_option() -> None:
    plan = plan_rules([flannel(1), flannel(2)], replace(NOTHING, same_network=True, protocols=("all",)))
    assert {(x.protocol, x.port_range) for x in plan["sg-1"]} == {("all", "-1/-1")}


def test_all_rules_have_the_priority_that_is_asked_for_and_are_sorted() -> None:
    clusters = [terway(1, "n1", is_primary=True), flannel(2, "n2", gateway_ports=NODE_PORTS), flannel(3, "n2")]
    for rules in plan_rules(clusters, Options(priority=7)).values():
        assert {x.priority for x in rules} == {7} and list(rules) == sorted(rules)


def test_a_peers_nodes_are_its_vswitches_or_its_vpc() -> None:
    both = [flannel(1), flannel(2)]
    plan = plan_rules(both, replace(NOTHING, same_network=True, node_blocks="vpc"))
    assert {x.cidr for x in plan["sg-1"]} == {"172.2.0.0/16", "10.2.0.0/16"}
    plan = plan_rules([flannel(1), flannel(2, vswitch_cidrs=())], replace(NOTHING, same_network=True))
    assert {x.cidr for x in plan["sg-1"]} == {"172.2.0.0/16", "10.2.0.0/16"}, "no vSwitch is known"


def test_pods_in_vswitches_that_nobody_named_may_be_anywhere_in_the_vpc() -> None:
    plan = plan_rules([flannel(1), terway(2, pod_cidrs=())], replace(NOTHING, same_network=True))
    assert {x.cidr for x in plan["sg-1"]} == {"10.2.0.0/16"}


def test_rules_that_two_rows_or_two_peers_want_are_one_that_says_so() -> None:
    shared = ("10.9.0.0/24",)
    clusters = [
        flannel(1, is_primary=True),
        flannel(2, vswitch_cidrs=shared, pod_cidrs=("172.20.0.0/16",)),
        flannel(3, vswitch_cidrs=shared),
    ]
    [tcp] = [x for x in plan_rules(clusters, Options())["sg-1"] if str(x).startswith("ingress accept tcp 1/65535 10.9")]
    assert tcp.description == "control plane: c2, c3; same network: c2, c3"


def test_blocks_within_others_and_neighbours_are_joined_without_letting_more_in() -> None:
    peer = flannel(2, vswitch_cidrs=("10.2.0.0/24", "10.2.1.0/24", "10.2.1.128/25"), pod_cidrs=("10.2.0.0/25",))
    plan = plan_rules([flannel(1), peer], replace(NOTHING, same_network=True))
    assert {x.cidr for x in plan["sg-1"]} == {"10.2.0.0/23"}


def test_summaries_stand_for_the_blocks_within_them() -> None:
    plan = plan_rules(
        [flannel(number) for number in range(1, 11)], replace(NOTHING, same_network=True, summaries=("10.0.0.0/8",))
    )
    assert {x.cidr for x in plan["sg-1"] if not x.cidr.startswith("172.")} == {"10.0.0.0/8"}
    assert {x.cidr for x in plan["sg-1"] if x.cidr.startswith("172.")} == {f"172.{n}.0.0/16" for n in range(2, 11)}


def test_blocks_of_ipv6_get_icmpv6() -> None:
    options = replace(NOTHING, same_network=True, summaries=("172.0.0.0/8", "fd00::/16"))
    for wanted, cidr in ((replace(options, summaries=()), "fd00:2::/64"), (options, "fd00::/16")):
        plan = plan_rules([flannel(1), flannel(2, pod_cidrs=("fd00:2::/64",))], wanted)
        assert {x.protocol for x in plan["sg-1"] if x.cidr == cidr} == {"tcp", "icmpv6"}


def test_all_groups_of_a_cluster_get_the_rules() -> None:
    plan = plan_rules([terway(1, groups=("sg-a", "sg-b")), flannel(2)], replace(NOTHING, same_network=True))
    assert plan["sg-a"] == plan["sg-b"] == plan["sg-pods-1"] != ()


def test_a_group_that_two_clusters_share_gets_the_rules_of_both_even_when_one_is_planned() -> None:
    clusters = [flannel(1, groups=("sg-x",)), flannel(2, "n2", groups=("sg-x",)), flannel(3), flannel(4, "n2")]
    options = replace(NOTHING, same_network=True)
    alone = plan_rules(clusters, options, only="c1")
    assert alone == {"sg-x": plan_rules(clusters, options)["sg-x"]}
    assert {x.description for x in alone["sg-x"]} == {"same network: c3", "same network: c4"}
    both = [replace(cluster, network="mesh1") for cluster in clusters]
    told = {x.description for x in plan_rules(both, options)["sg-x"]}
    assert told == {"same network: c1", "same network: c2", "same network: c3", "same network: c4"}, "each once"


def test_a_plan_for_one_cluster_is_its_part_of_the_whole() -> None:
    clusters = [flannel(1, is_primary=True), terway(2), flannel(3, "n3", gateway_ports=NODE_PORTS)]
    whole = plan_rules(clusters, Options())
    parts = [plan_rules(clusters, Options(), only=cluster.name) for cluster in clusters]
    assert {group: rules for part in parts for group, rules in part.items()} == whole


def test_clusters_elsewhere_are_let_in_and_have_no_groups_to_write_to() -> None:
    plan = plan_rules([flannel(1), flannel(2, groups=())], Options())
    assert set(plan) == {"sg-1"} and passes(plan["sg-1"], INGRESS, "tcp", "10.2.0.7", 80)


@pytest.mark.parametrize(
    ("clusters", "only", "said"),
    [
        ([flannel(1), flannel(1)], "", "several clusters are named c1"),
        ([flannel(1)], "c9", "no cluster 'c9' among c1"),
        ([flannel(1), flannel(2, vpc_cidrs=(), vswitch_cidrs=())], "", "cluster c2: no block of the nodes is known"),
        ([flannel(1), flannel(2, pod_cidrs=("172.2.0.1/16",))], "", "cluster c2: no block: '172.2.0.1/16'"),
        ([flannel(1, pod_cidrs=("pods",))], "", "cluster c1: no block: 'pods'"),
    ],
)
def test_what_cannot_be_planned_is_said_with_its_cluster(clusters: list[Cluster], only: str, said: str) -> None:
    with pytest.raises(MeshError) as error:
        plan_rules(clusters, Options(), only)
    assert said in str(error.value)


def test_the_plan_of_a_group_grows_with_the_clusters_and_each_pair_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs: list[tuple[str, str]] = []
    add_pair = planning.add_pair

    def counted(wanted: planning.Wanted, peer: planning.Peer, other: planning.Peer, *rest: t.Any) -> None:
        pairs.append((peer.cluster.name, other.cluster.name))
        add_pair(wanted, peer, other, *rest)

    monkeypatch.setattr(planning, "add_pair", counted)
    sizes = {}
    for count in (10, 50):
        pairs.clear()
        # Two groups each: what both need is worked out once.
        plan = plan_rules([flannel(n, groups=(f"sg-{n}", f"sg-too-{n}")) for n in range(count)], Options())
        assert len(pairs) == len(set(pairs)) == count * (count - 1)
        sizes[count] = {len(rules) for rules in plan.values()}
    each = 8  # two directions, two protocols, two blocks
    assert sizes == {10: {9 * each}, 50: {49 * each}}


def test_planning_one_cluster_looks_at_its_own_pairs_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: list[str] = []
    monkeypatch.setattr(planning, "add_pair", lambda _wanted, peer, _other, *_rest: pairs.append(peer.cluster.name))
    plan_rules([flannel(n) for n in range(50)], Options(), only="c7")
    assert pairs == ["c7"] * 49
