"""What the lab's cloud knows of networks: VPCs, security groups, transit routers. Data and states that take time, no decisions.

CIDRs are strings in network form, as the API gives them. Whatever takes time is `Timed`: its state at an instant is
looked up, never written by a timer, so that a decision is a pure function of the network and its clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

GONE = "gone"  # what a thing becomes that is being deleted
ACCOUNT = "1000000000000001"  # whose everything is


@dataclass(kw_only=True)
class Timed:
    """Something in the state `status`, from the instant `at` (seconds of the network's clock) on in the state `becomes`."""

    status: str = "Active"
    becomes: str = ""
    at: float = 0.0

    def status_at(self, now: float) -> str:
        return self.becomes if self.becomes and now >= self.at else self.status

    def turn(self, meanwhile: str, becomes: str, at: float) -> None:
        self.status, self.becomes, self.at = meanwhile, becomes, at


@dataclass
class Vpc:
    id: str
    name: str
    region: str
    cidr: str
    secondary: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    user_cidrs: list[str] = field(default_factory=list)

    @property
    def cidrs(self) -> list[str]:
        return [self.cidr, *self.secondary]


@dataclass
class VSwitch:
    """table: id of the route table, "" is the VPC's system table. free: addresses that nobody has yet."""

    id: str
    vpc: str
    zone: str
    cidr: str
    free: int = 200
    table: str = ""


@dataclass
class RouteEntry:
    """hop_type: Instance (hop is an Interface's instance), Attachment (of a transit router), VpcPeer, RouterInterface or
    VpnGateway (hop is a Link)."""

    cidr: str
    hop: str
    hop_type: str = "Instance"


@dataclass
class RouteTable:
    """entries: the custom ones. System routes and those of CEN follow from the rest of the network."""

    id: str
    vpc: str
    kind: str = "System"  # or Custom
    entries: list[RouteEntry] = field(default_factory=list)


@dataclass
class Interface:
    """Where packets end: a node with its own address and its pods', or a block of addresses with the same groups.

    instance: the ECS instance it belongs to
    cidrs:    addresses of the vSwitch first, then those that are behind it, as Flannel's pods are
    """

    id: str
    vpc: str
    vswitch: str
    instance: str
    groups: list[str]
    cidrs: list[str]


@dataclass(frozen=True)
class Listener:
    """port: what a load balancer listens at; 0 for any, and then without health checks. backend: the port behind it, 0 for
    the same. managed: no interface of the customer is behind it, so no security group decides (ACK's API servers)."""

    port: int
    backend: int = 0
    managed: bool = False


@dataclass
class Balancer:
    """A load balancer's address, or a block of such, in a VPC. access: who may reach it; [] is a list without
    entries, which lets everybody in, and None no list."""

    id: str
    vpc: str
    cidr: str
    interface: str
    listeners: list[Listener]
    access: list[str] | None = None


@dataclass
class Link:
    """A VPC peering connection, a pair of router interfaces or a VPN: it joins two VPCs where both route into it."""

    id: str
    hop_type: str
    vpcs: tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A security group's rule. peer: the parameter that names the other side, and its value, ("SourceCidrIp", "10.0.0.0/8")."""

    direction: str  # ingress or egress
    protocol: str  # TCP UDP ICMP GRE ALL
    ports: str
    peer: tuple[str, str]
    policy: str = "Accept"  # or Drop
    priority: int = 1
    source_ports: str = ""
    own: str = ""  # block of the group's own side that the rule is confined to
    nic_type: str = "intranet"
    description: str = field(default="", compare=False)
    id: str = field(default="", compare=False)
    created: str = field(default="", compare=False)


@dataclass
class SecurityGroup:
    id: str
    name: str
    vpc: str
    region: str
    kind: str = "normal"  # or enterprise
    inner_policy: str = "Accept"
    rules: list[Rule] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    service_managed: bool = False
    description: str = ""


@dataclass
class Cen(Timed):
    id: str
    name: str = ""
    description: str = ""
    protection: str = "REDUCED"
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class TransitRouter(Timed):
    id: str
    cen: str
    region: str
    kind: str = "Enterprise"  # or Basic
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class Attachment(Timed):
    """Of a VPC (vpc, zones: zone -> vSwitch) or of another transit router (peer, bandwidth). publishes: its AutoPublishRouteEnabled."""

    id: str
    cen: str
    router: str
    region: str
    vpc: str = ""
    zones: dict[str, str] = field(default_factory=dict)
    peer: str = ""
    bandwidth: int = 0
    bandwidth_type: str = "DataTransfer"
    link_type: str = "Gold"
    publishes: bool = False
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def routers(self) -> tuple[str, ...]:
        return (self.router, self.peer) if self.peer else (self.router,)


@dataclass
class TransitTable(Timed):
    id: str
    router: str
    kind: str = "System"  # or Custom
    name: str = ""


@dataclass
class Relation(Timed):
    """Of an attachment to a transit router's route table: an association, or a propagation."""

    attachment: str
    table: str


@dataclass
class StaticRoute(Timed):
    """hop: an attachment's id, "" for a black hole."""

    id: str
    table: str
    cidr: str
    hop: str = ""
    name: str = ""
    description: str = ""
    created: str = ""


Thing = TypeVar("Thing", bound=Timed)
DELAYS = {  # seconds that a state in between takes; a test and the lab set what they want
    "Creating": 0.0,
    "Deleting": 0.0,
    "Attaching": 0.0,
    "Detaching": 0.0,
    "Associating": 0.0,
    "Dissociating": 0.0,
    "Enabling": 0.0,
    "Disabling": 0.0,
    "Modifying": 0.0,
}


@dataclass
class Network:
    """All of an account's networks, by id."""

    vpcs: dict[str, Vpc] = field(default_factory=dict)
    vswitches: dict[str, VSwitch] = field(default_factory=dict)
    route_tables: dict[str, RouteTable] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    balancers: dict[str, Balancer] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    groups: dict[str, SecurityGroup] = field(default_factory=dict)
    cens: dict[str, Cen] = field(default_factory=dict)
    routers: dict[str, TransitRouter] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    transit_tables: dict[str, TransitTable] = field(default_factory=dict)
    associations: list[Relation] = field(default_factory=list)
    propagations: list[Relation] = field(default_factory=list)
    static_routes: dict[str, StaticRoute] = field(default_factory=dict)
    published: set[tuple[str, str, str]] = field(default_factory=set)  # CEN, VPC route table, CIDR
    zones: dict[str, list[str]] = field(default_factory=dict)  # of transit routers, by region
    transit_router_service: bool = True  # whether the account has opened it
    delays: dict[str, float] = field(default_factory=lambda: dict(DELAYS))
    clock: Callable[[], float] = time.time
    issued: int = 0

    def new_id(self, prefix: str) -> str:
        self.issued += 1
        return f"{prefix}-lab{self.issued:06d}"

    def begin(self, thing: Timed, meanwhile: str, becomes: str) -> None:
        """Let a thing be in a state that takes time."""
        thing.turn(meanwhile, becomes, self.clock() + self.delays[meanwhile])

    def status(self, thing: Timed) -> str:
        return thing.status_at(self.clock())

    def present(self, things: Iterable[Thing]) -> list[Thing]:
        """Those that are not gone."""
        now = self.clock()
        return [thing for thing in things if thing.status_at(now) != GONE]

    def system_table(self, vpc: str) -> RouteTable:
        return next(table for table in self.route_tables.values() if table.vpc == vpc and table.kind == "System")

    def time_stamp(self) -> str:
        """ "2026-11-24T18:00:00Z", now."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock()))
