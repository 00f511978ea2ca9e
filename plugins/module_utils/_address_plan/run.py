# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module cidr_overlap does: options in, findings out."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._errors import MeshError
from .._problems import FAILS_ON, Problem, report
from .blocks import Cluster
from .check import Finding, check_plan
from .rules import Policy

LIST_OF_STRINGS = {"type": "list", "elements": "str", "default": []}
# Options of one cluster, for every module that takes an address plan.
CLUSTER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "region": {"type": "str", "default": ""},
    "provider": {"type": "str", "choices": ["ack", "none"], "default": "none"},
    "network": {"type": "str", "default": ""},
    "vpc_id": {"type": "str", "default": ""},
    "pods_in_vpc": {"type": "bool", "default": False},
    "vpc_cidrs": LIST_OF_STRINGS,
    "vswitch_cidrs": LIST_OF_STRINGS,
    "pod_cidrs": LIST_OF_STRINGS,
    "service_cidrs": LIST_OF_STRINGS,
    "addresses": LIST_OF_STRINGS,
}
BLOCK_OPTIONS = [name for name, option in CLUSTER_OPTIONS.items() if option is LIST_OF_STRINGS]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: t.Callable[[str], None]) -> dict[str, t.Any]:
    """The result of the module with two keys that are not for its caller: `failed`, and the `report` of all findings.

    Raises MeshError where two clusters have one name: findings could not say which is meant.
    """
    clusters = [cluster_from(options) for options in params["clusters"]]
    names = Counter(cluster.name for cluster in clusters)
    twice = sorted(name for name, times in names.items() if times > 1)
    if twice:
        raise MeshError(f"several clusters are named {', '.join(twice)}", todo="Give each cluster a name of its own")
    policy = Policy(strict=params["strict"], public_addresses=params["public_addresses"])
    plan = check_plan(clusters, params["external_cidrs"], policy)
    return {
        "changed": False,
        "findings": [finding_as_dict(finding) for finding in plan.findings],
        "blocks": [place._asdict() for place in plan.blocks],
        "failed": any(finding.severity in FAILS_ON[params["fail_on"]] for finding in plan.findings),
        "report": report("Address plan", map(problem_of, plan.findings)),
    }


def cluster_from(options: t.Mapping[str, t.Any]) -> Cluster:
    """A Cluster from the options of one (CLUSTER_OPTIONS; others are left alone)."""
    return Cluster(
        name=options["name"],
        network=options["network"],
        provider=options["provider"],
        vpc_id=options["vpc_id"],
        pods_in_vpc=options["pods_in_vpc"],
        **{name: tuple(options[name]) for name in BLOCK_OPTIONS},
    )


def finding_as_dict(finding: Finding) -> dict[str, t.Any]:
    """A finding as results have it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "left": finding.left._asdict(),
        "right": finding.right._asdict() if finding.right else None,
        "overlap": finding.overlap,
        "message": finding.message,
    }


def problem_of(finding: Finding) -> Problem:
    return Problem(finding.severity, finding.what, finding.why, finding.todo, finding.left.cluster)
