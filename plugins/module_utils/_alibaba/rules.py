# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rules the security groups of a mesh's clusters need, for all ordered pairs of clusters. No I/O.

The rows, each an option (`Options`):

same_network   pods of one Istio network reach each other: the peer's pod and node blocks, all ports
control_plane  the primary's blocks on the groups of every other cluster, and the reverse (the seed's step 1)
gateways       of two networks: the peer's blocks to the ports by which a cluster's gateways are reached, NodePorts with
               Flannel, the pods' own ports with Terway
health_checks  a load balancer's checks of the gateways come from Alibaba Cloud's own range

Egress mirrors ingress. Basic groups let everything out unless told otherwise, so it matters to enterprise groups only; who writes
the rules knows the group's type (security_group.py).
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from operator import attrgetter

from .._errors import MeshError
from .rule import ALL_PORTS, EGRESS, INGRESS, NO_PORTS, WITH_PORTS, Rule

Network: t.TypeAlias = "IPv4Network | IPv6Network"
Strings = tuple[str, ...]
# Security group -> its rules, sorted.
Plan = dict[str, tuple[Rule, ...]]
# A rule without its description -> what it is for, "row: cluster".
Wanted = dict[Rule, list[str]]

# As rules compare, but quicker: a big mesh has 100,000 of them.
IN_ORDER = attrgetter("direction", "protocol", "port_range", "cidr", "policy", "priority")
# Of Istio's east-west gateway: mutual TLS of the mesh, discovery, webhooks, and readiness.
GATEWAY_PORTS = (15443, 15012, 15017, 15021)


@dataclass(frozen=True)
class Options:
    """Which rows are wanted, and how.

    protocols:   of the rows same_network and control_plane; those with ports get all of them
    gateway_ports: of gateways whose pods are reached directly (Terway), and of every gateway's load balancer
    node_blocks: a peer's nodes are its vSwitches or its whole VPC
    summaries:   blocks that stand for all peers' blocks within them, for meshes too big for a group's quota
    """

    same_network: bool = True
    control_plane: bool = True
    gateways: bool = True
    health_checks: bool = True
    protocols: Strings = ("tcp", "icmp")
    gateway_ports: tuple[int, ...] = GATEWAY_PORTS
    health_check_sources: Strings = ("100.64.0.0/10",)
    node_blocks: t.Literal["vswitch", "vpc"] = "vswitch"
    summaries: Strings = ()
    priority: int = 1


@dataclass(frozen=True)
class Cluster:
    """A cluster as its peers' groups and its own need to know it.

    groups, pod_groups: ids of the nodes' and, with Terway, the pods' own security groups ([] = those of the nodes)
    gateway_ports:      NodePorts of the gateway Services with Flannel; with Terway the pods' ports ([] = Options.gateway_ports)
    gateway_addresses:  by which the others reach its gateways; [] = anywhere in its VPC
    gateway_sources:    blocks that its requests to the others' gateways come from; [] = its pods and nodes
    """

    name: str
    network: str
    is_primary: bool = False
    pods_in_vpc: bool = False
    pod_cidrs: Strings = ()
    vswitch_cidrs: Strings = ()
    vpc_cidrs: Strings = ()
    groups: Strings = ()
    pod_groups: Strings = ()
    gateway_ports: tuple[int, ...] = ()
    gateway_addresses: Strings = ()
    gateway_sources: Strings = ()


@dataclass(frozen=True)
class Peer:
    """A cluster with what is the same for all its peers worked out once."""

    cluster: Cluster
    sources: Strings  # of its requests to gateways
    open: tuple[Rule, ...] = field(repr=False)  # the others' rules for everything from and to its pods and nodes
    reach: tuple[Rule, ...] = field(repr=False)  # the others' rules for requests to its gateways' load balancers

    @property
    def groups(self) -> Strings:
        """All groups that its pods and nodes are in, each once."""
        return tuple(dict.fromkeys((*self.cluster.groups, *self.cluster.pod_groups)))

    @property
    def gateway_groups(self) -> Strings:
        """The groups that a gateway's traffic arrives at: of the pods where they have addresses of the VPC, else of the nodes."""
        pods = self.cluster.pod_groups if self.cluster.pods_in_vpc else ()
        return pods or self.cluster.groups


