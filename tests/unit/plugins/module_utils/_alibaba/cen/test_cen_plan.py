# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done to join VPCs, from accounts as they may be."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.plan import plan
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.routes import missing
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.state import (
    Cen,
    Network,
    Router,
    TableRoute,
    VpcAttachment,
    VpcRoute,
    VpcTable,
    VSwitch,
    Zones,
)
from tests.unit.cen_networks import (
    BEIJING,
    SINGAPORE,
    WAY,
    changes,
    everything,
    learned,
    nothing,
    obstacles,
    router_table,
    table,
    vpc,
    wanted,
    with_vpc,
)


def test_on_an_account_that_has_nothing_all_of_it_is_planned_in_the_order_of_its_making() -> None:
    assert changes(nothing(), wanted()) == [
        "create cen",
        "create router ap-southeast-1",
        "create router cn-beijing",
        "create attachment vpc-beijing",
        "create attachment vpc-singapore",
        "create peer ap-southeast-1|cn-beijing",
        "create association vpc-beijing@cn-beijing",
        "create propagation vpc-beijing@cn-beijing",
        "create association vpc-singapore@ap-southeast-1",
        "create propagation vpc-singapore@ap-southeast-1",
        "create association ap-southeast-1|cn-beijing@ap-southeast-1",
        "create propagation ap-southeast-1|cn-beijing@ap-southeast-1",
        "create association ap-southeast-1|cn-beijing@cn-beijing",
        "create propagation ap-southeast-1|cn-beijing@cn-beijing",
        "create static_route 10.101.0.0/16",
        "create static_route 10.103.0.0/16",
        "create static_route 10.105.0.0/16",
    ]
    assert obstacles(nothing(), wanted()) == []


def test_where_all_of_it_is_there_nothing_is_planned_and_no_route_is_missing() -> None:
    assert changes(everything(), wanted()) == []
    assert obstacles(everything(), wanted()) == []
    assert missing(everything(), wanted()) == []


def test_one_vpc_needs_no_network() -> None:
    assert not plan(nothing(), wanted(vpcs=wanted().vpcs[:1])).changed


def test_vpcs_of_one_region_need_no_peer_attachment() -> None:
    other = replace(wanted().vpcs[1], region=BEIJING)
    before = nothing()
    before = replace(before, vpcs={**before.vpcs, "vpc-singapore": replace(vpc(SINGAPORE), region=BEIJING)})
    planned = changes(before, wanted(vpcs=(wanted().vpcs[0], other)))
    assert not [x for x in planned if " peer " in x or "|" in x]
    assert planned.count("create router cn-beijing") == 1


def test_vpc_native_pods_need_no_route_of_their_own() -> None:
    native = tuple(replace(x, pods=()) for x in wanted().vpcs)
    assert not [x for x in changes(nothing(), wanted(vpcs=native)) if "_route " in x]


def test_published_routes_are_those_of_the_nodes() -> None:
    planned = changes(nothing(), wanted(pod_routes="published"))
    assert [x for x in planned if "_route " in x and "beijing 10.101" in x] == [
        "create published_route vpc-beijing 10.101.0.0/24",
        "create published_route vpc-beijing 10.101.1.0/24",
    ]
    assert not [x for x in planned if "static" in x]


def test_a_cluster_without_nodes_has_nothing_to_publish_and_that_is_told() -> None:
    bare = VpcTable("vtb-1", True, routes=(VpcRoute(Network("10.20.1.0/24"), "System", "local"),))
    planned = plan(with_vpc(nothing(), SINGAPORE, tables=(bare,)), wanted(pod_routes="published"))
    assert ["VPC vpc-singapore (ap-southeast-1, of ap-southeast-1) has no routes" in x for x in planned.warnings] == [
        True
    ]


def test_two_zones_are_chosen_and_a_vswitch_without_a_free_address_is_not() -> None:
    full = (
        VSwitch("vsw-full", "cn-beijing-a", 0),
        VSwitch("vsw-a", "cn-beijing-a", 5),
        VSwitch("vsw-b", "cn-beijing-b", 9),
    )
    part = next(x for x in plan(with_vpc(nothing(), BEIJING, vswitches=full), wanted()).parts if x.key == "vpc-beijing")
    assert part.fields["zones"] == [
        {"ZoneId": "cn-beijing-b", "VSwitchId": "vsw-b"},
        {"ZoneId": "cn-beijing-a", "VSwitchId": "vsw-a"},
    ]


def test_a_main_and_another_zone_are_chosen_where_a_region_tells_them_apart() -> None:
    zones = {**nothing().zones, BEIJING: Zones(main=("cn-beijing-b",), other=("cn-beijing-a", "cn-beijing-b"))}
    part = next(x for x in plan(nothing(zones=zones), wanted()).parts if x.key == "vpc-beijing")
    assert [x["ZoneId"] for x in part.fields["zones"]] == ["cn-beijing-b", "cn-beijing-a"]


