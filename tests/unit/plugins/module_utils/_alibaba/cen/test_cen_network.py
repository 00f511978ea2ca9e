# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module against the lab's cloud over loopback HTTP: what it makes lets packets pass, and what it meets is told."""

from __future__ import annotations

import math
import typing as t
from ipaddress import IPv4Address

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.run import run
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.modules.cen_network import argument_spec
from tests.lab.cloud.account import KEY
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.faults import Fault
from tests.lab.cloud.network import Attachment, Cen, Link, Relation, RouteEntry, TransitRouter, TransitTable
from tests.lab.cloud.routes import NoWay, Routing
from tests.lab.cloud.server import Cloud

Result = dict[str, t.Any]
BEIJING, SINGAPORE = "cn-beijing", "ap-southeast-1"
VPCS = [
    {"vpc_id": "vpc-beijing", "region": BEIJING, "cluster": "cn-beijing-1", "pod_cidrs": ["10.101.0.0/16"]},
    {"vpc_id": "vpc-beijing", "region": BEIJING, "cluster": "cn-beijing-2", "pod_cidrs": ["10.103.0.0/16"]},
    {"vpc_id": "vpc-singapore", "region": SINGAPORE, "cluster": "ap-southeast-1", "pod_cidrs": ["10.105.0.0/16"]},
]
TERWAY = {
    "vpc_id": "vpc-terway",
    "region": SINGAPORE,
    "cluster": "terway",
    "pod_cidrs": ["10.50.16.0/20"],
    "pods_in_vpc": True,
}
POD, NODE = (
    {"vpc-beijing": "10.101.0.9", "vpc-singapore": "10.105.0.9"},
    {"vpc-beijing": "10.10.1.10", "vpc-singapore": "10.20.1.10"},
)


class Account:
    """The lab's cloud with the module before it."""

    def __init__(self, cloud: Cloud, endpoint: Endpoint) -> None:
        self.cloud, self.endpoint = cloud, endpoint
        self.state = cloud.state
        self.told: list[str] = []

    def run(self, check_mode: bool = False, **options: t.Any) -> Result:
        asked = {
            "alicloud_access_key": KEY.id,
            "alicloud_secret_key": KEY.secret,
            "endpoints": dict(self.endpoint.endpoints),
            "mesh_id": "mesh1",
            "vpcs": VPCS,
            "cross_border_approved": True,
            "wait_timeout": 5,
            "wait_interval": 0.02,
            **options,
        }
        checked = ArgumentSpecValidator(argument_spec()).validate(asked)
        assert not checked.error_messages
        return run(checked.validated_parameters, check_mode, self.told.append)

    def error(self, **options: t.Any) -> str:
        with pytest.raises(MeshError) as raised:
            self.run(**options)
        assert KEY.secret not in str(raised.value)
        return str(raised.value)

    def writes(self) -> list[str]:
        """What was written since this was asked last."""
        names = [call.action for call in self.cloud.writes]
        self.cloud.calls.clear()
        return names

    def way(self, vpc: str, address: str) -> str:
        """The VPC where a packet from a node arrives, "" where it does not."""
        try:
            return Routing(self.state).way(self.state.system_table(vpc), IPv4Address(address))
        except NoWay:
            return ""

    def joined(self) -> bool:
        """Whether nodes and pods of both VPCs reach the others'."""
        pairs = (("vpc-beijing", "vpc-singapore"), ("vpc-singapore", "vpc-beijing"))
        return all(self.way(here, x[there]) == there for here, there in pairs for x in (POD, NODE))

    def made(self) -> dict[str, int]:
        """How many there are of each."""
        state = self.state
        return {
            "cens": len(state.present(state.cens.values())),
            "routers": len(state.present(state.routers.values())),
            "attachments": len(state.present(state.attachments.values())),
            "associations": len(state.present(state.associations)),
            "propagations": len(state.present(state.propagations)),
            "static_routes": len(state.present(state.static_routes.values())),
            "published": len(state.published),
        }


NOTHING = dict.fromkeys(
    ("cens", "routers", "attachments", "associations", "propagations", "static_routes", "published"), 0
)
ALL = {
    "cens": 1,
    "routers": 2,
    "attachments": 3,
    "associations": 4,
    "propagations": 4,
    "static_routes": 3,
    "published": 0,
}


