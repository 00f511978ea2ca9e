# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be taken away again: exactly what carries the mesh's tag, as far as nobody else uses it. No I/O."""

from __future__ import annotations

import typing as t

from .parts import (
    ASSOCIATION,
    ATTACHMENT,
    CEN,
    DELETE,
    PEER,
    PROPAGATION,
    PUBLISHED_ROUTE,
    ROUTER,
    STATIC_ROUTE,
    Part,
    Plan,
)
from .state import Before, Network, Peer, Wanted, within

Parts = list[Part]
# VPC id -> (its route table, block) of routes that were published one by one
Published = dict[str, list[tuple[str, Network]]]


def plan_removal(before: Before, wanted: Wanted, published: Published) -> Plan:
    """The parts to delete. With VPCs named, theirs and what nobody uses after that; else all of the mesh's.

    What VPCs of members that remain need stays in any case, and of it nothing is told.
    """
    if before.cen is None:
        return Plan()
    vpcs = [x for x in before.attachments if x.ours and is_leaving(x.vpc_id, wanted)]
    peers = peers_to_delete(before, wanted)
    going = {x.attachment_id: (ATTACHMENT, x.vpc_id) for x in vpcs}
    going |= {x.attachment_id: (PEER, "|".join(x.regions)) for x in peers}
    parts = [*published_routes(before, published), *static_routes(before, wanted), *joints(before, going)]
    parts += [
        deleted(ATTACHMENT, x.vpc_id, f"attachment of VPC {x.vpc_id} ({x.region})", x.attachment_id) for x in vpcs
    ]
    parts += [deleted(PEER, "|".join(x.regions), title_of(x), x.attachment_id, package=x.package) for x in peers]
    kept = peers_of_others(before, wanted, set(going))
    routers = routers_to_delete(before, wanted, set(going), kept)
    parts += [
        deleted(ROUTER, region, f"transit router in {region}", before.routers[region].router_id) for region in routers
    ]
    if before.cen.ours and not wanted.remaining and not kept and set(routers) == set(before.routers):
        parts.append(deleted(CEN, "", f"CEN {before.cen.cen_id}", before.cen.cen_id))
    elif before.cen.ours and not wanted.remaining:
        kept.append(f"CEN {before.cen.cen_id}: others use it")
    return Plan(tuple(parts), kept=tuple(kept))


def deleted(kind: str, key: str, text: str, object_id: str, **fields: object) -> Part:
    return Part(kind, key, text, DELETE, object_id=object_id, fields=fields)


def is_named(vpc_id: str, wanted: Wanted) -> bool:
    return not wanted.vpcs or vpc_id in {vpc.vpc_id for vpc in wanted.vpcs}


def is_leaving(vpc_id: str, wanted: Wanted) -> bool:
    """Whether a VPC is named and no member that remains is in it."""
    return is_named(vpc_id, wanted) and vpc_id not in {vpc.vpc_id for vpc in wanted.remaining}


def title_of(peer: Peer) -> str:
    return f"peer attachment {' - '.join(peer.regions)}"


def regions_of(wanted: Wanted) -> set[str]:
    """Where members that remain are."""
    return {vpc.region for vpc in wanted.remaining}


def peers_to_delete(before: Before, wanted: Wanted) -> list[Peer]:
    """Ours, of which one end has no VPC any more."""
    staying = {x.region for x in before.attachments if not (x.ours and is_leaving(x.vpc_id, wanted))}
    staying |= regions_of(wanted)
    return [x for x in before.peers if x.ours and (not wanted.vpcs or not staying >= set(x.regions))]


def peers_of_others(before: Before, wanted: Wanted, going: set[str]) -> list[str]:
    """Ours that stay although no member that remains needs them."""
    if not wanted.remaining:
        return []
    unneeded = [
        x for x in before.peers if x.ours and x.attachment_id not in going and not regions_of(wanted) >= set(x.regions)
    ]
    return [f"{title_of(x)}: others are attached to the transit routers of both regions" for x in unneeded]


def routers_to_delete(before: Before, wanted: Wanted, going: set[str], kept: list[str]) -> list[str]:
    """Regions of ours that nothing is attached to any more; those that others use are told in `kept`."""
    members = regions_of(wanted)
    used = {x.region for x in before.attachments if x.attachment_id not in going} | members
    used |= {region for x in before.peers if x.attachment_id not in going for region in x.regions}
    ours = sorted(region for region, router in before.routers.items() if router.ours)
    kept += [
        f"transit router {before.routers[x].router_id} ({x}): others are attached to it"
        for x in ours
        if x in used and x not in members
    ]
    return [region for region in ours if region not in used]


def published_routes(before: Before, published: Published) -> Parts:
    regions = {x.vpc_id: x.region for x in before.attachments}
    return [
        deleted(
            PUBLISHED_ROUTE,
            f"{vpc_id} {block}",
            f"published route {block} of VPC {vpc_id}",
            "",
            vpc_id=vpc_id,
            region=regions[vpc_id],
            block=block,
            table=table,
        )
        for vpc_id, entries in published.items()
        for table, block in entries
    ]


def static_routes(before: Before, wanted: Wanted) -> Parts:
    """Ours, also to attachments of others. Of a VPC in which members remain, those to pods of the one that leaves."""
    vpcs = {x.attachment_id: x.vpc_id for x in before.attachments}
    return [
        deleted(
            STATIC_ROUTE,
            str(route.block),
            f"static route {route.block} in the route table of {table.region}",
            route.entry_id,
            table=table.table_id,
        )
        for table in before.tables
        for route in table.routes
        if route.static and route.ours and is_unneeded(vpcs.get(route.attachment_id, ""), route.block, wanted)
    ]


def is_unneeded(vpc_id: str, block: Network, wanted: Wanted) -> bool:
    """Whether a route to a block of a VPC goes: that of a member that leaves, in no block of one that remains."""
    if not is_named(vpc_id, wanted):
        return False
    staying = next((vpc.pods for vpc in wanted.remaining if vpc.vpc_id == vpc_id), None)
    pods = [x for vpc in wanted.vpcs if vpc.vpc_id == vpc_id for x in vpc.pods]
    return staying is None or (within_any(block, pods) and not within_any(block, staying))


def within_any(block: Network, outer: t.Iterable[Network]) -> bool:
    return any(within(block, x) for x in outer)


def joints(before: Before, going: dict[str, tuple[str, str]]) -> Parts:
    """Propagations and associations of what goes, in whatever table."""
    return [
        deleted(
            kind,
            f"{going[key][1]}@{table.region}",
            f"{kind} of {going[key][0]} {going[key][1]} with route table {table.table_id} of {table.region}",
            key,
            table=table.table_id,
        )
        for table in before.tables
        for kind, done in ((PROPAGATION, table.propagating), (ASSOCIATION, table.associated))
        for key in done
        if key in going
    ]
