# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking away what a plan says, in the reverse of the order in which it was made, each kind gone before the next goes."""

from __future__ import annotations

import typing as t
from collections import defaultdict

from ..client import Client
from ..errors import AlibabaError
from . import read
from .act import LOOK
from .parts import (
    ASSOCIATION,
    ATTACHMENT,
    CEN,
    PEER,
    PHASES,
    PROPAGATION,
    PUBLISHED_ROUTE,
    ROUTER,
    STATIC_ROUTE,
    Part,
    Plan,
)
from .patience import Patience, Pending, remaining, statuses
from .removal import Published, is_named, is_unneeded
from .state import Before, Network, Wanted

# Codes by which the cloud says that there is no such object (terraform-provider-alicloud).
GONE = ("ParameterCenInstanceId", "ParameterInstanceId", "IllegalParam.Region", "Bid.NotFound")
DELETES = {
    STATIC_ROUTE: ("DeleteTransitRouterRouteEntry", "TransitRouterRouteEntryId"),
    PROPAGATION: ("DisableTransitRouterRouteTablePropagation", "TransitRouterAttachmentId"),
    ASSOCIATION: ("DissociateTransitRouterAttachmentFromRouteTable", "TransitRouterAttachmentId"),
    ATTACHMENT: ("DeleteTransitRouterVpcAttachment", "TransitRouterAttachmentId"),
    PEER: ("DeleteTransitRouterPeerAttachment", "TransitRouterAttachmentId"),
    ROUTER: ("DeleteTransitRouter", "TransitRouterId"),
    CEN: ("DeleteCen", "CenId"),
}


def published_by(client: Client, before: Before, wanted: Wanted) -> Published:
    """What was published one by one of the VPCs whose attachments are ours: nobody marks such an entry."""
    if before.cen is None:
        return {}
    published: Published = {}
    for x in before.attachments:
        if x.ours and is_named(x.vpc_id, wanted):
            rows = read.published_rows(client, before.cen.cen_id, x.vpc_id, x.region)
            routes = [
                (row["ChildInstanceRouteTableId"], Network(row["DestinationCidrBlock"], strict=False)) for row in rows
            ]
            published[x.vpc_id] = [route for route in routes if is_unneeded(x.vpc_id, route[1], wanted)]
    return published


def perform(client: Client, cen_id: str, plan: Plan, patience: Patience) -> None:
    """Delete all that the plan says and wait until it is gone."""
    for kinds in reversed(PHASES):
        for kind in (x for x in DELETE_ORDER if x in kinds):
            parts = plan.of(kind)
            for part in parts:
                patience.progress(f"delete {part.text}")
                delete(client, cen_id, part)
        for kind in kinds:
            if parts := plan.of(kind):
                wait(client, cen_id, kind, parts, patience)


DELETE_ORDER = (PUBLISHED_ROUTE, STATIC_ROUTE, PROPAGATION, ASSOCIATION, PEER, ATTACHMENT, ROUTER, CEN)


def delete(client: Client, cen_id: str, part: Part) -> None:
    """Ask for one part's end. That it has gone meanwhile is no error."""
    try:
        if part.kind == PUBLISHED_ROUTE:
            client.call(
                "WithdrawPublishedRouteEntries",
                **read.child(cen_id, part.fields["vpc_id"], part.fields["region"]),
                ChildInstanceRouteTableId=part.fields["table"],
                DestinationCidrBlock=str(part.fields["block"]),
            )
            return
        action, identity = DELETES[part.kind]
        parameters: dict[str, t.Any] = {identity: part.object_id}
        if part.kind in (PROPAGATION, ASSOCIATION):
            parameters["TransitRouterRouteTableId"] = part.fields["table"]
        client.call(action, **parameters)
    except AlibabaError as error:
        if not (error.code in GONE or error.code.endswith(".NotFound")):
            raise


def wait(client: Client, cen_id: str, kind: str, parts: list[Part], patience: Patience) -> None:
    looks: dict[str, t.Callable[[], Pending]] = {
        PROPAGATION: lambda: joined(client, "ListTransitRouterRouteTablePropagations", parts),
        ASSOCIATION: lambda: joined(client, "ListTransitRouterRouteTableAssociations", parts),
        ATTACHMENT: lambda: listed(
            client, "ListTransitRouterVpcAttachments", "TransitRouterAttachmentId", parts, cen_id
        ),
        PEER: lambda: listed(client, "ListTransitRouterPeerAttachments", "TransitRouterAttachmentId", parts, cen_id),
        ROUTER: lambda: listed(client, "ListTransitRouters", "TransitRouterId", parts, cen_id),
        CEN: lambda: left_cens(client, parts),
    }
    if kind in looks:
        what = parts[0].text if len(parts) == 1 else f"{parts[0].text} and {len(parts) - 1} more"
        patience.until_none(f"the end of {what}", LOOK, looks[kind])


def titles(parts: list[Part]) -> dict[str, str]:
    return {part.object_id: f"{part.text} ({part.object_id})" for part in parts}


def listed(client: Client, action: str, identity: str, parts: list[Part], cen_id: str) -> Pending:
    there = statuses(client, action, identity, "Status", CenId=cen_id)
    return remaining(titles(parts), {key: status for key, status in there.items() if status != "Detached"})


def joined(client: Client, action: str, parts: list[Part]) -> Pending:
    by_table: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_table[part.fields["table"]].append(part)
    pending: Pending = {}
    for table, here in by_table.items():
        there = statuses(client, action, "TransitRouterAttachmentId", "Status", TransitRouterRouteTableId=table)
        pending |= remaining(titles(here), there)
    return pending


def left_cens(client: Client, parts: list[Part]) -> Pending:
    rows = client.pages("DescribeCens", Filter=[{"Key": "CenId", "Value": [parts[0].object_id]}])
    return remaining(titles(parts), {row["CenId"]: row.get("Status", "") for row in rows})