@pytest.fixture
def account(cloud: Cloud, endpoint: Endpoint, brief_pauses: None) -> Account:
    return Account(cloud, endpoint)


def foreign_cen(account: Account, *vpcs: str, kind: str = "Enterprise") -> None:
    """A CEN of somebody else with a transit router in cn-beijing, to which VPCs are attached, and its system table."""
    state = account.state
    state.cens["cen-x"] = Cen(id="cen-x", name="theirs")
    state.routers["tr-x"] = TransitRouter(id="tr-x", cen="cen-x", region=BEIJING, kind=kind)
    state.transit_tables["vtb-tr-x"] = TransitTable(id="vtb-tr-x", router="tr-x")
    for vpc in vpcs:
        zones = {x.zone: x.id for x in state.vswitches.values() if x.vpc == vpc}
        state.attachments[f"attach-{vpc}"] = Attachment(
            id=f"attach-{vpc}",
            cen="cen-x",
            router="tr-x",
            region=BEIJING,
            vpc=vpc,
            zones=zones,
            status="Attached",
            publishes=True,
        )
        state.associations.append(Relation(attachment=f"attach-{vpc}", table="vtb-tr-x"))
        state.propagations.append(Relation(attachment=f"attach-{vpc}", table="vtb-tr-x"))


def test_vpcs_that_do_not_reach_each_other_do_after_one_run(account: Account) -> None:
    assert not account.joined()
    result = account.run()
    assert result["changed"] and account.joined()
    assert account.made() == ALL
    assert {x["status"] for x in result["attachments"]} == {"Attached"}
    assert {(x["association"], x["propagation"]) for x in result["attachments"]} == {("Active", "Active")}
    assert result["peers"][0]["bandwidth"] == 100
    assert result["missing_routes"] == []


def test_check_mode_predicts_on_an_account_that_has_nothing_what_a_run_then_makes(account: Account) -> None:
    predicted = account.run(check_mode=True)
    assert account.writes() == [] and account.made() == NOTHING
    made = account.run()
    assert [(x["kind"], x["key"]) for x in predicted["changes"]] == [(x["kind"], x["key"]) for x in made["changes"]]
    assert predicted["diff"] == made["diff"]
    assert predicted["costs"] == made["costs"]


def test_what_will_cost_money_is_warned_of_before_it_does(account: Account) -> None:
    (warning,) = account.run(check_mode=True)["warnings"]
    assert warning.startswith("this costs money: attachment of VPC vpc-beijing")
    assert "peer attachment ap-southeast-1 - cn-beijing" in warning and "traffic between the regions" in warning


def test_a_second_run_makes_no_write_call_and_few_others(account: Account) -> None:
    account.run()
    account.writes()
    result = account.run()
    calls = len(account.cloud.calls)
    assert not result["changed"] and account.writes() == []
    assert calls == 4 + 4 * 2 + 3 * 2  # the CEN, regions, VPCs
    assert result["changes"] == [] and result["warnings"] == []
    assert [x["new"] for x in result["costs"]] == [False, False, False]


def test_states_that_take_time_are_waited_for(account: Account) -> None:
    account.state.delays.update(dict.fromkeys(account.state.delays, 0.05))
    assert account.run()["changed"] and account.joined()
    account.run(state="absent", vpcs=[])
    assert account.made() == NOTHING
    assert any("Attaching" in line for line in account.told) and any("Detaching" in line for line in account.told)


def test_vpcs_of_one_region_need_no_peer_and_vpc_native_pods_no_route(account: Account) -> None:
    account.run(vpcs=[VPCS[2], TERWAY])
    assert account.way("vpc-terway", POD["vpc-singapore"]) == "vpc-singapore"
    assert account.way("vpc-singapore", "10.50.16.9") == "vpc-terway"
    assert account.made() == {**NOTHING, "cens": 1, "routers": 1, "attachments": 2} | {
        "associations": 2,
        "propagations": 2,
        "static_routes": 1,
    }


def test_published_routes_follow_the_nodes(account: Account) -> None:
    account.run(pod_routes="published")
    assert account.joined() and account.made()["static_routes"] == 0
    assert not account.run(pod_routes="published")["changed"]
    account.state.system_table("vpc-singapore").entries.append(RouteEntry("10.105.9.0/24", "i-ap-southeast-1-node-1"))
    again = account.run(pod_routes="published")
    assert [x["key"] for x in again["changes"]] == ["vpc-singapore 10.105.9.0/24"]
    account.run(state="absent", vpcs=[])
    assert account.made() == NOTHING


