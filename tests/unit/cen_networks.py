# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of the lab's size for tests of plans: two VPCs in two regions, three clusters with Flannel."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.plan import plan
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.state import (
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

BEIJING, SINGAPORE = "cn-beijing", "ap-southeast-1"
WAY = {BEIJING: "attach-beijing", SINGAPORE: "attach-singapore", "peer": "attach-peer"}
OWN = {BEIJING: ("10.10.1.0/24", "10.10.2.0/24"), SINGAPORE: ("10.20.1.0/24",)}
PODS = {BEIJING: ("10.101.0.0/16", "10.103.0.0/16"), SINGAPORE: ("10.105.0.0/16",)}


def blocks(*texts: str) -> tuple[Network, ...]:
    return tuple(Network(text) for text in texts)


def wanted(**fields: t.Any) -> Wanted:
    vpcs = (
        WantedVpc("vpc-beijing", BEIJING, ("cn-beijing-1", "cn-beijing-2"), pods=blocks(*PODS[BEIJING])),
        WantedVpc("vpc-singapore", SINGAPORE, ("ap-southeast-1",), pods=blocks(*PODS[SINGAPORE])),
    )
    fields = {"mesh_id": "mesh1", "vpcs": vpcs, "cross_border_approved": True, **fields}
    return Wanted(**fields)


def table(region: str, *, routes: t.Iterable[VpcRoute] = ()) -> VpcTable:
    own = [VpcRoute(block, "System", "local") for block in blocks(*OWN[region])]
    nodes = [VpcRoute(block, "Custom", "Instance") for pods in blocks(*PODS[region]) for block in node_blocks(pods)]
    return VpcTable(
        f"vtb-{region}", True, routes=(*own, VpcRoute(Network("100.64.0.0/10"), "System", "local"), *nodes, *routes)
    )


def node_blocks(pods: Network) -> list[Network]:
    return list(pods.subnets(new_prefix=24))[:2]


def vpc(region: str, **fields: t.Any) -> Vpc:
    name = {BEIJING: "vpc-beijing", SINGAPORE: "vpc-singapore"}[region]
    first = "cn-beijing-" if region == BEIJING else region
    vswitches = (VSwitch(f"vsw-{region}-a", f"{first}a", 200), VSwitch(f"vsw-{region}-b", f"{first}b", 100))
    block = {BEIJING: "10.10.0.0/16", SINGAPORE: "10.20.0.0/16"}[region]
    known = {"status": "Available", "blocks": blocks(block), "tables": (table(region),), "vswitches": vswitches}
    return Vpc(name, region, **{**known, **fields})


def nothing(**fields: t.Any) -> Before:
    """An account that has VPCs, and nothing that joins them."""
    zones = {BEIJING: Zones(("cn-beijing-a", "cn-beijing-b")), SINGAPORE: Zones(("ap-southeast-1a", "ap-southeast-1b"))}
    vpcs = {"vpc-beijing": vpc(BEIJING), "vpc-singapore": vpc(SINGAPORE)}
    return Before(**{"service": True, "vpcs": vpcs, "zones": zones, **fields})


def everything(**fields: t.Any) -> Before:
    """The account when all is made and all routes are there."""
    known = {
        "cen": Cen("cen-1", "Active", True),
        "service": None,
        "zones": {},
        "routers": {x: Router(f"tr-{x}", x, "Enterprise", "Active", True) for x in (BEIJING, SINGAPORE)},
        "attachments": (
            VpcAttachment(WAY[BEIJING], "vpc-beijing", BEIJING, "Attached", True),
            VpcAttachment(WAY[SINGAPORE], "vpc-singapore", SINGAPORE, "Attached", True),
        ),
        "peers": (Peer(WAY["peer"], (SINGAPORE, BEIJING), "Attached", True, 100, "Gold"),),
        "tables": (router_table(BEIJING), router_table(SINGAPORE)),
        "vpcs": {"vpc-beijing": learned(BEIJING, SINGAPORE), "vpc-singapore": learned(SINGAPORE, BEIJING)},
    }
    return nothing(**{**known, **fields})


def learned(region: str, other: str) -> Vpc:
    routes = [VpcRoute(block, "CEN", "Attachment") for block in blocks(*OWN[other], *PODS[other])]
    return vpc(region, tables=(table(region, routes=routes),))


def router_table(region: str) -> Table:
    joined = {WAY[region]: "Active", WAY["peer"]: "Active"}
    routes = []
    for place in (BEIJING, SINGAPORE):
        way = WAY[region] if place == region else WAY["peer"]
        for block in blocks(*OWN[place], *PODS[place]):
            static = place == region and str(block) in PODS[place]
            routes.append(TableRoute(f"rte-{block}", block, static, "Active", way, "", static))
    return Table(f"vtb-tr-{region}", region, True, "Active", joined, joined, tuple(routes))


def changes(before: Before, asked: Wanted) -> list[str]:
    return [f"{part.verb} {part.kind} {part.key}".strip() for part in plan(before, asked).changes]


def obstacles(before: Before, asked: Wanted) -> list[str]:
    """What stands in the way, with what to do about it."""
    return [f"{x.cluster}: {x.what}: {x.why}. {x.todo}" for x in plan(before, asked).problems]


def with_vpc(before: Before, region: str, **fields: t.Any) -> Before:
    name = {BEIJING: "vpc-beijing", SINGAPORE: "vpc-singapore"}[region]
    return replace(before, vpcs={**before.vpcs, name: replace(before.vpcs[name], **fields)})
