# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network of a mesh needs no more when one of its clusters leaves. No I/O, and nothing that a cluster was asked."""

from __future__ import annotations

import typing as t

from .._errors import MeshError
from .network_plan import AUTO, Cluster, network_plan
from .plan_input import cluster_from, options_from
from .rules import plan_rules

Object = dict[str, t.Any]
GATEWAYS = "gateways"  # the part of rules for ports that only the clusters could tell


def leave_plan(
    clusters: t.Sequence[Cluster],
    leaving: str,
    provider: str = AUTO,
    rules: t.Mapping[str, t.Any] | None = None,
) -> Object:
    """What is to be closed for a cluster that leaves, and what the others go on needing.

    clusters: all of the mesh, the one that leaves included; rules: options of the filter security_group_rules
    Returns {provider, problems: as network_plan does, clusters: those that remain, cloud: those of them on Alibaba Cloud,
    closings: [{name, region, part, groups, vpc_id, remaining}] as ecs_security_group_rules takes them with state absent,
    vpcs, remaining_vpcs: as cen_network takes them with state absent, is_joined: whether it has anything to do}.
    Raises MeshError for a cluster that is none of the mesh.
    """
    if leaving not in [cluster["name"] for cluster in clusters]:
        raise MeshError(f"no cluster {leaving!r} in the mesh", todo="Give its mesh_cluster_name")
    whole = network_plan(clusters, provider)
    if whole["problems"]:
        return {**whole, "cloud": [], "closings": [], "vpcs": [], "remaining_vpcs": [], "is_joined": False}
    staying = [cluster for cluster in whole["clusters"] if cluster["name"] != leaving]
    cloud = [cluster for cluster in whole["cloud"] if cluster["name"] != leaving]
    gone = next((cluster for cluster in whole["cloud"] if cluster["name"] == leaving), None)
    vpcs = [vpc for vpc in whole["vpcs"] if vpc["cluster"] == leaving]
    remaining_vpcs = [vpc for vpc in whole["vpcs"] if vpc["cluster"] != leaving]
    blocks = blocks_of(staying, rules or {}) if whole["cloud"] else []  # elsewhere the inventory may know none
    remaining = {"clusters": [cluster["name"] for cluster in staying], "cidrs": blocks}
    return {
        "provider": whole["provider"],
        "problems": [],
        "clusters": staying,
        "cloud": cloud,
        "closings": [
            *(closing(one, remaining) for one in cloud),
            *(closings_of(gone, cloud, remaining) if gone else []),
        ],
        "vpcs": vpcs if remaining_vpcs else [],
        "remaining_vpcs": remaining_vpcs,
        "is_joined": bool(vpcs) and whole["is_joined"],
        "api_servers": [],
    }


def blocks_of(clusters: t.Sequence[Cluster], rules: t.Mapping[str, t.Any]) -> list[str]:
    """All blocks by which clusters let each other in."""
    plan = plan_rules([cluster_from(cluster) for cluster in clusters], options_from(rules))
    return sorted({rule.cidr for group in plan.values() for rule in group})


def closing(cluster: Cluster, remaining: Object) -> Object:
    """At a cluster that remains: rules that were for others only, in its groups. In those that are known, by the plan but for gateways."""
    is_unknown = has_unknown_groups(cluster)
    return {
        "name": cluster["name"],
        "region": cluster["region"],
        "part": "" if is_unknown else GATEWAYS,
        "groups": cluster["groups"],
        "vpc_id": cluster["vpc_id"] if is_unknown else "",
        "remaining": remaining,
    }


def closings_of(gone: Cluster, cloud: t.Sequence[Cluster], remaining: Object) -> list[Object]:
    """At the cluster that leaves: all rules in groups that only it uses. In a VPC that others use too, unknown groups may be theirs."""
    used = [group for cluster in cloud for group in cluster["groups"]]
    is_alone = gone["vpc_id"] not in {cluster["vpc_id"] for cluster in cloud}
    own = {
        **closing(gone, remaining),
        "part": "",
        "groups": [group for group in gone["groups"] if group not in used],
        "remaining": None,
    }
    if is_alone or not own["vpc_id"]:
        return [own]
    return [{**own, "vpc_id": ""}, {**own, "groups": [], "remaining": remaining}]


def has_unknown_groups(cluster: Cluster) -> bool:
    """Whether Terway's pods may have groups that nobody has named, and that only the cluster could tell."""
    return bool(cluster["pods_in_vpc"]) and not cluster["pod_security_group_ids"]
