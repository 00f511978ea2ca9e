# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator that reconciles Istio and RemoteIstio objects: where it runs, since when, and its log.

It reads a member's kubeconfig once and keeps it by the member's name (banzaicloud/istio-operator, pkg/remoteclusters), so a
changed one counts from its next start on. Some releases run as a StatefulSet, some have a proxy beside them in the pod.
"""

from __future__ import annotations

import typing as t
from datetime import datetime
from functools import partial

from .._errors import MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import DEPLOYMENT, POD, STATEFUL_SET
from .rollout import Workload

Object = dict[str, t.Any]

IMAGE = "istio-operator"
TODO = "Set mesh_operator_deployment (option operator) to namespace/name of its Deployment"


class Operator(Workload):
    """The Deployment or StatefulSet that runs the operator."""

    @property
    def container(self) -> str:
        """The container that it is: the one with the operator's image, else the first."""
        containers = containers_of(self.body)
        return str(next(filter(is_operators, containers), containers[0])["name"])


def check_operator(option: str | None) -> None:
    """Raise MeshError where the option `operator` is not of the form namespace/name."""
    if option and [bool(part) for part in option.split("/")] != [True, True]:
        raise MeshError(f"operator {option!r} is not of the form namespace/name", todo=TODO)


def find_operator(client: KubernetesClient, option: str | None) -> Operator:
    """The one that the option `operator` (namespace/name) names, else the one of the operator's image.

    Raises MeshError where there is none, or more than one.
    """
    kinds = (DEPLOYMENT, STATEFUL_SET)
    if option:
        namespace, name = option.split("/")
        lives = in_parallel([partial(client.get, kind, name, namespace) for kind in kinds])
        found = [Operator(kind, live) for kind, live in zip(kinds, lives, strict=True) if live]
        what = f"neither Deployment nor StatefulSet {option} exists, which is to run the operator"
    else:
        lists = in_parallel([partial(client.list, kind) for kind in kinds])
        found = [
            Operator(kind, live)
            for kind, lives in zip(kinds, lists, strict=True)
            for live in lives
            if any(map(is_operators, containers_of(live)))
        ]
        what = f"no operator is found: neither a Deployment nor a StatefulSet has an image of the name {IMAGE}"
    if not found:
        raise MeshError(what, cluster=client.cluster, todo=TODO)
    if len(found) > 1:
        titles = ", ".join(operator.title for operator in found)
        raise MeshError("more than one operator is found", cluster=client.cluster, why=titles, todo=TODO)
    return found[0]


def containers_of(workload: Object) -> list[Object]:
    return t.cast(list[Object], workload["spec"]["template"]["spec"]["containers"])


def is_operators(container: Object) -> bool:
    """Whether it has the operator's image: the last segment, without tag and digest, is the operator's name."""
    image = str(container.get("image") or "").partition("@")[0]
    return image.rpartition("/")[2].partition(":")[0] == IMAGE


def where_it_logs(client: KubernetesClient, option: str | None) -> str:
    """What to do about an operator that does not do its work: the command that shows its log."""
    try:
        operator = find_operator(client, option)
    except MeshError as error:
        why = f"{error.what}{f' ({error.why})' if error.why else ''}"
        return f"Look at the log of the operator in cluster {client.cluster}: {why}. {error.todo}".rstrip()
    container = ["--container", operator.container] if len(containers_of(operator.body)) > 1 else []
    return f"See what it says: {operator.command(client, 'logs', *container)}"


def started_at(client: KubernetesClient, operator: Operator) -> datetime | None:
    """Since when its oldest process runs; None where none does."""
    labels = operator.body["spec"]["template"]["metadata"].get("labels") or {}
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    pods = [pod for pod in client.list(POD, operator.namespace, labels=selector) if not has_ended(pod)]
    return min((start_of(pod, operator.container) for pod in pods), default=None)


def has_ended(pod: Object) -> bool:
    """Whether the pod does nothing any more, or is about to: after a restart the former ones take a while to go."""
    return bool(pod["metadata"].get("deletionTimestamp") or pod["status"].get("phase") in ("Succeeded", "Failed"))


def start_of(pod: Object, container: str) -> datetime:
    """Since when a container of a pod runs, else since when there is the pod."""
    status = pod.get("status") or {}
    found = [entry for entry in status.get("containerStatuses") or [] if entry.get("name") == container]
    running = ((found[0].get("state") or {}).get("running") or {}) if found else {}
    return datetime.fromisoformat(running.get("startedAt") or pod["metadata"]["creationTimestamp"])
