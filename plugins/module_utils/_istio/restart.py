# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module sidecars_restart: make pods anew whose sidecar is of another revision or version than a new pod's would be.

As `kubectl rollout restart` does it: an annotation of the pod template, upon which the workload's own strategy replaces its pods.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timezone

from .._errors import MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import DAEMON_SET, DEPLOYMENT, NAMESPACE, POD, STATEFUL_SET, describe
from .._kubernetes.options import access_from
from .._wait import Acceptor, Progress, Wait, wait_until
from .followers import INJECT_LABEL, Target, asked_by, asked_for, behind
from .member import REVISION_LABEL, sample_pod
from .pods import proxy_image
from .rollout import RESTARTED_AT, rollout
from .sidecars import Workload

Object = dict[str, t.Any]

KINDS = {kind.kind: kind for kind in (DAEMON_SET, DEPLOYMENT, STATEFUL_SET)}


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError for a restart that does not come about."""
    client = KubernetesClient(access_from(params, params["name"] or ""))
    rooms, pods = in_parallel([lambda: client.list(NAMESPACE, metadata_only=True), lambda: client.list(POD)])
    asking = {room["metadata"]["name"]: asked_by(room["metadata"].get("labels") or {}) for room in rooms}
    if check_mode:  # labels and releases are yet to be changed
        asking |= dict.fromkeys(params["moving"], params["revision"])
        pods = [pod for pod in pods if not follows_its_release(pod, params)]
    target = Target(
        params["revision"],
        "" if check_mode else new_image(client, params["namespace"], params["revision"]),
        params["version"],
    )
    restart, stay = behind(pods, asking, target)
    lives = {workload: client.get(KINDS[workload.kind], workload.name, workload.namespace) for workload in restart}
    for workload, live in lives.items():
        why = unmoved(live)
        if why:
            stay[workload] = (why, restart.pop(workload))
    ours = params["restart"]
    todo = sorted(workload for workload in restart if ours or workload.namespace == params["namespace"])
    later = sorted(workload for workload in restart if workload not in todo)
    if not check_mode:
        restart_all(client, todo, params, progress)
    return {
        "changed": bool(todo),
        "restarted": [entry(workload, restart[workload]) for workload in todo],
        "to_restart": [entry(workload, restart[workload]) for workload in later],
        "staying": [{**entry(workload, stay[workload][1]), "why": stay[workload][0]} for workload in sorted(stay)],
        "diff": [
            {"before": "", "after": f"{RESTARTED_AT}: now\n", "after_header": f"restart of {title(workload)}"}
            for workload in todo
        ],
    }


def entry(workload: Workload, pods: list[str]) -> Object:
    return {**asdict(workload), "pods": sorted(pods)}


def title(workload: Workload) -> str:
    return describe(KINDS[workload.kind], workload.name, workload.namespace)


def follows_its_release(pod: Object, params: t.Mapping[str, t.Any]) -> bool:
    """Whether a pod of the mesh's namespace is of another revision, and so is made anew with its Helm release."""
    return bool(pod["metadata"]["namespace"] == params["namespace"] and asked_for(pod, {}) != params["revision"])


def new_image(client: KubernetesClient, namespace: str, revision: str) -> str:
    """The image of the sidecar that a new pod gets, by one that is admitted and not stored."""
    pod = sample_pod(namespace)
    pod["metadata"]["labels"] = {INJECT_LABEL: "true", **({REVISION_LABEL: revision} if revision else {})}
    image = proxy_image(client.create(POD, pod, dry_run=True))
    if not image:
        raise MeshError(
            f"a new pod gets no sidecar of revision {revision or 'default'}; nothing was restarted",
            cluster=client.cluster,
            why=f"a pod of namespace {namespace} was admitted without istio-proxy",
            todo="Look at the MutatingWebhookConfigurations of Istio there, and at the log of istiod",
        )
    return image


def unmoved(live: Object | None) -> str:
    """Why a restart would not replace the pods of a workload, "" where it would."""
    if live is None:
        return "it has just gone"
    spec = live["spec"]
    if spec.get("paused"):
        return "it is paused"
    if spec.get("updateStrategy", {}).get("type") == "OnDelete":
        return "its strategy is OnDelete: delete its pods one by one"
    return ""


def restart_all(
    client: KubernetesClient, todo: t.Sequence[Workload], params: t.Mapping[str, t.Any], progress: Progress
) -> None:
    """Restart some at a time and wait for each. The first that fails keeps the others from being begun."""
    errors: list[MeshError] = []
    untouched: list[str] = []

    def one(workload: Workload) -> None:
        if errors:
            untouched.append(title(workload))
            return
        try:
            restart_one(client, workload, params["wait_timeout"], progress)
        except MeshError as error:
            errors.append(error)

    with ThreadPoolExecutor(max_workers=params["at_once"]) as pool:
        list(pool.map(one, todo))
    if errors:
        errors[0].todo += f". Not restarted because of it: {', '.join(untouched)}" if untouched else ""
        raise MeshError(errors[0].what, cluster=errors[0].cluster, why=errors[0].why, todo=errors[0].todo)


def restart_one(client: KubernetesClient, workload: Workload, timeout: int, progress: Progress) -> None:
    kind = KINDS[workload.kind]
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    template = {"template": {"metadata": {"annotations": {RESTARTED_AT: now}}}}
    client.patch(kind, workload.name, workload.namespace, {"spec": template})
    wait = Wait(
        what=f"restart of {title(workload)}",
        acceptors=(Acceptor("done"), Acceptor("failed", "failure")),
        status="said",
        cluster=client.cluster,
        todo=f"Look at its pods and events in namespace {workload.namespace}, put that right, then run the same playbook again",
        timeout=timeout,
        interval=1,
    )
    wait_until(lambda: progress_of(client.get(kind, workload.name, workload.namespace)), wait, progress)


def progress_of(live: Object | None) -> Object:
    """How far a workload has replaced its pods. One that has gone meanwhile is nobody's to wait for."""
    return rollout(live) if live else {**rollout(None), "done": True}
