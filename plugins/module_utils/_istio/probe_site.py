# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe in one cluster: made, waited for and taken away. What it consists of is in probe.py."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

from .._errors import ApiError, MeshError
from .._kubernetes.apply import in_parallel, wait_for_absence
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import NAMESPACE, POD, SECRET, SERVICE, SERVICE_ACCOUNT
from .._kubernetes.ownership import marked, ownership_of
from .._wait import Acceptor, Clock, Progress, Wait, wait_until
from .member import INJECTION_LABEL, REVISION_LABEL, sample_pod
from .pods import pod_state, proxy_image
from .probe import LABEL, namespace_object, pod_object, probe_name, service_object

REMOVAL_TIMEOUT = 60.0
INTERVAL = 0.5


@dataclass(frozen=True)
class Plan:
    """What is the same for all members; `image` is empty for that of the sidecar.

    pull_secrets: names of Secrets in the namespace pull_secrets_from of each member, with which images are pulled
    run:  marks what this run makes
    made: the members in which it began to make something; filled by prepare()
    """

    members: tuple[str, ...]
    namespace: str
    mesh_id: str
    revision: str
    image: str
    timeout: float
    run: str
    pull_secrets: tuple[str, ...] = ()
    pull_secrets_from: str = ""
    made: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Site:
    """The probe of one member; `error` says why there is none, and then the rest is empty."""

    cluster: str
    client: KubernetesClient | None = None
    image: str = ""
    error: MeshError | None = None


def find_leftovers(client: KubernetesClient, plan: Plan) -> Object | None:
    """The namespace that an earlier run left behind, None where there is none. Raises MeshError where it is somebody else's."""
    live = client.get(NAMESPACE, plan.namespace)
    if live is None:
        return None
    ownership = ownership_of(live, plan.mesh_id)
    if ownership.standing == "ours" and LABEL in live["metadata"]["labels"]:
        return live
    raise MeshError(
        f"Namespace {plan.namespace} exists and is not ours to remove",
        cluster=client.cluster,
        why=f"it belongs to {ownership.owner}"
        if ownership.owner
        else "it was not made by an earlier run of this module",
        todo="Give another namespace (option namespace), or delete this one",
    )


def prepare(client: KubernetesClient, plan: Plan, stop: threading.Event, progress: Progress) -> Site:
    """Make the probe and wait until it is Ready. Raises MeshError; what was made by then is left for remove()."""
    cluster = client.cluster
    leftovers = find_leftovers(client, plan)
    if leftovers:
        progress(f"{cluster}: removing what an earlier run left behind in namespace {plan.namespace}")
        client.delete(NAMESPACE, plan.namespace, uid=leftovers["metadata"]["uid"])
        wait_for_absence(client, NAMESPACE, leftovers, timeout=REMOVAL_TIMEOUT, interval=INTERVAL, progress=silent)
    plan.made.add(cluster)
    client.create(
        NAMESPACE, marked(namespace_object(plan.namespace, plan.revision, plan.run), plan.mesh_id, adopted=False)
    )
    services = [marked(service_object(name, plan.namespace), plan.mesh_id, adopted=False) for name in plan.members]
    in_parallel([lambda body=body: client.create(SERVICE, body) for body in services])  # type: ignore[misc]
    _copy_pull_secrets(client, plan)
    clock = Clock(sleep=sleep_until(stop))
    _wait_for_account(client, plan, clock)
    image = plan.image or _sidecar_image(client, plan)
    others = [name for name in plan.members if name != cluster]
    probe = pod_object(cluster, others, plan.namespace, image, plan.pull_secrets)
    pod = client.create(POD, marked(probe, plan.mesh_id, adopted=False))
    if not proxy_image(pod):
        raise _no_sidecar(cluster, plan, "the pod was admitted without istio-proxy")
    _wait_for_probe(client, plan, clock, progress)
    return Site(cluster, client, image)


