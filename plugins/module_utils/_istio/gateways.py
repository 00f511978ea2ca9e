# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways of a member: Services of type LoadBalancer, what they are for, and who reaches their addresses. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._address_plan.blocks import NETADDR_ERROR
from .._problems import WARNING, Problem

if not NETADDR_ERROR:
    import netaddr

Object = dict[str, t.Any]

INGRESS, EAST_WEST, ISTIOD = "ingress", "east-west", "istiod"
PRIVATE, PUBLIC, HOST_NAME = "private", "public", "host name"
NETWORK_LABEL = "topology.istio.io/network"
REQUESTS_PORT, ISTIOD_PORT = 15443, 15012
# RFC 1918, RFC 6598, which clouds use inside, and RFC 4193.
PRIVATE_BLOCKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


@dataclass(frozen=True)
class Gateway:
    """A Service of type LoadBalancer; `addresses` (or host names) is empty while its load balancer is pending.

    purpose: ingress, east-west (requests of other networks come in) or istiod (by which the remotes reach it)
    """

    name: str
    addresses: tuple[str, ...]
    purpose: str = INGRESS

    @property
    def kinds(self) -> list[str]:
        """What each address is."""
        return [kind_of(address) for address in self.addresses]


def gateway(service: Object) -> Gateway:
    """A gateway from its Service: addresses or hostnames of its load balancer."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    addresses = tuple(entry.get("ip") or entry.get("hostname") or "" for entry in ingress)
    return Gateway(service["metadata"]["name"], tuple(filter(None, addresses)), purpose_of(service))


def purpose_of(service: Object) -> str:
    """By the label and port that istiod knows a gateway into a network by, or the port of istiod itself."""
    ports = {port.get("port") for port in service["spec"].get("ports") or []}
    if NETWORK_LABEL in (service["metadata"].get("labels") or {}) or REQUESTS_PORT in ports:
        return EAST_WEST
    return ISTIOD if ISTIOD_PORT in ports else INGRESS


def kind_of(address: str) -> str:
    """private, public or host name."""
    if not netaddr.valid_ipv4(address, netaddr.INET_PTON) and not netaddr.valid_ipv6(address):
        return HOST_NAME
    return PRIVATE if netaddr.all_matching_cidrs(address, PRIVATE_BLOCKS) else PUBLIC


def gateway_problems(cluster: str, found: t.Iterable[Gateway], *, may_be_public: bool) -> t.Iterator[Problem]:
    """Load balancers without an address, and those between members that are open to all or have no address of their own."""
    for one in found:
        if not one.addresses:
            yield Problem(
                WARNING,
                f"Service {one.name} has no address",
                why="its load balancer is pending",
                todo="Look at the events of the Service; the cloud's controller says there what it lacks",
                cluster=cluster,
            )
        elif one.purpose != INGRESS:
            yield from _between_members(cluster, one, may_be_public)


def _between_members(cluster: str, one: Gateway, may_be_public: bool) -> t.Iterator[Problem]:
    subject = "the east-west gateway" if one.purpose == EAST_WEST else "the way to istiod"
    by_kind = {kind: address for address, kind in zip(one.addresses, one.kinds, strict=True)}
    if PUBLIC in by_kind and not may_be_public:
        variable = "mesh_eastwest_public" if one.purpose == EAST_WEST else "primary_istio_pilot_annotations"
        yield Problem(
            WARNING,
            f"{subject} (Service {one.name}) has the public address {by_kind[PUBLIC]}",
            why="Whoever reaches it can try to get at the Services of the mesh; it is for the other members alone",
            todo=f"Give it a private load balancer ({variable}), or set mesh_eastwest_public to true if it is meant",
            cluster=cluster,
        )
    if HOST_NAME in by_kind:
        why = (
            "istiod resolves the name now and then, and proxies go on with an address that is no more until it does"
            if one.purpose == EAST_WEST
            else "Kubernetes refuses a webhook behind a name, so that members are not able to get sidecars from it"
        )
        yield Problem(
            WARNING,
            f"{subject} (Service {one.name}) has a host name, {by_kind[HOST_NAME]}",
            why=why,
            todo="Use a load balancer with an address that stays, such as CLB on Alibaba Cloud",
            cluster=cluster,
        )
