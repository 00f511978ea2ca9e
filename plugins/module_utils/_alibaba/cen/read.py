# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what there is of a network: the CEN by its id or the mesh's tag, never by a name, and all that hangs on it."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace

from ..._errors import MeshError
from ..._interrupts import for_each
from ..client import Client, found
from ..errors import about
from .state import (
    EXISTING,
    PUBLISHED,
    SYSTEM,
    TAG,
    Before,
    Cen,
    Network,
    Peer,
    Router,
    Table,
    TableRoute,
    Vpc,
    VpcAttachment,
    VpcRoute,
    VpcTable,
    VSwitch,
    Wanted,
    WantedVpc,
    Zones,
)

Row = dict[str, t.Any]
THREADS = 8  # the calls of an account are limited (ListTransitRouters: 500 a minute)


def read(client: Client, wanted: Wanted) -> Before:
    """The account as far as the network needs it: 4 calls, 4 more for a region and 3 for a VPC where everything is there.

    Raises MeshError for two CENs with the mesh's tag, AlibabaError for what cannot be read.
    """
    before = read_cen(client, wanted)
    before = replace(before, vpcs=read_vpcs(client, wanted, before))
    new = [
        region
        for region in wanted.regions
        if any(before.attachment(x.vpc_id) is None for x in wanted.of_region(region))
    ]
    zones = dict(zip(new, parallel(lambda region: read_zones(client, region), new), strict=True))
    lacks_router = any(region not in before.routers for region in wanted.regions)
    return replace(before, zones=zones, service=service_is_open(client) if lacks_router else None)


def read_cen(client: Client, wanted: Wanted) -> Before:
    """The CEN with its transit routers, their tables and attachments."""
    cen = find_cen(client, wanted)
    if cen is None:
        return Before()
    routers = [router(row, wanted) for row in client.pages("ListTransitRouters", CenId=cen.cen_id)]
    vpcs = client.pages("ListTransitRouterVpcAttachments", CenId=cen.cen_id)
    peers = client.pages("ListTransitRouterPeerAttachments", CenId=cen.cen_id)
    # A peer attachment may be told once for each of its ends.
    ends = {row["TransitRouterAttachmentId"]: peer(row, wanted) for row in peers}
    used = [x for x in routers if x.edition != "Basic" and (not wanted.vpcs or x.region in wanted.regions)]
    return Before(
        cen=cen,
        routers={x.region: x for x in routers},
        attachments=tuple(attachment(row, wanted) for row in vpcs if row.get("Status") != "Detached"),
        peers=tuple(x for x in ends.values() if x.status != "Detached"),
        tables=tuple(table for tables in parallel(lambda x: read_tables(client, x, wanted), used) for table in tables),
    )


def find_cen(client: Client, wanted: Wanted) -> Cen | None:
    """The CEN that is named, or that carries the mesh's tag. Raises MeshError for two."""
    if wanted.cen_id:
        rows = client.pages("DescribeCens", Filter=[{"Key": "CenId", "Value": [wanted.cen_id]}])
        rows = [row for row in rows if row["CenId"] == wanted.cen_id]
    else:
        rows = client.pages("DescribeCens", Tag=[tag(wanted)])
        rows = [row for row in rows if is_ours(found(row, "Tags.Tag"), wanted)]
    if len(rows) > 1:
        ids = ", ".join(sorted(row["CenId"] for row in rows))
        todo = f"Give cen_id, or take the tag {TAG} from the wrong one"
        raise MeshError(f"CENs {ids} all carry the tag of mesh {wanted.mesh_id}", todo=todo)
    if not rows:
        return None
    return Cen(rows[0]["CenId"], rows[0].get("Status", ""), is_ours(found(rows[0], "Tags.Tag"), wanted))


def tag(wanted: Wanted) -> dict[str, str]:
    return {"Key": TAG, "Value": wanted.mesh_id}


def is_ours(tags: t.Sequence[Row] | None, wanted: Wanted) -> bool:
    return any(x.get("Key") == TAG and x.get("Value") == wanted.mesh_id for x in tags or [])


