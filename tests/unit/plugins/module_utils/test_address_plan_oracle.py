# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address plan against a second implementation: every pair, one by one, straight from the table, by Python's ipaddress."""

from __future__ import annotations

import ipaddress
import random
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import Cluster
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.check import check_plan
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.rules import Policy

Network: t.TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
Found = set[tuple[str, str, frozenset[tuple[str, str, str]], str]]

EVERYWHERE = [
    *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
    *("::1/128", "fe80::/10", "ff00::/8", "2001:2::/48"),
]
ON_ACK = ["100.64.0.0/10", "7.0.0.0/8"]


class Item(t.NamedTuple):
    cluster: Cluster | None
    kind: str
    net: Network

    @property
    def who(self) -> tuple[str, str, str]:
        return (self.cluster.name if self.cluster else "", self.kind, self.text(self.net))

    def text(self, net: Network) -> str:
        return str(net.network_address) if self.kind == "address" else str(net)


def overlap(a: Network, b: Network) -> Network | None:
    if a.version != b.version or not a.overlaps(b):
        return None
    return a if a.prefixlen >= b.prefixlen else b


def within(net: Network, cidrs: t.Iterable[str]) -> bool:
    return any(overlap(net, ipaddress.ip_network(x)) == net for x in cidrs)


class Oracle:
    """The table, row by row, for one pair after the other."""

    def __init__(self, clusters: list[Cluster], external: list[str], strict: bool, public: bool) -> None:
        self.clusters, self.strict, self.public = clusters, strict, public
        listed = [
            Item(c, kind, ipaddress.ip_network(x))
            for c in clusters
            for kind in ("vpc", "vswitch", "pod", "service")
            for x in getattr(c, f"{kind}_cidrs")
        ]
        listed += [Item(c, "address", ipaddress.ip_network(x)) for c in clusters for x in c.addresses]
        listed += [Item(None, "external", ipaddress.ip_network(x)) for x in external]
        self.items = list(dict.fromkeys(listed))

    def vpc_blocks(self, cluster: Cluster) -> list[str]:
        same = [c for c in self.clusters if c is cluster or (cluster.vpc_id and c.vpc_id == cluster.vpc_id)]
        return [x for c in same for x in c.vpc_cidrs]

    def pod_in_vpc(self, item: Item) -> bool:
        if item.kind != "pod" or not item.cluster or not item.cluster.pods_in_vpc:
            return False
        blocks = self.vpc_blocks(item.cluster)
        return not blocks or within(item.net, blocks)

    def is_vpc(self, item: Item) -> bool:
        """Stands for a VPC: its block, or what is in it where the cluster gives no block that holds it."""
        if item.kind == "vpc":
            return True
        if item.kind != "vswitch" and not self.pod_in_vpc(item):
            return False
        return item.cluster is not None and not within(item.net, item.cluster.vpc_cidrs)

    def row(self, a: Item, b: Item) -> tuple[str, str] | None:
        own = a.cluster == b.cluster
        kinds = {a.kind, b.kind}
        flat = bool(a.cluster and b.cluster and a.cluster.network == b.cluster.network)
        ids = [x.cluster.vpc_id if x.cluster else "" for x in (a, b)]
        if self.pod_in_vpc(a) and self.pod_in_vpc(b) and (not all(ids) or ids[0] == ids[1]):
            return None
        if "service" in kinds and kinds & {"vpc", "vswitch", "external"} or kinds == {"pod", "service"} and own:
            return "service_range", "error"
        for pod, other in ((a, b), (b, a)):
            if pod.kind == "pod" and not self.pod_in_vpc(pod) and other.kind in ("vpc", "vswitch", "external"):
                return "pod_range", "error"
        if own:
            return None
        if kinds <= {"pod", "service"}:
            lenient = not self.strict and (not flat or kinds == {"service"})
            return "between_clusters", "warning" if lenient else "error"
        differ = all(ids) and ids[0] != ids[1]
        if self.is_vpc(a) and self.is_vpc(b) and differ:
            return "between_vpcs", "warning" if self.public and not flat else "error"
        for address, other in ((a, b), (b, a)):
            if address.kind == "address" and (
                other.kind in ("pod", "service") or (other.kind in ("vpc", "vswitch") and self.is_vpc(other) and differ)
            ):
                return "address_in_range", "error"
        return None

    def findings(self) -> Found:
        found: Found = set()
        on_ack = any(c.provider == "ack" for c in self.clusters)
        for position, a in enumerate(self.items):
            ack = a.cluster.provider == "ack" if a.cluster else on_ack
            for cidr in EVERYWHERE + (ON_ACK if ack and a.kind != "address" else []):
                common = overlap(a.net, ipaddress.ip_network(cidr))
                if common:
                    found.add(("reserved_range", "error", frozenset({a.who, ("", "reserved", cidr)}), a.text(common)))
            for b in self.items[position + 1 :]:
                common = overlap(a.net, b.net)
                answer = self.row(a, b)
                if common and answer:
                    address = b if b.kind == "address" else a
                    found.add((*answer, frozenset({a.who, b.who}), address.text(common)))
        return found


def random_block(dice: random.Random) -> str:
    """Blocks from a small space, so that they often meet; now and then one that touches a reserved range."""
    if dice.random() < 0.2:
        return str(
            ipaddress.ip_network((0x20010DB8 << 96 | dice.randrange(16) << 80, dice.choice([44, 46, 48])), strict=False)
        )
    first = dice.choice([10, 10, 10, 10, 10, 7, 100, 127, 239])
    start = first << 24 | dice.randrange(4) << 18 | dice.randrange(64) << 12
    return str(ipaddress.ip_network((start, dice.choice([6, 10, 12, 14, 16, 18, 20])), strict=False))


def random_cluster(dice: random.Random, number: int) -> Cluster:
    def blocks(most: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(random_block(dice) for _number in range(dice.randint(0, most))))

    vpc_cidrs = blocks(2)
    inside = (
        tuple(dict.fromkeys(dice.choice(vpc_cidrs) for _number in range(2)))
        if vpc_cidrs and dice.random() < 0.5
        else ()
    )
    return Cluster(
        name=f"c{number}",
        network=dice.choice(["n1", "n2"]),
        provider=dice.choice(["ack", "none"]),
        vpc_id=dice.choice(["v1", "v1", "v2", "v3", ""]),
        pods_in_vpc=dice.random() < 0.5,
        vpc_cidrs=vpc_cidrs,
        vswitch_cidrs=inside or blocks(2),
        pod_cidrs=inside or blocks(3),
        service_cidrs=blocks(2),
        addresses=tuple({random_block(dice).partition("/")[0] for _number in range(dice.randint(0, 2))}),
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_plans_have_the_findings_of_the_table(seed: int) -> None:
    dice = random.Random(seed)
    for _number in range(15):
        clusters = [random_cluster(dice, number) for number in range(dice.randint(1, 6))]
        external = list(dict.fromkeys(random_block(dice) for _number in range(dice.randint(0, 2))))
        strict, public = dice.random() < 0.5, dice.random() < 0.5
        plan = check_plan(clusters, external, Policy(strict, public))
        found = {
            (x.rule, x.severity, frozenset({tuple(x.left), tuple(x.right)}), x.overlap)
            for x in plan.findings
            if x.right
        }
        assert found == Oracle(clusters, external, strict, public).findings()
