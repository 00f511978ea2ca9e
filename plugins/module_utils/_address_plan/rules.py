# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an address plan: may these two blocks overlap? The first rule that applies decides.

The table is in the README of the role mesh_preflight. Sources: Alibaba Cloud, "Plan CIDR blocks for multiple clusters on the
data plane" (Service Mesh) and "Plan CIDR blocks for an ACK cluster"; Istio, "Deployment models"; the RFCs of reserved ranges.
"""

from __future__ import annotations

import typing as t

from .._problems import ERROR, WARNING
from .blocks import KINDS

# rule: (why it matters, what to do), in the order in which findings are listed.
RULES = {
    "invalid_block": ("", "Write it as network address and prefix length, such as 10.8.0.0/16"),
    "invalid_address": ("", "Give one IPv4 or IPv6 address, such as 10.8.0.10"),
    "missing_block": ("Nothing can be said about overlaps without it", ""),
    "missing_vpc_id": (
        "Whether its nodes share a VPC with other clusters is never guessed, so its VPC blocks were not compared",
        "Set vpc_id (mesh_cluster_vpc_id) to the id of its VPC or, without a cloud, to a name of its routed domain",
    ),
    "duplicate_block": ("One of the two may be a slip for another block", "Remove one, or correct it"),
    "reserved_range": (
        "Addresses of this range have a meaning of their own and are not routed",
        "Choose another block",
    ),
    "service_range": (
        "Packets to such an address end at a Service of the cluster, never at the pod, node or machine that has it",
        "Choose another service block; it is set when a cluster is created",
    ),
    "pod_range": (
        "Routes to the pods hide the nodes and machines that have the same addresses, or the other way round",
        "Choose another pod block; with most network plugins it is set when a cluster is created",
    ),
    "between_clusters": (
        "The same address would mean different endpoints in two members of the mesh",
        "Give one of the clusters another block; it is set when a cluster is created",
    ),
    "between_vpcs": (
        "Two VPCs that hold the same addresses cannot be routed to each other",
        "Move one of the clusters to a VPC with other blocks, or give both the same vpc_id if it is one VPC",
    ),
    "address_in_range": (
        "The other cluster takes the address for one of its own and never reaches it",
        "Give the gateway or API server another address, or the other cluster another block",
    ),
}

Verdict: t.TypeAlias = tuple[str, str] | None


class Policy(t.NamedTuple):
    """`strict`: the same block in two clusters is an error even where Istio could live with it.

    `public_addresses`: gateways and API servers of all clusters are reached by public addresses.
    """

    strict: bool = True
    public_addresses: bool = False


class Nature(t.NamedTuple):
    """All that the rules look at in a block, so that blocks of one nature are judged at once.

    in_vpc:   a pod block whose addresses are the VPC's own
    implied:  inside a VPC block of the plan, which stands for it where whole VPCs are compared
    ack:      of a cluster on Alibaba Cloud; of a reserved range: reserved there only
    """

    kind: str
    network: str = ""
    vpc_id: str = ""
    in_vpc: bool = False
    implied: bool = False
    ack: bool = False


def judge(one: Nature, other: Nature, *, own: bool, policy: Policy) -> Verdict:
    """(rule, severity) for two blocks that overlap, in either order; None where they may. `own`: both are of one cluster."""
    a, b = (one, other) if KINDS.index(one.kind) <= KINDS.index(other.kind) else (other, one)
    if b.kind == "reserved":
        return reserved(a, b)
    if a.in_vpc and b.in_vpc and not in_different_vpcs(a, b):
        return None  # VPCs give an address once, so two clusters may use one vSwitch for pods
    if a.kind == "service" and (b.kind in ("vswitch", "vpc", "external") or (b.kind == "pod" and own)):
        return "service_range", ERROR
    if a.kind == "pod" and not a.in_vpc and b.kind in ("vswitch", "vpc", "external"):
        return "pod_range", ERROR
    if own:
        return None
    if a.kind in ("service", "pod") and b.kind in ("service", "pod"):
        return "between_clusters", between_clusters(a, b, policy)
    if whole_vpc(a) and whole_vpc(b) and in_different_vpcs(a, b):
        lenient = policy.public_addresses and a.network != b.network
        return "between_vpcs", WARNING if lenient else ERROR
    if a.kind == "address" and (b.kind in ("service", "pod") or (whole_vpc(b) and in_different_vpcs(a, b))):
        return "address_in_range", ERROR
    return None


def reserved(a: Nature, b: Nature) -> Verdict:
    """A block and a reserved range. What Alibaba Cloud reserves binds its clusters' blocks, not the addresses it gives."""
    if a.kind == "reserved" or (b.ack and not (a.ack and a.kind != "address")):
        return None
    return "reserved_range", ERROR


def between_clusters(a: Nature, b: Nature, policy: Policy) -> str:
    """Severity for pod and service blocks of two clusters. Service addresses alone are never routed between clusters by Istio."""
    if policy.strict:
        return ERROR
    flat = a.network == b.network
    return ERROR if flat and "pod" in (a.kind, b.kind) else WARNING


def whole_vpc(nature: Nature) -> bool:
    """Whether the block stands for its VPC where VPCs are compared."""
    return (nature.kind in ("vpc", "vswitch") or nature.in_vpc) and not nature.implied


def in_different_vpcs(a: Nature, b: Nature) -> bool:
    """False too where a vpc_id is missing: that is an error of its own, and the rest would be a guess."""
    return bool(a.vpc_id and b.vpc_id) and a.vpc_id != b.vpc_id