def test_one_zone_is_enough_where_the_region_has_one() -> None:
    zones = {**nothing().zones, BEIJING: Zones(("cn-beijing-a",))}
    part = next(x for x in plan(nothing(zones=zones), wanted()).parts if x.key == "vpc-beijing")
    assert [x["ZoneId"] for x in part.fields["zones"]] == ["cn-beijing-a"]


def test_a_vpc_in_too_few_zones_is_named_with_the_zones_to_choose_from() -> None:
    one = (VSwitch("vsw-a", "cn-beijing-a", 5),)
    (problem,) = obstacles(with_vpc(nothing(), BEIJING, vswitches=one), wanted())
    assert problem.startswith("cn-beijing-1: VPC vpc-beijing")
    assert "two of cn-beijing-a, cn-beijing-b" in problem and "Create a vSwitch" in problem


def test_given_vswitches_that_do_not_exist_are_named() -> None:
    vpcs = (replace(wanted().vpcs[0], vswitch_ids=("vsw-nowhere",)), wanted().vpcs[1])
    (problem,) = obstacles(nothing(), wanted(vpcs=vpcs))
    assert "has no vSwitch vsw-nowhere" in problem


def test_a_pair_across_the_border_is_named_with_the_approval_that_it_needs() -> None:
    (problem,) = obstacles(nothing(), wanted(cross_border_approved=False))
    assert "ap-southeast-1 - cn-beijing: cross-border" in problem
    assert "China Unicom" in problem and "cross_border_approved: true" in problem


def test_hong_kong_is_across_the_border() -> None:
    moved = tuple(replace(x, region="cn-hongkong") if x.region == SINGAPORE else x for x in wanted().vpcs)
    zones = {**nothing().zones, "cn-hongkong": nothing().zones[SINGAPORE]}
    (problem,) = obstacles(nothing(zones=zones), wanted(vpcs=moved, cross_border_approved=False))
    assert "cn-beijing - cn-hongkong: cross-border" in problem


def test_a_pair_that_is_connected_needs_no_approval_again() -> None:
    assert obstacles(everything(), wanted(cross_border_approved=False)) == []


def test_a_service_that_is_not_open_is_named_and_ordered_only_when_that_is_wanted() -> None:
    (problem,) = obstacles(nothing(service=False), wanted())
    assert "has not activated" in problem and "open_service: true" in problem
    assert changes(nothing(service=False), wanted(open_service=True))[0] == "create service"
    assert obstacles(nothing(service=False), wanted(open_service=True)) == []


def test_a_vpc_of_another_cen_is_named_with_that_cen() -> None:
    (problem,) = obstacles(with_vpc(nothing(), SINGAPORE, cens={"cen-x": "1234"}), wanted())
    assert problem.startswith("ap-southeast-1: VPC vpc-singapore")
    assert "another CEN, cen-x of account 1234" in problem and "cen_id: cen-x" in problem


def test_a_basic_transit_router_is_refused_with_its_upgrade() -> None:
    routers = {BEIJING: Router("tr-old", BEIJING, "Basic", "Active", False)}
    (problem,) = obstacles(nothing(cen=Cen("cen-x", "Active", False), routers=routers), wanted(cen_id="cen-x"))
    assert "tr-old of cn-beijing is Basic Edition" in problem and "Upgrade Transit Router" in problem


def test_overlapping_vpcs_are_named_with_their_blocks() -> None:
    (problem,) = obstacles(with_vpc(nothing(), SINGAPORE, blocks=(Network("10.10.128.0/17"),)), wanted())
    assert (
        "VPC vpc-beijing" in problem and "VPC vpc-singapore" in problem and "10.10.0.0/16 and 10.10.128.0/17" in problem
    )


def test_pods_within_another_vpc_are_an_overlap() -> None:
    found = obstacles(with_vpc(nothing(), SINGAPORE, blocks=(Network("10.101.0.0/16"),)), wanted())
    assert any("10.101.0.0/16 and 10.101.0.0/16" in problem for problem in found)


def others() -> VpcAttachment:
    return VpcAttachment("attach-db", "vpc-db", BEIJING, "Attached", False)


def test_vpcs_that_the_system_table_would_join_need_confirmation() -> None:
    alien = replace(router_table(BEIJING), associated={"attach-db": "Active"}, propagating={}, routes=())
    before = nothing(
        cen=Cen("cen-x", "Active", False),
        routers={BEIJING: Router("tr-x", BEIJING, "Enterprise", "Active", False)},
        attachments=(others(),),
        tables=(alien,),
    )
    (problem,) = obstacles(before, wanted(cen_id="cen-x"))
    assert "vpc-db" in problem and "joined_vpcs: [vpc-db]" in problem and "route_tables" in problem
    assert obstacles(before, wanted(cen_id="cen-x", joined=frozenset({"vpc-db"}))) == []


