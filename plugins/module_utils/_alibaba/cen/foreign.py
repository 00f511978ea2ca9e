# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to others in a CEN and is used: it is never changed, so it has to be as it is needed. No I/O."""

from __future__ import annotations

import typing as t

from ..._problems import ERROR, Problem
from .parts import ASSOCIATION, PROPAGATION, PUBLISHED_ROUTE, Part
from .routes import destinations, reached_by
from .state import Before, Wanted, WantedVpc

Problems = list[Problem]
Parts = t.Sequence[Part]


def of_others(before: Before, wanted: Wanted, parts: Parts) -> Problems:
    return [
        *joined_vpcs(before, wanted, parts),
        *unchangeable(before, wanted, parts),
        *associated_elsewhere(before, wanted),
    ]


def foreign_vpcs(before: Before, wanted: Wanted) -> list[str]:
    """VPCs of others that the tables in use reach, or that reach them."""
    ours = {vpc.vpc_id for vpc in wanted.vpcs}
    used = [table for region in wanted.regions if (table := before.table(region, wanted))]
    here = {x for table in used for x in (*table.associated, *table.propagating)}
    return sorted({x.vpc_id for x in before.attachments if x.attachment_id in here and x.vpc_id not in ours})


def joined_vpcs(before: Before, wanted: Wanted, parts: Parts) -> Problems:
    """VPCs that would reach the mesh's, and be reached, from now on, and that nobody has confirmed."""
    if not any(part.verb for part in parts if part.kind in (ASSOCIATION, PROPAGATION)):
        return []
    strangers = [x for x in foreign_vpcs(before, wanted) if x not in wanted.joined]
    if not strangers:
        return []
    listed = ", ".join(strangers)
    return [
        Problem(
            ERROR,
            f"the route tables in use would also join {listed} to the VPCs of the mesh",
            why="they are attached to the same CEN, and their routes are in the same tables",
            todo=f"Set joined_vpcs: [{listed}] where that is meant, or name tables of the mesh's own in route_tables",
        )
    ]


def unchangeable(before: Before, wanted: Wanted, parts: Parts) -> Problems:
    """Attachments of others that lack something."""
    found: Problems = []
    for part in parts:
        if part.verb and part.kind in (ASSOCIATION, PROPAGATION) and not part.ours:
            what = f"the {part.text} is missing, and the attachment belongs to somebody else"
            found.append(
                Problem(ERROR, what, todo="Have its owner add it, or name the table that it uses in route_tables")
            )
        if part.verb and part.kind == PUBLISHED_ROUTE and is_foreign(before, part.fields["vpc_id"]):
            what = f"{part.text} is missing, and the VPC's attachment belongs to somebody else"
            found.append(Problem(ERROR, what, todo="Have its owner publish it, or use pod_routes: static"))
    return found + [problem for vpc in wanted.vpcs for problem in unpublished(before, wanted, vpc)]


def unpublished(before: Before, wanted: Wanted, vpc: WantedVpc) -> Problems:
    """Routes that an attachment of somebody else does not write into the VPC's table, and nobody else did."""
    attachment = before.attachment(vpc.vpc_id)
    table = before.vpcs[vpc.vpc_id].system_table
    if attachment is None or attachment.ours or attachment.publishes or table is None:
        return []
    lacking = [str(x) for x in destinations(before, wanted, vpc.vpc_id) if not reached_by(table, x)]
    if not lacking:
        return []
    what = f"attachment {attachment.attachment_id} of {vpc.title} belongs to somebody else and writes no routes into the VPC"
    todo = f"Have its owner enable AutoPublishRouteEnabled, or add routes to {', '.join(lacking)} to {table.table_id}"
    return [Problem(ERROR, what, todo=todo)]


def is_foreign(before: Before, vpc_id: str) -> bool:
    attachment = before.attachment(vpc_id)
    return attachment is not None and not attachment.ours


def associated_elsewhere(before: Before, wanted: Wanted) -> Problems:
    """An attachment is associated with one table only."""
    used = {table.table_id for region in wanted.regions if (table := before.table(region, wanted))}
    found: Problems = []
    for vpc in wanted.vpcs:
        attachment = before.attachment(vpc.vpc_id)
        other = next((x for x in before.tables if attachment and attachment.attachment_id in x.associated), None)
        if other and attachment and attachment.ours and other.table_id not in used:
            what = (
                f"attachment {attachment.attachment_id} of {vpc.title} is associated with route table {other.table_id}"
            )
            todo = f"Name that table in route_tables ({vpc.region}: {other.table_id}), or dissociate them"
            found.append(Problem(ERROR, what, todo=todo))
    return found
