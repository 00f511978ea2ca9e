"""Whether a packet passes in the lab's cloud. Pure: a function of the network and its clock.

It asks for a way there and one back, then the source's groups, then either the load balancer that listens at the target or
the target's own groups. What is not in the cloud's blocks is none of its business: Ansible's machine is the internet, and
reaches the API servers' public endpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from .filters import passes
from .network import Balancer, Interface, Listener, Network
from .routes import NoWay, Routing, holds

PROBE = IPv4Address("100.64.0.1")  # a health check of a load balancer comes from the cloud's own block


@dataclass(frozen=True)
class Decision:
    allowed: bool
    why: str


def allowed(network: Network, source_ip: str, target_ip: str, protocol: str, port: int = 0) -> Decision:
    """Whether the first packet of a connection passes; answers to it do as well, as groups are stateful.

    protocol: tcp, udp, icmp or gre; port is of no meaning for the last two
    """
    source, target = IPv4Address(source_ip), IPv4Address(target_ip)
    inside = blocks(network)
    if not holds(inside, source) or not holds(inside, target):
        return Decision(True, "not between addresses of the cloud")
    sender, receiver = interface_at(network, source), place(network, target)
    if sender is None or receiver is None:
        return Decision(False, f"nobody has the address {target if sender else source}")
    if sender is interface_at(network, target):
        return Decision(True, f"within {sender.id}")
    routing = Routing(network)
    try:
        connect(routing, sender, source, receiver, target)
    except NoWay as reason:
        return Decision(False, str(reason))
    leaves, why = passes(network, sender, "egress", source, target, protocol, port)
    if not leaves:
        return Decision(False, why)
    found = listener(network, target, protocol, port)
    if found:
        return Decision(*through(network, *found, source, port))
    at = interface_at(network, target)
    if at is None:
        return Decision(False, f"nothing listens at {protocol} {port} of {target}")
    return Decision(*passes(network, at, "ingress", target, source, protocol, port))


def connect(routing: Routing, sender: Interface, source: IPv4Address, receiver: Interface, target: IPv4Address) -> None:
    """Follow the routes there and back.

    :raises NoWay: one of them ends elsewhere.
    """
    for begin, address, end in ((sender, target, receiver), (receiver, source, sender)):
        arrives = routing.way(routing.table_of(begin), address)
        if arrives != end.vpc:
            raise NoWay(f"a packet to {address} arrives in {arrives}, not in {end.vpc}")


def through(
    network: Network, balancer: Balancer, listening: Listener, source: IPv4Address, port: int
) -> tuple[bool, str]:
    """Whether a load balancer hands a connection on to what is behind it, which sees the client's address."""
    if balancer.access and not holds(balancer.access, source):
        return False, f"the access list of {balancer.id} lacks {source}"
    if listening.managed:
        return True, f"{balancer.id} is open to {source}"
    at, behind = network.interfaces[balancer.interface], listening.backend or port
    if listening.port and not is_healthy(network, at, behind):
        return False, f"{balancer.id} takes {at.id} for dead: its groups shut out the health checks from {PROBE}"
    return passes(network, at, "ingress", first_address(at), source, "tcp", behind)


def is_healthy(network: Network, at: Interface, port: int) -> bool:
    """Whether a load balancer's health checks reach a port."""
    return passes(network, at, "ingress", first_address(at), PROBE, "tcp", port)[0]


def first_address(at: Interface) -> IPv4Address:
    return IPv4Network(at.cidrs[0])[0]


def listener(network: Network, target: IPv4Address, protocol: str, port: int) -> tuple[Balancer, Listener] | None:
    """The load balancer that listens there, the one for just this port first."""
    if protocol != "tcp":
        return None
    fitting = [
        (balancer, one)
        for balancer in network.balancers.values()
        if target in IPv4Network(balancer.cidr)
        for one in balancer.listeners
        if one.port in (0, port)
    ]
    return min(fitting, key=lambda pair: pair[1].port == 0) if fitting else None


def place(network: Network, address: IPv4Address) -> Interface | None:
    """The interface at an address, or behind the load balancer there."""
    for balancer in network.balancers.values():
        if address in IPv4Network(balancer.cidr):
            return network.interfaces[balancer.interface]
    return interface_at(network, address)


def interface_at(network: Network, address: IPv4Address) -> Interface | None:
    """Who has an address; a load balancer's is nobody's."""
    fitting = [
        (IPv4Network(cidr).prefixlen, at)
        for at in network.interfaces.values()
        for cidr in at.cidrs
        if address in IPv4Network(cidr)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def blocks(network: Network) -> list[str]:
    """All blocks of the cloud: of VPCs, and of what lies behind interfaces."""
    found = [cidr for vpc in network.vpcs.values() for cidr in vpc.cidrs]
    return found + [cidr for at in network.interfaces.values() for cidr in at.cidrs]
