# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The room of a probe: a namespace that one run makes in every cluster, with one pod in it, and takes away whatever happens."""

from __future__ import annotations

import threading
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .._errors import MeshError
from .._interrupts import Interrupts, for_each
from .._kubernetes.access import Access
from .._kubernetes.apply import wait_for_absence
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import NAMESPACE, POD, SECRET, SERVICE_ACCOUNT
from .._kubernetes.options import access_from
from .._kubernetes.ownership import marked, ownership_of
from .._problems import WARNING, Problem
from .._wait import Acceptor, Clock, Progress, Wait, wait_until
from .pods import pod_state
from .probe_pod import LABEL, probe_name
from .resource import check_name

REMOVAL_TIMEOUT = 60.0
INTERVAL = 0.5

Result = t.TypeVar("Result")
Connect = t.Callable[[str], KubernetesClient]


@dataclass(frozen=True, kw_only=True)
class Room:
    """What is the same for all clusters.

    timeout:      seconds within which the pod has to be Ready
    waits:        whether the end of the namespace is waited for, once its removal has begun
    run:          marks what this run makes
    pull_secrets: names of Secrets in the namespace pull_secrets_from of each cluster, with which images are pulled
    made:         the clusters in which this run began to make something; filled by enter()
    """

    namespace: str
    mesh_id: str
    timeout: float
    run: str
    pull_secrets: tuple[str, ...] = ()
    pull_secrets_from: str = ""
    waits: bool = True
    made: set[str] = field(default_factory=set)


def access_by_name(given: t.Sequence[t.Mapping[str, t.Any]], option: str) -> dict[str, Access]:
    """How clusters are reached, by name. Raises MeshError for a name that is given twice or is no DNS label."""
    for name, times in Counter(one["name"] for one in given).items():
        check_name(name)
        if times > 1:
            raise MeshError(f"{option}: {name} is given {times} times", todo="Give each cluster once")
    return {one["name"]: access_from(one, one["name"]) for one in given}


def find_leftovers(client: KubernetesClient, room: Room) -> Object | None:
    """The namespace that an earlier run left behind, None where there is none. Raises MeshError where it is somebody else's."""
    live = client.get(NAMESPACE, room.namespace)
    if live is None:
        return None
    ownership = ownership_of(live, room.mesh_id)
    if ownership.standing == "ours" and LABEL in live["metadata"]["labels"]:
        return live
    raise MeshError(
        f"Namespace {room.namespace} exists and is not ours to remove",
        cluster=client.cluster,
        why=f"it belongs to {ownership.owner}"
        if ownership.owner
        else "it was not made by an earlier run of this module",
        todo="Give another namespace (option namespace), or delete this one",
    )


def enter(client: KubernetesClient, room: Room, namespace: Object, clock: Clock, progress: Progress) -> None:
    """Make the namespace and what a pod in it needs. Raises MeshError; what was made by then is left for remove()."""
    told = f"removing what an earlier run left behind in namespace {room.namespace}"
    remove_leftovers(client, room, lambda: progress(f"{client.cluster}: {told}"))
    room.made.add(client.cluster)
    client.create(NAMESPACE, marked(namespace, room.mesh_id, adopted=False))
    _copy_pull_secrets(client, room)
    _wait_for_account(client, room, clock)


def remove_leftovers(client: KubernetesClient, room: Room, tell: t.Callable[[], None]) -> bool:
    """Remove the namespace, whichever run made it, once `tell` was called: whether there was one. Raises MeshError.

    One that is about to end, of a run that did not wait for it, is nothing to tell of.
    """
    leftovers = find_leftovers(client, room)
    if leftovers is None:
        return False
    if "deletionTimestamp" not in leftovers["metadata"]:
        tell()
    client.delete(NAMESPACE, room.namespace, uid=leftovers["metadata"]["uid"])
    wait_for_absence(client, NAMESPACE, leftovers, timeout=REMOVAL_TIMEOUT, interval=INTERVAL, progress=silent)
    return True


