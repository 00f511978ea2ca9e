"""CEN and transit routers in the lab's cloud, as the collection's client sees them over loopback."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from math import inf

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.network import VSwitch
from tests.lab.cloud.server import Cloud
from tests.unit.cloud_networks import Clock

BEIJING, SINGAPORE = "cn-beijing", "ap-southeast-1"
ZONES = {  # VPC -> its vSwitches for the transit router
    "vpc-beijing": {"cn-beijing-a": "vsw-10-10-254-0", "cn-beijing-b": "vsw-10-10-255-0"},
    "vpc-singapore": {"ap-southeast-1a": "vsw-10-20-254-0", "ap-southeast-1b": "vsw-10-20-255-0"},
    "vpc-terway": {"ap-southeast-1a": "vsw-10-50-254-0", "ap-southeast-1b": "vsw-10-50-255-0"},
}
REGIONS = {"vpc-beijing": BEIJING, "vpc-singapore": SINGAPORE, "vpc-terway": SINGAPORE}


class Account:
    """What a test does with an account, by the client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.cen = client.call("CreateCen", Name="mesh")["CenId"]

    def call(self, action: str, **parameters: t.Any) -> dict[str, t.Any]:
        return self.client.call(action, **parameters)

    def pages(self, action: str, **parameters: t.Any) -> list[dict[str, t.Any]]:
        return self.client.pages(action, **parameters)

    def router(self, region: str) -> str:
        answer = self.call("CreateTransitRouter", CenId=self.cen, RegionId=region)
        return str(answer["TransitRouterId"])

    def attach(self, router: str, vpc: str, **more: t.Any) -> str:
        wanted = {"AutoPublishRouteEnabled": True, "ZoneMappings": mappings(vpc), "TransitRouterId": router}
        wanted |= {"RegionId": REGIONS[vpc], **more}
        answer = self.call("CreateTransitRouterVpcAttachment", VpcId=vpc, **wanted)
        return str(answer["TransitRouterAttachmentId"])

    def peer(self, router: str, other: str, **more: t.Any) -> str:
        wanted = {"BandwidthType": "DataTransfer", "Bandwidth": 100, "AutoPublishRouteEnabled": True, **more}
        answer = self.call(
            "CreateTransitRouterPeerAttachment", TransitRouterId=router, PeerTransitRouterId=other, **wanted
        )
        return str(answer["TransitRouterAttachmentId"])

    def table(self, router: str) -> str:
        tables = self.pages(
            "ListTransitRouterRouteTables", TransitRouterId=router, TransitRouterRouteTableType="System"
        )
        return str(tables[0]["TransitRouterRouteTableId"])

    def associate(self, attachment: str, router: str) -> None:
        self.related("AssociateTransitRouterAttachmentWithRouteTable", attachment, router)

    def propagate(self, attachment: str, router: str) -> None:
        self.related("EnableTransitRouterRouteTablePropagation", attachment, router)

    def related(self, action: str, attachment: str, router: str) -> None:
        self.call(action, TransitRouterAttachmentId=attachment, TransitRouterRouteTableId=self.table(router))

    def route(self, router: str, cidr: str, hop: str) -> str:
        answer = self.call(
            "CreateTransitRouterRouteEntry",
            TransitRouterRouteTableId=self.table(router),
            TransitRouterRouteEntryDestinationCidrBlock=cidr,
            TransitRouterRouteEntryNextHopType="Attachment",
            TransitRouterRouteEntryNextHopId=hop,
        )
        return str(answer["TransitRouterRouteEntryId"])


def mappings(vpc: str) -> list[dict[str, str]]:
    return [{"ZoneId": zone, "VSwitchId": vswitch} for zone, vswitch in ZONES[vpc].items()]


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(AlibabaError) as caught:
        call()
    return caught.value.code


