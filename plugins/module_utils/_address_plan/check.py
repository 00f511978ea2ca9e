# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a whole address plan."""

from __future__ import annotations

import functools
import typing as t
from collections import defaultdict
from dataclasses import dataclass

from .._problems import ERROR
from .blocks import KINDS, NOBODY, RESERVED, RESERVED_BY_ACK, Block, Cluster, Place, Range, parse_block
from .rules import RULES, Nature, Policy, judge
from .sweep import grouped, overlapping_pairs

NOUNS = {"vpc": "VPC block", "vswitch": "vSwitch block", "address": "address (of a gateway or API server)"}
MISSING = {
    "service": "service_cidrs (mesh_cluster_service_cidrs)",
    "pod": "pod_cidrs (mesh_cluster_pod_cidrs), or pods_in_vpc (mesh_cluster_pods_in_vpc) if pods are in the VPC",
    "vpc": "vpc_cidrs (mesh_cluster_vpc_cidrs), without a cloud to the network of the nodes",
}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one block (`right` is None) or a pair. Texts are clauses without a full stop."""

    rule: str
    severity: str
    left: Place
    right: Place | None
    overlap: str
    what: str
    why: str
    todo: str

    @property
    def message(self) -> str:
        return "".join(f"{clause}. " for clause in (self.what, self.why, self.todo) if clause).rstrip()


class Plan(t.NamedTuple):
    """findings: errors first, then by rule and owner; blocks: all that could be read, in canonical form, by owner."""

    findings: list[Finding]
    blocks: list[Place]


def check_plan(clusters: t.Sequence[Cluster], external: t.Iterable[str], policy: Policy) -> Plan:
    """Every finding of an address plan. Clusters are told apart by position: two of one name are two clusters."""
    blocks, findings = read_blocks(clusters, external)
    findings += [*missing_values(clusters)]
    findings += overlaps(blocks, clusters, policy)
    rank = {rule: position for position, rule in enumerate(RULES)}
    findings.sort(key=lambda x: (x.severity, rank[x.rule], x.left, x.right or (), x.what))
    places = sorted(block.place for block in blocks if block.place.kind != "address")
    return Plan(findings, places)


def read_blocks(clusters: t.Sequence[Cluster], external: t.Iterable[str]) -> tuple[list[Block], list[Finding]]:
    """All blocks that can be read, each of an owner once, and findings for the rest."""
    blocks: dict[tuple[int, str, Range], Block] = {}
    findings: dict[Place, Finding] = {}
    given = [(owner, cluster.name, *block) for owner, cluster in enumerate(clusters) for block in cluster.given()]
    for owner, name, kind, text in [*given, *((NOBODY, "", "external", text) for text in external)]:
        try:
            cidr, addresses = parse_block(text, kind)
        except ValueError as error:
            rule = "invalid_address" if kind == "address" else "invalid_block"
            place = Place(name, kind, text)
            findings[place] = single(rule, place, f"{describe(place, quoted=True)} is not valid: {error}")
            continue
        place = Place(name, kind, cidr)
        if (owner, kind, addresses) not in blocks:
            blocks[owner, kind, addresses] = Block(owner, place, addresses)
        elif kind != "address":
            findings[place] = single("duplicate_block", place, f"{describe(place)} is given twice")
    return list(blocks.values()), list(findings.values())


def missing_values(clusters: t.Sequence[Cluster]) -> t.Iterator[Finding]:
    """What a cluster must say of itself, so that the rules can be applied at all."""
    for cluster in clusters:
        given = {
            "service": cluster.service_cidrs,
            "pod": cluster.pod_cidrs or cluster.pods_in_vpc,
            "vpc": cluster.vpc_cidrs or cluster.vswitch_cidrs,
        }
        for kind in [kind for kind, value in given.items() if not value]:
            what = f"cluster {cluster.name} has no {NOUNS.get(kind, f'{kind} block')} in the plan"
            yield single("missing_block", Place(cluster.name, kind, ""), what, todo=f"Set {MISSING[kind]}")
        if not cluster.vpc_id and len(clusters) > 1:
            yield single("missing_vpc_id", Place(cluster.name, "vpc", ""), f"cluster {cluster.name} has no vpc_id")


def overlaps(blocks: list[Block], clusters: t.Sequence[Cluster], policy: Policy) -> list[Finding]:
    """A finding for every pair of blocks that must not overlap and does."""
    verdict = functools.cache(functools.partial(judge, policy=policy))

    def worth(a: Nature, b: Nature) -> bool:
        return bool(verdict(a, b, own=True) or verdict(a, b, own=False))

    findings = []
    groups = grouped([*natures(blocks, clusters), *reserved_blocks()])
    for (outer, a), (inner, b) in overlapping_pairs(groups, worth):
        found = verdict(a, b, own=outer.owner == inner.owner)
        if found:
            findings.append(pair(*found, outer, inner))
    return findings


def natures(blocks: list[Block], clusters: t.Sequence[Cluster]) -> t.Iterator[tuple[Block, Nature]]:
    """What the rules have to know of each block."""
    own: dict[int, set[Range]] = defaultdict(set)
    shared: dict[str, set[Range]] = defaultdict(set)
    for block in blocks:
        if block.place.kind == "vpc":
            own[block.owner].add(block.range)
            shared[clusters[block.owner].vpc_id].add(block.range)
    on_ack = any(cluster.provider == "ack" for cluster in clusters)
    for block in blocks:
        kind = block.place.kind
        if block.owner == NOBODY:
            yield block, Nature(kind, ack=on_ack)
            continue
        cluster = clusters[block.owner]
        vpc = shared[cluster.vpc_id] if cluster.vpc_id else own[block.owner]
        nature = Nature(
            kind=kind,
            network=cluster.network,
            vpc_id=cluster.vpc_id,
            in_vpc=kind == "pod" and cluster.pods_in_vpc and (not vpc or inside(block.range, vpc)),
            implied=kind in ("pod", "vswitch") and inside(block.range, own[block.owner]),
            ack=cluster.provider == "ack",
        )
        yield block, nature


def inside(addresses: Range, blocks: t.Iterable[Range]) -> bool:
    return any(block.holds(addresses) for block in blocks)


def reserved_blocks() -> t.Iterator[tuple[Block, Nature]]:
    for ack, ranges in ((False, RESERVED), (True, RESERVED_BY_ACK)):
        for cidr in ranges:
            block = Block(NOBODY, Place("", "reserved", cidr), parse_block(cidr, "reserved")[1])
            yield block, Nature("reserved", ack=ack)


def single(rule: str, place: Place, what: str, todo: str = "") -> Finding:
    """An error about one block, or about a block that is not there."""
    why, usual_todo = RULES[rule]
    return Finding(rule, ERROR, place, None, "", what, why, todo or usual_todo)


def pair(rule: str, severity: str, outer: Block, inner: Block) -> Finding:
    """A finding about two blocks. Left is the one that the rule is about, or the first by name where it is about both."""
    equals = rule.startswith("between_")
    left, right = sorted((outer, inner), key=lambda x: (not equals and KINDS.index(x.place.kind), x.place, x.owner))
    other = describe(right.place)
    if left.owner == right.owner:
        other = f"its own {describe(right.place._replace(cluster=''))}"
    if left.place.kind == "address":
        what = f"{describe(left.place)} lies in {other}"
    elif left.range == right.range:
        what = f"{describe(left.place)} is also {other}"
    else:
        what = f"{describe(left.place)} overlaps {other}"
    return Finding(rule, severity, left.place, right.place, inner.place.cidr, what, *RULES[rule])


def describe(place: Place, *, quoted: bool = False) -> str:
    """A block in messages: "pod block 10.8.0.0/16 of cluster east"."""
    cidr = repr(place.cidr) if quoted else place.cidr
    if place.kind == "reserved":
        return f"the reserved range {cidr} ({RESERVED.get(place.cidr) or RESERVED_BY_ACK[place.cidr]})"
    owner = f" of cluster {place.cluster}" if place.cluster else ""
    return f"{NOUNS.get(place.kind, f'{place.kind} block')} {cidr}{owner}"