def plan_rules(clusters: t.Sequence[Cluster], options: Options, only: str = "") -> Plan:
    """The rules of all groups or, with `only`, of the groups of that cluster, which other clusters may share.

    Raises MeshError for a name that two clusters have or none, a block that cannot be read, and a cluster without any.
    """
    check_names(clusters, only)
    peers = [peer_of(cluster, options) for cluster in clusters]
    ours = sorted({group for peer in peers if only in ("", peer.cluster.name) for group in peer.groups})
    users: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for number, peer in enumerate(peers):
        for group in peer.groups:
            users[group].append((number, group in peer.gateway_groups))
    plan: Plan = {}
    done: dict[tuple[tuple[int, bool], ...], tuple[Rule, ...]] = {}
    for group in ours:
        key = tuple(users[group])  # groups that the same clusters use the same way need the same rules
        if key not in done:
            done[key] = rules_for([(peers[number], for_gateways) for number, for_gateways in key], peers, options)
        plan[group] = done[key]
    return plan


def rules_for(users: t.Sequence[tuple[Peer, bool]], peers: t.Sequence[Peer], options: Options) -> tuple[Rule, ...]:
    """The rules of a group by the clusters that use it, each with whether traffic to its gateways arrives at the group."""
    wanted: Wanted = defaultdict(list)
    for peer, for_gateways in users:
        for other in peers:
            if other is not peer:
                add_pair(wanted, peer, other, options, for_gateways)
        if for_gateways:
            add_health_checks(wanted, peer, peers, options)
    return described_rules(wanted)


def check_names(clusters: t.Sequence[Cluster], only: str) -> None:
    names = [cluster.name for cluster in clusters]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise MeshError(f"several clusters are named {', '.join(twice)}", todo="Give each cluster a name of its own")
    if only and only not in names:
        raise MeshError(f"no cluster {only!r} among {', '.join(names) or 'none'}")


def peer_of(cluster: Cluster, options: Options) -> Peer:
    """What the cluster's peers have to know of it. Raises MeshError where none of its blocks is known, or one is no block."""
    nodes = (options.node_blocks == "vswitch" and cluster.vswitch_cidrs) or cluster.vpc_cidrs or cluster.vswitch_cidrs
    # Pods with addresses of the VPC may be in vSwitches of their own, which nobody has named then.
    pods = cluster.pod_cidrs or (cluster.vpc_cidrs if cluster.pods_in_vpc else ())
    if not nodes:
        todo = "Give mesh_cluster_vswitch_cidrs or mesh_cluster_vpc_cidrs"
        raise MeshError("no block of the nodes is known", cluster=cluster.name, todo=todo)
    blocks = merged(cluster, (*pods, *nodes), options)
    everything = tuple(
        rule for cidr in blocks for name in options.protocols for rule in both_ways(name, ALL_PORTS, cidr, options)
    )
    addresses = merged(cluster, cluster.gateway_addresses or cluster.vpc_cidrs or cluster.vswitch_cidrs, options)
    listen = [port_range(port) for port in options.gateway_ports]
    return Peer(
        cluster=cluster,
        sources=merged(cluster, cluster.gateway_sources, options) or blocks,
        open=everything,
        reach=tuple(rule(EGRESS, "tcp", port, cidr, options) for port in listen for cidr in addresses),
    )


def merged(cluster: Cluster, cidrs: t.Iterable[str], options: Options) -> Strings:
    """Blocks without doubles and parts of others, neighbours joined, each replaced by a summary that holds it."""
    summaries = [parsed(cluster, cidr) for cidr in options.summaries]
    blocks = [parsed(cluster, cidr) for cidr in cidrs]
    blocks = [next((summary for summary in summaries if contains(summary, block)), block) for block in blocks]
    joined = (
        *collapse_addresses(block for block in blocks if isinstance(block, IPv4Network)),
        *collapse_addresses(block for block in blocks if isinstance(block, IPv6Network)),
    )
    return tuple(str(block) for block in joined)


