# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of requests in one cluster: made and waited for. What it consists of is in probe.py, where it lives in probe_room.py."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import POD, SERVICE
from .._kubernetes.ownership import marked
from .._wait import Progress
from .member import INJECTION_LABEL, REVISION_LABEL, sample_pod
from .pods import proxy_image
from .probe import namespace_object, pod_object, service_object
from .probe_pod import probe_name
from .probe_room import Room, clock_until, enter, wait_for_pod
from .proxy_trust import Trust, read_trust

INTERVAL = 0.25
WITHOUT = "the pod was admitted without istio-proxy"


@dataclass(frozen=True, kw_only=True)
class Plan(Room):
    """What is the same for all members; `image` is empty for that of the sidecar."""

    members: tuple[str, ...]
    revision: str
    image: str


@dataclass(frozen=True)
class Site:
    """The probe of one member; `error` says why there is none, and then the rest is empty."""

    cluster: str
    client: KubernetesClient | None = None
    image: str = ""
    trust: Trust | None = None
    error: MeshError | None = None


def prepare(client: KubernetesClient, plan: Plan, stop: threading.Event, progress: Progress) -> Site:
    """Make the probe and wait until it is Ready. Raises MeshError; what was made by then is left for remove()."""
    cluster, clock = client.cluster, clock_until(stop)
    enter(client, plan, namespace_object(plan.namespace, plan.revision, plan.run), clock, progress)
    services = [marked(service_object(name, plan.namespace), plan.mesh_id, adopted=False) for name in plan.members]
    in_parallel([partial(client.create, SERVICE, body) for body in services])
    image = plan.image or sidecar_image(client, plan.namespace, plan.revision)
    others = [name for name in plan.members if name != cluster]
    probe = pod_object(cluster, others, plan.namespace, image, plan.pull_secrets)
    pod = client.create(POD, marked(probe, plan.mesh_id, adopted=False))
    if not proxy_image(pod):
        raise no_sidecar(cluster, plan.namespace, plan.revision, WITHOUT)
    wait_for_pod(client, plan, clock, progress, INTERVAL)
    return Site(cluster, client, image, read_trust(client, plan.namespace, probe_name(cluster)))


def sidecar_image(client: KubernetesClient, namespace: str, revision: str) -> str:
    """The image that injection gives istio-proxy in this cluster, from a pod that is admitted and not stored. Raises MeshError."""
    try:
        image = proxy_image(client.create(POD, sample_pod(namespace), dry_run=True))
    except ApiError as error:
        raise no_sidecar(client.cluster, namespace, revision, error.why) from error
    if not image:
        raise no_sidecar(client.cluster, namespace, revision, WITHOUT)
    return image


def no_sidecar(cluster: str, namespace: str, revision: str, why: str) -> MeshError:
    """The error for pods of a namespace that are not injected."""
    asked = f"{REVISION_LABEL}={revision}" if revision else f"{INJECTION_LABEL}=enabled"
    return MeshError(
        f"a new pod in namespace {namespace} does not get a sidecar",
        cluster=cluster,
        why=f"{why} (the namespace asks for one by {asked})",
        todo="Check that istiod runs, that the cluster reaches it on 15017, and its revision (mesh_revision)",
    )
