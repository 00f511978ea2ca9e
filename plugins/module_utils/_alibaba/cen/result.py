# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module cen_network returns. No I/O."""

from __future__ import annotations

import typing as t

from .parts import ATTACHMENT, DELETE, PEER, ROUTER, Part, Plan
from .routes import Missing
from .state import Before, Wanted

Result = dict[str, t.Any]
GONE, TO_COME = "absent", "to come"


def result_of(before: Before, plan: Plan, wanted: Wanted, missing: t.Sequence[Missing] = ()) -> Result:
    """The network as it is now, or as it would be.

    before: as it was read last; missing: routes that are not there
    """
    costs = plan.costs()
    return {
        "changed": plan.changed,
        "cen": {"cen_id": before.cen.cen_id if before.cen else "", "ours": before.cen.ours if before.cen else True},
        "transit_routers": [
            {"region": x.key, "transit_router_id": routers_id(before, x), "ours": x.ours, "change": x.verb}
            for x in plan.of(ROUTER)
        ],
        "attachments": [attachment(before, part, wanted) for part in plan.of(ATTACHMENT)],
        "peers": [peer(before, part) for part in plan.of(PEER)],
        "changes": [part.shown() for part in plan.changes],
        "costs": costs,
        "ended_costs": plan.ended_costs(),
        "kept": list(plan.kept),
        "missing_routes": [str(x) for x in missing],
        "warnings": [*plan.warnings, *money(costs), *(str(x) for x in missing)],
        "diff": plan.diff(),
    }


def money(costs: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    new = [f"{x['what']} ({x['charged']})" for x in costs if x["new"]]
    return [f"this costs money: {'; '.join(new)}"] if new else []


def routers_id(before: Before, part: Part) -> str:
    found = before.routers.get(part.key)
    return found.router_id if found else ""


def status_of(part: Part, status: str) -> str:
    if part.verb == DELETE:
        return GONE
    return status or TO_COME


def attachment(before: Before, part: Part, wanted: Wanted) -> Result:
    found = before.attachment(part.key)
    region = found.region if found else part.fields["region"]
    table = before.table(region, wanted)
    attachment_id = found.attachment_id if found else ""
    return {
        "vpc_id": part.key,
        "region": region,
        "attachment_id": attachment_id,
        "status": status_of(part, found.status if found else ""),
        "ours": part.ours,
        "change": part.verb,
        "association": status_of(part, table.associated.get(attachment_id, "") if table else ""),
        "propagation": status_of(part, table.propagating.get(attachment_id, "") if table else ""),
    }


def peer(before: Before, part: Part) -> Result:
    one, other = part.key.split("|")
    found = before.peer((one, other))
    return {
        "regions": [one, other],
        "attachment_id": found.attachment_id if found else "",
        "status": status_of(part, found.status if found else ""),
        "bandwidth": found.bandwidth if found else 0,
        "ours": part.ours,
        "change": part.verb,
    }
