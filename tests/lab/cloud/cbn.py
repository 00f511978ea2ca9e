"""CEN and its transit routers in the lab's cloud. Facts: section 4.

Codes that begin with Operation and end with Exist, and those with NotOpen, TransitRouterType, NoFreeAddress and SeveralCens, are
named by no source but OperationFailed.RouteTableAssociationExist: they stand for refusals that are documented without a code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import cbn_attachments, cbn_routes
from .cbn_common import active_cen, cen_of, check_service, new_router, router_of, tags_of
from .errors import Refused
from .network import GONE, Cen, TransitRouter
from .paging import numbered
from .request import Request
from .state import State
from .vpc import has_tags, shown_tags


def create_cen(state: State, request: Request) -> dict[str, Any]:
    cen = Cen(
        state.new_id("cen"),
        request.get("Name"),
        request.get("Description"),
        request.get("ProtectionLevel", "REDUCED"),
        tags_of(request),
    )
    state.begin(cen, "Creating", "Active")
    state.cens[cen.id] = cen
    return {"CenId": cen.id}


def describe_cens(state: State, request: Request) -> dict[str, Any]:
    found = [
        cen for cen in state.present(state.cens.values()) if fits_filters(cen, request) and has_tags(cen.tags, request)
    ]
    page, counts = numbered(request, found)
    return {"Cens": {"Cen": [shown_cen(state, cen) for cen in page]}, **counts}


def fits_filters(cen: Cen, request: Request) -> bool:
    """Filter.N.Key is CenId or Name; any of its values fits."""
    for row in request.rows("Filter"):
        key = row.get("Key", "")
        if key not in ("CenId", "Name"):
            raise Refused("InvalidParameter", "The key of a filter is CenId or Name.")
        values = [value for name, value in row.items() if name.startswith("Value.")]
        if (cen.id if key == "CenId" else cen.name) not in values:
            return False
    return True


def delete_cen(state: State, request: Request) -> dict[str, Any]:
    """With its transit routers, which must be without attachments."""
    cen = active_cen(state, request.get("CenId"))
    if any(one.cen == cen.id for one in state.present(state.attachments.values())):
        raise Refused("OperationFailed.AttachmentExist", f"CEN {cen.id} still has attachments.")
    for router in state.routers.values():
        if router.cen == cen.id:
            state.begin(router, "Deleting", GONE)
    state.begin(cen, "Deleting", GONE)
    return {}


def check_transit_router_service(state: State, request: Request) -> dict[str, Any]:
    return {"Enabled": str(state.transit_router_service).lower()}


def open_transit_router_service(state: State, request: Request) -> dict[str, Any]:
    state.transit_router_service = True
    return {"OrderId": state.new_id("order")}


def create_transit_router(state: State, request: Request) -> dict[str, Any]:
    check_service(state)
    cen = active_cen(state, request.get("CenId"))
    if any(one.cen == cen.id and one.region == request.region for one in state.present(state.routers.values())):
        raise Refused("OperationFailed.TransitRouterExist", f"{cen.id} has a transit router in {request.region}.")
    router = new_router(state, cen, request.region)
    router.name, router.description = request.get("TransitRouterName"), request.get("TransitRouterDescription")
    router.tags = tags_of(request)
    return {"TransitRouterId": router.id}


def list_transit_routers(state: State, request: Request) -> dict[str, Any]:
    cen_of(state, request.get("CenId"))
    found = [
        router
        for router in state.present(state.routers.values())
        if router.cen == request.get("CenId")
        and request.region in ("", router.region)
        and request.get("TransitRouterId") in ("", router.id)
        and request.get("Type") in ("", router.kind)
        and request.get("Status") in ("", state.status(router))
        and has_tags(router.tags, request)
    ]
    page, counts = numbered(request, found)
    return {"TransitRouters": [shown_router(state, router) for router in page], **counts}


def delete_transit_router(state: State, request: Request) -> dict[str, Any]:
    router = router_of(state, request.get("TransitRouterId"))
    if any(router.id in one.routers for one in state.present(state.attachments.values())):
        raise Refused("OperationFailed.AttachmentExist", f"Transit router {router.id} still has attachments.")
    state.begin(router, "Deleting", GONE)
    return {}


def list_available_resource(state: State, request: Request) -> dict[str, Any]:
    zones = state.zones.get(request.region)
    if not zones:
        raise Refused("IllegalParam.Region", f"Region {request.region} is illegal.")
    return {"MasterZones": zones[:1], "SlaveZones": zones[1:], "AvailableZones": zones, "SupportMulticast": False}


def shown_cen(state: State, cen: Cen) -> dict[str, Any]:
    return {
        "CenId": cen.id,
        "Name": cen.name,
        "Description": cen.description,
        "ProtectionLevel": cen.protection,
        "Status": state.status(cen),
        "CenBandwidthPackageIds": {"CenBandwidthPackageId": []},
        "Tags": {"Tag": shown_tags(cen.tags)},
    }


def shown_router(state: State, router: TransitRouter) -> dict[str, Any]:
    return {
        "TransitRouterId": router.id,
        "TransitRouterName": router.name,
        "TransitRouterDescription": router.description,
        "CenId": router.cen,
        "RegionId": router.region,
        "Type": router.kind,
        "Status": state.status(router),
        "AliUid": int(state.account),
        "Tags": shown_tags(router.tags),
    }


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "CreateCen": create_cen,
    "DescribeCens": describe_cens,
    "DeleteCen": delete_cen,
    "CheckTransitRouterService": check_transit_router_service,
    "OpenTransitRouterService": open_transit_router_service,
    "CreateTransitRouter": create_transit_router,
    "ListTransitRouters": list_transit_routers,
    "DeleteTransitRouter": delete_transit_router,
    "ListTransitRouterAvailableResource": list_available_resource,
    **cbn_attachments.HANDLERS,
    **cbn_routes.HANDLERS,
}
