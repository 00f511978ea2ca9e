# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an istiod pod says of the mesh: its version and the clusters that it reads.

Read on its monitoring port through a port-forward: /debug answers loopback only (ENABLE_DEBUG_ENDPOINT_AUTH, Istio 1.29).
"""

from __future__ import annotations

from dataclasses import dataclass

from .._errors import MeshError
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import POD
from .._kubernetes.port_forward import Answer, PortForward
from .istiod_views import Views, content_of, read_views
from .pods import PodState, pod_state

# Of istiod's pods and Deployments
SELECTOR = "app=istiod"
MONITORING_PORT = 15014
SYNCED = "synced"
NOT_LISTED = "unknown to istiod"
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class RegisteredCluster:
    """One entry of /debug/clusterz. `secret` is empty for istiod's own cluster; `status`: synced, syncing, timeout, closed."""

    id: str
    secret: str
    status: str


@dataclass(frozen=True)
class Istiod:
    """One istiod pod and what it sees; `error` says why it could not be asked, `todo` what to do about that."""

    pod: str
    revision: str
    version: str = ""
    clusters: tuple[RegisteredCluster, ...] = ()
    error: str = ""
    todo: str = ""
    views: Views = Views()

    def status_of(self, cluster: str) -> str:
        """How this pod sees a member."""
        if self.error:
            return NO_ANSWER
        return next((entry.status for entry in self.clusters if entry.id == cluster), NOT_LISTED)


def list_istiods(client: KubernetesClient, namespace: str) -> list[Object]:
    """The pods of istiod in a namespace, but those that are on their way out."""
    return istiod_pods(client.list(POD, namespace, labels=SELECTOR))


def istiod_pods(pods: list[Object]) -> list[Object]:
    """The pods of istiod among those of the mesh's namespace, but those that are on their way out."""
    return [
        pod
        for pod in pods
        if (pod["metadata"].get("labels") or {}).get("app") == "istiod"
        and not pod["metadata"].get("deletionTimestamp")
        and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")
    ]


def read_istiod(client: KubernetesClient, pod: Object, *, thorough: bool = True, counting: bool = False) -> Istiod:
    """Ask one istiod pod, `thorough` for its views too, `counting` for what it heard. Never raises: what goes wrong is in `error`."""
    metadata = pod["metadata"]
    name, revision = metadata["name"], (metadata.get("labels") or {}).get("istio.io/rev", "")
    state: PodState = pod_state(pod)
    if not state.ready:
        return Istiod(name, revision, error=f"{POD.kind} is not Ready" + (f": {state.reason}" if state.reason else ""))
    try:
        with PortForward(client, metadata["namespace"], name, MONITORING_PORT) as forward:
            clusters = parse_clusters(forward.get("/debug/clusterz"))
            version = parse_version(forward.get("/version"))
            views = read_views(forward, counting=counting) if thorough else Views()
    except MeshError as error:
        return Istiod(name, revision, error=error.why or error.what, todo=error.todo)
    except ValueError as error:
        return Istiod(name, revision, error=str(error))
    return Istiod(name, revision, version, clusters, views=views)


def parse_clusters(answer: Answer) -> tuple[RegisteredCluster, ...]:
    """/debug/clusterz: [{"id": "east", "secretName": "istio-system/east", "syncStatus": "synced"}]. Raises ValueError."""
    entries = content_of(answer)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("/debug/clusterz did not answer with a list of clusters")
    return tuple(
        RegisteredCluster(str(entry.get("id")), str(entry.get("secretName") or ""), str(entry.get("syncStatus")))
        for entry in entries
    )


def parse_version(answer: Answer) -> str:
    """/version: "1.31.0-<commit>-Clean", of which the version is kept; "" where it is not told."""
    if answer.status != 200:
        return ""
    return answer.body.decode(errors="replace").strip().rsplit("-", 2)[0]