def test_vpcs_that_are_joined_already_need_no_confirmation() -> None:
    there = router_table(BEIJING)
    there = replace(there, associated={**there.associated, "attach-db": "Active"})
    before = everything(tables=(there, router_table(SINGAPORE)), attachments=(*everything().attachments, others()))
    assert obstacles(before, wanted()) == []


def test_a_given_table_is_used_in_place_of_the_system_table() -> None:
    own = replace(router_table(BEIJING), table_id="vtb-own", system=False, associated={}, propagating={}, routes=())
    before = everything(tables=(*everything().tables, own))
    asked = wanted(route_tables={BEIJING: "vtb-own"})
    (problem,) = obstacles(before, asked)
    assert "is associated with route table vtb-tr-cn-beijing" in problem
    before = everything(tables=(replace(router_table(BEIJING), associated={}), router_table(SINGAPORE), own))
    assert "create association vpc-beijing@cn-beijing" in changes(before, asked)


def test_a_given_table_that_does_not_exist_is_named() -> None:
    found = obstacles(everything(), wanted(route_tables={BEIJING: "vtb-none"}))
    assert any("no route table vtb-none" in problem for problem in found)


def test_an_attachment_of_somebody_else_is_used_and_never_changed() -> None:
    one, other = everything().attachments
    before = everything(attachments=(replace(one, ours=False, publishes=False), other))
    assert changes(before, wanted()) == []
    assert obstacles(before, wanted()) == []


def test_what_an_attachment_of_somebody_else_lacks_is_named_and_not_made() -> None:
    one, other = everything().attachments
    bare = replace(router_table(BEIJING), associated={WAY["peer"]: "Active"})
    before = everything(attachments=(replace(one, ours=False), other), tables=(bare, router_table(SINGAPORE)))
    (problem,) = obstacles(before, wanted())
    assert "association of attachment of VPC vpc-beijing" in problem and "somebody else" in problem


def test_an_attachment_of_somebody_else_that_writes_no_routes_is_named() -> None:
    one, other = everything().attachments
    before = everything(attachments=(replace(one, ours=False, publishes=False), other))
    (problem,) = obstacles(with_vpc(before, BEIJING, tables=(table(BEIJING),)), wanted())
    assert "writes no routes into the VPC" in problem and "10.20.1.0/24" in problem


def test_routes_are_published_on_no_attachment_of_somebody_else() -> None:
    one, other = everything().attachments
    found = obstacles(everything(attachments=(replace(one, ours=False), other)), wanted(pod_routes="published"))
    assert any("published route 10.101.0.0/24" in x and "pod_routes: static" in x for x in found)


def test_our_attachment_that_no_longer_publishes_is_made_to() -> None:
    one, other = everything().attachments
    before = everything(attachments=(replace(one, publishes=False), other))
    assert changes(before, wanted()) == ["update attachment vpc-beijing"]


def test_another_bandwidth_is_set_on_our_peer_attachment_and_on_no_other() -> None:
    assert changes(everything(), wanted(bandwidth=200)) == ["update peer ap-southeast-1|cn-beijing"]
    foreign = replace(everything().peers[0], ours=False)
    assert changes(everything(peers=(foreign,)), wanted(bandwidth=200)) == []


def test_a_full_route_table_is_named_with_its_count_before_anything_is_written() -> None:
    found = obstacles(nothing(), wanted(quota=8))
    assert found and "vtb-cn-beijing" in found[0] and "would have 9 entries, and can have 8" in found[0]
    assert obstacles(nothing(), wanted(quota=11)) == []


def test_a_route_of_somebody_else_into_our_blocks_is_named() -> None:
    there = router_table(BEIJING)
    stranger = TableRoute("rte-x", Network("10.101.7.0/24"), True, "Active", "attach-vbr", "vbr-1", False)
    before = everything(tables=(replace(there, routes=(*there.routes, stranger)), router_table(SINGAPORE)))
    (problem,) = obstacles(before, wanted())
    assert "10.101.7.0/24" in problem and "vbr-1" in problem


def test_a_wide_route_of_somebody_else_is_in_nobodys_way() -> None:
    there = router_table(BEIJING)
    default = TableRoute("rte-x", Network("0.0.0.0/0"), True, "Active", "attach-vbr", "vbr-1", False)
    before = everything(tables=(replace(there, routes=(*there.routes, default)), router_table(SINGAPORE)))
    assert obstacles(before, wanted()) == [] and missing(before, wanted()) == []


