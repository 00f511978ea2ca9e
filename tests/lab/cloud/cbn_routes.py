"""Routes of transit routers in the lab's cloud, and routes that VPCs tell them. Facts: section 4."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

from . import cbn_published
from .cbn_common import attached, in_pages, known_router, table_of
from .errors import Refused
from .network import GONE, Relation, StaticRoute, TransitTable
from .request import Request
from .routes import SERVICES, Route, Routing
from .state import State

MOST_LISTED = 50  # by default


def list_route_tables(state: State, request: Request) -> dict[str, Any]:
    router = known_router(state, request.get("TransitRouterId"))
    wanted = request.listed("TransitRouterRouteTableIds")
    found = [
        table
        for table in state.present(state.transit_tables.values())
        if table.router == router.id
        and request.get("TransitRouterRouteTableType") in ("", table.kind)
        and request.get("TransitRouterRouteTableStatus") in ("", state.status(table))
        and (not wanted or table.id in wanted)
    ]
    page, more = in_pages(request, found, 20)
    return {"TransitRouterRouteTables": [shown_table(state, table) for table in page], **more}


def shown_table(state: State, table: TransitTable) -> dict[str, Any]:
    return {
        "TransitRouterRouteTableId": table.id,
        "TransitRouterRouteTableName": table.name,
        "TransitRouterRouteTableType": table.kind,
        "TransitRouterRouteTableStatus": state.status(table),
        "TransitRouterId": table.router,
        "RegionId": state.routers[table.router].region,
    }


def relations_of(state: State, what: str) -> list[Relation]:
    return state.associations if what == "Associations" else state.propagations


def relate(what: str, meanwhile: str) -> Callable[[State, Request], dict[str, Any]]:
    """Associate an attachment with a route table, or let it propagate to one."""

    def handler(state: State, request: Request) -> dict[str, Any]:
        attachment = attached(state, request.get("TransitRouterAttachmentId"))
        table = table_of(state, request.get("TransitRouterRouteTableId"))
        if table.router not in attachment.routers:
            raise Refused("InvalidParameter", f"{attachment.id} is no attachment of {table.router}.")
        for one in state.present(relations_of(state, what)):
            is_same_router = state.transit_tables[one.table].router == table.router
            if one.attachment == attachment.id and (
                one.table == table.id or (what == "Associations" and is_same_router)
            ):
                code = f"OperationFailed.RouteTable{what.removesuffix('s')}Exist"
                raise Refused(code, f"{attachment.id} has one with {one.table} already, {state.status(one)}.")
        relation = Relation(attachment.id, table.id)
        state.begin(relation, meanwhile, "Active")
        relations_of(state, what).append(relation)
        return {}

    return handler


def sever(what: str, meanwhile: str) -> Callable[[State, Request], dict[str, Any]]:
    def handler(state: State, request: Request) -> dict[str, Any]:
        attachment, table = request.get("TransitRouterAttachmentId"), request.get("TransitRouterRouteTableId")
        for one in state.present(relations_of(state, what)):
            if (one.attachment, one.table) == (attachment, table):
                if state.status(one) != "Active":
                    raise Refused("IncorrectStatus.Status", f"It is {state.status(one)}.")
                state.begin(one, meanwhile, GONE)
                return {}
        raise Refused(f"InvalidTransitRouter{what}.NotFound", f"{attachment} has none with {table}.", 404)

    return handler


def list_relations(what: str) -> Callable[[State, Request], dict[str, Any]]:
    def handler(state: State, request: Request) -> dict[str, Any]:
        if request.get("TransitRouterRouteTableId"):
            table_of(state, request.get("TransitRouterRouteTableId"))
        found = [
            one
            for one in state.present(relations_of(state, what))
            if request.get("TransitRouterRouteTableId") in ("", one.table)
            and request.get("TransitRouterAttachmentId") in ("", one.attachment)
            and request.get("Status") in ("", state.status(one))
        ]
        page, more = in_pages(request, found, MOST_LISTED)
        return {f"TransitRouter{what}": [shown_relation(state, one) for one in page], **more}

    return handler


def shown_relation(state: State, relation: Relation) -> dict[str, Any]:
    attachment = state.attachments[relation.attachment]
    return {
        "TransitRouterAttachmentId": attachment.id,
        "TransitRouterRouteTableId": relation.table,
        "ResourceId": attachment.vpc or attachment.peer,
        "ResourceType": "TR" if attachment.peer else "VPC",
        "Status": state.status(relation),
    }


def create_route_entry(state: State, request: Request) -> dict[str, Any]:
    table = table_of(state, request.get("TransitRouterRouteTableId"))
    cidr, hop = block_of(request), ""
    if request.get("TransitRouterRouteEntryNextHopType") == "Attachment":
        attachment = attached(state, request.get("TransitRouterRouteEntryNextHopId"))
        if table.router not in attachment.routers:
            raise Refused("InvalidParameter", f"{attachment.id} is no attachment of {table.router}.")
        hop = attachment.id
    elif request.get("TransitRouterRouteEntryNextHopType") != "BlackHole":
        raise Refused("InvalidParameter", "TransitRouterRouteEntryNextHopType is Attachment or BlackHole.")
    if any((one.table, one.cidr) == (table.id, cidr) for one in state.present(state.static_routes.values())):
        raise Refused("OperationFailed.RouteEntryExist", f"{table.id} has a static route to {cidr} already.")
    name, about = (request.get(f"TransitRouterRouteEntry{field}") for field in ("Name", "Description"))
    route = StaticRoute(state.new_id("rte"), table.id, cidr, hop, name, about, state.time_stamp())
    state.begin(route, "Creating", "Active")
    state.static_routes[route.id] = route
    return {"TransitRouterRouteEntryId": route.id}


def block_of(request: Request) -> str:
    cidr = request.get("TransitRouterRouteEntryDestinationCidrBlock")
    try:
        block = IPv4Network(cidr)
    except ValueError:
        raise Refused("InvalidParameter", f"{cidr} is no CIDR block in network form.") from None
    if block.overlaps(SERVICES) and block.prefixlen:
        raise Refused("InvalidParameter", f"{cidr} is the cloud's own.")
    return str(block)


def delete_route_entry(state: State, request: Request) -> dict[str, Any]:
    """By its id, or by table, block and next hop."""
    hop = request.get("TransitRouterRouteEntryNextHopId")
    key = request.get("TransitRouterRouteTableId"), request.get("TransitRouterRouteEntryDestinationCidrBlock"), hop
    for route in state.present(state.static_routes.values()):
        if route.id == request.get("TransitRouterRouteEntryId") or (route.table, route.cidr, route.hop) == key:
            if state.status(route) != "Active":
                raise Refused("IncorrectStatus.Status", f"The route {route.id} is {state.status(route)}.")
            state.begin(route, "Deleting", GONE)
            return {}
    raise Refused("InvalidTransitRouterRouteEntryId.NotFound", "The route entry does not exist.", 404)


def list_route_entries(state: State, request: Request) -> dict[str, Any]:
    """Active ones, unless TransitRouterRouteEntryStatus says otherwise (All for all)."""
    table = table_of(state, request.get("TransitRouterRouteTableId"))
    status = request.get("TransitRouterRouteEntryStatus", "Active")
    routes = Routing(state).of_router(table.id) + unfinished(state, table)
    found = [
        route
        for route in routes
        if status in ("All", route.status)
        and request.get("TransitRouterRouteEntryType") in ("", route.kind)
        and request.get("TransitRouterRouteEntryDestinationCidrBlock") in ("", route.cidr)
        and request.get("TransitRouterRouteEntryNextHopId") in ("", route.hop)
    ]
    page, more = in_pages(request, found, 20)
    return {"TransitRouterRouteEntries": [shown_route(state, route) for route in page], **more}


def unfinished(state: State, table: TransitTable) -> list[Route]:
    """Static routes that are Creating or Deleting."""
    return [
        Route(one.cidr, one.hop, "Attachment" if one.hop else "BlackHole", "Static", state.status(one), id=one.id)
        for one in state.present(state.static_routes.values())
        if one.table == table.id and state.status(one) != "Active"
    ]


def shown_route(state: State, route: Route) -> dict[str, Any]:
    shown = {
        "TransitRouterRouteEntryDestinationCidrBlock": route.cidr,
        "TransitRouterRouteEntryNextHopType": route.hop_type,
        "TransitRouterRouteEntryStatus": route.status,
        "TransitRouterRouteEntryType": route.kind,
        "OperationalMode": route.kind == "Static",
    }
    if route.hop:
        attachment = state.attachments[route.hop]
        shown["TransitRouterRouteEntryNextHopId"] = route.hop
        shown["TransitRouterRouteEntryNextHopResourceId"] = attachment.vpc or attachment.peer
        shown["TransitRouterRouteEntryNextHopResourceType"] = "TR" if attachment.peer else "VPC"
    if route.id:
        static = state.static_routes[route.id]
        shown["TransitRouterRouteEntryId"] = static.id
        shown["TransitRouterRouteEntryName"] = static.name
        shown["TransitRouterRouteEntryDescription"] = static.description
        shown["CreateTime"] = static.created
    return shown


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "ListTransitRouterRouteTables": list_route_tables,
    "AssociateTransitRouterAttachmentWithRouteTable": relate("Associations", "Associating"),
    "DissociateTransitRouterAttachmentFromRouteTable": sever("Associations", "Dissociating"),
    "ListTransitRouterRouteTableAssociations": list_relations("Associations"),
    "EnableTransitRouterRouteTablePropagation": relate("Propagations", "Enabling"),
    "DisableTransitRouterRouteTablePropagation": sever("Propagations", "Disabling"),
    "ListTransitRouterRouteTablePropagations": list_relations("Propagations"),
    "CreateTransitRouterRouteEntry": create_route_entry,
    "DeleteTransitRouterRouteEntry": delete_route_entry,
    "ListTransitRouterRouteEntries": list_route_entries,
    **cbn_published.HANDLERS,
}
