# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_probe against the lab's cloud, over HTTP: as it is, changed so that each fact differs, and without anything to see."""

from __future__ import annotations

import copy
import re
import typing as t
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.run import run as join
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cloud_probe import LOOKS, run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cloud_probe_account import (
    DRY_RUNS,
    Account,
    Cluster,
    ReadOnlyClient,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cloud_probe_facts import FACTS
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cloud_probe_looks import NOBODY, roles
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.credentials import Options
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.modules import cen_network, cloud_probe
from tests.lab.cloud import schema, server
from tests.lab.cloud.account import KEY, TERWAY_CLUSTER, add_vpc, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.errors import Refused
from tests.lab.cloud.handlers import HANDLERS
from tests.lab.cloud.network import Cen, RouteTable, Rule, TransitTable
from tests.lab.cloud.request import Request
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import Key, State
from tests.lab.topology import Vpc

Row = dict[str, t.Any]
Answer = dict[str, t.Any]
BEIJING, SINGAPORE, SHANGHAI = "cn-beijing", "ap-southeast-1", "cn-shanghai"
PLACES = {"cn-beijing-1": (BEIJING, "vpc-beijing"), "ap-southeast-1": (SINGAPORE, "vpc-singapore")}
GROUP = "sg-cn-beijing-1-1"
PODS = "10.101.0.0/16"
AS_ASSUMED, DIFFERS, NOT_SEEN = "as assumed", "differs", "not seen"


class Probed:
    """The lab's cloud with the module before it, two of its clusters, and Terway's where it is asked for."""

    def __init__(self, cloud: Cloud, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud, self.endpoint, self.state, self.monkeypatch = cloud, endpoint, cloud.state, monkeypatch
        self.clusters: list[Row] = [
            {
                "name": name,
                "region": region,
                "id": cluster_id(name),
                "vpc_id": vpc,
                "security_group_ids": [f"sg-{name}-1"],
            }
            for name, (region, vpc) in PLACES.items()
        ]

    def params(self, module: t.Any, **options: t.Any) -> Row:
        who = {"alicloud_access_key": KEY.id, "alicloud_secret_key": KEY.secret, "endpoints": self.endpoint.endpoints}
        checked = ArgumentSpecValidator(module.argument_spec()).validate({**who, **options})
        assert not checked.error_messages
        return t.cast(Row, checked.validated_parameters)

    def join(self, **more: str) -> None:
        """A CEN between the clusters' VPCs and these, {VPC: region}."""
        vpcs = [
            {"vpc_id": vpc, "region": region, "pod_cidrs": [PODS] if region == BEIJING else []}
            for vpc, region in [*((vpc, region) for region, vpc in PLACES.values()), *more.items()]
        ]
        join(self.params(cen_network, mesh_id="mesh1", vpcs=vpcs, cross_border_approved=True), False, print)

    def with_terway(self) -> None:
        row = {"name": TERWAY_CLUSTER, "region": SINGAPORE, "id": cluster_id(TERWAY_CLUSTER)}
        self.clusters.append({**row, "vpc_id": "vpc-terway", "security_group_ids": [f"sg-{TERWAY_CLUSTER}-1"]})

    def rows(self) -> dict[str, Row]:
        """The rows by their facts. Nothing was written, and no write arrived that was no dry run."""
        self.cloud.calls.clear()
        before = copy.deepcopy(self.state)
        result = run(self.params(cloud_probe, clusters=self.clusters), False, print)
        assert self.state == before and result["changed"] is False
        assert all(call.parameters.get("DryRun") == "true" for call in self.cloud.writes)
        assert "DescribeClusterUserKubeconfig" not in {call.action for call in self.cloud.calls}
        assert KEY.secret not in str(result)
        return {row["fact"]: row for row in result["facts"]}

    def handle(self, action: str, handler: t.Callable[[State, Request], Answer]) -> None:
        self.monkeypatch.setitem(HANDLERS, action, handler)

    def refuse(self, action: str, code: str, status: int = 400, when: t.Callable[[Request], bool] = bool) -> None:
        """Refuse a call from now on, those that are like this."""
        usual = HANDLERS[action]

        def handler(state: State, request: Request) -> Answer:
            if when(request):
                raise Refused(code, "no", status)
            return usual(state, request)

        self.handle(action, handler)

    def amend(self, action: str, change: t.Callable[[Answer, Request], Answer]) -> None:
        """Change the answers to a call from now on."""
        usual = HANDLERS[action]
        self.handle(action, lambda state, request: change(usual(state, request), request))

    def add_rules(self, *rules: Rule) -> None:
        self.state.groups[GROUP].rules += rules

    @property
    def peer(self) -> t.Any:
        return next(x for x in self.state.attachments.values() if x.peer)

    def table(self, region: str) -> str:
        return next(x.id for x in self.state.transit_tables.values() if self.state.routers[x.router].region == region)


@pytest.fixture
def probed(cloud: Cloud, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Probed:
    return Probed(cloud, endpoint, monkeypatch)


def test_each_fact_has_one_row_and_the_lab_is_as_assumed(probed: Probed) -> None:
    probed.with_terway()
    probed.join()
    rows = probed.rows()
    assert list(rows) == [fact.name for fact in FACTS]
    assert {name for name, row in rows.items() if row["seen"] == AS_ASSUMED} == {
        "rule_form",
        "static_routes",
        "pod_route",
        "listed_by_cen",
        "attached_again",
        "system_table",
        "terway_blocks",
        "terway_in_vpc",
        "unknown_cluster",
        "long_token",
        "dry_run",
    }
    assert not [row for row in rows.values() if row["seen"] == DIFFERS]
    assert all(row["detail"] for row in rows.values())
    assert (rows["system_table"]["cluster"], rows["system_table"]["region"]) == ("cn-beijing-1", BEIJING)
    assert rows["static_routes"]["region"] == SINGAPORE
    assert rows["attached_again"]["detail"] == "a dry run is refused: OperationFailed.VpcAttachmentExist"


def test_an_account_with_nothing_shows_what_would_be_needed(probed: Probed) -> None:
    probed.clusters = [{"name": "new", "region": BEIJING}]
    rows = probed.rows()
    assert {name for name, row in rows.items() if row["seen"] != NOT_SEEN} == {"unknown_cluster"}
    assert rows["other_cen"]["detail"] == "a VPC of the mesh in a CEN, and a second CEN, would be needed"
    assert {call.action for call in probed.cloud.calls} == {"DescribeClusterDetail"}


def test_a_call_is_sent_once_however_many_facts_need_it(probed: Probed) -> None:
    probed.join()
    probed.rows()
    calls = [
        (call.action, tuple(sorted(call.parameters.items())))
        for call in probed.cloud.calls
        if call.parameters.get("ClusterId") != NOBODY  # asked for at the endpoint of each region
    ]
    assert [call for call in set(calls) if calls.count(call) > 1] == []
    assert len(calls) < 60


def test_denied_calls_leave_their_rows_unseen_and_the_others_go_on(probed: Probed) -> None:
    probed.join()
    lacks = ("ecs:DescribeSecurityGroupAttribute", "cs:DescribeClusterDetail", "cen:CreateTransitRouterVpcAttachment")
    probed.state.keys[KEY.id] = Key(KEY.id, KEY.secret, denied=frozenset(lacks))
    rows = probed.rows()
    for fact, missing in zip(("host_bits", "pod_route", "attached_again"), lacks, strict=True):
        assert rows[fact]["seen"] == NOT_SEEN
        assert f"the RAM permission {missing} is missing" in rows[fact]["detail"]
    assert {rows[fact]["seen"] for fact in ("static_routes", "system_table", "denied_by_ack")} == {AS_ASSUMED}
    assert "ForbiddenCheckPermission" in rows["denied_by_ack"]["detail"]


def test_where_all_is_denied_each_row_says_so(probed: Probed) -> None:
    every = {f"{product}:{action}" for product in ("cs", "vpc", "ecs", "cen") for action in HANDLERS}
    probed.state.keys[KEY.id] = Key(KEY.id, KEY.secret, denied=frozenset(every))
    rows = probed.rows()
    assert {name for name, row in rows.items() if row["seen"] != NOT_SEEN} == {"denied_by_ack"}
    assert "vpc:DescribeVpcAttribute is missing" in rows["third_region"]["detail"]


def test_a_cluster_that_is_gone_does_not_hide_the_others(probed: Probed) -> None:
    probed.clusters.insert(0, {**probed.clusters[0], "name": "gone", "vpc_id": "vpc-gone", "id": "cgone"})
    probed.join()
    rows = probed.rows()
    assert rows["system_table"]["seen"] == rows["static_routes"]["seen"] == AS_ASSUMED


def test_a_wrong_key_is_an_error_of_the_task(probed: Probed) -> None:
    params = probed.params(cloud_probe, clusters=probed.clusters, alicloud_access_key="LTAIother")
    with pytest.raises(MeshError, match="InvalidAccessKeyId"):
        run(params, False, print)


def test_an_endpoint_that_does_not_answer_is_tried_for_one_call(probed: Probed) -> None:
    probed.join()
    probed.monkeypatch.setattr("time.sleep", lambda seconds: None)
    dead = {**probed.endpoint.endpoints, "ecs": "http://127.0.0.1:1"}
    result = run(probed.params(cloud_probe, clusters=probed.clusters, endpoints=dead), False, print)
    rows = {row["fact"]: row for row in result["facts"]}
    assert "DescribeSecurityGroupAttribute failed: no answer" in rows["host_bits"]["detail"]
    assert rows["static_routes"]["seen"] == AS_ASSUMED


@pytest.mark.parametrize(
    ("clusters", "says"),
    [([], "Set mesh_cluster_provider"), ([{"name": "a", "region": ""}], "cluster a: no region is given")],
)
def test_what_cannot_be_asked_for_is_refused(probed: Probed, clusters: list[Row], says: str) -> None:
    with pytest.raises(MeshError, match=says):
        run(probed.params(cloud_probe, clusters=clusters), False, print)
    assert not probed.cloud.calls


# Each fact by the other sights that there are of it: what is changed in the account or the cloud, and what the row then says.

TCP = Rule("ingress", "TCP", "80/80", ("SourceCidrIp", "10.9.0.0/16"), id="sgr-own")
SIX = ("Ipv6SourceCidrIp", "2001:db8::/32")


def third_region(probed: Probed) -> None:
    add_vpc(probed.state, Vpc("vpc-shanghai", SHANGHAI, IPv4Network("10.60.0.0/16")))
    probed.join(**{"vpc-shanghai": SHANGHAI})


def carried_on(probed: Probed) -> None:
    """A table in Beijing tells what it has of Singapore as come from Shanghai too."""
    third_region(probed)
    to = {x.id for x in probed.state.attachments.values() if x.peer and SHANGHAI in regions(probed, x)}

    def change(answer: Answer, request: Request) -> Answer:
        more = [
            {**entry, "TransitRouterRouteEntryNextHopId": hop}
            for entry in answer["TransitRouterRouteEntries"]
            for hop in to
        ]
        return {**answer, "TransitRouterRouteEntries": answer["TransitRouterRouteEntries"] + more}

    probed.amend("ListTransitRouterRouteEntries", change)


def regions(probed: Probed, attachment: t.Any) -> set[str]:
    return {probed.state.routers[router].region for router in attachment.routers}


def without_entries(kind: str) -> t.Callable[[Answer, Request], Answer]:
    def change(answer: Answer, request: Request) -> Answer:
        left = [
            x
            for x in answer["TransitRouterRouteEntries"]
            if (x["TransitRouterRouteEntryType"], x["TransitRouterRouteEntryDestinationCidrBlock"]) != (kind, PODS)
        ]
        return {**answer, "TransitRouterRouteEntries": left}

    return change


def empty(key: str) -> t.Callable[[Answer, Request], Answer]:
    return lambda answer, request: {**answer, key: []}


def static_route_lost(probed: Probed) -> None:
    probed.join()
    probed.amend("ListTransitRouterRouteEntries", without_entries("Propagated"))


def no_static_route(probed: Probed) -> None:
    probed.join()
    probed.state.static_routes.clear()


def pod_route_refused(probed: Probed) -> None:
    no_static_route(probed)
    probed.refuse("CreateTransitRouterRouteEntry", "InvalidDestinationCidrBlock")


def pod_route_rejected(probed: Probed) -> None:
    def change(answer: Answer, request: Request) -> Answer:
        rows = answer["TransitRouterRouteEntries"]
        return {
            **answer,
            "TransitRouterRouteEntries": [{**x, "TransitRouterRouteEntryStatus": "Rejected"} for x in rows],
        }

    probed.join()
    probed.amend("ListTransitRouterRouteEntries", change)


def routes_without_propagation(probed: Probed) -> None:
    probed.join()
    probed.amend("ListTransitRouterRouteTablePropagations", empty("TransitRouterPropagations"))


def tables_of_their_own(probed: Probed) -> None:
    """In both regions a table that is told first, and to which nothing propagates."""
    probed.join()
    routers = {region: probed.state.transit_tables[probed.table(region)].router for region in (BEIJING, SINGAPORE)}
    own = {f"vtb-own-{x}": TransitTable(f"vtb-own-{x}", router, kind="Custom") for x, router in routers.items()}
    probed.state.transit_tables = {**own, **probed.state.transit_tables}


def unpublished_and_tables_of_their_own(probed: Probed) -> None:
    tables_of_their_own(probed)
    probed.peer.publishes = False


def peering_to_come(probed: Probed) -> None:
    probed.join()
    probed.peer.turn("Attaching", "", 0)


def unpublished_and_empty(probed: Probed) -> None:
    unpublished(probed)
    probed.amend("ListTransitRouterRouteEntries", empty("TransitRouterRouteEntries"))


def unpublished(probed: Probed) -> None:
    probed.join()
    probed.peer.publishes = False


def published_all_the_same(probed: Probed) -> None:
    def change(answer: Answer, request: Request) -> Answer:
        rows = [{**x, "AutoPublishRouteEnabled": False} for x in answer["TransitRouterAttachments"]]
        return {**answer, "TransitRouterAttachments": rows}

    probed.join()
    probed.amend("ListTransitRouterPeerAttachments", change)


def lists_need_a_router(probed: Probed) -> None:
    probed.join()
    key = "TransitRouterAttachments"
    probed.amend(
        "ListTransitRouterVpcAttachments",
        lambda answer, request: answer if request.get("TransitRouterId") else {**answer, key: []},
    )


def lists_refuse_a_cen_alone(probed: Probed) -> None:
    probed.join()
    action = "ListTransitRouterPeerAttachments"
    probed.refuse(action, "MissingParameter", when=lambda request: not request.get("TransitRouterId"))


def lists_fail(probed: Probed) -> None:
    probed.join()
    probed.refuse("ListTransitRouterVpcAttachments", "OperationDenied")


def second_cen(probed: Probed) -> None:
    probed.join()
    probed.state.cens["cen-other"] = Cen("cen-other")


def second_cen_taken(probed: Probed) -> None:
    second_cen(probed)
    probed.handle("CreateTransitRouterVpcAttachment", lambda state, request: {})


def no_free_vswitch(probed: Probed) -> None:
    second_cen(probed)
    for vswitch in probed.state.vswitches.values():
        vswitch.free = 0


def not_peered(probed: Probed) -> None:
    probed.join()
    del probed.state.attachments[probed.peer.id]
    known = probed.state.attachments
    probed.state.associations = [x for x in probed.state.associations if x.attachment in known]
    probed.state.propagations = [x for x in probed.state.propagations if x.attachment in known]


def not_peered_refused(code: str) -> t.Callable[[Probed], None]:
    def change(probed: Probed) -> None:
        not_peered(probed)
        probed.refuse("CreateTransitRouterPeerAttachment", code)

    return change


def not_peered_and_basic(probed: Probed) -> None:
    not_peered(probed)
    for router in probed.state.routers.values():
        router.kind = "Basic"


def custom_table_learns(probed: Probed) -> None:
    probed.join()
    probed.state.route_tables["vtb-custom"] = RouteTable("vtb-custom", "vpc-beijing", "Custom")
    hop = {"NextHops": {"NextHop": [{"NextHopType": "Attachment"}]}}
    learned = {"DestinationCidrBlock": "10.20.1.0/24", "Type": "CEN", **hop}

    def change(answer: Answer, request: Request) -> Answer:
        custom = request.get("RouteTableId") == "vtb-custom"
        return {**answer, "RouteEntrys": {"RouteEntry": [learned]}} if custom else answer

    probed.amend("DescribeRouteEntryList", change)


def terway_tells_a_block(probed: Probed) -> None:
    probed.with_terway()
    probed.state.clusters[cluster_id(TERWAY_CLUSTER)].pods = "10.99.0.0/16"


def terway_outside(probed: Probed) -> None:
    probed.with_terway()
    probed.state.vswitches["vsw-10-50-16-0"].cidr = "10.99.0.0/20"


def unread_shape(probed: Probed) -> None:
    probed.join()
    probed.amend("ListTransitRouters", lambda answer, request: {**answer, "TransitRouters": [{"Id": "tr-1"}]})


def first_router_to_come(probed: Probed) -> None:
    """The first cluster's region has no transit router yet, so a dry run that makes one passes."""
    probed.join()
    probed.state.zones[SHANGHAI] = ["cn-shanghai-a", "cn-shanghai-b"]
    probed.clusters.insert(0, {"name": "next", "region": SHANGHAI})


def long_token_taken(probed: Probed) -> None:
    first_router_to_come(probed)
    probed.monkeypatch.setattr(server, "check_token", lambda request: None)


def long_token_hidden(probed: Probed) -> None:
    probed.join()
    probed.monkeypatch.setattr(server, "check_token", lambda request: None)


def same_token(code: str) -> t.Callable[[Probed], None]:
    def change(probed: Probed) -> None:
        probed.join()
        probed.refuse("CreateTransitRouter", code, when=lambda request: request.get("TransitRouterName") == "probe-2")

    return change


def dry_runs_without_error(probed: Probed) -> None:
    no_static_route(probed)
    usual = Cloud.handled

    def handled(cloud: Cloud, request: Request, key: Key) -> Answer:
        try:
            return usual(cloud, request, key)
        except Refused as refused:
            if refused.code != "DryRunOperation":
                raise
            return {}

    probed.monkeypatch.setattr(Cloud, "handled", handled)


def with_rules(*rules: Rule) -> t.Callable[[Probed], None]:
    return lambda probed: probed.add_rules(*rules)


def ack_refuses(code: str, when: t.Callable[[Request], bool]) -> t.Callable[[Probed], None]:
    return lambda probed: probed.refuse("DescribeClusterDetail", code, 403, when)


CASES: list[tuple[str, t.Callable[[Probed], None], str, str]] = [
    (
        "host_bits",
        with_rules(Rule("ingress", "TCP", "80/80", ("SourceCidrIp", "10.1.2.3/8"), id="sgr-bits")),
        DIFFERS,
        "rule sgr-bits has 10.1.2.3/8",
    ),
    ("host_bits", with_rules(TCP), NOT_SEEN, "4 blocks"),
    ("rule_form", with_rules(Rule("ingress", "TCP", "80", TCP.peer, id="sgr-form")), DIFFERS, "sgr-form"),
    ("rule_form", with_rules(Rule("ingress", "TCP", "80/80", TCP.peer, "Allow", id="sgr-form")), DIFFERS, "sgr-form"),
    (
        "rule_form",
        with_rules(Rule("ingress", "ALL", "1/65535", TCP.peer, id="sgr-form")),
        DIFFERS,
        "sgr-form: ingress accept all",
    ),
    ("rule_form", with_rules(Rule("ingress", "6", "-1/-1", TCP.peer, id="sgr-form")), DIFFERS, "sgr-form"),
    ("rule_priority", with_rules(TCP, Rule(**{**vars(TCP), "priority": 7})), AS_ASSUMED, "priorities [1, 7]"),
    ("rule_priority", with_rules(TCP, Rule(**{**vars(TCP), "ports": "81/81"})), NOT_SEEN, "no dry run"),
    ("icmpv6_name", with_rules(Rule("ingress", "ICMPv6", "-1/-1", SIX)), AS_ASSUMED, "ICMPv6"),
    ("icmpv6_name", with_rules(Rule("ingress", "ICMP", "-1/-1", SIX)), DIFFERS, "named ICMP"),
    ("static_routes", static_route_lost, DIFFERS, "is not in"),
    ("static_routes", tables_of_their_own, AS_ASSUMED, "is in"),
    ("static_routes", peering_to_come, NOT_SEEN, "two regions joined"),
    ("static_routes", pod_route_rejected, NOT_SEEN, "a static route"),
    ("static_routes", no_static_route, NOT_SEEN, "a static route"),
    ("pod_route", no_static_route, AS_ASSUMED, "a dry run passes"),
    ("pod_route", tables_of_their_own, AS_ASSUMED, "it is there: Active"),
    ("pod_route", pod_route_refused, DIFFERS, "InvalidDestinationCidrBlock"),
    ("pod_route", pod_route_rejected, DIFFERS, "Rejected"),
    ("both_regions", routes_without_propagation, DIFFERS, "does not propagate"),
    ("both_regions", tables_of_their_own, AS_ASSUMED, "vtb-own-cn-beijing has 0 routes"),
    ("both_regions", unpublished_and_tables_of_their_own, NOT_SEEN, "would be needed"),
    ("unpublished", unpublished, AS_ASSUMED, "has 0 routes"),
    ("unpublished", unpublished_and_empty, NOT_SEEN, "without it"),
    ("unpublished", published_all_the_same, DIFFERS, "which publishes none"),
    ("third_region", third_region, AS_ASSUMED, "is not in"),
    ("third_region", carried_on, DIFFERS, "is in"),
    ("listed_by_cen", lists_need_a_router, DIFFERS, "tells 0 of 1"),
    ("listed_by_cen", lists_refuse_a_cen_alone, DIFFERS, "was refused: MissingParameter"),
    ("listed_by_cen", lists_fail, NOT_SEEN, "ListTransitRouterVpcAttachments failed: OperationDenied (HTTP 400)"),
    ("listed_by_cen", unread_shape, DIFFERS, "cannot be read: KeyError"),
    ("other_cen", second_cen, AS_ASSUMED, "OperationFailed.SeveralCens"),
    ("other_cen", second_cen_taken, DIFFERS, "not refused"),
    ("other_cen", no_free_vswitch, NOT_SEEN, "InvalidZones"),
    ("attached_again", second_cen_taken, DIFFERS, "not refused"),
    ("cross_border", not_peered, NOT_SEEN, "passes"),
    ("cross_border", not_peered_refused("OperationDenied.Border"), DIFFERS, "OperationDenied.Border"),
    ("cross_border", not_peered_refused("InvalidParameter"), NOT_SEEN, "InvalidParameter"),
    ("cross_border", not_peered_and_basic, NOT_SEEN, "only a refusal shows it"),
    ("system_table", custom_table_learns, DIFFERS, "vtb-custom (CEN by Attachment)"),
    ("terway_blocks", terway_tells_a_block, DIFFERS, "10.99.0.0/16"),
    ("terway_in_vpc", terway_outside, DIFFERS, "10.99.0.0/20"),
    ("unknown_cluster", ack_refuses("Whatever", lambda x: x.get("ClusterId") == NOBODY), DIFFERS, "Whatever"),
    ("denied_by_ack", ack_refuses("Whatever", lambda x: x.get("ClusterId") != NOBODY), DIFFERS, "Whatever (HTTP 403)"),
    ("long_token", first_router_to_come, AS_ASSUMED, "InvalidParameter"),
    ("long_token", long_token_taken, DIFFERS, "a dry run passes"),
    ("long_token", long_token_hidden, NOT_SEEN, "OperationFailed.TransitRouterExist"),
    ("same_token", same_token("IdempotentParameterMismatch"), AS_ASSUMED, "IdempotentParameterMismatch"),
    ("same_token", same_token("TokenUsed"), DIFFERS, "TokenUsed"),
    ("dry_run", no_static_route, AS_ASSUMED, "CreateTransitRouterRouteEntry: DryRunOperation"),
    ("dry_run", dry_runs_without_error, DIFFERS, "an answer without an error"),
]


@pytest.mark.parametrize(("fact", "change", "seen", "says"), CASES, ids=[f"{x[0]}-{x[2]}-{x[3]}" for x in CASES])
def test_a_row_says_what_the_cloud_shows(
    probed: Probed, fact: str, change: t.Callable[[Probed], None], seen: str, says: str
) -> None:
    change(probed)
    row = probed.rows()[fact]
    assert (row["seen"], says in row["detail"]) == (seen, True), row


def test_roles_are_seen_where_they_sign(options: Options) -> None:
    signed = Options(assume_role_arn="acs:ram::1:role/mesh")
    account = Account(signed, [])
    assert not list(roles(account, ""))
    account.client.answered = True
    assert [sight.seen for sight in roles(account, "")] == [AS_ASSUMED]
    unsigned = Account(options, [])
    unsigned.client.answered = True
    assert not list(roles(unsigned, ""))


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("CreateCen", {"DryRun": True}),
        ("AuthorizeSecurityGroup", {"DryRun": True}),
        ("CreateTransitRouter", {}),
        ("CreateTransitRouter", {"DryRun": False}),
        ("CreateTransitRouter", {"DryRun": "true"}),
        ("DescribeClusterUserKubeconfig", {"path": {"ClusterId": "c1"}}),
    ],
)
def test_what_could_change_something_is_not_sent(
    options: Options, cloud: Cloud, action: str, parameters: dict[str, t.Any]
) -> None:
    with pytest.raises(MeshError, match=f"{action} is no read and no dry run, so it was not sent"):
        ReadOnlyClient(options).call(action, **parameters)
    assert not cloud.calls


def test_dry_runs_are_of_calls_that_offer_them() -> None:
    """Another call would ignore DryRun, and write."""
    assert all(schema.calls()[action].parameters.get("DryRun") == "boolean" for action in DRY_RUNS)


def test_each_fact_has_a_look_unless_nothing_shows_it() -> None:
    assert {fact.name for fact in FACTS if fact.place != "never"} == set(LOOKS)
    assert all(bool(fact.call) == (fact.place != "never") for fact in FACTS)
    assert {fact.place for fact in FACTS} == {"cluster", "cen", "account", "never"}


def test_the_documentation_lists_the_same_facts() -> None:
    text = (Path(__file__).parents[5] / "docs" / "alibaba-cloud.md").read_text(encoding="utf-8")
    section = text.split("## Not verified on the real cloud", 1)[1].split("\n## ", 1)[0]
    listed = [name for row in re.findall(r"^\| `([^|]*)` \|", section, re.MULTILINE) for name in row.split("`, `")]
    assert sorted(listed) == sorted(fact.name for fact in FACTS)


def test_a_cluster_without_a_vpc_or_an_id_costs_no_call(options: Options, cloud: Cloud) -> None:
    account = Account(options, [Cluster("new", BEIJING)])
    assert account.cens() == [] and list(account.groups(account.clusters[0])) == []
    assert not cloud.calls
