# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of a network of VPCs, and what is there, as values. No I/O.

Whatever can carry a tag is ours by the tag; a static route, which cannot, by its description. What is not ours is used, never
changed or deleted.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from itertools import combinations

Network = IPv4Network  # of ACK, only VPC-native pods have IPv6
Pair = tuple[str, str]

TAG = "multiregion.istio/mesh"
NAME = "multiregion-istio"
CEN_LINK, EXISTING = "cen", "existing"
STATIC, PUBLISHED = "static", "published"
ENTERPRISE = "Enterprise"
SYSTEM = "System"
LEAVING = ("Detaching", "Deleting", "Dissociating", "Disabling")
CLOUDS_OWN = Network("100.64.0.0/10")  # in every VPC, never advertised


@dataclass(frozen=True)
class WantedVpc:
    """A VPC that is to reach the others.

    clusters:    members of the mesh in it, for messages
    vswitch_ids: where the transit router gets its interfaces; empty: one in each of two zones is chosen
    pods:        blocks of pods that are no part of the VPC (Flannel)
    """

    vpc_id: str
    region: str
    clusters: tuple[str, ...] = ()
    vswitch_ids: tuple[str, ...] = ()
    pods: tuple[Network, ...] = ()

    @property
    def cluster(self) -> str:
        """The member that errors about the VPC are told of."""
        return self.clusters[0] if self.clusters else ""

    @property
    def title(self) -> str:
        of = f", of {' and '.join(self.clusters)}" if self.clusters else ""
        return f"VPC {self.vpc_id} ({self.region}{of})"


@dataclass(frozen=True)
class Wanted:
    """What a task asks for.

    link:         cen, or existing where somebody else joined the VPCs in another way
    cen_id:       "" where the CEN is found by the mesh's tag, or made
    route_tables: region -> table of its transit router to use in place of the system table
    bandwidth:    Mbit/s at which traffic between two regions is cut off
    packages:     bandwidth packages that were bought, by the regions (in order) whose traffic they are for
    joined:       VPCs of others that may become reachable
    quota:        entries that a VPC's route table can have
    remaining:    of a removal, VPCs of members that stay, whatever else goes
    """

    mesh_id: str
    vpcs: tuple[WantedVpc, ...] = ()
    remaining: tuple[WantedVpc, ...] = ()
    link: str = CEN_LINK
    cen_id: str = ""
    route_tables: t.Mapping[str, str] = field(default_factory=dict)
    pod_routes: str = STATIC
    bandwidth: int = 100
    link_type: str = "Gold"
    packages: t.Mapping[Pair, str] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    cross_border_approved: bool = False
    open_service: bool = False
    quota: int = 200

    @property
    def regions(self) -> list[str]:
        return sorted({vpc.region for vpc in self.vpcs})

    @property
    def pairs(self) -> list[Pair]:
        """Every two regions: routes do not pass on from one peer attachment to the next."""
        return list(combinations(self.regions, 2))

    @property
    def mark(self) -> str:
        """The description of what cannot carry a tag."""
        return f"{TAG}={self.mesh_id}"

    def of_region(self, region: str) -> list[WantedVpc]:
        return [vpc for vpc in self.vpcs if vpc.region == region]


@dataclass(frozen=True)
class Cen:
    cen_id: str
    status: str
    ours: bool


@dataclass(frozen=True)
class Router:
    """A transit router: one for each region of a CEN. `edition` is Enterprise or Basic."""

    router_id: str
    region: str
    edition: str
    status: str
    ours: bool


@dataclass(frozen=True)
class VpcAttachment:
    """`publishes`: routes of the transit router are written into the VPC's route table."""

    attachment_id: str
    vpc_id: str
    region: str
    status: str
    ours: bool
    publishes: bool = True


@dataclass(frozen=True)
class Peer:
    """A connection of the transit routers of two regions, which are in order."""

    attachment_id: str
    regions: Pair
    status: str
    ours: bool
    bandwidth: int = 0
    link_type: str = ""
    package: str = ""


@dataclass(frozen=True)
class TableRoute:
    """An entry of a transit router's table. `attachment_id` is its next hop, `resource_id` what that leads to."""

    entry_id: str
    block: Network
    static: bool
    status: str
    attachment_id: str
    resource_id: str
    ours: bool


@dataclass(frozen=True)
class Table:
    """A transit router's route table. associated, propagating: attachment id -> status."""

    table_id: str
    region: str
    system: bool
    status: str
    associated: t.Mapping[str, str] = field(default_factory=dict)
    propagating: t.Mapping[str, str] = field(default_factory=dict)
    routes: tuple[TableRoute, ...] = ()

    def without_leaving(self) -> Table:
        return replace(
            self,
            associated={key: status for key, status in self.associated.items() if status not in LEAVING},
            propagating={key: status for key, status in self.propagating.items() if status not in LEAVING},
        )