def test_what_was_made_is_taken_away_and_nothing_else(account: Account) -> None:
    account.run()
    account.writes()
    predicted = account.run(check_mode=True, state="absent", vpcs=[])
    assert account.writes() == [] and account.made() == ALL
    gone = account.run(state="absent", vpcs=[])
    assert gone["changed"] and account.made() == NOTHING
    assert [x["text"] for x in predicted["changes"]] == [x["text"] for x in gone["changes"]]
    account.writes()
    assert not account.run(state="absent", vpcs=[])["changed"] and account.writes() == []


def test_a_member_that_leaves_takes_its_own(account: Account) -> None:
    account.run(vpcs=[*VPCS, TERWAY])
    account.run(state="absent", vpcs=[VPCS[0]])
    assert account.way("vpc-terway", POD["vpc-singapore"]) == "vpc-singapore"
    assert {x.region for x in account.state.present(account.state.routers.values())} == {SINGAPORE}


def leaving(*vpcs: Result) -> Result:
    """Options by which these leave a mesh of all."""
    staying = [vpc for vpc in (*VPCS, TERWAY) if vpc not in vpcs]
    return {"state": "absent", "vpcs": list(vpcs), "remaining_vpcs": staying}


@pytest.mark.parametrize("pod_routes", ["static", "published"])
def test_what_only_a_member_in_a_shared_vpc_needed_are_routes_to_its_pods(account: Account, pod_routes: str) -> None:
    account.run(vpcs=[*VPCS, TERWAY], pod_routes=pod_routes)
    made = account.made()
    gone = account.run(**leaving(VPCS[1]))
    kind = "static_route" if pod_routes == "static" else "published_route"
    assert {x["kind"] for x in gone["changes"]} == {kind} and all("10.103." in x["key"] for x in gone["changes"])
    assert account.joined() and account.way("vpc-singapore", "10.103.0.9") == ""
    assert {x: made[x] for x in made if x[:6] != kind[:6]} == {
        x: y for x, y in account.made().items() if x[:6] != kind[:6]
    }
    assert not account.run(**leaving(VPCS[1]))["changed"]


def test_what_only_one_member_needed_ends_and_its_costs_are_told(account: Account) -> None:
    account.run()
    expected = account.made()
    account.run(vpcs=[*VPCS, TERWAY])
    predicted = account.run(check_mode=True, **leaving(TERWAY))
    gone = account.run(**leaving(TERWAY))
    assert predicted["changes"] == gone["changes"] and predicted["ended_costs"] == gone["ended_costs"]
    assert account.made() == expected and account.joined()
    assert [x["key"] for x in gone["ended_costs"]] == ["vpc-terway"] and gone["kept"] == [] and gone["costs"] == []


def test_where_one_vpc_remains_nothing_joins_vpcs_any_more(account: Account) -> None:
    account.run()
    gone = account.run(state="absent", vpcs=[VPCS[2]], remaining_vpcs=VPCS[:2])
    assert account.made() == NOTHING
    assert {x["kind"] for x in gone["ended_costs"]} == {"attachment", "peer"}


def test_members_that_remain_are_for_one_that_leaves(account: Account) -> None:
    assert "remaining_vpcs goes with state: absent" in account.error(remaining_vpcs=VPCS)
    assert "remaining_vpcs goes with" in account.error(state="absent", vpcs=[], remaining_vpcs=VPCS)
    assert account.writes() == []


@pytest.mark.parametrize("member", [2, 3])
def test_leaving_that_is_interrupted_after_any_write_is_finished_by_the_next_run(account: Account, member: int) -> None:
    everyone: list[Result] = [*VPCS, TERWAY]
    one = everyone[member]
    account.run(vpcs=[vpc for vpc in everyone if vpc is not one])
    expected = account.made()
    account.run(vpcs=everyone)
    account.writes()
    account.state.delays.update(dict.fromkeys(account.state.delays, 0.01))
    stop = Fault("error", times=1000, code="Forbidden.Test", message="no more", status=403)
    account.cloud.changed = lambda: account.cloud.faults.replace([stop])
    interrupted = 0
    while True:
        account.cloud.faults.replace([])
        try:
            account.run(**leaving(one))
        except MeshError:
            interrupted += 1
            assert len([x for x in account.cloud.writes if not x.code]) == 1
            account.writes()
        else:
            break
    assert interrupted >= 3
    assert account.made() == expected


