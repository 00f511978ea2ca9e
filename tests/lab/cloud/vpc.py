"""VPC in the lab's cloud: read only. Facts: section 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .errors import Refused
from .network import RouteTable, Vpc, VSwitch
from .paging import by_token, numbered
from .request import Request
from .routes import Route, Routing
from .state import State

MOST_IDS = 20
KINDS = ("", "Custom", "System", "BGP", "CEN", "ECR")


def describe_vpcs(state: State, request: Request) -> dict[str, Any]:
    """Without VpcId only default VPCs, as IsDefault is said to be true then, and there are none here."""
    wanted = [one for one in request.get("VpcId").split(",") if one]
    if len(wanted) > MOST_IDS:
        raise Refused("InvalidParameter", f"VpcId has at most {MOST_IDS} ids.")
    is_default = request.flag("IsDefault", default=not wanted)
    found = [
        vpc
        for vpc in state.vpcs.values()
        if not is_default
        and vpc.region == request.region
        and (not wanted or vpc.id in wanted)
        and request.get("VpcName") in ("", vpc.name)
        and has_tags(vpc.tags, request)
    ]
    page, counts = numbered(request, found)
    return {"Vpcs": {"Vpc": [shown_vpc(state, vpc) for vpc in page]}, **counts}


def describe_vpc_attribute(state: State, request: Request) -> dict[str, Any]:
    vpc = vpc_of(state, request.get("VpcId"), request.region)
    shown = shown_vpc(state, vpc)
    for name in ("RouterTableIds", "CenStatus"):
        del shown[name]
    owner = int(state.account)
    cens = [{"CenId": cen, "CenOwnerId": owner, "CenStatus": status} for cen, status in cens_of(state, vpc).items()]
    return {**shown, "AssociatedCens": {"AssociatedCen": cens}}


def describe_vswitches(state: State, request: Request) -> dict[str, Any]:
    if not request.region and not request.get("VpcId"):
        raise Refused("MissingParameter", 'The input parameter "RegionId" or "VpcId" must be supplied.')
    found = [
        vswitch
        for vswitch in state.vswitches.values()
        if request.region in ("", state.vpcs[vswitch.vpc].region)
        and request.get("VpcId") in ("", vswitch.vpc)
        and request.get("VSwitchId") in ("", vswitch.id)
        and request.get("ZoneId") in ("", vswitch.zone)
    ]
    page, counts = numbered(request, found)
    return {"VSwitches": {"VSwitch": [shown_vswitch(state, vswitch) for vswitch in page]}, **counts}


def describe_route_table_list(state: State, request: Request) -> dict[str, Any]:
    found = [
        table
        for table in state.route_tables.values()
        if state.vpcs[table.vpc].region == request.region
        and request.get("VpcId") in ("", table.vpc)
        and request.get("RouteTableId") in ("", table.id)
        and request.get("RouteTableType") in ("", table.kind)
    ]
    page, counts = numbered(request, found)
    return {"RouterTableList": {"RouterTableListType": [shown_table(state, table) for table in page]}, **counts}


def describe_route_entry_list(state: State, request: Request) -> dict[str, Any]:
    table = state.route_tables.get(request.get("RouteTableId"))
    if table is None or state.vpcs[table.vpc].region != request.region:
        raise Refused("InvalidRouteTableId.NotFound", "The specified route table does not exist.", 404)
    if request.get("RouteEntryType") not in KINDS:
        raise Refused("InvalidParameter", f"RouteEntryType is one of {', '.join(KINDS[1:])}.")
    found = [
        route
        for route in Routing(state).of_vpc(table)
        if request.get("RouteEntryType") in ("", route.kind)
        and request.get("NextHopType") in ("", route.hop_type)
        and request.get("DestinationCidrBlock") in ("", route.cidr)
    ]
    page, token = by_token(request, found, default=50, size="MaxResult")
    return {"RouteEntrys": {"RouteEntry": [shown_route(table, route) for route in page]}, **token}


def vpc_of(state: State, name: str, region: str = "") -> Vpc:
    """:raises Refused: no such VPC, or not in that region."""
    vpc = state.vpcs.get(name)
    if vpc is None or region not in ("", vpc.region):
        raise Refused("InvalidVpcID.NotFound", f"The specified VPC {name} does not exist.", 404)
    return vpc


def cens_of(state: State, vpc: Vpc) -> dict[str, str]:
    """CEN -> Attaching, Attached or Detaching."""
    mine = [one for one in state.present(state.attachments.values()) if one.vpc == vpc.id]
    return {attachment.cen: state.status(attachment) for attachment in mine}


def has_tags(tags: Mapping[str, str], request: Request, name: str = "Tag") -> bool:
    """Whether something has all tags that are asked for; one without a value fits any."""
    return all(row.get("Key") in tags and row.get("Value", "") in ("", tags[row["Key"]]) for row in request.rows(name))


def shown_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def shown_vpc(state: State, vpc: Vpc) -> dict[str, Any]:
    vswitches = [vswitch.id for vswitch in state.vswitches.values() if vswitch.vpc == vpc.id]
    tables = [table.id for table in state.route_tables.values() if table.vpc == vpc.id]
    return {
        "VpcId": vpc.id,
        "VpcName": vpc.name,
        "RegionId": vpc.region,
        "Status": "Available",
        "CidrBlock": vpc.cidr,
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": list(vpc.secondary)},
        "UserCidrs": {"UserCidr": list(vpc.user_cidrs)},
        "Ipv6CidrBlock": "",
        "IsDefault": False,
        "VRouterId": f"vrt-{vpc.id}",
        "RouterTableIds": {"RouterTableIds": tables},
        "VSwitchIds": {"VSwitchId": vswitches},
        "CenStatus": next(iter(cens_of(state, vpc).values()), ""),
        "OwnerId": int(state.account),
        "Tags": {"Tag": shown_tags(vpc.tags)},
    }


def shown_vswitch(state: State, vswitch: VSwitch) -> dict[str, Any]:
    table = state.route_tables[vswitch.table] if vswitch.table else state.system_table(vswitch.vpc)
    return {
        "VSwitchId": vswitch.id,
        "VSwitchName": vswitch.id,
        "VpcId": vswitch.vpc,
        "ZoneId": vswitch.zone,
        "CidrBlock": vswitch.cidr,
        "AvailableIpAddressCount": vswitch.free,
        "Status": "Available",
        "RouteTable": {"RouteTableId": table.id, "RouteTableType": table.kind},
        "OwnerId": int(state.account),
    }


def shown_table(state: State, table: RouteTable) -> dict[str, Any]:
    return {
        "RouteTableId": table.id,
        "RouteTableType": table.kind,
        "RouterId": f"vrt-{table.vpc}",
        "RouterType": "VRouter",
        "VpcId": table.vpc,
        "VSwitchIds": {"VSwitchId": uses(state, table)},
        "Status": "Available",
        "OwnerId": int(state.account),
    }


def uses(state: State, table: RouteTable) -> list[str]:
    """The vSwitches that go by a table."""
    mine: Iterable[VSwitch] = (one for one in state.vswitches.values() if one.vpc == table.vpc)
    return [one.id for one in mine if one.table == table.id or (not one.table and table.kind == "System")]


def shown_route(table: RouteTable, route: Route) -> dict[str, Any]:
    hop = {"NextHopId": route.hop, "NextHopType": route.hop_type, "Enabled": 1, "Weight": 0}
    return {
        "RouteEntryId": f"rte-{table.id}-{route.cidr.replace('/', '-')}",
        "RouteTableId": table.id,
        "DestinationCidrBlock": route.cidr,
        "IpVersion": "ipv4",
        "Type": route.kind,
        "Status": "Available",
        "NextHops": {"NextHop": [hop]},
    }


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "DescribeVpcs": describe_vpcs,
    "DescribeVpcAttribute": describe_vpc_attribute,
    "DescribeVSwitches": describe_vswitches,
    "DescribeRouteTableList": describe_route_table_list,
    "DescribeRouteEntryList": describe_route_entry_list,
}
