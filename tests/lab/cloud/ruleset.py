"""The lab's router as the cloud: what `decide.allowed` says of every packet, as an nft ruleset for the forward hook. Pure.

`nft -f` of the text replaces the whole table at once. Blocks are cut where a route begins or ends, so that within a piece all
addresses go the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from ..topology import DELAY
from .decide import blocks, connect, first_address, interface_at, is_healthy, place
from .filters import ANY_PORT, fits_port, inner_groups, is_open_outward, members, ordered, peers
from .network import Balancer, Interface, Listener, Network, Rule
from .routes import NoWay, Routing

TABLE = "mrlab_cloud"
PROTOCOLS = {"TCP": "tcp", "UDP": "udp", "ICMP": "icmp", "GRE": "gre"}


def ruleset(network: Network) -> str:
    """Text for `nft -f`: table inet mrlab_cloud, which lets through what is not between blocks of the cloud."""
    routing = Routing(network)
    everything = pieces(network, routing)
    chains: dict[str, list[str]] = {}
    ways = {str(piece): f"way{number}" for number, piece in enumerate(everything)}
    for piece in everything:
        chains[ways[str(piece)]] = way(network, routing, piece, everything)
    leaving, arriving, balanced = dict[str, str](), dict[str, str](), dict[str, str]()
    for number, at in enumerate(network.interfaces.values()):
        out = [*matches(network, at, "egress"), *([] if is_open_outward(network, at) else ["drop"])]
        if out:
            chains[f"out{number}"] = out
        chains[f"in{number}"] = inward(network, at)
        owned = [piece for piece in everything if interface_at(network, piece[0]) is at]
        leaving |= {str(piece): f"out{number}" for piece in owned if out}
        arriving |= {str(piece): f"in{number}" for piece in owned}
    for piece in everything:
        if listening := listeners(network, piece[0]):
            name = f"balancer{ways[str(piece)]}"
            chains[name] = [line for pair in listening for line in balance(network, *pair, chains)]
            balanced[str(piece)] = name
    steps = [branch("daddr", ways), branch("saddr", leaving), branch("daddr", balanced), branch("daddr", arriving)]
    return table(blocks(network), chains, [step for step in steps if step])


def table(inside: Sequence[str], chains: dict[str, list[str]], steps: Sequence[str]) -> str:
    forward = ["type filter hook forward priority filter; policy accept;"]
    if inside:
        cloud = listed(inside)
        forward += [f'iifname "{DELAY}" accept']  # decided when it came; a refused connection is not known any more
        forward += ["ct state established,related accept", "meta nfproto ipv6 accept"]
        forward += [f"ip saddr != {cloud} accept", f"ip daddr != {cloud} accept", *steps, "drop"]
    lines = [f"table inet {TABLE}", f"delete table inet {TABLE}", f"table inet {TABLE} {{"]
    for name, rules in {**chains, "forward": forward}.items():
        lines += [f"  chain {name} {{", *(f"    {rule}" for rule in rules), "  }"]
    return "\n".join([*lines, "}"]) + "\n"


def pieces(network: Network, routing: Routing) -> list[IPv4Network]:
    """The blocks that somebody has, cut at every other block and at every route."""
    owned = [cidr for at in network.interfaces.values() for cidr in at.cidrs]
    owned += [balancer.cidr for balancer in network.balancers.values()]
    routes = [route.cidr for one in network.route_tables.values() for route in routing.of_vpc(one)]
    routes += [route.cidr for one in network.transit_tables for route in routing.of_router(one)]
    borders = {IPv4Network(cidr) for cidr in owned + routes}
    return sorted({piece for cidr in owned for piece in cut(IPv4Network(cidr), borders)})


def cut(block: IPv4Network, borders: Iterable[IPv4Network]) -> list[IPv4Network]:
    inner = [border for border in borders if border != block and border.subnet_of(block)]
    return [piece for half in block.subnets() for piece in cut(half, inner)] if inner else [block]


def way(network: Network, routing: Routing, target: IPv4Network, everything: Iterable[IPv4Network]) -> list[str]:
    """A chain that returns for what routes carry to the target, and back."""
    receiver, own = place(network, target[0]), interface_at(network, target[0])
    coming, within = [], []
    for piece in everything:
        sender = interface_at(network, piece[0])
        if sender is None or receiver is None:
            continue
        if sender is own:
            within.append(str(piece))
            continue
        try:
            connect(routing, sender, piece[0], receiver, target[0])
        except NoWay:
            continue
        coming.append(str(piece))
    lines = [f"ip saddr {listed(within)} accept"] if within else []
    return lines + ([f"ip saddr {listed(coming)} return"] if coming else []) + ["drop"]


def inward(network: Network, at: Interface, own: IPv4Address | None = None, port: int | None = None) -> list[str]:
    """A chain that accepts what an interface's groups let in."""
    alike = [cidr for group in inner_groups(network, at) for cidr in members(network, group)]
    rules = matches(network, at, "ingress", own, port)
    return [*rules, *([f"ip saddr {listed(alike)} accept"] if alike else []), "drop"]


