# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which routes there have to be so that VPCs reach each other, and which are missing. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .state import PUBLISHED, Before, Network, Table, VpcTable, Wanted, WantedVpc, within

# Next hops that lead out of a VPC to another one; learned routes have the kind CEN.
OTHER_LINKS = ("VpcPeer", "VpnGateway", "RouterInterface", "ECR")
LINKS = ("Attachment", *OTHER_LINKS)
LEARNED = "CEN"
ACTIVE = "Active"


@dataclass(frozen=True)
class Missing:
    """A route that is not there. `status`: of one that is there and does not count; `main`: in a table that must have it."""

    place: str
    block: Network
    status: str = ""
    main: bool = True

    def __str__(self) -> str:
        return f"{self.place} has no route to {self.block}" + (f" that counts ({self.status})" if self.status else "")


def advertised(before: Before, wanted: Wanted, vpc_id: str) -> list[Network]:
    """What others have to find of a VPC: its vSwitches, and its pods where they are no part of it."""
    there = before.vpcs[vpc_id]
    pods = next((vpc.pods for vpc in wanted.vpcs if vpc.vpc_id == vpc_id), ())
    if wanted.pod_routes == PUBLISHED:
        return list(dict.fromkeys([*there.own, *there.node_routes(pods)]))
    return list(dict.fromkeys([*there.own, *pods]))


def destinations(before: Before, wanted: Wanted, vpc_id: str) -> list[Network]:
    """What a VPC has to reach outside itself."""
    return [x for vpc in wanted.vpcs if vpc.vpc_id != vpc_id for x in advertised(before, wanted, vpc.vpc_id)]


def reached_by(table: VpcTable, block: Network) -> bool:
    """Whether a VPC's table leads a block out to another VPC."""
    return any(within(block, x.block) and (x.hop in LINKS or x.kind == LEARNED) for x in table.routes)


def linked_otherwise(before: Before, wanted: Wanted) -> list[str]:
    """Routes beside CEN to what CEN is to reach, in words: those that somebody wrote win over learned ones."""
    return [
        f"{vpc.title} also reaches {route.block} by {route.hop}, in route table {table.table_id}: that way is taken, not CEN's"
        for vpc in wanted.vpcs
        if (table := before.vpcs[vpc.vpc_id].system_table)
        for block in destinations(before, wanted, vpc.vpc_id)
        for route in table.routes
        if route.hop in OTHER_LINKS and within(route.block, block)
    ]


def missing(before: Before, wanted: Wanted) -> list[Missing]:
    """Routes that are not there: in the transit routers' tables of all regions, and in the VPCs' tables."""
    found = [x for region in wanted.regions for x in in_region(before, wanted, region)]
    return found + in_vpcs(before, wanted)


def in_region(before: Before, wanted: Wanted, region: str) -> t.Iterator[Missing]:
    table = before.table(region, wanted)
    for vpc in wanted.vpcs:
        way = way_to(before, region, vpc)
        for block in advertised(before, wanted, vpc.vpc_id):
            status = status_of(table, block, way)
            if status != ACTIVE:
                name = table.table_id if table else "that is to come"
                yield Missing(f"transit router table {name} of {region}", block, status)


def way_to(before: Before, region: str, vpc: WantedVpc) -> str:
    """The attachment by which a VPC is reached from a region's transit router, "" where there is none yet."""
    if vpc.region == region:
        attachment = before.attachment(vpc.vpc_id)
        return attachment.attachment_id if attachment else ""
    peer = before.peer((min(region, vpc.region), max(region, vpc.region)))
    return peer.attachment_id if peer else ""


def status_of(table: Table | None, block: Network, way: str) -> str:
    """Active where packets to a block go the way, else what is wrong with the route that covers it, "" for none."""
    covering = sorted(
        (x for x in (table.routes if table else ()) if within(block, x.block)),
        key=lambda x: (-x.block.prefixlen, x.status != ACTIVE),
    )
    if not covering:
        return ""
    first = covering[0]
    if first.status == ACTIVE and first.attachment_id != way:
        return f"{first.block} leads to {first.resource_id or first.attachment_id or 'nowhere'}"
    return first.status or "no status"


def in_vpcs(before: Before, wanted: Wanted) -> list[Missing]:
    """Of the VPCs' tables: the system table must have every route, one of somebody's own is told where vSwitches use it."""
    found = []
    for vpc in wanted.vpcs:
        for table in before.vpcs[vpc.vpc_id].tables:
            if not (table.system or table.vswitches):
                continue
            used = f", used by {', '.join(table.vswitches)}" if not table.system else ""
            place = f"route table {table.table_id} of {vpc.title}{used}"
            for block in destinations(before, wanted, vpc.vpc_id):
                if not reached_by(table, block):
                    found.append(Missing(place, block, main=table.system))
    return found