def remove(client: KubernetesClient, plan: Plan, *, wait: bool) -> None:
    """Delete the namespace if this very run made it. Raises MeshError where it cannot be, or does not go away."""
    live = client.get(NAMESPACE, plan.namespace)
    if live is None or (live["metadata"].get("labels") or {}).get(LABEL) != plan.run:
        return
    client.delete(NAMESPACE, plan.namespace, uid=live["metadata"]["uid"])
    # Kubernetes begins to empty a namespace after 5 s; the pod may use them to end.
    client.delete(POD, probe_name(client.cluster), plan.namespace)
    if wait:
        wait_for_absence(client, NAMESPACE, live, timeout=REMOVAL_TIMEOUT, interval=INTERVAL, progress=silent)


def silent(_line: str) -> None:
    """Progress that nobody needs to see."""


def sleep_until(stop: threading.Event) -> t.Callable[[float], None]:
    """A sleep for a Clock that ends with an error as soon as `stop` is set."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise MeshError("interrupted")

    return sleep


def _copy_pull_secrets(client: KubernetesClient, plan: Plan) -> None:
    """A kubelet pulls with Secrets of the pod's own namespace only."""
    for name in plan.pull_secrets:
        source = client.get(SECRET, name, plan.pull_secrets_from)
        if source:
            copy = {
                "apiVersion": SECRET.api_version,
                "kind": SECRET.kind,
                "metadata": {"name": name, "namespace": plan.namespace},
                "type": source.get("type", ""),
                "data": source.get("data") or {},
            }
            client.create(SECRET, marked(copy, plan.mesh_id, adopted=False))


def _wait_for_account(client: KubernetesClient, plan: Plan, clock: Clock) -> None:
    """A pod is refused until the namespace has its default account, which a controller makes."""

    def read() -> Object:
        return {"there": client.get(SERVICE_ACCOUNT, "default", plan.namespace) is not None, "status": "not there yet"}

    wait = Wait(
        what=f"ServiceAccount {plan.namespace}/default",
        acceptors=(Acceptor("there"),),
        status="status",
        cluster=client.cluster,
        todo="Check the cluster's controller manager",
        timeout=plan.timeout,
        interval=0.1,
    )
    wait_until(read, wait, silent, clock)


def _sidecar_image(client: KubernetesClient, plan: Plan) -> str:
    """The image that injection gives istio-proxy in this cluster, from a pod that is admitted and not stored."""
    try:
        image = proxy_image(client.create(POD, sample_pod(plan.namespace), dry_run=True))
    except ApiError as error:
        raise _no_sidecar(client.cluster, plan, error.why) from error
    if not image:
        raise _no_sidecar(client.cluster, plan, "the pod was admitted without istio-proxy")
    return image


def _no_sidecar(cluster: str, plan: Plan, why: str) -> MeshError:
    asked = f"{REVISION_LABEL}={plan.revision}" if plan.revision else f"{INJECTION_LABEL}=enabled"
    return MeshError(
        f"a new pod in namespace {plan.namespace} does not get a sidecar",
        cluster=cluster,
        why=f"{why} (the namespace asks for one by {asked})",
        todo="Check that istiod runs, that the cluster reaches it on 15017, and its revision (mesh_revision)",
    )


def _wait_for_probe(client: KubernetesClient, plan: Plan, clock: Clock, progress: Progress) -> None:
    name = probe_name(client.cluster)

    def read() -> Object:
        pod = client.get(POD, name, plan.namespace)
        if pod is None:
            return {"ready": False, "gone": True, "status": "deleted by somebody else"}
        state = pod_state(pod)
        return {"ready": state.ready, "status": "Ready" if state.ready else "starting", "reason": state.reason}

    wait = Wait(
        what=f"Pod {plan.namespace}/{name}",
        acceptors=(Acceptor("ready"), Acceptor("gone", "failure")),
        status="status",
        reason="reason",
        cluster=client.cluster,
        todo=f"Run it again, and meanwhile kubectl describe pod -n {plan.namespace} {name}",
        timeout=plan.timeout,
        interval=INTERVAL,
    )
    wait_until(read, wait, lambda line: progress(f"{client.cluster}: {line}"), clock)
