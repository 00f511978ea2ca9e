# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken away again: all that is ours, and nothing that somebody else uses."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.parts import Plan
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.removal import plan_removal
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.state import (
    Before,
    Cen,
    Network,
    Peer,
    Router,
    VpcAttachment,
    Wanted,
    WantedVpc,
)
from tests.unit.cen_networks import BEIJING, SINGAPORE, WAY, everything, nothing, router_table, wanted

ALL = wanted(vpcs=())
CHENGDU = "cn-chengdu"


def removal(before: Before, asked: Wanted = ALL) -> Plan:
    return plan_removal(before, asked, {})


def removed(before: Before, asked: Wanted = ALL) -> set[str]:
    return {f"{part.kind} {part.key}".strip() for part in removal(before, asked).changes}


def third_region(before: Before, ours: bool = True) -> Before:
    """With a VPC in a third region, which has peers with the first two."""
    peers = [Peer(f"attach-{x}", (x, CHENGDU), "Attached", ours, 100) for x in (SINGAPORE, BEIJING)]
    return replace(
        before,
        routers={**before.routers, CHENGDU: Router("tr-3", CHENGDU, "Enterprise", "Active", ours)},
        attachments=(*before.attachments, VpcAttachment("attach-3", "vpc-3", CHENGDU, "Attached", ours)),
        peers=(*before.peers, *peers),
    )


def test_all_that_was_made_is_taken_away() -> None:
    kinds = [part.kind for part in removal(everything()).changes]
    assert kinds == [
        *["static_route"] * 3,
        *["propagation", "propagation", "association", "association"] * 2,
        *["attachment", "attachment", "peer", "router", "router", "cen"],
    ]
    assert all(part.object_id for part in removal(everything()).changes)
    assert removal(everything()).kept == ()


def test_on_an_account_that_has_nothing_nothing_is_taken_away() -> None:
    assert not removal(nothing()).changed


def test_a_cen_of_somebody_else_stays_with_his_transit_routers() -> None:
    routers = {x: replace(y, ours=x == BEIJING) for x, y in everything().routers.items()}
    before = everything(cen=Cen("cen-x", "Active", False), routers=routers)
    gone = removed(before)
    assert "cen" not in gone and f"router {SINGAPORE}" not in gone and f"router {BEIJING}" in gone


def test_a_cen_of_somebody_else_stays_without_a_transit_router_too() -> None:
    assert "cen" not in removed(everything(cen=Cen("cen-x", "Active", False)))


def test_an_attachment_of_somebody_else_keeps_our_transit_router_and_our_cen() -> None:
    foreign = VpcAttachment("attach-db", "vpc-db", BEIJING, "Attached", False)
    before = everything(attachments=(*everything().attachments, foreign))
    gone = removed(before)
    assert "attachment vpc-beijing" in gone and "attachment vpc-db" not in gone
    assert f"router {BEIJING}" not in gone and f"router {SINGAPORE}" in gone and "cen" not in gone
    assert removal(before).kept == (
        "transit router tr-cn-beijing (cn-beijing): others are attached to it",
        "CEN cen-1: others use it",
    )


def test_associations_of_somebody_elses_attachment_stay() -> None:
    table = router_table(BEIJING)
    table = replace(table, associated={**table.associated, "attach-db": "Active"})
    foreign = VpcAttachment("attach-db", "vpc-db", BEIJING, "Attached", False)
    before = everything(tables=(table,), attachments=(*everything().attachments, foreign))
    assert not [part for part in removal(before).changes if part.object_id == "attach-db"]


def test_a_member_that_leaves_takes_its_own_and_what_nobody_else_needs() -> None:
    gone = removed(third_region(everything()), replace(wanted(), vpcs=(wanted().vpcs[1],)))
    assert {x for x in gone if "@" not in x} == {
        "static_route 10.105.0.0/16",
        "attachment vpc-singapore",
        f"peer {SINGAPORE}|{BEIJING}",
        f"peer {SINGAPORE}|{CHENGDU}",
        f"router {SINGAPORE}",
    }