def test_a_cen_of_somebody_else_is_used_and_left_as_it_was(account: Account) -> None:
    foreign_cen(account, "vpc-beijing")
    account.run(cen_id="cen-x")
    assert account.joined()
    written = account.writes()
    assert "CreateCen" not in written and written.count("CreateTransitRouterVpcAttachment") == 1
    assert not account.run(cen_id="cen-x")["changed"]
    account.run(cen_id="cen-x", state="absent", vpcs=[])
    assert set(account.state.cens) == {"cen-x"}
    assert [x.id for x in account.state.present(account.state.attachments.values())] == ["attach-vpc-beijing"]
    assert account.made() == {
        **NOTHING,
        "cens": 1,
        "routers": 1,
        "attachments": 1,
        "associations": 1,
        "propagations": 1,
    }


def test_vpcs_of_others_are_joined_only_where_that_is_confirmed(account: Account) -> None:
    foreign_cen(account, "vpc-terway")
    vpcs = [VPCS[0], VPCS[2]]
    assert "vpc-terway" in account.error(cen_id="cen-x", vpcs=vpcs)
    assert account.writes() == []
    account.run(cen_id="cen-x", vpcs=vpcs, joined_vpcs=["vpc-terway"])


def test_a_cen_that_does_not_exist_is_named(account: Account) -> None:
    assert "no CEN cen-none" in account.error(cen_id="cen-none")


def test_two_cens_with_the_meshs_tag_are_named(account: Account) -> None:
    for name in ("cen-1", "cen-2"):
        account.state.cens[name] = Cen(id=name, tags={"multiregion.istio/mesh": "mesh1"})
    assert "cen-1, cen-2" in account.error()


def test_a_cen_of_the_same_name_is_not_taken_for_ours(account: Account) -> None:
    account.state.cens["cen-x"] = Cen(id="cen-x", name="multiregion-istio-mesh1")
    account.run()
    assert account.made()["cens"] == 2


def test_a_cen_of_another_mesh_is_not_taken_for_ours(account: Account) -> None:
    account.state.cens["cen-x"] = Cen(id="cen-x", tags={"multiregion.istio/mesh": "mesh2"})
    account.run()
    assert account.made()["cens"] == 2


def test_a_vpc_of_another_cen_fails_the_run_before_anything_is_written(account: Account) -> None:
    foreign_cen(account, "vpc-singapore")
    error = account.error()
    assert error.startswith("cluster ap-southeast-1: VPC vpc-singapore")
    assert "another CEN, cen-x" in error and "cen_id: cen-x" in error
    assert account.writes() == []


def test_a_basic_transit_router_is_refused(account: Account) -> None:
    foreign_cen(account, kind="Basic")
    assert "tr-x of cn-beijing is Basic Edition" in account.error(cen_id="cen-x")


def test_a_pair_across_the_border_fails_the_run_before_anything_is_written(account: Account) -> None:
    assert "cross-border" in account.error(cross_border_approved=False)
    assert "cross-border" in account.error(cross_border_approved=False, check_mode=True)
    assert account.writes() == []


def test_the_service_is_ordered_only_where_that_is_wanted(account: Account) -> None:
    account.state.transit_router_service = False
    assert "open_service: true" in account.error()
    assert account.writes() == []
    assert account.run(open_service=True)["changes"][0]["kind"] == "service"
    assert account.joined()


def test_overlapping_vpcs_are_named(account: Account) -> None:
    account.state.vpcs["vpc-singapore"].secondary.append("10.10.128.0/20")
    error = account.error()
    assert "10.10.0.0/16 and 10.10.128.0/20" in error and account.writes() == []


def test_a_cen_that_stays_creating_is_named_and_taken_up_by_the_next_run(account: Account) -> None:
    account.state.delays["Creating"] = math.inf
    error = account.error(wait_timeout=0)
    assert "CEN multiregion-istio-mesh1" in error and "Creating" in error and "run it again" in error
    account.state.delays["Creating"] = 0
    for cen in account.state.cens.values():
        cen.at = 0
    account.run()
    assert account.joined() and account.made() == ALL


