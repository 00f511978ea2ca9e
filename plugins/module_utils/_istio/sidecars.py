# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module sidecars_info: which workloads of a cluster run a sidecar, and so have to be restarted without one."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import asdict, dataclass

from .._errors import ApiError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import POD
from .._kubernetes.options import access_from
from .._wait import Progress
from .pods import is_finished, proxy_image

Object = dict[str, t.Any]

NO_ANSWER = 0
HASH_LABEL = "pod-template-hash"


@dataclass(frozen=True, order=True)
class Workload:
    """What makes pods, or a Pod that nothing makes anew."""

    namespace: str
    kind: str
    name: str


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError, but for a cluster that does not answer."""
    try:
        pods = KubernetesClient(access_from(params, params["name"] or "")).list(POD)
    except ApiError as error:
        if error.status != NO_ANSWER:
            raise
        return {"changed": False, "reachable": False, "why": error.why, "workloads": []}
    counts = workloads(pods)
    return {
        "changed": False,
        "reachable": True,
        "why": "",
        "workloads": [{**asdict(workload), "pods": counts[workload]} for workload in sorted(counts)],
    }


def workloads(pods: t.Iterable[Object]) -> Counter[Workload]:
    """What the pods with a sidecar belong to, with the number of those pods."""
    return Counter(map(workload_of, with_sidecar(pods)))


def with_sidecar(pods: t.Iterable[Object]) -> list[Object]:
    """The pods that run a sidecar or are a gateway, and stay."""
    return [
        pod
        for pod in pods
        if proxy_image(pod) and not is_finished(pod) and not pod["metadata"].get("deletionTimestamp")
    ]


def workload_of(pod: Object) -> Workload:
    """The controller of a pod; a ReplicaSet stands for the Deployment that made it."""
    metadata = pod["metadata"]
    owners = metadata.get("ownerReferences") or []
    owner = next((one for one in owners if one.get("controller")), {"kind": "Pod", "name": metadata["name"]})
    kind, name = owner["kind"], owner["name"]
    suffix = f"-{(metadata.get('labels') or {}).get(HASH_LABEL, '')}"
    if kind == "ReplicaSet" and suffix != "-" and name.endswith(suffix):
        kind, name = "Deployment", name[: -len(suffix)]
    return Workload(metadata["namespace"], kind, name)