def wait_for_pod(
    client: KubernetesClient, room: Room, clock: Clock, progress: Progress, interval: float = INTERVAL
) -> Object:
    """The cluster's probe once it is Ready. Raises MeshError at the time-out, and at once where somebody deleted it."""
    name = probe_name(client.cluster)

    def read() -> Object:
        pod = client.get(POD, name, room.namespace)
        if pod is None:
            return {"ready": False, "gone": True, "status": "deleted by somebody else"}
        state = pod_state(pod)
        return {
            "ready": state.ready,
            "status": "Ready" if state.ready else "starting",
            "reason": state.reason,
            "pod": pod,
        }

    wait = Wait(
        what=f"Pod {room.namespace}/{name}",
        acceptors=(Acceptor("ready"), Acceptor("gone", "failure")),
        status="status",
        reason="reason",
        cluster=client.cluster,
        todo=f"Run it again, and meanwhile kubectl describe pod -n {room.namespace} {name}",
        timeout=room.timeout,
        interval=interval,
    )
    pod: Object = wait_until(read, wait, lambda line: progress(f"{client.cluster}: {line}"), clock)["pod"]
    return pod


def remove(client: KubernetesClient, room: Room, *, wait: bool) -> None:
    """Delete the namespace if this very run made it. Raises MeshError where it cannot be, or does not go away."""
    live = client.get(NAMESPACE, room.namespace)
    if live is None or (live["metadata"].get("labels") or {}).get(LABEL) != room.run:
        return
    client.delete(NAMESPACE, room.namespace, uid=live["metadata"]["uid"])
    # Kubernetes begins to empty a namespace after 5 s; the pod may use them to end.
    client.delete(POD, probe_name(client.cluster), room.namespace)
    if wait:
        wait_for_absence(client, NAMESPACE, live, timeout=REMOVAL_TIMEOUT, interval=INTERVAL, progress=silent)


def used(
    room: Room, work: t.Callable[[], Result], connect: Connect, progress: Progress
) -> tuple[Result, list[Problem]]:
    """work(), and whatever becomes of it, nothing is left: (what it returned, what could not be removed)."""
    with Interrupts() as interrupts:
        try:
            result = work()
        finally:
            interrupts.defer()
            progress("removing the probes")
            left_behind = clear_away(room, connect, wait=room.waits and not interrupts.received)
    return result, left_behind


def clear_away(room: Room, connect: Connect, *, wait: bool) -> list[Problem]:
    """Remove what this run made; what cannot be removed is told."""

    def one(cluster: str) -> Problem | None:
        try:
            remove(connect(cluster), room, wait=wait)
        except MeshError as error:
            what = f"Namespace {room.namespace} may be left behind"
            todo = f"The next run removes it; or kubectl delete namespace {room.namespace}"
            return Problem(WARNING, what, error.why or error.what, todo, cluster)
        return None

    return [problem for problem in for_each(one, sorted(room.made), threading.Event()) if problem]


def silent(_line: str) -> None:
    """Progress that nobody needs to see."""


def clock_until(stop: threading.Event) -> Clock:
    """A Clock whose sleep ends with an error as soon as `stop` is set."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise MeshError("interrupted")

    return Clock(sleep=sleep)


def _copy_pull_secrets(client: KubernetesClient, room: Room) -> None:
    """A kubelet pulls with Secrets of the pod's own namespace only."""
    for name in room.pull_secrets:
        source = client.get(SECRET, name, room.pull_secrets_from)
        if source:
            copy = {
                "apiVersion": SECRET.api_version,
                "kind": SECRET.kind,
                "metadata": {"name": name, "namespace": room.namespace},
                "type": source.get("type", ""),
                "data": source.get("data") or {},
            }
            client.create(SECRET, marked(copy, room.mesh_id, adopted=False))


def _wait_for_account(client: KubernetesClient, room: Room, clock: Clock) -> None:
    """A pod is refused until the namespace has its default account, which a controller makes."""

    def read() -> Object:
        return {"there": client.get(SERVICE_ACCOUNT, "default", room.namespace) is not None, "status": "not there yet"}

    wait = Wait(
        what=f"ServiceAccount {room.namespace}/default",
        acceptors=(Acceptor("there"),),
        status="status",
        cluster=client.cluster,
        todo="Check the cluster's controller manager",
        timeout=room.timeout,
        interval=0.1,
    )
    wait_until(read, wait, silent, clock)
