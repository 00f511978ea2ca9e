# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and their blocks: what an address plan is made of."""

from __future__ import annotations

import re
import traceback
import typing as t
from dataclasses import dataclass

NETADDR_ERROR = ""
try:
    import netaddr
except ImportError:
    NETADDR_ERROR = traceback.format_exc()  # main() answers with missing_required_lib

# The order of kinds in a pair: rules.py matches the earlier kind first.
KINDS = ("address", "service", "pod", "vswitch", "vpc", "external", "reserved")
NOBODY = -1
# netaddr also takes netmasks, host masks and lone addresses: a plan with those is rather a slip than meant.
CIDR_FORM = re.compile(r"[0-9A-Fa-f:.]+/(0|[1-9][0-9]{0,2})")
ADDRESS_FORM = re.compile(r"[0-9A-Fa-f:.]+")

# Ranges that no block may touch, and what they are for. Istio gives addresses of 240.0.0.0/4 and 2001:2::/48 to
# ServiceEntries of its own accord (istio/istio: pilot/pkg/serviceregistry/serviceentry, PILOT_ENABLE_IP_AUTOALLOCATE).
RESERVED = {
    "0.0.0.0/8": "this network",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "Istio allocates from it",
    "::1/128": "loopback",
    "fe80::/10": "link-local",
    "ff00::/8": "multicast",
    "2001:2::/48": "Istio allocates from it",
}
# Alibaba Cloud: health checks and metadata come from the first, managed clusters of ACK use the second.
RESERVED_BY_ACK = {
    "100.64.0.0/10": "services of Alibaba Cloud",
    "7.0.0.0/8": "managed ACK clusters",
}


@dataclass(frozen=True)
class Cluster:
    """One cluster of the plan. Blocks are CIDR strings as given.

    network:   clusters of one network reach each other's pods
    vpc_id:    names the VPC or, without a cloud, the routed domain
    addresses: lone IP addresses of its gateways and its API server
    """

    name: str
    network: str = ""
    provider: str = "none"
    vpc_id: str = ""
    pods_in_vpc: bool = False
    vpc_cidrs: tuple[str, ...] = ()
    vswitch_cidrs: tuple[str, ...] = ()
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def given(self) -> t.Iterator[tuple[str, str]]:
        """(kind, text) of every block and address."""
        for kind in ("vpc", "vswitch", "pod", "service"):
            for text in getattr(self, f"{kind}_cidrs"):
                yield kind, text
        for text in self.addresses:
            yield "address", text


class Place(t.NamedTuple):
    """Whose block it is, as results and messages say it. `cluster` is empty for external and reserved blocks."""

    cluster: str
    kind: str
    cidr: str


class Range(t.NamedTuple):
    """The addresses of a block as integers, both ends included. Sorts outer before inner ranges of one start."""

    version: int
    first: int
    negative_last: int

    def holds(self, other: Range) -> bool:
        return self.version == other.version and self.first <= other.first and other.negative_last >= self.negative_last


class Block(t.NamedTuple):
    """One block with its owner: the position of its cluster in the plan, since names may be wrong, or NOBODY."""

    owner: int
    place: Place
    range: Range


def parse_block(text: str, kind: str) -> tuple[str, Range]:
    """The canonical text and the range of a CIDR block, or of a lone address where the kind is address.

    Raises ValueError with the reason: "host bits are set (10.0.0.0/8 is the block that holds it)".
    """
    form = ADDRESS_FORM if kind == "address" else CIDR_FORM
    if not form.fullmatch(text):
        raise ValueError("not an IP address" if kind == "address" else "not of the form address/prefix length")
    try:
        network = netaddr.IPNetwork(text)
    except (netaddr.AddrFormatError, ValueError) as error:
        raise ValueError(f"not an IPv4 or IPv6 {'address' if kind == 'address' else 'block'}") from error
    first = network.first
    if network.value != first:
        raise ValueError(f"host bits are set ({network.cidr} is the block that holds it)")
    canonical = str(network.ip) if kind == "address" else str(network)
    return canonical, Range(network.version, first, -network.last)
