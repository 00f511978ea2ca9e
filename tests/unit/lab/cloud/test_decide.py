"""Which packets pass in the lab's cloud."""

from __future__ import annotations

import pytest

from tests.lab.cloud.decide import allowed
from tests.lab.cloud.network import (
    GONE,
    Attachment,
    Balancer,
    Interface,
    Link,
    Listener,
    Network,
    RouteEntry,
    RouteTable,
    Rule,
    SecurityGroup,
    StaticRoute,
    TransitRouter,
    TransitTable,
    VSwitch,
)
from tests.unit.cloud_networks import (
    BEIJING,
    SINGAPORE,
    add_attachment,
    add_interface,
    join,
    let_in,
    let_out,
    open_all_groups,
    route_pods,
    three_vpcs,
)

A, B, C = "10.1.1.10", "10.2.1.10", "10.3.1.10"  # nodes of the three VPCs
POD_A, POD_B, POD_C = "10.101.0.5", "10.102.0.5", "10.103.0.5"
NEIGHBOUR = "10.1.1.20"  # another node in A's VPC, in a group of its own


def passes(network: Network, source: str, target: str, protocol: str = "tcp", port: int = 8080) -> bool:
    return allowed(network, source, target, protocol, port).allowed


def why(network: Network, source: str, target: str, port: int = 8080) -> str:
    return allowed(network, source, target, "tcp", port).why


@pytest.fixture
def one_vpc() -> Network:
    """A neighbour of A's in the same VPC, and no rules."""
    network = three_vpcs()
    network.groups["sg-n"] = SecurityGroup("sg-n", "neighbour", "vpc-a", BEIJING)
    add_interface(network, "a", "n", "sg-n", f"{NEIGHBOUR}/32", "10.101.1.0/24")
    network.route_tables["vtb-a"].entries.append(RouteEntry("10.101.1.0/24", "i-n"))
    return network


@pytest.fixture
def joined() -> Network:
    """All groups open, VPCs joined by a CEN, pods routed."""
    network = three_vpcs()
    open_all_groups(network)
    join(network)
    route_pods(network)
    return network


# groups


def test_without_rules_nothing_passes_between_groups(one_vpc: Network) -> None:
    assert not passes(one_vpc, NEIGHBOUR, A)
    assert not passes(one_vpc, A, NEIGHBOUR)


def test_members_of_a_basic_group_reach_each_other(one_vpc: Network) -> None:
    one_vpc.interfaces["eni-n"].groups = ["sg-a"]
    assert passes(one_vpc, NEIGHBOUR, A)


@pytest.mark.parametrize(("kind", "inner"), [("normal", "Drop"), ("enterprise", "Accept")])
def test_members_of_an_isolated_or_enterprise_group_do_not(one_vpc: Network, kind: str, inner: str) -> None:
    one_vpc.interfaces["eni-n"].groups = ["sg-a"]
    one_vpc.groups["sg-a"].kind, one_vpc.groups["sg-a"].inner_policy = kind, inner
    let_out(one_vpc, "sg-a", "0.0.0.0/0")
    assert not passes(one_vpc, NEIGHBOUR, A)


def test_pods_behind_a_node_do_not_belong_to_its_group(one_vpc: Network) -> None:
    one_vpc.interfaces["eni-n"].groups = ["sg-a"]
    assert not passes(one_vpc, "10.101.1.5", A)
    let_in(one_vpc, "sg-a", "10.101.1.0/24")
    assert passes(one_vpc, "10.101.1.5", A)