def router(row: Row, wanted: Wanted) -> Router:
    ours = is_ours(row.get("Tags"), wanted)
    return Router(row["TransitRouterId"], row["RegionId"], row.get("Type", ""), row.get("Status", ""), ours)


def attachment(row: Row, wanted: Wanted) -> VpcAttachment:
    return VpcAttachment(
        attachment_id=row["TransitRouterAttachmentId"],
        vpc_id=row["VpcId"],
        region=row.get("VpcRegionId", ""),
        status=row.get("Status", ""),
        ours=is_ours(row.get("Tags"), wanted),
        publishes=bool(row.get("AutoPublishRouteEnabled")),
    )


def peer(row: Row, wanted: Wanted) -> Peer:
    one, other = sorted((row["RegionId"], row["PeerTransitRouterRegionId"]))
    return Peer(
        attachment_id=row["TransitRouterAttachmentId"],
        regions=(one, other),
        status=row.get("Status", ""),
        ours=is_ours(row.get("Tags"), wanted),
        bandwidth=int(row.get("Bandwidth") or 0),
        link_type=row.get("DefaultLinkType") or "",
        package=row.get("CenBandwidthPackageId") or "",
    )


def read_tables(client: Client, router: Router, wanted: Wanted) -> list[Table]:
    """All tables of a transit router; entries of the one that is used, or of all where VPCs are not named."""
    rows = client.pages("ListTransitRouterRouteTables", TransitRouterId=router.router_id)
    tables = []
    for row in rows:
        table_id = row["TransitRouterRouteTableId"]
        is_system = row.get("TransitRouterRouteTableType") == SYSTEM
        given = wanted.route_tables.get(router.region)
        used = not wanted.vpcs or (table_id == given if given else is_system)
        joints = {
            name: {
                x["TransitRouterAttachmentId"]: x.get("Status", "")
                for x in client.pages(action, TransitRouterRouteTableId=table_id)
            }
            for name, action in (
                ("associated", "ListTransitRouterRouteTableAssociations"),
                ("propagating", "ListTransitRouterRouteTablePropagations"),
            )
        }
        routes = tuple(read_routes(client, table_id, wanted)) if used else ()
        status = row.get("TransitRouterRouteTableStatus", "")
        tables.append(Table(table_id, router.region, is_system, status, **joints, routes=routes))
    return tables


def read_routes(client: Client, table_id: str, wanted: Wanted) -> t.Iterator[TableRoute]:
    """Entries of a table, whatever their status: without being asked the cloud tells the active ones only."""
    rows = client.pages(
        "ListTransitRouterRouteEntries", TransitRouterRouteTableId=table_id, TransitRouterRouteEntryStatus="All"
    )
    for row in rows:
        block = row.get("TransitRouterRouteEntryDestinationCidrBlock") or ""  # "" of a prefix list
        if "." in block:
            yield TableRoute(
                entry_id=row.get("TransitRouterRouteEntryId") or "",
                block=Network(block, strict=False),
                static=row.get("TransitRouterRouteEntryType") == "Static",
                status=row.get("TransitRouterRouteEntryStatus", ""),
                attachment_id=row.get("TransitRouterRouteEntryNextHopId") or "",
                resource_id=row.get("TransitRouterRouteEntryNextHopResourceId") or "",
                ours=row.get("TransitRouterRouteEntryDescription") == wanted.mark,
            )


def read_vpcs(client: Client, wanted: Wanted, before: Before) -> dict[str, Vpc]:
    vpcs = parallel(lambda vpc: read_vpc(client, vpc, wanted, before), wanted.vpcs)
    return {vpc.vpc_id: vpc for vpc in vpcs}


