# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a network before anything is written, all of it at once. No I/O."""

from __future__ import annotations

import typing as t
from itertools import combinations

from ..._problems import ERROR, Problem
from .foreign import of_others
from .parts import CREATE, PEER, ROUTER, Part
from .routes import destinations, reached_by
from .state import ENTERPRISE, Before, Pair, Wanted, WantedVpc, within

Problems = list[Problem]
Parts = t.Sequence[Part]

# Regions of China whose links to cn-* are cross-border, although their names begin so.
OUTSIDE_MAINLAND = ("cn-hongkong",)


def obstacles(before: Before, wanted: Wanted, parts: Parts) -> Problems:
    """Everything that would make the changes fail, or harm others."""
    return [
        *states(before, wanted),
        *other_cens(before, wanted),
        *editions(before, wanted),
        *unopened(before, wanted, parts),
        *cross_border(wanted, parts),
        *overlaps(before, wanted),
        *conflicts(before, wanted),
        *full_tables(before, wanted),
        *of_others(before, wanted, parts),
    ]


def named(wanted: WantedVpc, what: str, why: str = "", todo: str = "") -> Problem:
    """A problem of one VPC, told of the first of its clusters."""
    return Problem(ERROR, f"{wanted.title} {what}", why, todo, cluster=wanted.cluster)


def states(before: Before, wanted: Wanted) -> Problems:
    """What is not there yet."""
    found: Problems = []
    for vpc in wanted.vpcs:
        status = before.vpcs[vpc.vpc_id].status
        if status != "Available":
            found.append(named(vpc, f"is {status or 'in no known state'}", todo="Run it again when it is Available"))
    for region in wanted.regions:
        router = before.routers.get(region)
        if router and before.table(region, wanted) is None and router.edition == ENTERPRISE:
            given = wanted.route_tables.get(region, "")
            what = f"transit router {router.router_id} of {region} has no route table {given or 'of its own (System)'}"
            found.append(Problem(ERROR, what, todo="Name one that it has in route_tables"))
    return found


def other_cens(before: Before, wanted: Wanted) -> Problems:
    """A VPC can be attached to one CEN only."""
    found: Problems = []
    ours = before.cen.cen_id if before.cen else ""
    for vpc in wanted.vpcs:
        others = {cen: owner for cen, owner in before.vpcs[vpc.vpc_id].cens.items() if cen != ours}
        if others and before.attachment(vpc.vpc_id) is None:
            cen, owner = min(others.items())
            of = f" of account {owner}" if owner else ""
            todo = f"Give cen_id: {cen} to join the others by that CEN, or have its owner detach the VPC from it"
            found.append(named(vpc, f"is attached to another CEN, {cen}{of}", todo=todo))
    return found


def editions(before: Before, wanted: Wanted) -> Problems:
    """Basic Edition transit routers have no route tables and are not sold any more since 2022-03-31."""
    basic = [
        before.routers[x] for x in wanted.regions if x in before.routers and before.routers[x].edition != ENTERPRISE
    ]
    return [
        Problem(
            ERROR,
            f"transit router {x.router_id} of {x.region} is Basic Edition",
            why="associations, propagations and pay by traffic need the Enterprise Edition",
            todo="Upgrade it in the console (CEN instance, its transit router, Upgrade Transit Router; connections are "
            "interrupted meanwhile), or leave cen_id out to get a CEN of the mesh's own",
        )
        for x in basic
    ]


def unopened(before: Before, wanted: Wanted, parts: Parts) -> Problems:
    """Transit routers are a service that an account has to order."""
    needed = any(part.kind == ROUTER and part.verb for part in parts)
    if before.service is not False or wanted.open_service or not needed:
        return []
    todo = "Set open_service: true, which orders it (a billed service), or activate transit routers in the CEN console"
    return [Problem(ERROR, "the account has not activated the transit router service", todo=todo)]


def cross_border(wanted: Wanted, parts: Parts) -> Problems:
    """Pairs of regions across the border of mainland China that would be connected now."""
    new: list[Pair] = [part.fields["regions"] for part in parts if part.kind == PEER and part.verb == CREATE]
    crossing = [f"{one} - {two}" for one, two in new if is_mainland(one) != is_mainland(two)]
    if not crossing or wanted.cross_border_approved:
        return []
    return [
        Problem(
            ERROR,
            f"{', '.join(crossing)}: cross-border between mainland China and elsewhere",
            why="such connections are China Unicom's and need its approval of the account (cross-border compliance)",
            todo="Apply for it in the CEN console (Cross-border Compliance), and set cross_border_approved: true once granted",
        )
    ]


def is_mainland(region: str) -> bool:
    return region.startswith("cn-") and not region.startswith(OUTSIDE_MAINLAND)


def overlaps(before: Before, wanted: Wanted) -> Problems:
    """Blocks of two VPCs, their pods included, that overlap: packets to them would have two places to go."""
    blocks = [(vpc, block) for vpc in wanted.vpcs for block in (*before.vpcs[vpc.vpc_id].blocks, *vpc.pods)]
    return [
        named(one, f"and {other.title} overlap", f"{left} and {right}", "VPCs that are joined need blocks of their own")
        for (one, left), (other, right) in combinations(blocks, 2)
        if one.vpc_id != other.vpc_id and left.overlaps(right)
    ]


def conflicts(before: Before, wanted: Wanted) -> Problems:
    """Routes of others in the tables that are used, into what a VPC would bring: the more specific one wins."""
    found: Problems = []
    for vpc in wanted.vpcs:
        mine = before.attachment(vpc.vpc_id)
        blocks = [*before.vpcs[vpc.vpc_id].blocks, *vpc.pods]
        for region in wanted.regions:
            table = before.table(region, wanted)
            for route in table.routes if table else ():
                leads_here = route.resource_id == vpc.vpc_id or (mine and route.attachment_id == mine.attachment_id)
                is_peers = region != vpc.region and route.attachment_id in {x.attachment_id for x in before.peers}
                if not leads_here and not is_peers and any(within(route.block, block) for block in blocks):
                    what = f"has blocks to which {route.block} in route table {table.table_id if table else ''} leads elsewhere"
                    why = f"to {route.resource_id or route.attachment_id or 'nowhere'}"
                    found.append(named(vpc, what, why, "Take that route away, or name another table in route_tables"))
    return found


def full_tables(before: Before, wanted: Wanted) -> Problems:
    """VPC route tables that would get more entries than they can have (200 unless raised)."""
    found: Problems = []
    for vpc in wanted.vpcs:
        for table in before.vpcs[vpc.vpc_id].tables:
            if not table.system:
                continue
            missing = [x for x in destinations(before, wanted, vpc.vpc_id) if not reached_by(table, x)]
            after = len(table.routes) + len(missing)
            if missing and after > wanted.quota:
                what = f"route table {table.table_id} of {vpc.title} would have {after} entries, and can have {wanted.quota}"
                why = f"{len(table.routes)} are there, {len(missing)} would be learned"
                todo = "Have the quota raised and say so in route_quota, use pod_routes: static, or fewer vSwitches"
                found.append(Problem(ERROR, what, why, todo))
    return found
