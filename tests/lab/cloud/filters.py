"""What security groups let through: all rules of an interface's groups in one order, then what holds without rules. Pure.

Sources: facts/alibaba-cloud-api.md, section 3. Rules come before the policy within a basic group. Only an interface's own
addresses belong to its groups: pods behind a node have no group, so a rule for a group does not fit them.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from .network import Interface, Network, Rule
from .routes import holds

ANY_PORT = ("", "-1/-1", "1/65535")


def passes(
    network: Network, at: Interface, direction: str, own: IPv4Address, other: IPv4Address, protocol: str, port: int
) -> tuple[bool, str]:
    """Whether an interface's groups let a packet in (ingress) or out (egress), and why.

    own, other: the packet's address on the interface's side, and on the other one
    protocol:   tcp, udp, icmp or gre
    """
    for group, rule in ordered(network, at, direction):
        if fits(network, rule, own, other, protocol, port):
            return rule.policy == "Accept", f"{rule.policy} rule {rule.id} of {group}"
    if direction == "egress":
        is_open = is_open_outward(network, at)
        return is_open, f"no egress rule of {named(at)} fits: {'open' if is_open else 'closed'} without one"
    if any(holds(members(network, group), other) for group in inner_groups(network, at)):
        return True, f"same group as {named(at)}"
    return False, f"no ingress rule of {named(at)} lets {protocol} {port} from {other} in"


def ordered(network: Network, at: Interface, direction: str) -> list[tuple[str, Rule]]:
    """(group, rule), small priorities first, drop before accept."""
    rules = [
        (group, rule)
        for group in at.groups
        if group in network.groups
        for rule in network.groups[group].rules
        if rule.direction == direction
    ]
    return sorted(rules, key=lambda pair: (pair[1].priority, pair[1].policy != "Drop"))


def fits(network: Network, rule: Rule, own: IPv4Address, other: IPv4Address, protocol: str, port: int) -> bool:
    """Whether a rule is about such a packet. One confined to source ports is about none: these are not known here."""
    if rule.source_ports not in ANY_PORT or rule.protocol not in ("ALL", protocol.upper()):
        return False
    if not fits_port(rule, port) or (rule.own and own not in IPv4Network(rule.own)):
        return False
    return holds(peers(network, rule), other)


def fits_port(rule: Rule, port: int) -> bool:
    if rule.protocol not in ("TCP", "UDP"):
        return True
    low, _, high = rule.ports.partition("/")
    return int(low) <= port <= int(high)


def peers(network: Network, rule: Rule) -> list[str]:
    """The blocks of a rule's other side; none for IPv6."""
    kind, value = rule.peer
    if kind in ("SourceGroupId", "DestGroupId"):
        return members(network, value)
    return [value] if kind in ("SourceCidrIp", "DestCidrIp") else []


def members(network: Network, group: str) -> list[str]:
    """The addresses of the interfaces in a group."""
    return [cidr for at in network.interfaces.values() if group in at.groups for cidr in own_cidrs(network, at)]


def own_cidrs(network: Network, at: Interface) -> list[str]:
    """An interface's addresses in its vSwitch: not what is behind it."""
    vswitch = IPv4Network(network.vswitches[at.vswitch].cidr)
    return [cidr for cidr in at.cidrs if IPv4Network(cidr).subnet_of(vswitch)]


def inner_groups(network: Network, at: Interface) -> list[str]:
    """Its groups whose members reach each other without a rule."""
    found = [network.groups[group] for group in at.groups if group in network.groups]
    return [group.id for group in found if group.kind == "normal" and group.inner_policy == "Accept"]


def is_open_outward(network: Network, at: Interface) -> bool:
    return any(network.groups[group].kind == "normal" for group in at.groups if group in network.groups)


def named(at: Interface) -> str:
    return listed(at.groups) or f"{at.id}, which is in no group"


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)