def parsed(cluster: Cluster, cidr: str) -> Network:
    try:
        return ip_network(cidr)
    except ValueError as error:
        raise MeshError(f"no block: {cidr!r}", cluster=cluster.name, why=str(error), todo="Give a CIDR") from error


def contains(outer: Network, inner: Network) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # one family, as just seen


def both_ways(protocol: str, ports: str, cidr: str, options: Options) -> tuple[Rule, Rule]:
    return rule(INGRESS, protocol, ports, cidr, options), rule(EGRESS, protocol, ports, cidr, options)


def rule(direction: str, protocol: str, ports: str, cidr: str, options: Options) -> Rule:
    """An accepting rule; ICMP under the name that it has in the block's family."""
    name = "icmpv6" if protocol == "icmp" and ":" in cidr else protocol
    return Rule(direction, name, ports if name in WITH_PORTS else NO_PORTS, cidr, "accept", options.priority)


def add_pair(wanted: Wanted, peer: Peer, other: Peer, options: Options, for_gateways: bool) -> None:
    """Add what a group of `peer` needs for its traffic with `other`."""
    name = other.cluster.name
    is_same = peer.cluster.network == other.cluster.network
    if options.same_network and is_same:
        add(wanted, other.open, f"same network: {name}")
    if options.control_plane and peer.cluster.is_primary != other.cluster.is_primary:
        add(wanted, other.open, f"control plane: {name}")
    if options.gateways and not is_same:
        add(wanted, other.reach, f"gateways: {name}")
        if for_gateways:
            into = (
                rule(INGRESS, "tcp", port, cidr, options) for port in ports(peer, options) for cidr in other.sources
            )
            add(wanted, into, f"gateways: {name}")


def add_health_checks(wanted: Wanted, peer: Peer, peers: t.Sequence[Peer], options: Options) -> None:
    """Add the checks of the cluster's gateways, where it has some: their NodePorts are known, or there is a second network."""
    has_gateways = peer.cluster.gateway_ports or any(x.cluster.network != peer.cluster.network for x in peers)
    if options.health_checks and has_gateways:
        sources = merged(peer.cluster, options.health_check_sources, Options())
        add(
            wanted,
            (rule(INGRESS, "tcp", port, cidr, options) for port in ports(peer, options) for cidr in sources),
            "health checks",
        )


def ports(peer: Peer, options: Options) -> list[str]:
    """Ports by which the cluster's gateways are reached behind the load balancer. None with Flannel before they exist."""
    given = peer.cluster.gateway_ports or (options.gateway_ports if peer.cluster.pods_in_vpc else ())
    return [port_range(port) for port in given]


def port_range(port: int) -> str:
    return f"{port}/{port}"


def add(wanted: Wanted, rules: t.Iterable[Rule], reason: str) -> None:
    for each in rules:
        wanted[each].append(reason)


def described_rules(wanted: Wanted) -> tuple[Rule, ...]:
    """The rules, sorted, each described by all that it is for: `gateways: a, b; same network: c`."""
    said = {why: reasons(why) for why in set(map(tuple, wanted.values()))}
    rules = (
        Rule(x.direction, x.protocol, x.port_range, x.cidr, x.policy, x.priority, said[tuple(why)])
        for x, why in wanted.items()
    )
    return tuple(sorted(rules, key=IN_ORDER))


def reasons(found: t.Iterable[str]) -> str:
    rows: dict[str, list[str]] = defaultdict(list)
    for reason in sorted(set(found)):
        row, name = (*reason.split(": ", 1), "")[:2]
        rows[row].append(name)
    return "; ".join(f"{row}: {', '.join(names)}" if any(names) else row for row, names in rows.items())
