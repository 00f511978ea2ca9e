"""Which way packets go in the lab's cloud: routes of VPCs and of transit routers, and the way to an address. Pure.

Sources: facts/alibaba-cloud-api.md, section 4. What that marks as inferred, or does not say, is decided strictly here:
- a peer attachment carries the routes of the table that it is associated with on the other side, static ones too, and only
  with AutoPublishRouteEnabled; it does not carry on what came from a third region;
- a transit router writes its routes into the VPC's system table only;
- traffic from a transit router enters a VPC by the route table of the attachment's first vSwitch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from .network import Attachment, Interface, Network, RouteTable, VSwitch

MOST_HOPS = 8
SERVICES = IPv4Network("100.64.0.0/10")  # the cloud's own; a system route that is never told to a transit router


class NoWay(Exception):
    """Why a packet does not arrive."""


@dataclass(frozen=True)
class Route:
    """One entry of a route table.

    hop:    an attachment, an instance or a link; "" is the VPC itself, or the black hole of a transit router
    kind:   of a VPC System, Custom or CEN; of a transit router Propagated or Static
    status: of a transit router Active, Rejected (a VPC has the same block already) or Candidate
    origin: the VPC or transit router that it comes from
    id:     of a static route
    """

    cidr: str
    hop: str
    hop_type: str
    kind: str
    status: str = "Active"
    origin: str = ""
    id: str = ""


Chosen = TypeVar("Chosen", bound=Route)


class Routing:
    """The routes of a network at one instant. What was looked up is kept: make a new one after a change."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.now = network.clock()
        self._of_vpcs: dict[str, list[Route]] = {}
        self._of_routers: dict[str, list[Route]] = {}

    def of_vpc(self, table: RouteTable) -> list[Route]:
        """All entries of a VPC's route table."""
        if table.id not in self._of_vpcs:
            own = [Route(cidr, "", "local", "System") for cidr in self._system_blocks(table.vpc)]
            own += [Route(entry.cidr, entry.hop, entry.hop_type, "Custom") for entry in table.entries]
            learnt = self._from_routers(table) if table.kind == "System" else []
            taken = {route.cidr for route in own}
            self._of_vpcs[table.id] = own + [route for route in learnt if route.cidr not in taken]
        return self._of_vpcs[table.id]

    def of_router(self, table: str) -> list[Route]:
        """All entries of a transit router's route table, with those that are not in use."""
        if table not in self._of_routers:
            routes = self._static(table)
            for attachment in self._propagated(table):
                routes += self._from_peer(attachment, table) if attachment.peer else self._from_vpc(attachment)
            self._of_routers[table] = _judged(routes)
        return self._of_routers[table]

    def way(self, table: RouteTable, address: IPv4Address, hops: int = MOST_HOPS) -> str:
        """The VPC in which a packet arrives that leaves by this route table of a VPC.

        :raises NoWay: it does not arrive.
        """
        if not hops:
            raise NoWay(f"a packet to {address} goes round in circles")
        route = longest(self.of_vpc(table), address)
        if route is None:
            raise NoWay(f"route table {table.id} of {table.vpc} has no route to {address}")
        if route.hop_type == "local":
            return table.vpc
        if route.hop_type == "Instance":
            return self._to_instance(table, route, address)
        if route.hop_type == "Attachment":
            return self._through_router(self._attached(route.hop), table.vpc, address, hops)
        link = self.network.links.get(route.hop)
        if link is None or table.vpc not in link.vpcs or link.hop_type != route.hop_type:
            raise NoWay(f"the route to {route.cidr} in {table.id} leads to {route.hop}, which does not exist")
        other = link.vpcs[1] if link.vpcs[0] == table.vpc else link.vpcs[0]
        return self.way(self.network.system_table(other), address, hops - 1)

    def table_of(self, at: Interface) -> RouteTable:
        """The route table by which an interface's packets leave."""
        return self._table_of(self.network.vswitches[at.vswitch])

    def association(self, attachment: Attachment, router: str) -> str:
        """The route table of that transit router by which traffic from an attachment goes, "" for none."""
        for relation in self.network.associations:
            is_active = relation.status_at(self.now) == "Active"
            if is_active and relation.attachment == attachment.id and self._router_of(relation.table) == router:
                return relation.table
        return ""

    def _through_router(self, entered: Attachment, vpc: str, address: IPv4Address, hops: int) -> str:
        """From a VPC's attachment on."""
        if entered.vpc != vpc:
            raise NoWay(f"{entered.id} is no attachment of {vpc}")
        router, came = entered.router, entered
        while hops := hops - 1:
            table = self.association(came, router)
            if not table:
                raise NoWay(f"attachment {came.id} is associated with no route table of {router}")
            active = [route for route in self.of_router(table) if route.status == "Active"]
            route = longest(active, address)
            if route is None or not route.hop:
                raise NoWay(
                    f"route table {table} of {router} has {'a black hole' if route else 'no route'} for {address}"
                )
            came = self._attached(route.hop)
            if came.vpc:
                return self.way(self._entrance(came), address, hops)
            router = came.peer if came.router == router else came.router
        raise NoWay(f"a packet to {address} goes round in circles")

    def _to_instance(self, table: RouteTable, route: Route, address: IPv4Address) -> str:
        for interface in self.network.interfaces.values():
            if interface.instance == route.hop and interface.vpc == table.vpc and holds(interface.cidrs, address):
                return table.vpc
        raise NoWay(f"the route to {route.cidr} in {table.id} leads to {route.hop}, behind which is no {address}")

    def _attached(self, attachment: str) -> Attachment:
        found = self.network.attachments.get(attachment)
        status = found.status_at(self.now) if found else "gone"
        if found is None or status != "Attached":
            raise NoWay(f"attachment {attachment} is {status}, not Attached")
        return found

    def _entrance(self, attachment: Attachment) -> RouteTable:
        return self._table_of(self.network.vswitches[next(iter(attachment.zones.values()))])

    def _table_of(self, vswitch: VSwitch) -> RouteTable:
        return self.network.route_tables[vswitch.table] if vswitch.table else self.network.system_table(vswitch.vpc)

    def _system_blocks(self, vpc: str) -> list[str]:
        return [vswitch.cidr for vswitch in self.network.vswitches.values() if vswitch.vpc == vpc]

    def _from_routers(self, table: RouteTable) -> list[Route]:
        """What transit routers write into a VPC's system table."""
        learnt: dict[str, Route] = {}
        for attachment in self.network.attachments.values():
            is_attached = attachment.status_at(self.now) == "Attached"
            if is_attached and attachment.publishes and attachment.vpc == table.vpc:
                for route in self.of_router(self.association(attachment, attachment.router)):
                    if route.status == "Active" and route.hop != attachment.id:
                        learnt.setdefault(route.cidr, Route(route.cidr, attachment.id, "Attachment", "CEN"))
        return list(learnt.values())

    def _propagated(self, table: str) -> list[Attachment]:
        """The attachments that teach a transit router's route table."""
        return [
            attachment
            for relation in self.network.propagations
            if relation.table == table and relation.status_at(self.now) == "Active"
            for attachment in [self.network.attachments[relation.attachment]]
            if attachment.status_at(self.now) == "Attached"
        ]

    def _static(self, table: str) -> list[Route]:
        return [
            Route(
                route.cidr, route.hop, "Attachment" if route.hop else "BlackHole", "Static", origin=table, id=route.id
            )
            for route in self.network.static_routes.values()
            if route.table == table and route.status_at(self.now) == "Active"
        ]

    def _from_vpc(self, attachment: Attachment) -> list[Route]:
        """A VPC's system routes, and those of its custom routes that were published."""
        table = self.network.system_table(attachment.vpc)
        blocks = [cidr for cidr in self._system_blocks(attachment.vpc) if not IPv4Network(cidr).overlaps(SERVICES)]
        blocks += [
            entry.cidr for entry in table.entries if (attachment.cen, table.id, entry.cidr) in self.network.published
        ]
        return [Route(cidr, attachment.id, "Attachment", "Propagated", origin=attachment.vpc) for cidr in blocks]

    def _from_peer(self, attachment: Attachment, table: str) -> list[Route]:
        """What the transit router of another region tells."""
        here = self._router_of(table)
        there = attachment.peer if attachment.router == here else attachment.router
        other = self.association(attachment, there)
        if not attachment.publishes or not other:
            return []
        told = self._static(other)
        for source in self._propagated(other):
            told += [] if source.peer else self._from_vpc(source)
        active = [route for route in _judged(told) if route.status == "Active" and route.hop != attachment.id]
        return [Route(route.cidr, attachment.id, "Attachment", "Propagated", origin=there) for route in active]

    def _router_of(self, table: str) -> str:
        found = self.network.transit_tables.get(table)
        return found.router if found else ""


def longest(routes: Iterable[Chosen], address: IPv4Address) -> Chosen | None:
    """The most specific route to an address, the first of equals."""
    fitting = [(IPv4Network(route.cidr).prefixlen, route) for route in routes if address in IPv4Network(route.cidr)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def holds(cidrs: Iterable[str], address: IPv4Address) -> bool:
    return any(address in IPv4Network(cidr) for cidr in cidrs)


def _judged(routes: list[Route]) -> list[Route]:
    """One Active route a block: a static one, else the first told."""
    judged: dict[int, str] = {}
    first: dict[str, Route] = {}
    for number, route in sorted(enumerate(routes), key=lambda pair: (pair[1].kind != "Static", pair[0])):
        winner = first.setdefault(route.cidr, route)
        is_conflict = winner.kind == "Propagated" and winner.origin != route.origin
        judged[number] = "Active" if winner is route else "Rejected" if is_conflict else "Candidate"
    return [
        Route(route.cidr, route.hop, route.hop_type, route.kind, judged[number], route.origin, route.id)
        for number, route in enumerate(routes)
    ]