def matches(
    network: Network, at: Interface, direction: str, own: IPv4Address | None = None, port: int | None = None
) -> list[str]:
    """The rules of an interface's groups; outward, an accepted packet has yet to be let in.

    own, port: address and port behind a load balancer, which no packet shows yet
    """
    lines = []
    for _group, rule in ordered(network, at, direction):
        if (own and rule.own and own not in IPv4Network(rule.own)) or (port is not None and not fits_port(rule, port)):
            continue
        if (other := peers(network, rule)) and rule.source_ports in ANY_PORT:
            lines.append(match(rule, other, own is None, port is None))
    return lines


def match(rule: Rule, other: Iterable[str], shows_own: bool, shows_port: bool) -> str:
    far, near = ("saddr", "daddr") if rule.direction == "ingress" else ("daddr", "saddr")
    parts = [f"ip {far} {listed(other)}"]
    if rule.own and shows_own:
        parts.append(f"ip {near} {rule.own}")
    if rule.protocol != "ALL":
        parts.append(f"meta l4proto {PROTOCOLS[rule.protocol]}")
    if rule.protocol in ("TCP", "UDP") and shows_port:
        parts.append(f"th dport {rule.ports.replace('/', '-')}")
    accept = "accept" if rule.direction == "ingress" else "return"
    return " ".join([*parts, "drop" if rule.policy == "Drop" else accept])


def listeners(network: Network, address: IPv4Address) -> list[tuple[Balancer, Listener]]:
    """What listens at an address, those for just one port first."""
    here = [balancer for balancer in network.balancers.values() if address in IPv4Network(balancer.cidr)]
    pairs = [(balancer, one) for balancer in here for one in balancer.listeners]
    return sorted(pairs, key=lambda pair: pair[1].port == 0)


def balance(network: Network, balancer: Balancer, one: Listener, chains: dict[str, list[str]]) -> list[str]:
    """The rules of one listener. It goes on in a chain of its own, where the port behind it decides."""
    at = network.interfaces[balancer.interface]
    packet = f"tcp dport {one.port}" if one.port else "meta l4proto tcp"
    behind = one.backend or one.port
    lines = [] if not balancer.access else [f"{packet} ip saddr != {listed(balancer.access)} drop"]
    if one.managed:
        return [*lines, f"{packet} accept"]
    if one.port and not is_healthy(network, at, behind):
        return [*lines, f"{packet} drop"]
    name = f"listen{len(chains)}"
    chains[name] = inward(network, at, first_address(at), behind or None)
    return [*lines, f"{packet} goto {name}"]


def branch(field: str, chains: dict[str, str]) -> str:
    """Into the chain of the packet's address, and on if it returns."""
    pairs = ", ".join(f"{block} : jump {chain}" for block, chain in chains.items())
    return f"ip {field} vmap {{ {pairs} }}" if pairs else ""


def listed(cidrs: Iterable[str]) -> str:
    """A set of blocks that do not overlap, as nft wants them."""
    return f"{{ {', '.join(str(block) for block in collapse_addresses(IPv4Network(cidr) for cidr in cidrs))} }}"