def test_the_receiving_sides_rule_opens_one_way_only(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.1.0/24")
    assert passes(one_vpc, NEIGHBOUR, A)
    assert not passes(one_vpc, A, NEIGHBOUR)


def test_a_rule_is_for_its_block_protocol_and_ports(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", f"{NEIGHBOUR}/32", "8080/8090", "TCP")
    assert passes(one_vpc, NEIGHBOUR, A, "tcp", 8080)
    assert passes(one_vpc, NEIGHBOUR, A, "tcp", 8090)
    assert not passes(one_vpc, NEIGHBOUR, A, "tcp", 8091)
    assert not passes(one_vpc, NEIGHBOUR, A, "udp", 8080)
    assert not passes(one_vpc, NEIGHBOUR, A, "icmp")
    assert not passes(one_vpc, "10.101.1.5", A, "tcp", 8080)


def test_a_rule_confined_to_source_ports_opens_nothing_here(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.0.0.0/8", source_ports="53/53")
    assert not passes(one_vpc, NEIGHBOUR, A)


def test_a_rule_for_a_group_lets_its_members_in_but_not_their_pods(one_vpc: Network) -> None:
    one_vpc.groups["sg-a"].rules.append(Rule("ingress", "ALL", "-1/-1", ("SourceGroupId", "sg-n")))
    assert passes(one_vpc, NEIGHBOUR, A)
    assert not passes(one_vpc, "10.101.1.5", A)


def test_a_smaller_priority_wins(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.0.0/16", policy="Drop", priority=10)
    let_in(one_vpc, "sg-a", "10.1.1.0/24", priority=9)
    assert passes(one_vpc, NEIGHBOUR, A)


def test_drop_wins_at_equal_priority(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.1.0/24", priority=9)
    let_in(one_vpc, "sg-a", "10.1.0.0/16", policy="Drop", priority=9)
    assert not passes(one_vpc, NEIGHBOUR, A)
    assert "Drop rule" in why(one_vpc, NEIGHBOUR, A)


def test_a_drop_rule_comes_before_the_policy_within_a_group(one_vpc: Network) -> None:
    one_vpc.interfaces["eni-n"].groups = ["sg-a"]
    let_in(one_vpc, "sg-a", "10.1.0.0/16", policy="Drop", priority=100)
    assert not passes(one_vpc, NEIGHBOUR, A)


def test_the_rules_of_all_groups_of_an_interface_count(one_vpc: Network) -> None:
    one_vpc.interfaces["eni-a"].groups.append("sg-extra")
    one_vpc.groups["sg-extra"] = SecurityGroup("sg-extra", "", "vpc-a", BEIJING)
    let_in(one_vpc, "sg-extra", "10.1.0.0/16")
    assert passes(one_vpc, NEIGHBOUR, A)


def test_a_rule_may_be_confined_to_the_own_side(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.0.0/16", own="10.101.0.0/24")
    assert passes(one_vpc, NEIGHBOUR, POD_A)
    assert not passes(one_vpc, NEIGHBOUR, A)


def test_an_enterprise_groups_member_sends_nothing_without_an_egress_rule(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.0.0/16")
    one_vpc.groups["sg-n"].kind = "enterprise"
    assert not passes(one_vpc, NEIGHBOUR, A)
    let_out(one_vpc, "sg-n", "10.1.1.10/32")
    assert passes(one_vpc, NEIGHBOUR, A)


def test_a_basic_groups_member_sends_what_no_egress_rule_drops(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-a", "10.1.0.0/16")
    let_out(one_vpc, "sg-n", "10.1.1.0/24", "Drop", 100)
    assert not passes(one_vpc, NEIGHBOUR, A)
    let_out(one_vpc, "sg-n", "10.1.1.10/32", "Accept", 99)
    assert passes(one_vpc, NEIGHBOUR, A)


def test_what_is_outside_the_cloud_reaches_it() -> None:
    assert passes(three_vpcs(), "192.0.2.1", A, port=6443)
    assert passes(three_vpcs(), A, "192.0.2.1")


def test_an_address_that_nobody_has_is_not_reached(joined: Network) -> None:
    assert not passes(joined, A, "10.2.1.99")
    assert not passes(joined, "10.1.1.99", B)


# routes within a VPC


def test_pods_need_the_route_to_their_node(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-n", "10.0.0.0/8")
    assert passes(one_vpc, A, "10.101.1.5")
    one_vpc.route_tables["vtb-a"].entries.pop()
    assert not passes(one_vpc, A, "10.101.1.5")


def test_a_route_to_another_node_does_not_arrive(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-n", "10.0.0.0/8")
    one_vpc.route_tables["vtb-a"].entries[-1].hop = "i-a"
    assert not passes(one_vpc, A, "10.101.1.5")


def test_a_vswitch_with_a_table_of_its_own_goes_by_that(one_vpc: Network) -> None:
    let_in(one_vpc, "sg-n", "10.0.0.0/8")
    one_vpc.vswitches["vsw-ac"] = VSwitch("vsw-ac", "vpc-a", "cn-beijing-a", "10.1.9.0/24", table="vtb-own")
    one_vpc.route_tables["vtb-own"] = RouteTable("vtb-own", "vpc-a", "Custom")
    one_vpc.interfaces["eni-o"] = Interface("eni-o", "vpc-a", "vsw-ac", "i-o", ["sg-a"], ["10.1.9.1/32"])
    assert passes(one_vpc, "10.1.9.1", NEIGHBOUR)
    assert not passes(one_vpc, "10.1.9.1", "10.101.1.5")


# between VPCs


def test_open_groups_alone_join_no_vpcs() -> None:
    network = three_vpcs()
    open_all_groups(network)
    assert "no route" in why(network, A, B)


@pytest.mark.parametrize(
    ("source", "target"), [(A, B), (B, A), (A, C), (C, A), (POD_A, POD_B), (POD_B, C), (POD_A, POD_C), (POD_C, POD_B)]
)
def test_joined_vpcs_reach_each_other(joined: Network, source: str, target: str) -> None:
    assert allowed(joined, source, target, "tcp", 80).allowed, why(joined, source, target)


def test_joined_vpcs_still_need_rules(joined: Network) -> None:
    joined.groups["sg-b"].rules.clear()
    assert not passes(joined, A, B)
    assert passes(joined, B, A)


@pytest.mark.parametrize("status", ["Attaching", "Detaching"])
@pytest.mark.parametrize("attachment", ["tr-attach-a", "tr-attach-c", "tr-attach-p"])
def test_an_attachment_carries_only_while_attached(joined: Network, attachment: str, status: str) -> None:
    joined.attachments[attachment].status = status
    assert not passes(joined, A, C)
    assert not passes(joined, C, A)


def test_an_attachment_carries_once_its_time_has_come(joined: Network) -> None:
    joined.delays["Attaching"] = 30
    joined.begin(joined.attachments["tr-attach-a"], "Attaching", "Attached")
    assert not passes(joined, A, B)
    joined.clock.now += 30  # type: ignore[attr-defined]
    assert passes(joined, A, B)


@pytest.mark.parametrize("attachment", ["tr-attach-a", "tr-attach-b"])
@pytest.mark.parametrize("what", ["associations", "propagations"])
def test_in_a_region_both_attachments_are_associated_and_propagated(
    joined: Network, attachment: str, what: str
) -> None:
    relation = next(one for one in getattr(joined, what) if one.attachment == attachment)
    relation.status = "Disabling"
    assert not passes(joined, A, B)
    assert not passes(joined, B, A)


@pytest.mark.parametrize("table", [f"vtb-tr-{BEIJING}", f"vtb-tr-{SINGAPORE}"])
@pytest.mark.parametrize("what", ["associations", "propagations"])
def test_a_peering_is_associated_and_propagated_on_both_sides(joined: Network, table: str, what: str) -> None:
    relations = getattr(joined, what)
    relations[:] = [one for one in relations if (one.attachment, one.table) != ("tr-attach-p", table)]
    assert not passes(joined, A, C)
    assert not passes(joined, C, A)
    assert passes(joined, A, B)


@pytest.mark.parametrize("attachment", ["tr-attach-a", "tr-attach-c", "tr-attach-p"])
def test_routes_are_published_automatically_or_not_there(joined: Network, attachment: str) -> None:
    joined.attachments[attachment].publishes = False
    assert not passes(joined, A, C)


def test_a_route_by_hand_stands_in_for_a_published_one(joined: Network) -> None:
    joined.attachments["tr-attach-a"].publishes = False
    joined.route_tables["vtb-a"].entries.append(RouteEntry("10.2.0.0/16", "tr-attach-a", "Attachment"))
    assert passes(joined, A, B)


def test_pods_of_flannel_need_a_route_at_the_transit_router(joined: Network) -> None:
    joined.static_routes["rte-b"].turn("Deleting", GONE, joined.clock())
    assert passes(joined, A, B)
    assert not passes(joined, A, POD_B)
    assert not passes(joined, POD_B, A)


def test_published_entries_stand_in_for_the_static_route(joined: Network) -> None:
    joined.static_routes.clear()
    assert not passes(joined, POD_A, POD_C)
    joined.published = {("cen-1", "vtb-a", "10.101.0.0/24"), ("cen-1", "vtb-c", "10.103.0.0/24")}
    assert passes(joined, POD_A, POD_C)
    joined.published = {("cen-other", "vtb-a", "10.101.0.0/24"), ("cen-1", "vtb-c", "10.103.0.0/24")}
    assert not passes(joined, POD_A, POD_C)


def test_pods_in_the_vpc_need_no_route_of_their_own(joined: Network) -> None:
    joined.static_routes.clear()
    joined.vswitches["vsw-pods"] = VSwitch("vsw-pods", "vpc-c", "ap-southeast-1a", "10.3.128.0/20")
    joined.interfaces["eni-t"] = Interface("eni-t", "vpc-c", "vsw-pods", "i-t", ["sg-c"], ["10.3.128.0/20"])
    assert passes(joined, A, "10.3.130.7")
    assert passes(joined, "10.3.130.7", A)


def test_a_black_hole_swallows(joined: Network) -> None:
    joined.static_routes["rte-x"] = StaticRoute("rte-x", f"vtb-tr-{BEIJING}", "10.2.1.0/24")
    assert not passes(joined, A, B)


def test_a_static_route_to_the_wrong_vpc_does_not_arrive(joined: Network) -> None:
    joined.static_routes["rte-b"].hop = "tr-attach-a"
    assert not passes(joined, C, POD_B)


def test_of_equal_blocks_the_first_told_counts(joined: Network) -> None:
    joined.vswitches["vsw-bb"].cidr = joined.vswitches["vsw-ab"].cidr  # 10.1.2.0/24 in both
    joined.interfaces["eni-b"].vswitch, joined.interfaces["eni-b"].cidrs = "vsw-bb", ["10.1.2.10/32"]
    assert "arrives in vpc-a, not in vpc-b" in why(joined, C, "10.1.2.10")


def test_a_peering_does_not_carry_on_what_a_third_region_told(joined: Network) -> None:
    joined.routers["tr-3"] = TransitRouter("tr-3", "cen-1", "eu-central-1")
    joined.transit_tables["vtb-tr-3"] = TransitTable("vtb-tr-3", "tr-3")
    joined.attachments["tr-attach-c"].router = "tr-3"
    for relations in joined.associations, joined.propagations:
        next(one for one in relations if one.attachment == "tr-attach-c").table = "vtb-tr-3"
    peer_regions(joined, "tr-attach-far", f"tr-{SINGAPORE}")
    assert not passes(joined, A, C)
    peer_regions(joined, "tr-attach-near", f"tr-{BEIJING}")
    assert passes(joined, A, C)


def peer_regions(network: Network, name: str, router: str) -> None:
    peer = Attachment(name, "cen-1", router, "", peer="tr-3", publishes=True, status="Attached")
    add_attachment(network, peer, f"vtb-{router}", "vtb-tr-3")


# other links


def link(network: Network) -> None:
    network.links["pcc-1"] = Link("pcc-1", "VpcPeer", ("vpc-a", "vpc-b"))
    network.route_tables["vtb-a"].entries.append(RouteEntry("10.2.0.0/16", "pcc-1", "VpcPeer"))


def test_a_vpc_peering_needs_routes_on_both_sides() -> None:
    network = three_vpcs()
    open_all_groups(network)
    link(network)
    assert not passes(network, A, B)
    network.route_tables["vtb-b"].entries.append(RouteEntry("10.1.0.0/16", "pcc-1", "VpcPeer"))
    assert passes(network, A, B)
    network.links.clear()
    assert not passes(network, A, B)


# load balancers


@pytest.fixture
def balanced(joined: Network) -> Network:
    """10.2.1.200 listens at 15443 and forwards to node port 31443; the API server of B's cluster is B:6443."""
    joined.balancers["lb-1"] = Balancer("lb-1", "vpc-b", "10.2.1.200/32", "eni-b", [Listener(15443, 31443)])
    joined.balancers["lb-api"] = Balancer("lb-api", "vpc-b", f"{B}/32", "eni-b", [Listener(6443, managed=True)])
    joined.groups["sg-b"].rules.clear()
    return joined


def test_a_load_balancer_hands_on_what_its_node_port_lets_in(balanced: Network) -> None:
    let_in(balanced, "sg-b", "100.64.0.0/10")
    let_in(balanced, "sg-b", "10.1.0.0/16", "15443/15443", "TCP")
    assert not passes(balanced, A, "10.2.1.200", port=15443)
    let_in(balanced, "sg-b", "10.1.0.0/16", "31443/31443", "TCP")
    assert passes(balanced, A, "10.2.1.200", port=15443)
    assert not passes(balanced, C, "10.2.1.200", port=15443)
    assert not passes(balanced, A, "10.2.1.200", port=31443)


def test_without_health_checks_a_load_balancer_hands_on_nothing(balanced: Network) -> None:
    let_in(balanced, "sg-b", "10.1.0.0/16", "31443/31443", "TCP")
    assert "dead" in why(balanced, A, "10.2.1.200", 15443)


def test_a_listener_for_any_port_takes_the_port_as_it_comes(balanced: Network) -> None:
    balanced.balancers["lb-1"].listeners = [Listener(0)]
    let_in(balanced, "sg-b", "10.1.0.0/16", "15443/15443", "TCP")
    assert passes(balanced, A, "10.2.1.200", port=15443)
    assert not passes(balanced, A, "10.2.1.200", port=15012)


def test_no_group_guards_an_api_server_but_its_access_list_does(balanced: Network) -> None:
    assert passes(balanced, A, B, port=6443)
    assert not passes(balanced, A, B, port=6444)
    balanced.balancers["lb-api"].access = ["10.3.0.0/16"]
    assert not passes(balanced, A, B, port=6443)
    assert passes(balanced, C, B, port=6443)


def test_an_api_server_in_another_vpc_needs_the_cen(balanced: Network) -> None:
    balanced.attachments["tr-attach-b"].status = "Detaching"
    assert not passes(balanced, A, B, port=6443)
    assert passes(balanced, "192.0.2.1", B, port=6443)
