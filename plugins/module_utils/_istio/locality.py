# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members in several regions: what has to be said before, and what is missing before one region can stand in for another. No I/O.

istiod takes a pod's region and zone from the labels of its node (istio/istio, serviceregistry/kube/controller, getPodLocality). It
prefers near endpoints only where locality routing is on and a DestinationRule has outlier detection (core/loadbalancer).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._problems import ERROR, WARNING, Problem
from .._yaml import Error, load

Object = dict[str, t.Any]

REGION_LABEL = "topology.kubernetes.io/region"
ZONE_LABEL = "topology.kubernetes.io/zone"
MANY_NODES = 3


@dataclass(frozen=True)
class Locality:
    """What decides about failover: the members' regions, whether locality routing is on, and DestinationRules of the primary.

    `error` says why that could not be read, and then the rest does not count. `labels` are problems with labels of nodes.
    """

    regions: tuple[str, ...]
    is_enabled: bool = False
    rules: tuple[Object, ...] = ()
    error: str = ""
    labels: tuple[Problem, ...] = ()


def several(regions: t.Iterable[str]) -> list[str]:
    """The regions by name where they are two or more, else none."""
    known = sorted({region for region in regions if region})
    return known if len(known) > 1 else []


def setting_problems(regions: t.Iterable[str], locality_routing: bool | None) -> t.Iterator[Problem]:
    """Members in several regions need a decision; None means that mesh_locality_routing is not set."""
    known = several(regions)
    if known and locality_routing is None:
        yield Problem(
            ERROR,
            f"mesh_locality_routing is not set, and the clusters are in {len(known)} regions ({', '.join(known)})",
            why="A Service of several clusters is answered by all its regions, or by the nearest with the others in reserve",
            todo="Set mesh_locality_routing to true (the nearest region answers, another when it fails, for Services of the "
            "namespaces in failover_policy_namespaces) or to false (requests are spread over all regions)",
        )


def label_problems(cluster: str, region: str, nodes: t.Sequence[Object]) -> t.Iterator[Problem]:
    """Nodes, as cluster_info gives them, of which Istio cannot tell where they are."""
    for severity, label, key, value in (
        (ERROR, REGION_LABEL, "region", region or "REGION"),
        (WARNING, ZONE_LABEL, "zone", "ZONE"),
    ):
        without = [node["name"] for node in nodes if not node.get(key)]
        if without:
            more = f" and {len(without) - MANY_NODES} more" if without[MANY_NODES:] else ""
            yield Problem(
                severity,
                f"nodes without the label {label}: {', '.join(without[:MANY_NODES])}{more}",
                why=f"mesh_locality_routing is true, and Istio knows the {key} of a pod by its node",
                todo=f"Label them, here and in the node pool that makes them: kubectl label node NAME {label}={value}",
                cluster=cluster,
            )


def is_enabled(config: Object | None) -> bool:
    """Whether the ConfigMap of a control plane has locality routing on, which is Istio's default. Nothing is said by none."""
    try:
        mesh = load(((config or {}).get("data") or {}).get("mesh") or "") or {}
        return (mesh.get("localityLbSetting") or {}).get("enabled") is not False
    except (Error, AttributeError):  # istiod would not have started with it
        return False


def failover_problems(seen: Locality | None) -> list[Problem]:
    """A warning while members are in several regions and no host goes over to another when its own fails."""
    regions = several(seen.regions) if seen else []
    if not seen or not regions:
        return []
    if seen.error:
        todo = "Let the identity of the primary's kubeconfig read ConfigMaps and DestinationRules"
        return [Problem(WARNING, "it is not known whether failover is configured", seen.error, todo)]
    if any(fails_over(rule, seen.is_enabled) for rule in seen.rules):
        return []
    lack = "no DestinationRule has outlierDetection" if seen.is_enabled else "locality routing is off"
    return [
        Problem(
            WARNING,
            "failover is not configured",
            why=f"members are in {', '.join(regions)}, but {lack}: a region that fails goes on getting its share of requests",
            todo="Set mesh_locality_routing to true and list namespaces in failover_policy_namespaces, then run the playbooks "
            "multiregion.istio.primary and multiregion.istio.failover_policy",
        )
    ]


def fails_over(rule: Object, is_enabled: bool) -> bool:
    """Whether a DestinationRule lets its host go over to another region; its own locality setting comes before the mesh's."""
    spec = rule.get("spec") or {}
    policy = spec.get("trafficPolicy") or {}
    subsets = [subset.get("trafficPolicy") or {} for subset in spec.get("subsets") or []]
    parts = [policy, *subsets, *(port for part in (policy, *subsets) for port in part.get("portLevelSettings") or [])]
    own = (policy.get("loadBalancer") or {}).get("localityLbSetting")
    is_local = is_enabled if own is None else own.get("enabled") is not False
    return is_local and any("outlierDetection" in part for part in parts)
