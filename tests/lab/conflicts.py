"""When the lab refuses to start: something else on this machine uses its blocks or names. No input or output here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

MARK = "02:6d:72:6c:61:62"  # the hardware address of the host's interface that is the lab's: a local one, "mrlab"


@dataclass(frozen=True)
class Route:
    """A route of the host: where to, and by which interface."""

    block: IPv4Network
    device: str


@dataclass(frozen=True)
class Host:
    """What the host has: routes, interfaces with their hardware address, namespaces with whether they are the lab's."""

    routes: tuple[Route, ...]
    links: Mapping[str, str]
    namespaces: Mapping[str, bool]


def conflicts(host: Host, blocks: Mapping[str, IPv4Network], link: str, namespaces: Iterable[str]) -> list[str]:
    """Why the lab cannot have these blocks, this interface and these namespaces; empty where it can.

    A default route, also one in two halves as VPNs set it, leads to everything and is no conflict; every other route
    that overlaps is one: either the lab would hide a part of it, or it would hide a part of the lab.
    """
    reasons = []
    if host.links.get(link, MARK) != MARK:
        reasons.append(
            f"there is an interface {link} that is not the lab's: rename or remove it (ip link delete {link})"
        )
    for name in namespaces:
        if not host.namespaces.get(name, True):
            reasons.append(f"there is a network namespace {name} that is not the lab's: ip netns delete {name}")
    for what, block in blocks.items():
        for route in host.routes:
            if route.block.prefixlen <= 1 or route.device == link or not block.overlaps(route.block):
                continue
            reasons.append(
                f"{block} ({what}) is in use: the host has the route {route.block} by {route.device}; "
                "take that interface or VPN down while the lab runs, or run the lab on another machine"
            )
    return reasons