def read_vpc(client: Client, vpc: WantedVpc, wanted: Wanted, before: Before) -> Vpc:
    """A VPC with its route tables; its vSwitches where it has to be attached."""
    with about(vpc.cluster):
        row = client.call("DescribeVpcAttribute", vpc.region, VpcId=vpc.vpc_id)
        attached = before.attachment(vpc.vpc_id) is not None
        cens = found(row, "AssociatedCens.AssociatedCen") or []
        blocks = [row["CidrBlock"], *(found(row, "SecondaryCidrBlocks.SecondaryCidrBlock") or [])]
        return Vpc(
            vpc_id=vpc.vpc_id,
            region=vpc.region,
            status=row.get("Status", ""),
            blocks=tuple(Network(x, strict=False) for x in blocks),
            cens={x["CenId"]: str(x.get("CenOwnerId") or "") for x in cens},
            tables=tuple(read_vpc_tables(client, vpc)),
            vswitches=() if attached or wanted.link == EXISTING else tuple(read_vswitches(client, vpc)),
            published=read_published(client, vpc, before)
            if attached and wanted.pod_routes == PUBLISHED
            else frozenset(),
        )


def read_vpc_tables(client: Client, vpc: WantedVpc) -> t.Iterator[VpcTable]:
    for row in client.pages("DescribeRouteTableList", vpc.region, VpcId=vpc.vpc_id):
        entries = client.pages("DescribeRouteEntryList", vpc.region, RouteTableId=row["RouteTableId"])
        yield VpcTable(
            table_id=row["RouteTableId"],
            system=row.get("RouteTableType") == SYSTEM,
            vswitches=tuple(found(row, "VSwitchIds.VSwitchId") or ()),
            routes=tuple(vpc_route(x) for x in entries if x.get("IpVersion", "ipv4").lower() == "ipv4"),
        )


def vpc_route(row: Row) -> VpcRoute:
    hop: Row = next(iter(found(row, "NextHops.NextHop") or []), {})
    block = Network(row["DestinationCidrBlock"], strict=False)
    return VpcRoute(block, row.get("Type", ""), hop.get("NextHopType") or "")


def read_vswitches(client: Client, vpc: WantedVpc) -> t.Iterator[VSwitch]:
    for row in client.pages("DescribeVSwitches", vpc.region, VpcId=vpc.vpc_id):
        is_system = (found(row, "RouteTable.RouteTableType") or SYSTEM) == SYSTEM
        yield VSwitch(row["VSwitchId"], row["ZoneId"], int(row.get("AvailableIpAddressCount") or 0), is_system)


def read_published(client: Client, vpc: WantedVpc, before: Before) -> frozenset[Network]:
    """Routes of a VPC to single nodes that its CEN advertises."""
    if before.cen is None or not vpc.pods:
        return frozenset()
    rows = published_rows(client, before.cen.cen_id, vpc.vpc_id, vpc.region)
    return frozenset(Network(row["DestinationCidrBlock"], strict=False) for row in rows)


def published_rows(client: Client, cen_id: str, vpc_id: str, region: str) -> list[Row]:
    """Entries of a VPC's route tables that were published one by one; system routes are without being asked."""
    rows = client.pages("DescribePublishedRouteEntries", **child(cen_id, vpc_id, region))
    return [x for x in rows if x.get("PublishStatus") == "Published" and x.get("RouteType") != SYSTEM]


def child(cen_id: str, vpc_id: str, region: str) -> dict[str, t.Any]:
    """How the older calls of CEN name a VPC."""
    return {"CenId": cen_id, "ChildInstanceId": vpc_id, "ChildInstanceType": "VPC", "ChildInstanceRegionId": region}


def read_zones(client: Client, region: str) -> Zones:
    row = client.call("ListTransitRouterAvailableResource", RegionId=region)
    return Zones(*(tuple(row.get(key) or ()) for key in ("AvailableZones", "MasterZones", "SlaveZones")))


def service_is_open(client: Client) -> bool:
    """Whether the account has activated transit routers. The answer has no such field where it has not."""
    return str(client.call("CheckTransitRouterService").get("Enabled", "")).lower() == "true"


Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


def parallel(function: t.Callable[[Item], Result], items: t.Sequence[Item]) -> list[Result]:
    return for_each(function, items, threading.Event(), THREADS)
