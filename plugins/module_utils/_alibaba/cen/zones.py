# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which vSwitches a transit router gets its interfaces in a VPC. No I/O."""

from __future__ import annotations

import typing as t

from ..._problems import ERROR, Problem
from .state import Vpc, VSwitch, WantedVpc, Zones

Mappings = list[dict[str, str]]
MOST_MAPPINGS = 10


def mappings(wanted: WantedVpc, vpc: Vpc, zones: Zones) -> tuple[Mappings, Problem | None]:
    """[{ZoneId, VSwitchId}], or why there is none.

    Two zones where the region's transit router has more than one, and a free address in each vSwitch: CreateTransitRouterVpcAttachment.
    """
    given = [x for x in vpc.vswitches if not wanted.vswitch_ids or x.vswitch_id in wanted.vswitch_ids]
    unknown = sorted(set(wanted.vswitch_ids) - {x.vswitch_id for x in given})
    if unknown:
        return [], problem(wanted, f"has no vSwitch {', '.join(unknown)}", "Correct vswitch_ids")
    best: dict[str, VSwitch] = {}
    # What comes from the transit router is routed by the vSwitch's table; the system table alone has the routes to nodes' pods.
    for vswitch in sorted(given, key=lambda x: (not x.system, -x.free, x.vswitch_id)):
        if vswitch.free > 0:
            best.setdefault(vswitch.zone, vswitch)
    chosen = chosen_zones(sorted(best, key=lambda zone: (-best[zone].free, zone)), zones)
    if chosen:
        if wanted.vswitch_ids:
            chosen += [zone for zone in best if zone in usable(zones) and zone not in chosen][
                : MOST_MAPPINGS - len(chosen)
            ]
        return [{"ZoneId": zone, "VSwitchId": best[zone].vswitch_id} for zone in chosen], None
    return [], problem(wanted, *why_not(sorted(best), zones, bool(wanted.vswitch_ids)))


def usable(zones: Zones) -> list[str]:
    return list(dict.fromkeys((*zones.any_two, *zones.main, *zones.other)))


def chosen_zones(candidates: t.Sequence[str], zones: Zones) -> list[str]:
    """One zone, or two where the region has more, the best first; [] where there are too few."""
    known = usable(zones)
    here = [zone for zone in candidates if zone in known]
    if len(known) < 2:
        return here[:1]
    if zones.any_two:
        return here[:2] if len(here) > 1 else []
    both = [[one, two] for one in here if one in zones.main for two in here if two in zones.other and two != one]
    return both[0] if both else []


def why_not(here: t.Sequence[str], zones: Zones, given: bool) -> tuple[str, str]:
    """(what, todo) of too few zones."""
    known = usable(zones)
    what = f"has vSwitches with a free address in {', '.join(here) or 'no zone'}" + (
        ", of those given" if given else ""
    )
    if not known:
        return what, "Enterprise Edition transit routers are not offered in its region: join it in another way"
    if not zones.any_two and zones.main and zones.other:
        need = f"one of {', '.join(zones.main)} and another of {', '.join(zones.other)}"
    else:
        need = f"{'two' if len(known) > 1 else 'one'} of {', '.join(known)}"
    return (
        f"{what}; the transit router needs {need}",
        "Create a vSwitch there (a /29 is enough), or correct vswitch_ids",
    )


def problem(wanted: WantedVpc, what: str, todo: str) -> Problem:
    return Problem(ERROR, f"{wanted.title} {what}", todo=todo, cluster=wanted.cluster)
