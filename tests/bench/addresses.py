"""How long it takes to find overlapping blocks in a large address plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import netaddr

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import Place, parse_block
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.run import run

from .row import Row, median_of, timed

CLUSTERS, PODS, SERVICES = 100, 80, 19  # with the VPC's own block 100 in each cluster
FEW = 1000  # of which all pairs are compared; the time for all blocks is reckoned from it, as pairs grow
SECONDS, TIMES_PARSING = 2.0, 1.5


def rows() -> Iterator[Row]:
    """It needs no lab."""
    plan = address_plan()
    blocks = [block for cluster in plan["clusters"] for kind in kinds(cluster) for block in cluster[kind]]
    mine = median_of(lambda: timed(lambda: check(plan)))
    parsing = median_of(lambda: timed(lambda: [netaddr.IPNetwork(block) for block in blocks]))
    floor = median_of(lambda: timed(lambda: least(blocks)))
    few = median_of(lambda: timed(lambda: compare(blocks[:FEW])))
    pairwise = parsing + few * (len(blocks) / FEW) ** 2
    yield Row(
        f"cidr_overlap, {len(blocks):,} blocks",
        mine,
        f"at most {SECONDS:g} s and {TIMES_PARSING:g} times of parsing alone",
        mine <= SECONDS and mine <= TIMES_PARSING * parsing,
        {"netaddr, pair by pair": pairwise, "netaddr, parsing alone": parsing},
        remark=f"pair by pair was measured with {FEW:,} blocks and reckoned for all, by the number of pairs; the floor: to parse "
        f"each block, refuse host bits, sort all and return a dict for each, with no rule looked at, takes {floor:.3f} s",
    )


def address_plan() -> dict[str, Any]:
    """The module's options for clusters of one network, none of whose blocks overlap."""
    clusters = [
        {
            "name": f"cluster-{number:03}",
            "network": "bench",
            "provider": "none",
            "vpc_id": f"vpc-{number}",
            "pods_in_vpc": False,
            "vpc_cidrs": [f"10.{number}.0.0/16"],
            "vswitch_cidrs": [],
            "pod_cidrs": [f"11.{number}.{pod}.0/24" for pod in range(PODS)],
            "service_cidrs": [f"12.{number}.{service}.0/24" for service in range(SERVICES)],
            "addresses": [],
        }
        for number in range(CLUSTERS)
    ]
    return {"clusters": clusters, "external_cidrs": [], "strict": True, "public_addresses": False, "fail_on": "error"}


def kinds(cluster: dict[str, Any]) -> list[str]:
    return [name for name in cluster if name.endswith("_cidrs")]


def check(plan: dict[str, Any]) -> None:
    """What the module does with its options."""
    if run(plan, False, lambda line: None)["findings"]:
        raise AssertionError("the plan of the benchmark has no overlaps")


def least(blocks: list[str]) -> list[dict[str, Any]]:
    """What a check of all blocks cannot do without: each parsed and canonical, in order, and told."""
    read = sorted((parse_block(text, "pod"), Place("", "pod", text)) for text in blocks)
    return [place._asdict() for parsed, place in read]


def compare(blocks: list[str]) -> int:
    """How many pairs overlap, by comparing each with each, blocks parsed before."""
    networks = [netaddr.IPNetwork(block) for block in blocks]
    return sum(one in other or other in one for one, other in combinations(networks, 2))
