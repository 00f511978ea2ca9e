# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a failover drill takes place: its namespace, workload and policy in the clusters that take part, and what comes of pods there."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.apply import apply_object, in_parallel
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import DEPLOYMENT, NODE, POD, SERVICE, Kind
from .._kubernetes.ownership import marked
from .._wait import Acceptor, Progress, Wait, wait_until
from .drill_capacity import Capacity, capacity_of
from .drill_workload import NAME, deployment_object, service_object
from .failover_objects import (
    COMPONENT_LABEL,
    DESTINATION_RULE,
    QUICK,
    VIRTUAL_SERVICE,
    Timing,
    destination_rule,
    virtual_service,
)
from .pods import pod_state, proxy_image
from .probe import namespace_object
from .probe_pod import LABEL
from .probe_room import Room, clock_until, enter, find_leftovers
from .probe_site import WITHOUT, no_sidecar, sidecar_image

INTERVAL = 0.5
COMPONENT = "failover-drill"


@dataclass(frozen=True, kw_only=True)
class Drill(Room):
    """What is the same for all runs of a drill.

    places:  who runs the workload: clients by cluster, the near one first
    regions: of the clusters
    primary: the client of the cluster from which istiod reads the policy
    image:   of the workload, "" for that of the sidecar; load_image: has vegeta and a shell
    domain:  of the clusters, "cluster.local"
    """

    places: t.Mapping[str, KubernetesClient]
    regions: t.Mapping[str, str]
    primary: KubernetesClient
    revision: str
    image: str
    load_image: str
    domain: str
    timing: Timing

    @property
    def near(self) -> str:
        return next(iter(self.places))

    @property
    def clients(self) -> list[KubernetesClient]:
        """Of all clusters in which something is made."""
        return list({client.cluster: client for client in [*self.places.values(), self.primary]}.values())


def prepare(drill: Drill, policy: str, progress: Progress) -> Object:
    """Have the workload run in each place, with the policy. The near pod. Raises MeshError."""
    stop = threading.Event()
    for_each(lambda client: make_namespace(client, drill, stop, progress), drill.clients, stop)
    write_policy(drill, policy)

    def one(client: KubernetesClient) -> Object:
        write(client, drill, SERVICE, service_object(drill.namespace))
        image = drill.image or sidecar_image(client, drill.namespace, drill.revision)
        write(client, drill, DEPLOYMENT, deployment_object(client.cluster, drill.namespace, image, drill.pull_secrets))
        return wait_for_workload(client, drill, stop, progress)

    return for_each(one, list(drill.places.values()), stop)[0]


def make_namespace(client: KubernetesClient, drill: Drill, stop: threading.Event, progress: Progress) -> None:
    """The namespace of this drill, which an earlier run of it may have made."""
    live = find_leftovers(client, drill)
    drill.made.add(client.cluster)
    if live is None or live["metadata"]["labels"][LABEL] != drill.run:
        wanted = namespace_object(drill.namespace, drill.revision, drill.run)
        enter(client, drill, wanted, clock_until(stop), progress)


def write(client: KubernetesClient, drill: Drill, kind: Kind, wanted: Object) -> None:
    metadata = wanted["metadata"]
    live = client.get(kind, metadata["name"], metadata["namespace"])
    apply_object(client, kind, marked(wanted, drill.mesh_id, adopted=False), live, dry_run=False)


def write_policy(drill: Drill, policy: str) -> None:
    """What failover_policy would write for the workload, kept apart by its component's name."""
    host = f"{NAME}.{drill.namespace}.svc.{drill.domain}"
    rule = destination_rule(NAME, drill.namespace, host, drill.timing, policy)
    routes = virtual_service(NAME, drill.namespace, host, drill.timing)
    write(drill.primary, drill, DESTINATION_RULE, of_drill(rule))
    if policy == QUICK:
        write(drill.primary, drill, VIRTUAL_SERVICE, of_drill(routes))
    else:
        drill.primary.delete(VIRTUAL_SERVICE, NAME, drill.namespace)


def of_drill(policy: Object) -> Object:
    """Not one of those that failover_policy keeps."""
    policy["metadata"]["labels"][COMPONENT_LABEL] = COMPONENT
    return policy


def wait_for_workload(client: KubernetesClient, drill: Drill, stop: threading.Event, progress: Progress) -> Object:
    """The workload's one pod, once it is Ready and all others are gone. Raises MeshError."""

    def read() -> Object:
        pods = workload_pods(client, drill.namespace)
        states = [pod_state(pod) for pod in pods]
        ready = len(pods) == 1 and states[0].ready
        reason = next((state.reason for state in states if state.reason), "no pod yet" if not pods else "")
        return {"ready": ready, "status": "Ready" if ready else "starting", "reason": reason, "pods": pods}

    wait = Wait(
        what=f"Deployment {drill.namespace}/{NAME}",
        acceptors=(Acceptor("ready"),),
        status="status",
        reason="reason",
        cluster=client.cluster,
        todo=f"See kubectl describe pods -n {drill.namespace}",
        timeout=drill.timeout,
        interval=INTERVAL,
    )
    found = wait_until(read, wait, lambda line: progress(f"{client.cluster}: {line}"), clock_until(stop))
    pod: Object = found["pods"][0]
    if not proxy_image(pod):
        raise no_sidecar(client.cluster, drill.namespace, drill.revision, WITHOUT)
    return pod


def workload_pods(client: KubernetesClient, namespace: str) -> list[Object]:
    return client.list(POD, namespace, labels=f"app={NAME}")


def capacities(drill: Drill) -> list[Capacity]:
    """Of each place, the near one first."""

    def one(client: KubernetesClient) -> Capacity:
        nodes, pods = in_parallel([lambda: client.list(NODE), lambda: client.list(POD)])
        return capacity_of(client.cluster, drill.regions[client.cluster], nodes, pods)

    return for_each(one, list(drill.places.values()), threading.Event())


def near_pod(drill: Drill) -> Object:
    """The workload's pod in the near cluster. Raises MeshError where there is none."""
    pods = workload_pods(drill.places[drill.near], drill.namespace)
    if not pods:
        raise MeshError(
            f"no pod of Deployment {drill.namespace}/{NAME}",
            cluster=drill.near,
            todo="Somebody removed it: run it again",
        )
    return pods[0]
