"""VPCs in the lab's cloud, as the collection's client sees them over loopback."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.network import Attachment, RouteEntry, RouteTable
from tests.lab.cloud.server import Cloud

VPC, TABLE, SINGAPORE = "vpc-beijing", "vtb-vpc-beijing", "ap-southeast-1"
SECONDARY = "192.168.0.0/16"


def ids(client: Client, action: str, field: str, region: str = "", **parameters: t.Any) -> list[str]:
    return [item[field] for item in client.pages(action, region, **parameters)]


def code(client: Client, action: str, region: str = "", **parameters: t.Any) -> str:
    with pytest.raises(AlibabaError) as caught:
        client.call(action, region, **parameters)
    return caught.value.code


def test_a_vpc_has_its_blocks_vswitches_and_tables(cloud: Cloud, client: Client) -> None:
    cloud.state.vpcs[VPC].secondary.append(SECONDARY)
    vpc = client.pages("DescribeVpcs", VpcId=VPC)[0]
    assert (vpc["CidrBlock"], vpc["SecondaryCidrBlocks"]) == ("10.10.0.0/16", {"SecondaryCidrBlock": [SECONDARY]})
    assert vpc["RouterTableIds"] == {"RouterTableIds": [TABLE]}
    assert "vsw-10-10-1-0" in vpc["VSwitchIds"]["VSwitchId"]
    assert vpc["CenStatus"] == ""


def test_vpcs_are_asked_for_by_id(client: Client) -> None:
    wanted = "vpc-singapore,vpc-terway,vpc-beijing,vpc-none"
    assert ids(client, "DescribeVpcs", "VpcId", SINGAPORE, VpcId=wanted) == ["vpc-singapore", "vpc-terway"]
    assert ids(client, "DescribeVpcs", "VpcId", SINGAPORE, VpcId=wanted, PageSize=1) == ["vpc-singapore", "vpc-terway"]
    assert code(client, "DescribeVpcs", VpcId=",".join(f"vpc-{number}" for number in range(21))) == "InvalidParameter"


def test_without_an_id_only_default_vpcs_are_listed(client: Client) -> None:
    assert client.pages("DescribeVpcs") == []
    assert ids(client, "DescribeVpcs", "VpcId", IsDefault=False) == [VPC]


def test_a_page_has_at_most_50_items(client: Client) -> None:
    assert code(client, "DescribeVpcs", PageSize=51) == "InvalidParameter"


def test_a_vpcs_attributes_tell_its_cens(cloud: Cloud, client: Client) -> None:
    assert client.call("DescribeVpcAttribute", VpcId=VPC)["AssociatedCens"] == {"AssociatedCen": []}
    cloud.state.attachments["a"] = Attachment("a", "cen-x", "tr-x", "cn-beijing", vpc=VPC, status="Attaching")
    answer = client.call("DescribeVpcAttribute", VpcId=VPC)
    owner = int(cloud.state.account)
    assert answer["AssociatedCens"]["AssociatedCen"] == [
        {"CenId": "cen-x", "CenOwnerId": owner, "CenStatus": "Attaching"}
    ]
    assert answer["CidrBlock"] == "10.10.0.0/16"


def test_a_vpc_of_another_region_is_not_found(client: Client) -> None:
    assert code(client, "DescribeVpcAttribute", SINGAPORE, VpcId=VPC) == "InvalidVpcID.NotFound"


def test_vswitches_have_zones_blocks_and_tables(cloud: Cloud, client: Client) -> None:
    cloud.state.route_tables["vtb-own"] = RouteTable("vtb-own", VPC, "Custom")
    cloud.state.vswitches["vsw-10-10-2-0"].table = "vtb-own"
    found = {one["VSwitchId"]: one for one in client.pages("DescribeVSwitches", VpcId=VPC)}
    assert len(found) == 4
    one = found["vsw-10-10-1-0"]
    assert (one["ZoneId"], one["CidrBlock"], one["AvailableIpAddressCount"]) == ("cn-beijing-a", "10.10.1.0/24", 200)
    assert one["RouteTable"] == {"RouteTableId": TABLE, "RouteTableType": "System"}
    assert found["vsw-10-10-2-0"]["RouteTable"] == {"RouteTableId": "vtb-own", "RouteTableType": "Custom"}
    assert ids(client, "DescribeVSwitches", "VSwitchId", VSwitchId="vsw-10-10-1-0") == ["vsw-10-10-1-0"]
    assert ids(client, "DescribeVSwitches", "ZoneId", ZoneId="cn-beijing-b") == ["cn-beijing-b"] * 2


def test_route_tables_tell_which_vswitches_go_by_them(cloud: Cloud, client: Client) -> None:
    cloud.state.route_tables["vtb-own"] = RouteTable("vtb-own", VPC, "Custom")
    cloud.state.vswitches["vsw-10-10-2-0"].table = "vtb-own"
    tables = {one["RouteTableId"]: one for one in client.pages("DescribeRouteTableList", VpcId=VPC)}
    assert {name: table["RouteTableType"] for name, table in tables.items()} == {TABLE: "System", "vtb-own": "Custom"}
    assert tables["vtb-own"]["VSwitchIds"] == {"VSwitchId": ["vsw-10-10-2-0"]}
    assert "vsw-10-10-1-0" in tables[TABLE]["VSwitchIds"]["VSwitchId"]


def test_each_node_has_a_route_for_its_pods(client: Client) -> None:
    entries = client.pages("DescribeRouteEntryList", RouteTableId=TABLE, RouteEntryType="Custom")
    hops = {one["DestinationCidrBlock"]: one["NextHops"]["NextHop"][0] for one in entries}
    assert len(hops) == 6
    assert hops["10.101.0.0/24"]["NextHopId"] == "i-cn-beijing-1-node-1"
    assert {hop["NextHopType"] for hop in hops.values()} == {"Instance"}


def test_routes_are_filtered_and_come_in_pages(cloud: Cloud, client: Client) -> None:
    cloud.state.route_tables[TABLE].entries.append(RouteEntry("172.16.0.0/12", "pcc-1", "VpcPeer"))
    every = ids(client, "DescribeRouteEntryList", "DestinationCidrBlock", RouteTableId=TABLE, MaxResult=3)
    assert len(every) == len(set(every)) == 4 + 6 + 1
    peers = ids(client, "DescribeRouteEntryList", "DestinationCidrBlock", RouteTableId=TABLE, NextHopType="VpcPeer")
    assert peers == ["172.16.0.0/12"]
    system = client.pages("DescribeRouteEntryList", RouteTableId=TABLE, RouteEntryType="System")
    assert {one["Type"] for one in system} == {"System"}


def test_an_unknown_route_table_or_type_is_refused(client: Client) -> None:
    assert code(client, "DescribeRouteEntryList", RouteTableId="vtb-none") == "InvalidRouteTableId.NotFound"
    assert code(client, "DescribeRouteEntryList", RouteTableId=TABLE, RouteEntryType="Local") == "InvalidParameter"