def test_an_attachment_that_is_stuck_is_named_and_taken_up_by_the_next_run(account: Account) -> None:
    account.state.delays["Attaching"] = math.inf
    error = account.error(wait_timeout=0)
    assert "vpc-beijing" in error and "Attaching" in error and "CEN console" in error
    for attachment in account.state.attachments.values():
        attachment.at = 0
    account.state.delays["Attaching"] = 0
    account.run()
    assert account.joined() and account.made() == ALL


def test_an_attachment_that_is_going_is_waited_for_and_made_anew(account: Account) -> None:
    account.run()
    account.state.delays["Detaching"] = 0.3
    account.error(state="absent", vpcs=[], wait_timeout=0)
    account.run()
    assert account.joined() and account.made() == ALL


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        ("throttle", "CreateTransitRouter"),
        ("error", "CreateTransitRouterVpcAttachment"),
        ("drop", "CreateCen"),
        ("drop_done", "CreateCen"),
        ("drop_done", "CreateTransitRouter"),
        ("drop_done", "CreateTransitRouterVpcAttachment"),
        ("drop_done", "CreateTransitRouterPeerAttachment"),
        ("drop_done", "AssociateTransitRouterAttachmentWithRouteTable"),
        ("drop_done", "CreateTransitRouterRouteEntry"),
        ("drop", "List*"),
    ],
)
def test_a_call_that_goes_wrong_once_is_repeated_and_nothing_is_doubled(
    account: Account, kind: str, action: str
) -> None:
    account.cloud.faults.add(kind, action)
    account.run()
    assert account.joined() and account.made() == ALL


@pytest.mark.parametrize("action", ["PublishRouteEntries", "DeleteCen", "WithdrawPublishedRouteEntries"])
def test_a_call_that_cannot_be_repeated_and_is_lost_is_made_good_by_the_next_run(account: Account, action: str) -> None:
    options: Result = {"pod_routes": "published"}
    if action != "PublishRouteEntries":
        account.run(**options)
        options |= {"state": "absent", "vpcs": []}
    account.cloud.faults.add("drop_done", action)
    assert action in account.error(**options)
    account.run(**options)
    assert account.joined() if action == "PublishRouteEntries" else account.made() == NOTHING


def test_a_permission_that_is_missing_is_named(account: Account) -> None:
    account.cloud.faults.add(
        "error", "CreateTransitRouter", code="Forbidden.RAM", message="not authorized", status=403, times=9
    )
    assert "cen:CreateTransitRouter" in account.error()


def test_another_bandwidth_is_set(account: Account) -> None:
    account.run()
    changed = account.run(bandwidth=200)
    assert [x["kind"] for x in changed["changes"]] == ["peer"] and changed["peers"][0]["bandwidth"] == 200
    assert not account.run(bandwidth=200)["changed"]


def test_routes_that_others_took_away_are_made_again(account: Account) -> None:
    account.run()
    account.state.associations.pop()
    account.state.static_routes.clear()
    assert not account.joined()
    account.run()
    assert account.joined() and account.made() == ALL


def test_a_route_that_does_not_come_is_named_with_its_table(account: Account) -> None:
    account.run()
    for attachment in account.state.attachments.values():
        if attachment.peer:
            attachment.publishes = False
    error = account.error(wait_timeout=0)
    assert "has no route to 10.20" in error or "has no route to 10.105" in error


def test_an_existing_link_is_seen_by_its_routes_and_named_where_it_is_missing(account: Account) -> None:
    error = account.error(link="existing")
    assert "not joined" in error and "vtb-vpc-beijing" in error and "10.105.0.0/16" in error
    account.state.links["pcc-1"] = Link("pcc-1", "VpcPeer", ("vpc-beijing", "vpc-singapore"))
    for vpc, blocks in {
        "vpc-beijing": ("10.20.0.0/16", "10.105.0.0/16"),
        "vpc-singapore": ("10.10.0.0/16", "10.100.0.0/14"),
    }.items():
        account.state.system_table(vpc).entries += [RouteEntry(block, "pcc-1", "VpcPeer") for block in blocks]
    result = account.run(link="existing")
    assert not result["changed"] and account.writes() == [] and account.joined()


def test_one_vpc_is_no_call_at_all(account: Account) -> None:
    assert not account.run(vpcs=VPCS[:2])["changed"]
    assert account.cloud.calls == []