@dataclass(frozen=True)
class VSwitch:
    """`free`: addresses that nobody has; `system`: it uses the VPC's system table."""

    vswitch_id: str
    zone: str
    free: int
    system: bool = True


@dataclass(frozen=True)
class VpcRoute:
    """`kind`: System, Custom, CEN ...; `hop`: kind of the next hop, "Instance" of a node's pods."""

    block: Network
    kind: str
    hop: str


@dataclass(frozen=True)
class VpcTable:
    """A VPC's route table. `vswitches`: that use it."""

    table_id: str
    system: bool
    vswitches: tuple[str, ...] = ()
    routes: tuple[VpcRoute, ...] = ()


@dataclass(frozen=True)
class Vpc:
    """A VPC as it is. `cens`: CEN id -> account that owns it; `published`: custom routes that CEN advertises."""

    vpc_id: str
    region: str
    status: str
    blocks: tuple[Network, ...]
    cens: t.Mapping[str, str] = field(default_factory=dict)
    tables: tuple[VpcTable, ...] = ()
    vswitches: tuple[VSwitch, ...] = ()
    published: frozenset[Network] = frozenset()

    @property
    def system_table(self) -> VpcTable | None:
        return next((table for table in self.tables if table.system), None)

    @property
    def own(self) -> list[Network]:
        """What is advertised of it: its vSwitches' blocks, which are system routes."""
        routes = self.system_table.routes if self.system_table else ()
        return [x.block for x in routes if x.kind == SYSTEM and not within(x.block, CLOUDS_OWN)]

    def node_routes(self, pods: t.Iterable[Network]) -> list[Network]:
        """Routes to the pods of one node each, which the cluster's cloud controller wrote."""
        routes = self.system_table.routes if self.system_table else ()
        return [x.block for x in routes if x.hop == "Instance" and any(within(x.block, block) for block in pods)]


@dataclass(frozen=True)
class Zones:
    """Zones of a region in which transit routers are. Where `any_two` is empty, one of main and one of other is needed."""

    any_two: tuple[str, ...] = ()
    main: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@dataclass(frozen=True)
class Before:
    """The account as it was read. `service`: None where nobody asked whether transit routers may be made."""

    cen: Cen | None = None
    service: bool | None = None
    routers: t.Mapping[str, Router] = field(default_factory=dict)
    attachments: tuple[VpcAttachment, ...] = ()
    peers: tuple[Peer, ...] = ()
    tables: tuple[Table, ...] = ()
    vpcs: t.Mapping[str, Vpc] = field(default_factory=dict)
    zones: t.Mapping[str, Zones] = field(default_factory=dict)

    def attachment(self, vpc_id: str) -> VpcAttachment | None:
        return next((x for x in self.attachments if x.vpc_id == vpc_id), None)

    def peer(self, pair: Pair) -> Peer | None:
        return next((x for x in self.peers if x.regions == pair), None)

    def leaving(self) -> dict[str, str]:
        """Title -> status of what is going away."""
        statuses: dict[str, str] = {f"CEN {self.cen.cen_id}": self.cen.status} if self.cen else {}
        statuses |= {f"transit router {x.router_id}": x.status for x in self.routers.values()}
        statuses |= {f"attachment {x.attachment_id} of VPC {x.vpc_id}": x.status for x in self.attachments}
        statuses |= {f"peer attachment {x.attachment_id}": x.status for x in self.peers}
        for table in self.tables:
            for key, status in (*table.associated.items(), *table.propagating.items()):
                if status in LEAVING:
                    statuses[f"attachment {key} in route table {table.table_id}"] = status
        return {title: status for title, status in statuses.items() if status in LEAVING}

    def without_leaving(self) -> Before:
        """As it will be when that has gone."""
        if self.cen and self.cen.status in LEAVING:
            return replace(self, cen=None, routers={}, attachments=(), peers=(), tables=())
        return replace(
            self,
            routers={region: x for region, x in self.routers.items() if x.status not in LEAVING},
            attachments=tuple(x for x in self.attachments if x.status not in LEAVING),
            peers=tuple(x for x in self.peers if x.status not in LEAVING),
            tables=tuple(x.without_leaving() for x in self.tables),
        )

    def table(self, region: str, wanted: Wanted) -> Table | None:
        """The table of a region's transit router that the mesh uses."""
        given = wanted.route_tables.get(region)
        here = [x for x in self.tables if x.region == region]
        return next((x for x in here if (x.table_id == given if given else x.system)), None)


def within(block: Network, outer: Network) -> bool:
    """Whether a block is part of another, equal included."""
    return block.subnet_of(outer)
