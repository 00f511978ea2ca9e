# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done to join VPCs, from the account as it is. No I/O.

One CEN; a transit router in each region; an attachment of each VPC, which is associated with the region's table (where its packets go) and
propagates to it (who finds it); a peer attachment between every two regions, associated and propagating at both ends; routes to
pods that are no part of their VPC.
"""

from __future__ import annotations

from ..._problems import Problem
from .checks import obstacles
from .parts import (
    ASSOCIATION,
    ATTACHMENT,
    CEN,
    CREATE,
    PEER,
    PROPAGATION,
    PUBLISHED_ROUTE,
    ROUTER,
    SERVICE,
    STATIC_ROUTE,
    UPDATE,
    Part,
    Plan,
)
from .routes import linked_otherwise
from .state import NAME, PUBLISHED, Before, Pair, Table, Vpc, Wanted, WantedVpc, Zones
from .zones import mappings

Parts = list[Part]
Problems = list[Problem]


def plan(before: Before, wanted: Wanted) -> Plan:
    """The parts of the wanted network, what to do about each, and what stands in the way."""
    if len(wanted.vpcs) < 2:
        return Plan()  # clusters of one VPC need security groups only
    problems: Problems = []
    parts = [*service(before, wanted), cen(before, wanted), *routers(before, wanted)]
    parts += attachments(before, wanted, problems)
    parts += [peer(before, wanted, pair) for pair in wanted.pairs]
    parts += joints(before, wanted, parts)
    parts += pod_routes(before, wanted)
    warnings = [*without_nodes(before, wanted), *linked_otherwise(before, wanted)]
    return Plan(tuple(parts), (*problems, *obstacles(before, wanted, parts)), tuple(warnings))


def service(before: Before, wanted: Wanted) -> Parts:
    """The order that opens transit routers to an account, where one has to be made and may be ordered."""
    if before.service is False and wanted.open_service:
        return [Part(SERVICE, "", "transit router service of the account", CREATE)]
    return []


def cen(before: Before, wanted: Wanted) -> Part:
    if before.cen is None:
        return Part(CEN, "", f"CEN {NAME}-{wanted.mesh_id}", CREATE)
    found = before.cen
    return Part(CEN, "", f"CEN {found.cen_id}", object_id=found.cen_id, status=found.status, ours=found.ours)


def routers(before: Before, wanted: Wanted) -> Parts:
    return [router(before, region) for region in wanted.regions]


def router(before: Before, region: str) -> Part:
    found = before.routers.get(region)
    text = f"transit router in {region}"
    if found is None:
        return Part(ROUTER, region, text, CREATE)
    return Part(ROUTER, region, text, object_id=found.router_id, status=found.status, ours=found.ours)


def attachments(before: Before, wanted: Wanted, problems: Problems) -> Parts:
    """One for each VPC. What keeps one from being made is added to `problems`."""
    parts: Parts = []
    for vpc in wanted.vpcs:
        found = before.attachment(vpc.vpc_id)
        text = f"attachment of {vpc.title}"
        fields: dict[str, object] = {"region": vpc.region, "vpc_id": vpc.vpc_id, "cluster": vpc.cluster}
        if found is None:
            zones, problem = mappings(vpc, before.vpcs[vpc.vpc_id], before.zones.get(vpc.region, Zones()))
            problems += [problem] if problem else []
            parts.append(Part(ATTACHMENT, vpc.vpc_id, text, CREATE, fields={**fields, "zones": zones}))
            continue
        drift = found.ours and not found.publishes
        parts.append(
            Part(
                ATTACHMENT,
                vpc.vpc_id,
                text,
                verb=UPDATE if drift else "",
                object_id=found.attachment_id,
                status=found.status,
                ours=found.ours,
                was=f"{text}, which publishes no routes to it" if drift else "",
                fields=fields,
            )
        )
    return parts


def peer(before: Before, wanted: Wanted, pair: Pair) -> Part:
    """Between two regions. How it is paid for is settled when it is made."""
    name, key = f"peer attachment {pair[0]} - {pair[1]}", "|".join(pair)
    found = before.peer(pair)
    if found is None:
        package = wanted.packages.get(pair, "")
        text = f"{name}, {sized(package, wanted.bandwidth, wanted.link_type)}"
        return Part(PEER, key, text, CREATE, fields={"regions": pair, "package": package})
    now = f"{name}, {sized(found.package, found.bandwidth, found.link_type)}"
    other_link = found.link_type and found.link_type != wanted.link_type
    drift = found.ours and (found.bandwidth != wanted.bandwidth or other_link)
    return Part(
        PEER,
        key,
        f"{name}, {sized(found.package, wanted.bandwidth, wanted.link_type)}" if drift else now,
        verb=UPDATE if drift else "",
        object_id=found.attachment_id,
        status=found.status,
        ours=found.ours,
        was=now if drift else "",
        fields={"regions": pair, "package": found.package},
    )


def sized(package: str, bandwidth: int, link_type: str) -> str:
    way = f"bandwidth package {package}" if package else "pay by traffic"
    return f"{way}, at most {bandwidth} Mbit/s, {link_type}"


def joints(before: Before, wanted: Wanted, parts: Parts) -> Parts:
    """Association and propagation of every attachment with the table of its region, of a peer attachment at both ends."""
    made: Parts = []
    for part in parts:
        if part.kind in (ATTACHMENT, PEER):
            regions = part.fields["regions"] if part.kind == PEER else (part.fields["region"],)
            for region in regions:
                made += joint(before.table(region, wanted), region, part)
    return made


def joint(table: Table | None, region: str, part: Part) -> Parts:
    of = part.text.partition(",")[0] if part.kind == PEER else f"attachment of VPC {part.key}"
    fields = {"of": part.ref, "region": region}
    made: Parts = []
    for kind, done in ((ASSOCIATION, table and table.associated), (PROPAGATION, table and table.propagating)):
        status = (done or {}).get(part.object_id, "") if part.object_id else ""
        text = f"{kind} of {of} with the route table of {region}"
        verb = "" if status else CREATE
        made.append(Part(kind, f"{part.key}@{region}", text, verb, status=status, ours=part.ours, fields=fields))
    return made


def pod_routes(before: Before, wanted: Wanted) -> Parts:
    """Routes to pods outside their VPC, which nobody advertises: their next hops are instances."""
    if wanted.pod_routes == PUBLISHED:
        return [part for vpc in wanted.vpcs for part in published_routes(before.vpcs[vpc.vpc_id], vpc)]
    return [part for vpc in wanted.vpcs for part in static_routes(before, wanted, vpc)]


def without_nodes(before: Before, wanted: Wanted) -> list[str]:
    """Warnings: clusters whose nodes are not there yet have nothing to publish."""
    if wanted.pod_routes != PUBLISHED:
        return []
    empty = [vpc for vpc in wanted.vpcs if vpc.pods and not before.vpcs[vpc.vpc_id].node_routes(vpc.pods)]
    return [f"{vpc.title} has no routes to nodes' pods yet: run it again when its nodes are there" for vpc in empty]


def static_routes(before: Before, wanted: Wanted, vpc: WantedVpc) -> Parts:
    """One for each block of pods, to the VPC, whose own table knows the nodes."""
    table, found = before.table(vpc.region, wanted), before.attachment(vpc.vpc_id)
    parts = []
    for block in vpc.pods:
        there = next((x for x in (table.routes if table else ()) if x.static and x.block == block), None)
        is_right = there is not None and found is not None and there.attachment_id == found.attachment_id
        parts.append(
            Part(
                STATIC_ROUTE,
                str(block),
                f"static route {block} to VPC {vpc.vpc_id} in the route table of {vpc.region}",
                verb="" if is_right else CREATE,
                object_id=there.entry_id if there and is_right else "",
                status=there.status if there and is_right else "",
                ours=there.ours if there and is_right else True,
                fields={"vpc_id": vpc.vpc_id, "region": vpc.region, "cluster": vpc.cluster, "block": block},
            )
        )
    return parts


def published_routes(there: Vpc, vpc: WantedVpc) -> Parts:
    """Each node's own route, advertised from the VPC's system table. With every node that comes it has to run again."""
    table = there.system_table
    return [
        Part(
            PUBLISHED_ROUTE,
            f"{vpc.vpc_id} {block}",
            f"published route {block} of VPC {vpc.vpc_id}",
            verb="" if block in there.published else CREATE,
            fields={
                "vpc_id": vpc.vpc_id,
                "region": vpc.region,
                "block": block,
                "table": table.table_id if table else "",
            },
        )
        for block in there.node_routes(vpc.pods)
    ]