@pytest.fixture
def account(cloud: Cloud, client: Client, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account with a CEN. The clock stands still unless moved; refusals that may be repeated are not."""
    cloud.state.clock = Clock()
    monkeypatch.setattr("ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client.may_repeat", never)
    return Account(client)


def never(*_arguments: object) -> bool:
    return False


def later(cloud: Cloud, seconds: float) -> None:
    t.cast(Clock, cloud.state.clock).now += seconds


# CEN and routers


def test_a_cen_is_found_by_id_name_and_tag(cloud: Cloud, account: Account) -> None:
    tag = [{"Key": "mesh", "Value": "one"}]
    mine = account.call("CreateCen", Name="mesh", Tag=tag)["CenId"]

    def found(**parameters: t.Any) -> list[str]:
        return [cen["CenId"] for cen in account.pages("DescribeCens", **parameters)]

    assert found() == [account.cen, mine]
    assert found(Filter=[{"Key": "Name", "Value": ["mesh"]}]) == [account.cen, mine]
    assert found(Filter=[{"Key": "CenId", "Value": ["cen-none", mine]}]) == [mine]
    assert found(Tag=tag) == [mine]
    assert account.pages("DescribeCens", Tag=tag)[0]["Tags"] == {"Tag": tag}


def test_a_cen_that_is_being_made_takes_nothing(cloud: Cloud, account: Account) -> None:
    cloud.state.delays["Creating"] = 5
    account.cen = account.call("CreateCen", Name="other")["CenId"]
    assert account.pages("DescribeCens")[-1]["Status"] == "Creating"
    assert refusal(lambda: account.router(BEIJING)) == "InvalidOperation.CenInstanceStatus"
    later(cloud, 5)
    cloud.state.delays["Creating"] = 0
    assert account.pages("DescribeCens")[-1]["Status"] == "Active"
    account.call("CreateTransitRouter", CenId=account.cen, RegionId=SINGAPORE)


def test_a_cen_goes_when_nothing_is_attached(cloud: Cloud, account: Account) -> None:
    router = account.router(BEIJING)
    attachment = account.attach(router, "vpc-beijing")
    assert refusal(lambda: account.call("DeleteCen", CenId=account.cen)) == "OperationFailed.AttachmentExist"
    account.call("DeleteTransitRouterVpcAttachment", TransitRouterAttachmentId=attachment)
    account.call("DeleteCen", CenId=account.cen)
    assert account.pages("DescribeCens") == []
    assert refusal(lambda: account.call("DeleteCen", CenId=account.cen)) == "ParameterCenInstanceId"
    assert refusal(lambda: account.pages("ListTransitRouters", CenId=account.cen)) == "ParameterCenInstanceId"


def test_a_region_has_one_transit_router_of_a_cen(account: Account) -> None:
    router = account.router(BEIJING)
    account.call("CreateTransitRouter", CenId=account.cen, RegionId=SINGAPORE, TransitRouterName="far")
    again = {"CenId": account.cen, "RegionId": BEIJING, "TransitRouterName": "again"}
    assert refusal(lambda: account.call("CreateTransitRouter", **again)) == "OperationFailed.TransitRouterExist"
    rows = account.pages("ListTransitRouters", CenId=account.cen)
    assert [(row["RegionId"], row["Type"], row["Status"]) for row in rows] == [
        (BEIJING, "Enterprise", "Active"),
        (SINGAPORE, "Enterprise", "Active"),
    ]
    assert [
        row["TransitRouterId"] for row in account.pages("ListTransitRouters", CenId=account.cen, RegionId=BEIJING)
    ] == [router]


def test_a_region_without_transit_routers_is_illegal(account: Account) -> None:
    assert refusal(lambda: account.router("moon-1")) == "IllegalParam.Region"
    call = {"RegionId": "moon-1"}
    assert refusal(lambda: account.call("ListTransitRouterAvailableResource", **call)) == "IllegalParam.Region"
    zones = account.call("ListTransitRouterAvailableResource", RegionId=BEIJING)["AvailableZones"]
    assert zones == ["cn-beijing-a", "cn-beijing-b"]


def test_the_service_has_to_be_open(cloud: Cloud, account: Account) -> None:
    cloud.state.transit_router_service = False
    assert account.call("CheckTransitRouterService")["Enabled"] == "false"
    assert refusal(lambda: account.router(BEIJING)) == "OperationFailed.ServiceNotOpen"
    account.call("OpenTransitRouterService")
    assert cloud.state.transit_router_service
    account.router(SINGAPORE)


def test_a_basic_transit_router_takes_no_vpc_attachment(cloud: Cloud, account: Account) -> None:
    router = account.router(BEIJING)
    cloud.state.routers[router].kind = "Basic"
    assert account.pages("ListTransitRouters", CenId=account.cen)[0]["Type"] == "Basic"
    assert refusal(lambda: account.attach(router, "vpc-beijing")) == "OperationUnsupported.TransitRouterType"


def test_a_dry_run_changes_nothing(cloud: Cloud, account: Account) -> None:
    wanted = {"CenId": account.cen, "RegionId": BEIJING, "DryRun": True}
    assert refusal(lambda: account.call("CreateTransitRouter", **wanted)) == "DryRunOperation"
    assert cloud.state.routers == {}


# attachments


def test_attaching_takes_its_time(cloud: Cloud, account: Account) -> None:
    router = account.router(BEIJING)
    cloud.state.delays["Attaching"] = 60
    attachment = account.attach(router, "vpc-beijing")
    call = {"CenId": account.cen}
    row = account.pages("ListTransitRouterVpcAttachments", **call)[0]
    assert (row["TransitRouterAttachmentId"], row["Status"], row["VpcRegionId"]) == (attachment, "Attaching", BEIJING)
    assert row["ZoneMappings"] == mappings("vpc-beijing")
    assert refusal(lambda: account.associate(attachment, router)) == "IncorrectStatus.Attachment"
    later(cloud, 60)
    assert account.pages("ListTransitRouterVpcAttachments", **call)[0]["Status"] == "Attached"
    again = Account(Client(account.client.options))
    again.associate(attachment, router)


def test_an_attachment_may_be_stuck(cloud: Cloud, account: Account) -> None:
    router = account.router(BEIJING)
    cloud.state.delays["Attaching"] = inf
    account.attach(router, "vpc-beijing")
    later(cloud, 1e9)
    rows = account.pages("ListTransitRouterVpcAttachments", CenId=account.cen)
    assert rows[0]["Status"] == "Attaching"


def test_the_router_is_made_with_the_first_attachment_where_only_a_cen_is_named(account: Account) -> None:
    account.attach(None, "vpc-beijing", CenId=account.cen)  # type: ignore[arg-type]
    rows = account.pages("ListTransitRouters", CenId=account.cen)
    assert [row["RegionId"] for row in rows] == [BEIJING]


@pytest.mark.parametrize(
    ("zones", "code"),
    [
        ([("cn-beijing-a", "vsw-10-10-254-0")], "InvalidParameter"),
        ([("cn-beijing-a", "vsw-10-10-254-0"), ("cn-beijing-a", "vsw-10-10-1-0")], "InvalidParameter"),
        ([("cn-beijing-a", "vsw-10-10-254-0"), ("cn-beijing-b", "vsw-10-10-254-0")], "InvalidVSwitchId.NotFound"),
        ([("cn-beijing-a", "vsw-10-10-254-0"), ("cn-beijing-b", "vsw-10-20-255-0")], "InvalidVSwitchId.NotFound"),
        ([("cn-beijing-a", "vsw-10-10-254-0"), ("cn-beijing-c", "vsw-c")], "InvalidZoneId.NotFound"),
        ([("cn-beijing-a", "vsw-10-10-254-0"), ("cn-beijing-b", "vsw-full")], "OperationFailed.NoFreeAddress"),
    ],
)
def test_an_attachment_needs_vswitches_in_two_zones(
    cloud: Cloud, account: Account, zones: list[tuple[str, str]], code: str
) -> None:
    cloud.state.vswitches["vsw-c"] = VSwitch("vsw-c", "vpc-beijing", "cn-beijing-c", "10.10.9.0/24")
    cloud.state.vswitches["vsw-full"] = VSwitch("vsw-full", "vpc-beijing", "cn-beijing-b", "10.10.8.0/24", free=0)
    router, wanted = account.router(BEIJING), [{"ZoneId": zone, "VSwitchId": vswitch} for zone, vswitch in zones]
    assert refusal(lambda: account.attach(router, "vpc-beijing", ZoneMappings=wanted)) == code
    assert cloud.state.attachments == {}


def test_an_attachment_takes_an_address_of_each_vswitch(cloud: Cloud, account: Account) -> None:
    attachment = account.attach(account.router(BEIJING), "vpc-beijing")
    assert cloud.state.vswitches["vsw-10-10-254-0"].free == 199
    account.call("DeleteTransitRouterVpcAttachment", TransitRouterAttachmentId=attachment)
    assert cloud.state.vswitches["vsw-10-10-254-0"].free == 200


def test_a_vpc_is_attached_once_to_a_router_and_in_its_own_region(account: Account) -> None:
    router, far = account.router(BEIJING), account.router(SINGAPORE)
    account.attach(router, "vpc-beijing")
    again = {"TransitRouterAttachmentName": "again"}
    assert refusal(lambda: account.attach(router, "vpc-beijing", **again)) == "OperationFailed.VpcAttachmentExist"
    assert refusal(lambda: account.attach(router, "vpc-singapore")) == "IllegalParam.Region"
    assert refusal(lambda: account.attach(far, "vpc-singapore", RegionId=BEIJING)) == "InvalidVpcID.NotFound"


def test_of_several_cens_none_publishes_routes_to_the_vpc(account: Account) -> None:
    account.attach(account.router(BEIJING), "vpc-beijing")
    account.cen = account.call("CreateCen", Name="second")["CenId"]
    router = account.router(BEIJING)
    assert refusal(lambda: account.attach(router, "vpc-beijing")) == "OperationFailed.SeveralCens"
    second = account.attach(router, "vpc-beijing", AutoPublishRouteEnabled=False)
    update = {"TransitRouterAttachmentId": second, "AutoPublishRouteEnabled": True}
    call = "UpdateTransitRouterVpcAttachmentAttribute"
    assert refusal(lambda: account.call(call, **update)) == "OperationFailed.SeveralCens"
    cens = account.call("DescribeVpcAttribute", VpcId="vpc-beijing")["AssociatedCens"]["AssociatedCen"]
    assert len(cens) == 2


def test_an_attachments_attributes_change(account: Account) -> None:
    attachment = account.attach(account.router(BEIJING), "vpc-beijing", AutoPublishRouteEnabled=False)
    call = {"TransitRouterAttachmentId": attachment, "AutoPublishRouteEnabled": True}
    account.call("UpdateTransitRouterVpcAttachmentAttribute", **call)
    row = account.pages("ListTransitRouterVpcAttachments", CenId=account.cen)[0]
    assert row["AutoPublishRouteEnabled"] is True


@pytest.mark.parametrize("what", ["associate", "propagate", "route"])
def test_an_attachment_in_use_goes_by_force_only(cloud: Cloud, account: Account, what: str) -> None:
    router = account.router(BEIJING)
    attachment = account.attach(router, "vpc-beijing")
    if what == "route":
        account.route(router, "10.101.0.0/16", attachment)
    else:
        getattr(account, what)(attachment, router)
    call = {"TransitRouterAttachmentId": attachment}
    code = refusal(lambda: account.call("DeleteTransitRouterVpcAttachment", **call))
    assert code.startswith("OperationFailed.Route")
    account.call("DeleteTransitRouterVpcAttachment", Force=True, **call)
    assert account.pages("ListTransitRouterVpcAttachments", CenId=account.cen) == []
    rows = account.pages("ListTransitRouterRouteEntries", TransitRouterRouteTableId=account.table(router))
    assert rows == []


def test_attachments_come_in_pages_of_a_token(cloud: Cloud, account: Account) -> None:
    router = account.router(SINGAPORE)
    made = [account.attach(router, vpc) for vpc in ("vpc-singapore", "vpc-terway")]
    rows = account.pages("ListTransitRouterVpcAttachments", CenId=account.cen, MaxResults=1)
    assert [row["TransitRouterAttachmentId"] for row in rows] == made


# peers


def test_a_peer_attachment_is_seen_from_both_sides(account: Account) -> None:
    near, far = account.router(BEIJING), account.router(SINGAPORE)
    attachment = account.peer(near, far)
    for router in near, far:
        row = account.pages("ListTransitRouterPeerAttachments", TransitRouterId=router)[0]
        assert row["TransitRouterAttachmentId"] == attachment
        assert (row["Bandwidth"], row["BandwidthType"], row["DefaultLinkType"]) == (100, "DataTransfer", "Gold")
        assert (row["RegionId"], row["PeerTransitRouterRegionId"]) == (BEIJING, SINGAPORE)
    update = {"TransitRouterAttachmentId": attachment, "Bandwidth": 200, "DefaultLinkType": "Platinum"}
    account.call("UpdateTransitRouterPeerAttachmentAttribute", **update)
    row = account.pages("ListTransitRouterPeerAttachments", CenId=account.cen)[0]
    assert (row["Bandwidth"], row["DefaultLinkType"]) == (200, "Platinum")


def test_a_peering_is_between_two_regions_of_a_cen_once(account: Account) -> None:
    near, far = account.router(BEIJING), account.router(SINGAPORE)
    account.peer(near, far)
    assert refusal(lambda: account.peer(far, near)) == "OperationFailed.PeerAttachmentExist"
    assert refusal(lambda: account.peer(near, near)) == "InvalidParameter"
    assert refusal(lambda: account.peer(near, far, PeerTransitRouterRegionId=BEIJING)) == "IllegalParam.Region"


@pytest.mark.parametrize("kind", [None, "BandwidthPackage"])
def test_a_peering_is_paid_by_traffic_unless_there_is_a_package(account: Account, kind: str | None) -> None:
    near, far = account.router(BEIJING), account.router(SINGAPORE)
    code = refusal(lambda: account.peer(near, far, BandwidthType=kind))
    assert code == "InvalidCenBandwidthPackageId.NotFound"


# tables


@pytest.mark.parametrize(
    ("verb", "listed", "undo", "states"),
    [
        (
            "associate",
            "Associations",
            "DissociateTransitRouterAttachmentFromRouteTable",
            ("Associating", "Dissociating"),
        ),
        ("propagate", "Propagations", "DisableTransitRouterRouteTablePropagation", ("Enabling", "Disabling")),
    ],
)
def test_a_relation_to_a_table_comes_and_goes(
    cloud: Cloud, account: Account, verb: str, listed: str, undo: str, states: tuple[str, str]
) -> None:
    router = account.router(BEIJING)
    attachment, table = account.attach(router, "vpc-beijing"), account.table(router)
    cloud.state.delays |= dict.fromkeys(states, 10)

    def status() -> list[str]:
        rows = account.pages(f"ListTransitRouterRouteTable{listed}", TransitRouterRouteTableId=table)
        assert all((row["ResourceId"], row["ResourceType"]) == ("vpc-beijing", "VPC") for row in rows)
        return [row["Status"] for row in rows]

    assert status() == []
    getattr(account, verb)(attachment, router)
    assert status() == [states[0]]
    call = {"TransitRouterAttachmentId": attachment, "TransitRouterRouteTableId": table}
    assert refusal(lambda: account.call(undo, **call)) == "IncorrectStatus.Status"
    later(cloud, 10)
    assert status() == ["Active"]
    other = Account(Client(account.client.options))
    assert refusal(lambda: getattr(other, verb)(attachment, router)).endswith("Exist")
    account.call(undo, **call)
    assert status() == [states[1]]
    later(cloud, 10)
    assert status() == []


def test_an_attachment_of_another_router_is_not_associated(account: Account) -> None:
    near, far = account.router(BEIJING), account.router(SINGAPORE)
    attachment = account.attach(near, "vpc-beijing")
    assert refusal(lambda: account.associate(attachment, far)) == "InvalidParameter"
    assert refusal(lambda: account.route(far, "10.101.0.0/16", attachment)) == "InvalidParameter"


def entries(account: Account, router: str, **more: t.Any) -> dict[str, str]:
    """Block -> type and status."""
    rows = account.pages("ListTransitRouterRouteEntries", TransitRouterRouteTableId=account.table(router), **more)
    return {
        row["TransitRouterRouteEntryDestinationCidrBlock"]: row["TransitRouterRouteEntryType"]
        + " "
        + row["TransitRouterRouteEntryStatus"]
        for row in rows
    }


def test_a_static_route_comes_and_goes(cloud: Cloud, account: Account) -> None:
    router = account.router(BEIJING)
    attachment = account.attach(router, "vpc-beijing")
    cloud.state.delays |= {"Creating": 5, "Deleting": 5}
    route = account.route(router, "10.101.0.0/16", attachment)
    assert entries(account, router) == {}
    assert entries(account, router, TransitRouterRouteEntryStatus="All") == {"10.101.0.0/16": "Static Creating"}
    later(cloud, 5)
    assert entries(account, router) == {"10.101.0.0/16": "Static Active"}
    again = Account(Client(account.client.options))
    code = refusal(lambda: again.route(router, "10.101.0.0/16", attachment))
    assert code == "OperationFailed.RouteEntryExist"
    account.call("DeleteTransitRouterRouteEntry", TransitRouterRouteEntryId=route)
    assert entries(account, router, TransitRouterRouteEntryStatus="All") == {"10.101.0.0/16": "Static Deleting"}
    later(cloud, 5)
    assert entries(account, router, TransitRouterRouteEntryStatus="All") == {}


@pytest.mark.parametrize("cidr", ["10.101.1.0/16", "100.64.0.0/10", "here"])
def test_a_static_route_is_to_a_block_of_the_accounts_own(account: Account, cidr: str) -> None:
    router = account.router(BEIJING)
    attachment = account.attach(router, "vpc-beijing")
    assert refusal(lambda: account.route(router, cidr, attachment)) == "InvalidParameter"


def test_a_propagated_vpc_tells_its_vswitches_and_what_is_published(account: Account) -> None:
    router = account.router(BEIJING)
    attachment = account.attach(router, "vpc-beijing")
    account.propagate(attachment, router)
    told = entries(account, router)
    assert set(told) == {"10.10.1.0/24", "10.10.2.0/24", "10.10.254.0/24", "10.10.255.0/24"}
    assert set(told.values()) == {"Propagated Active"}
    account.call("PublishRouteEntries", **published(account, "10.101.0.0/24"))
    assert "10.101.0.0/24" in entries(account, router)
    account.call("WithdrawPublishedRouteEntries", **published(account, "10.101.0.0/24"))
    assert "10.101.0.0/24" not in entries(account, router)


def published(account: Account, cidr: str, **more: str) -> dict[str, str]:
    return {
        "CenId": account.cen,
        "ChildInstanceId": "vpc-beijing",
        "ChildInstanceType": "VPC",
        "ChildInstanceRegionId": BEIJING,
        "ChildInstanceRouteTableId": "vtb-vpc-beijing",
        "DestinationCidrBlock": cidr,
        **more,
    }


def test_publishing_needs_an_attached_vpc_and_a_route_of_its_system_table(cloud: Cloud, account: Account) -> None:
    def code(cidr: str, **more: str) -> str:
        return refusal(lambda: account.call("PublishRouteEntries", **published(account, cidr, **more)))

    router = account.router(BEIJING)
    assert code("10.101.0.0/24") == "ParameterInstanceId"
    cloud.state.delays["Attaching"] = 5
    account.attach(router, "vpc-beijing")
    assert code("10.101.0.0/24") == "InvalidOperation.ChildInstanceStatus"
    later(cloud, 5)
    assert code("10.101.0.0/16") == "InvalidRouteEntry.NotFound"
    assert code("10.101.0.0/24", ChildInstanceRouteTableId="vtb-none") == "InvalidParameter"


def test_the_state_of_a_vpcs_routes_is_told(account: Account) -> None:
    account.attach(account.router(BEIJING), "vpc-beijing")
    account.call("PublishRouteEntries", **published(account, "10.101.0.0/24"))
    wanted = published(account, "10.101.0.0/24")
    del wanted["DestinationCidrBlock"]
    rows = account.pages("DescribePublishedRouteEntries", **wanted)
    status = {row["DestinationCidrBlock"]: (row["RouteType"], row["PublishStatus"]) for row in rows}
    assert status["10.10.1.0/24"] == ("System", "Published")
    assert status["10.101.0.0/24"] == ("Custom", "Published")
    assert status["10.101.1.0/24"] == ("Custom", "NonPublished")


def test_equal_blocks_of_two_vpcs_are_a_conflict(cloud: Cloud, account: Account) -> None:
    cloud.state.vswitches["vsw-10-50-1-0"].cidr = "10.20.1.0/24"
    router = account.router(SINGAPORE)
    for vpc in "vpc-singapore", "vpc-terway":
        account.propagate(account.attach(router, vpc), router)
    wanted = {"ChildInstanceId": "vpc-singapore", "ChildInstanceType": "VPC", "ChildInstanceRegionId": SINGAPORE}
    wanted |= {"ChildInstanceRouteTableId": "vtb-vpc-singapore", "DestinationCidrBlock": "10.20.1.0/24"}
    rows = account.pages("DescribeRouteConflict", **wanted)
    assert [(row["DestinationCidrBlock"], row["InstanceId"]) for row in rows] == [("10.20.1.0/24", "vpc-terway")]
    rejected = entries(account, router, TransitRouterRouteEntryStatus="Rejected")
    assert rejected == {"10.20.1.0/24": "Propagated Rejected"}


# all together


def test_packets_pass_between_regions_once_everything_is_there(cloud: Cloud, account: Account) -> None:
    for group in "sg-cn-beijing-1-1", "sg-ap-southeast-1-1":
        region = cloud.state.groups[group].region
        rule = {"IpProtocol": "tcp", "PortRange": "1/65535", "SourceCidrIp": "10.0.0.0/8"}
        account.client.call("AuthorizeSecurityGroup", region, SecurityGroupId=group, Permissions=[rule])

    def passes(source: str, target: str) -> bool:
        there = allowed(cloud.state, source, target, "tcp", 80)
        back = allowed(cloud.state, target, source, "tcp", 80)
        assert there.allowed == back.allowed
        return there.allowed

    nodes, pods = ("10.10.1.10", "10.20.1.10"), ("10.101.0.7", "10.105.0.7")
    near, far = account.router(BEIJING), account.router(SINGAPORE)
    sides = [(account.attach(near, "vpc-beijing"), near), (account.attach(far, "vpc-singapore"), far)]
    peer = account.peer(near, far)
    sides += [(peer, near), (peer, far)]
    for attachment, router in sides:
        account.associate(attachment, router)
    for attachment, router in sides:
        assert not passes(*nodes)
        account.propagate(attachment, router)
    assert passes(*nodes)
    learnt = account.pages("DescribeRouteEntryList", RouteTableId="vtb-vpc-beijing", RouteEntryType="CEN")
    assert "10.20.1.0/24" in {entry["DestinationCidrBlock"] for entry in learnt}
    assert not passes(*pods)
    account.route(near, "10.101.0.0/16", sides[0][0])
    account.route(far, "10.105.0.0/16", sides[1][0])
    assert passes(*pods)
    account.call("DeleteTransitRouterPeerAttachment", TransitRouterAttachmentId=peer, Force=True)
    assert not passes(*nodes)