def leaving(*names: str) -> Wanted:
    """Members leave a mesh that has a third region too."""
    vpcs = (*wanted().vpcs, WantedVpc("vpc-3", CHENGDU, ("cn-chengdu",)))
    gone = tuple(vpc for vpc in vpcs if vpc.vpc_id in names)
    return replace(wanted(), vpcs=gone, remaining=tuple(vpc for vpc in vpcs if vpc not in gone))


def test_of_members_that_remain_nothing_is_taken_and_nothing_is_told() -> None:
    before = third_region(everything())
    gone = removed(before, leaving("vpc-3"))
    assert {x for x in gone if "@" not in x} == {
        "attachment vpc-3",
        f"peer {SINGAPORE}|{CHENGDU}",
        f"peer {BEIJING}|{CHENGDU}",
        f"router {CHENGDU}",
    }
    assert removal(before, leaving("vpc-3")).kept == ()


def test_a_region_whose_member_is_yet_to_be_attached_keeps_what_joins_it() -> None:
    before = third_region(everything())
    before = replace(before, attachments=tuple(x for x in before.attachments if x.region != SINGAPORE))
    gone = removed(before, leaving("vpc-3"))
    assert f"peer {SINGAPORE}|{BEIJING}" not in gone and f"router {SINGAPORE}" not in gone
    assert f"router {SINGAPORE}" not in removed(replace(before, peers=()), leaving("vpc-3"))
    assert removed(replace(before, routers={}, attachments=(), peers=(), tables=()), leaving("vpc-3")) == set()


def test_a_route_that_a_member_in_the_same_vpc_needs_too_stays() -> None:
    vpc = wanted().vpcs[0]
    one, other = (replace(vpc, pods=(block,)) for block in vpc.pods)
    apart = replace(wanted(), vpcs=(one,), remaining=(other, wanted().vpcs[1]))
    assert removed(everything(), apart) == {f"static_route {one.pods[0]}"}
    assert removed(everything(), replace(apart, remaining=(vpc, wanted().vpcs[1]))) == set()


def test_what_others_use_of_the_region_that_is_left_is_kept_and_told() -> None:
    before = third_region(everything())
    foreign = VpcAttachment("attach-db", "vpc-db", CHENGDU, "Attached", False)
    found = removal(replace(before, attachments=(*before.attachments, foreign)), leaving("vpc-3"))
    assert {part.kind for part in found.changes} == {"attachment"}
    assert [text.partition(":")[0] for text in found.kept] == [
        f"peer attachment {SINGAPORE} - {CHENGDU}",
        f"peer attachment {BEIJING} - {CHENGDU}",
        f"transit router tr-3 ({CHENGDU})",
    ]


def test_static_routes_of_others_stay_and_ours_to_their_attachments_go() -> None:
    one, other = everything().attachments
    table = router_table(BEIJING)
    routes = tuple(replace(x, ours=x.ours and str(x.block) != "10.103.0.0/16") for x in table.routes)
    before = everything(attachments=(replace(one, ours=False), other), tables=(replace(table, routes=routes),))
    assert {x for x in removed(before) if "static" in x} == {"static_route 10.101.0.0/16"}


def test_published_routes_are_withdrawn_first() -> None:
    published = {"vpc-beijing": [("vtb-1", Network("10.101.0.0/24"))]}
    first = plan_removal(everything(), ALL, published).changes[0]
    assert (first.kind, first.fields["table"], first.fields["region"]) == ("published_route", "vtb-1", BEIJING)


def test_the_diff_of_a_removal_ends_empty() -> None:
    diff = removal(everything()).diff()
    assert diff["after"] == "" and "CEN cen-1" in diff["before"]


def test_the_way_of_each_attachment_is_by_its_own_id() -> None:
    joints = [part for part in removal(everything()).changes if part.kind == "association"]
    assert {part.object_id for part in joints} == set(WAY.values())
