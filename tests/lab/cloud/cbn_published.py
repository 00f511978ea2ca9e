"""Routes of VPCs that CEN is told of one by one, and conflicts between VPCs, in the lab's cloud. Facts: section 4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cbn_common import active_cen, cen_of
from .errors import Refused
from .network import RouteTable, Vpc
from .paging import numbered
from .request import Request
from .routes import Route, Routing
from .state import State
from .vpc import vpc_of

PUBLISHED_BY_HAND = ("Instance", "VpnGateway")  # hops whose routes CEN learns only so; others it never does


def publish(state: State, request: Request) -> dict[str, Any]:
    active_cen(state, request.get("CenId"))
    table, route = route_of(state, request)
    state.published.add((request.get("CenId"), table.id, route.cidr))
    return {}


def withdraw(state: State, request: Request) -> dict[str, Any]:
    active_cen(state, request.get("CenId"))
    table, route = route_of(state, request)
    state.published.discard((request.get("CenId"), table.id, route.cidr))
    return {}


def route_of(state: State, request: Request) -> tuple[RouteTable, Route]:
    """The route of a VPC that a call is about.

    :raises Refused: the VPC is not attached, or the route is none that can be published by hand.
    """
    vpc = child_of(state, request)
    mine = [one for one in state.present(state.attachments.values()) if one.vpc == vpc.id]
    statuses = [state.status(one) for one in mine if one.cen == request.get("CenId")]
    if not statuses:
        raise Refused("ParameterInstanceId", f"{vpc.id} is not attached to {request.get('CenId')}.", 404)
    if statuses != ["Attached"]:
        raise Refused("InvalidOperation.ChildInstanceStatus", f"The status of {vpc.id} is {statuses[0]}.")
    table = state.route_tables.get(request.get("ChildInstanceRouteTableId"))
    if table is None or table.vpc != vpc.id or table.kind != "System":
        text = "Routes of a VPC's system route table can be published, no others."
        raise Refused("InvalidParameter", text)
    for route in Routing(state).of_vpc(table):
        if route.cidr == request.get("DestinationCidrBlock") and route.hop_type in PUBLISHED_BY_HAND:
            return table, route
    text = f"{table.id} has no route to {request.get('DestinationCidrBlock')} that can be published."
    raise Refused("InvalidRouteEntry.NotFound", text, 404)


def child_of(state: State, request: Request) -> Vpc:
    if request.get("ChildInstanceType") != "VPC":
        raise Refused("InvalidParameter", "ChildInstanceType is VPC here.")
    return vpc_of(state, request.get("ChildInstanceId"), request.get("ChildInstanceRegionId"))


def describe_published(state: State, request: Request) -> dict[str, Any]:
    cen = cen_of(state, request.get("CenId"))
    vpc = child_of(state, request)
    found = [
        (table, route)
        for table in state.route_tables.values()
        if table.vpc == vpc.id and request.get("ChildInstanceRouteTableId") in ("", table.id)
        for route in Routing(state).of_vpc(table)
        if request.get("DestinationCidrBlock") in ("", route.cidr)
    ]
    page, counts = numbered(request, found)
    entries = [shown_entry(state, cen.id, vpc, table, route) for table, route in page]
    return {"PublishedRouteEntries": {"PublishedRouteEntry": entries}, **counts}


def shown_entry(state: State, cen: str, vpc: Vpc, table: RouteTable, route: Route) -> dict[str, Any]:
    is_told = (route.kind == "System" and table.kind == "System") or (cen, table.id, route.cidr) in state.published
    return {
        "ChildInstanceRouteTableId": table.id,
        "DestinationCidrBlock": route.cidr,
        "NextHopId": route.hop,
        "NextHopType": route.hop_type,
        "RouteType": route.kind,
        "PublishStatus": "Published" if is_told else "NonPublished",
        "OperationalMode": route.hop_type in PUBLISHED_BY_HAND,
        "Conflicts": {"Conflict": conflicts(state, vpc, route.cidr)},
    }


def describe_conflict(state: State, request: Request) -> dict[str, Any]:
    vpc = child_of(state, request)
    page, counts = numbered(request, conflicts(state, vpc, request.get("DestinationCidrBlock")))
    return {"RouteConflicts": {"RouteConflict": page}, **counts}


def conflicts(state: State, vpc: Vpc, cidr: str) -> list[dict[str, str]]:
    """Other VPCs of the same CENs that tell a route to the same block."""
    attachments = state.present(state.attachments.values())
    cens = {one.cen for one in attachments if one.vpc == vpc.id}
    others = [one for one in attachments if one.cen in cens and one.vpc not in ("", vpc.id)]
    found = {one.vpc for one in others if cidr in told(state, one.cen, one.vpc)}
    return [
        {
            "DestinationCidrBlock": cidr,
            "InstanceId": other,
            "InstanceType": "VPC",
            "RegionId": state.vpcs[other].region,
            "Status": "conflict",
        }
        for other in sorted(found)
    ]


def told(state: State, cen: str, vpc: str) -> set[str]:
    """The blocks that a VPC tells a CEN of."""
    table = state.system_table(vpc)
    own = {vswitch.cidr for vswitch in state.vswitches.values() if vswitch.vpc == vpc}
    return own | {entry.cidr for entry in table.entries if (cen, table.id, entry.cidr) in state.published}


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "PublishRouteEntries": publish,
    "WithdrawPublishedRouteEntries": withdraw,
    "DescribePublishedRouteEntries": describe_published,
    "DescribeRouteConflict": describe_conflict,
}
