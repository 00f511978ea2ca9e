# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether another region has room for what runs in the near one: allocatable resources of nodes and requests of pods. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .probe_pod import Object

try:
    from kubernetes.utils.quantity import parse_quantity
except ImportError:
    pass  # main() answers with missing_required_lib (options.py)

CPU, MEMORY = "cpu", "memory"
MEBIBYTE = 1024**2
SYSTEM = ("kube-system", "kube-public", "kube-node-lease")


@dataclass(frozen=True)
class Capacity:
    """Of one cluster. CPU in cores, memory in bytes.

    free: what no pod has asked for on nodes that are Ready and may be scheduled to; asked: what pods outside the system ask for
    """

    cluster: str
    region: str
    free_cpu: float
    free_memory: float
    asked_cpu: float
    asked_memory: float

    def as_dict(self) -> Object:
        """The entry in a result."""
        return {
            "cluster": self.cluster,
            "region": self.region,
            "free_cpu": round(self.free_cpu, 2),
            "free_memory_mib": round(self.free_memory / MEBIBYTE),
            "asked_cpu": round(self.asked_cpu, 2),
            "asked_memory_mib": round(self.asked_memory / MEBIBYTE),
        }


def capacity_of(cluster: str, region: str, nodes: t.Iterable[Object], pods: t.Sequence[Object]) -> Capacity:
    """What the nodes and pods of a cluster, as listed, leave and take."""
    usable = {node["metadata"]["name"]: node["status"].get("allocatable", {}) for node in nodes if is_usable(node)}
    living = [pod for pod in pods if pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")]
    placed = [pod for pod in living if pod["spec"].get("nodeName") in usable]
    theirs = [pod for pod in living if pod["metadata"]["namespace"] not in SYSTEM]

    def free(resource: str) -> float:
        total = sum(amount(allocatable, resource) for allocatable in usable.values())
        return max(0.0, total - sum(asked_by(pod, resource) for pod in placed))

    def asked(resource: str) -> float:
        return sum(asked_by(pod, resource) for pod in theirs)

    return Capacity(cluster, region, free(CPU), free(MEMORY), asked(CPU), asked(MEMORY))


def is_usable(node: Object) -> bool:
    """Whether the scheduler may put any pod there."""
    spec = node.get("spec", {})
    tainted = any(taint["effect"] in ("NoSchedule", "NoExecute") for taint in spec.get("taints") or [])
    conditions = node.get("status", {}).get("conditions") or []
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return ready and not spec.get("unschedulable") and not tainted


def asked_by(pod: Object, resource: str) -> float:
    """What the containers of a pod ask for; a native sidecar is an init container that stays."""
    spec = pod["spec"]
    staying = [one for one in spec.get("initContainers") or [] if one.get("restartPolicy") == "Always"]
    requests = [one.get("resources", {}).get("requests") or {} for one in [*spec["containers"], *staying]]
    return sum(amount(one, resource) for one in requests)


def amount(resources: t.Mapping[str, t.Any], resource: str) -> float:
    return float(parse_quantity(resources.get(resource, 0)))  # type: ignore[no-untyped-call]  # the package has no types


def lacking(near: Capacity, others: t.Sequence[Capacity]) -> list[str]:
    """What all other clusters together have too little of for what the near one runs: texts for people."""
    missing = []
    free_cpu, free_memory = sum(one.free_cpu for one in others), sum(one.free_memory for one in others)
    if near.asked_cpu > free_cpu:
        missing.append(f"its pods ask for {near.asked_cpu:.1f} CPU cores, {free_cpu:.1f} are free elsewhere")
    if near.asked_memory > free_memory:
        asked, free = near.asked_memory / MEBIBYTE, free_memory / MEBIBYTE
        missing.append(f"its pods ask for {asked:.0f} MiB of memory, {free:.0f} are free elsewhere")
    return missing