def test_a_rejected_route_in_the_peers_region_is_missing_and_its_status_is_told() -> None:
    there = router_table(SINGAPORE)
    rejected = tuple(replace(x, status="Rejected") if str(x.block) == "10.101.0.0/16" else x for x in there.routes)
    before = everything(tables=(router_table(BEIJING), replace(there, routes=rejected)))
    (found,) = missing(before, wanted())
    assert "ap-southeast-1 has no route to 10.101.0.0/16" in str(found) and "Rejected" in str(found)


def test_a_route_that_leads_elsewhere_is_missing() -> None:
    there = router_table(SINGAPORE)
    default = TableRoute("rte-x", Network("0.0.0.0/0"), True, "Active", "attach-vbr", "vbr-1", False)
    routes = (*(x for x in there.routes if str(x.block) != "10.101.0.0/16"), default)
    before = everything(tables=(router_table(BEIJING), replace(there, routes=routes)))
    assert [x.status for x in missing(before, wanted())] == ["0.0.0.0/0 leads to vbr-1"]


def test_a_table_of_their_own_that_vswitches_use_is_told_where_it_lacks_routes() -> None:
    own = VpcTable("vtb-own", False, ("vsw-1",))
    tables = (*learned(BEIJING, SINGAPORE).tables, own)
    found = missing(with_vpc(everything(), BEIJING, tables=tables), wanted())
    assert found and not any(x.main for x in found)
    assert "vtb-own" in str(found[0]) and "vsw-1" in str(found[0])
    idle = (*learned(BEIJING, SINGAPORE).tables, replace(own, vswitches=()))
    assert missing(with_vpc(everything(), BEIJING, tables=idle), wanted()) == []


def test_what_costs_money_is_listed_once_it_is_new_and_afterwards() -> None:
    new = plan(nothing(), wanted()).costs()
    assert [(x["kind"], x["new"]) for x in new] == [("attachment", True), ("attachment", True), ("peer", True)]
    assert [x["new"] for x in plan(everything(), wanted()).costs()] == [False, False, False]


def test_the_diff_has_a_line_for_each_part_on_its_side() -> None:
    diff = plan(nothing(), wanted()).diff()
    assert (
        diff["before"] == ""
        and "peer attachment ap-southeast-1 - cn-beijing, pay by traffic, at most 100" in diff["after"]
    )
    changed = plan(everything(), wanted(bandwidth=200)).diff()
    assert "at most 100 Mbit/s" in changed["before"] and "at most 200 Mbit/s" in changed["after"]


def test_another_link_beside_the_cen_is_warned_of() -> None:
    routes = [VpcRoute(Network("10.20.1.0/24"), "Custom", "VpcPeer")]
    planned = plan(with_vpc(everything(), BEIJING, tables=(table(BEIJING, routes=routes),)), wanted())
    assert ["also reaches 10.20.1.0/24 by VpcPeer" in x for x in planned.warnings] == [True]


def test_a_vswitch_of_the_system_table_is_preferred_as_it_alone_knows_the_nodes_pods() -> None:
    some = (
        VSwitch("vsw-own", "cn-beijing-a", 250, False),
        VSwitch("vsw-a", "cn-beijing-a", 5),
        VSwitch("vsw-b", "cn-beijing-b", 9),
    )
    part = next(x for x in plan(with_vpc(nothing(), BEIJING, vswitches=some), wanted()).parts if x.key == "vpc-beijing")
    assert {x["VSwitchId"] for x in part.fields["zones"]} == {"vsw-a", "vsw-b"}


def test_a_bandwidth_package_that_was_bought_is_used_and_costs_nothing_more() -> None:
    asked = wanted(packages={(SINGAPORE, BEIJING): "cenbwp-1"})
    part = next(x for x in plan(nothing(), asked).parts if x.kind == "peer")
    assert part.fields["package"] == "cenbwp-1" and "bandwidth package cenbwp-1" in part.text
    assert [x["kind"] for x in plan(nothing(), asked).costs()] == ["attachment", "attachment"]


def test_a_zone_whose_vswitches_are_full_does_not_count() -> None:
    full = (VSwitch("vsw-a", "cn-beijing-a", 5), VSwitch("vsw-b", "cn-beijing-b", 0))
    (problem,) = obstacles(with_vpc(nothing(), BEIJING, vswitches=full), wanted())
    assert "a free address in cn-beijing-a;" in problem


def test_one_zone_does_not_count_as_main_and_as_the_other() -> None:
    zones = {**nothing().zones, BEIJING: Zones(main=("cn-beijing-a", "cn-beijing-b"), other=("cn-beijing-a",))}
    one = (VSwitch("vsw-a", "cn-beijing-a", 5),)
    (problem,) = obstacles(with_vpc(nothing(zones=zones), BEIJING, vswitches=one), wanted())
    assert "one of cn-beijing-a, cn-beijing-b and another of cn-beijing-a" in problem
