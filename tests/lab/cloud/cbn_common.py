"""What all calls of CEN in the lab's cloud have in common: finding a thing in the state that the call needs, and its refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from .errors import Refused
from .network import GONE, Attachment, Cen, TransitRouter, TransitTable
from .paging import by_token
from .request import Request
from .state import State

T = TypeVar("T")


def cen_of(state: State, name: str) -> Cen:
    cen = state.cens.get(name)
    if cen is None or state.status(cen) == GONE:
        raise Refused("ParameterCenInstanceId", f"The parameter CenInstanceId {name} is not valid.", 404)
    return cen


def active_cen(state: State, name: str) -> Cen:
    cen = cen_of(state, name)
    if state.status(cen) != "Active":
        text = f"The CEN instance {cen.id} is {state.status(cen)} and does not support this operation."
        raise Refused("InvalidOperation.CenInstanceStatus", text)
    return cen


def known_router(state: State, name: str) -> TransitRouter:
    router = state.routers.get(name)
    if router is None or state.status(router) == GONE:
        raise Refused("InvalidTransitRouterId.NotFound", f"The transit router {name} does not exist.", 404)
    return router


def router_of(state: State, name: str) -> TransitRouter:
    """An Enterprise transit router that is Active."""
    router = known_router(state, name)
    if router.kind != "Enterprise":
        text = f"The transit router {name} is of the {router.kind} edition, which does not support this operation."
        raise Refused("OperationUnsupported.TransitRouterType", text)
    if state.status(router) != "Active":
        text = f"The status of the transit router {name} is {state.status(router)}."
        raise Refused("IncorrectStatus.TransitRouterInstance", text)
    return router


def new_router(state: State, cen: Cen, region: str) -> TransitRouter:
    """With its system route table."""
    if region not in state.zones:
        raise Refused("IllegalParam.Region", f"Region {region} is illegal.")
    router = TransitRouter(state.new_id("tr"), cen.id, region)
    table = TransitTable(state.new_id("vtb"), router.id)
    state.begin(router, "Creating", "Active")
    state.begin(table, "Creating", "Active")
    state.routers[router.id], state.transit_tables[table.id] = router, table
    return router


def attached(state: State, name: str) -> Attachment:
    """An attachment that is in no state in between."""
    attachment = state.attachments.get(name)
    if attachment is None or state.status(attachment) == GONE:
        text = f"The transit router attachment {name} does not exist."
        raise Refused("InvalidTransitRouterAttachmentId.NotFound", text, 404)
    if state.status(attachment) != "Attached":
        text = f"The status of the attachment {name} is {state.status(attachment)}."
        raise Refused("IncorrectStatus.Attachment", text)
    return attachment


def table_of(state: State, name: str) -> TransitTable:
    table = state.transit_tables.get(name)
    router = state.routers.get(table.router) if table else None
    if table is None or router is None or state.status(router) == GONE:
        text = f"The transit router route table {name} does not exist."
        raise Refused("InvalidTransitRouterRouteTableId.NotFound", text, 404)
    if state.status(table) != "Active":
        raise Refused("IncorrectStatus.Status", f"The status of the route table {name} is {state.status(table)}.")
    return table


def check_service(state: State) -> None:
    if not state.transit_router_service:
        text = "The transit router service is not open: call OpenTransitRouterService first."
        raise Refused("OperationFailed.ServiceNotOpen", text)


def tags_of(request: Request) -> dict[str, str]:
    return {row["Key"]: row.get("Value", "") for row in request.rows("Tag")}


def in_pages(request: Request, items: Sequence[T], default: int) -> tuple[list[T], dict[str, Any]]:
    """A page, and the further fields of the answer, as all lists of transit routers have them."""
    page, token = by_token(request, items, default)
    return page, {"MaxResults": request.number("MaxResults", default), "TotalCount": len(items), **token}
