# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Deployment, StatefulSet or DaemonSet whose pods are made anew, as `kubectl rollout restart` does, and how far that has come."""

from __future__ import annotations

import shlex
import typing as t
from dataclasses import dataclass
from datetime import datetime

from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import visible
from .._kubernetes.kinds import DAEMON_SET, STATEFUL_SET, Kind, describe
from .._wait import Acceptor, Progress, Wait, wait_until

Object = dict[str, t.Any]

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


@dataclass(frozen=True)
class Workload:
    """One of them, as read."""

    kind: Kind
    body: Object

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.body["metadata"]["namespace"])

    @property
    def title(self) -> str:
        return describe(self.kind, self.name, self.namespace)

    def command(self, client: KubernetesClient, *words: str) -> str:
        """A kubectl command about it, by the kubeconfig and context that the cluster is reached by."""
        access = client.access
        reached = [("--kubeconfig", access.kubeconfig), ("--context", access.context), ("--server", access.host)]
        options = [text for option, value in reached if value for text in (option, value)]
        where = ["--namespace", self.namespace, *words, f"{self.kind.kind.lower()}/{self.name}"]
        return shlex.join(["kubectl", *options, *where])


def ask_restart(client: KubernetesClient, workload: Workload, now: datetime, why: str, *, dry_run: bool) -> Change:
    """Have its pods made anew, as `kubectl rollout restart` does."""
    noted = {"metadata": {"annotations": {RESTARTED_AT: now.isoformat()}}}
    change = {"spec": {"template": noted}}
    kind, name, namespace = workload.kind, workload.name, workload.namespace
    after = client.patch(kind, name, namespace, change, dry_run=dry_run)
    return Change(kind.kind, namespace, name, "changed", visible(workload.body), visible(after), why=why)


def wait_restarted(
    client: KubernetesClient, workload: Workload, params: t.Mapping[str, t.Any], progress: Progress
) -> None:
    """Wait until its new pods serve and the old ones have gone. Raises MeshError."""
    wait = Wait(
        what=f"restart of {workload.title}",
        acceptors=(Acceptor("done"),),
        status="said",
        cluster=client.cluster,
        todo=f"See why its pods do not start: {workload.command(client, 'describe')}",
        timeout=params["wait_timeout"],
        interval=params["wait_interval"],
    )
    wait_until(lambda: rollout(client.get(workload.kind, workload.name, workload.namespace)), wait, progress)


def rollout(live: Object | None) -> Object:
    """How far a rollout has come, by the rules of `kubectl rollout status`: done, failed (it is late), and said."""
    if live is None:
        return {"done": False, "failed": False, "said": "it is gone"}
    status = live.get("status") or {}
    is_seen = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
    late = [one for one in status.get("conditions") or [] if one.get("reason") == "ProgressDeadlineExceeded"]
    wanted, updated, serving, there = counts(live, status)
    return {
        "done": is_seen and updated == there == wanted and serving >= wanted,
        "failed": is_seen and bool(late),
        "said": f"{updated} of {wanted} pods are new, {serving} of {there} serve",
    }


def counts(live: Object, status: Object) -> tuple[int, int, int, int]:
    """How many pods a workload is to have, how many are new, serve, and are there."""
    if live["kind"] == DAEMON_SET.kind:
        there = status.get("desiredNumberScheduled", 0)
        return there, status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0), there
    wanted, updated, there = (
        live["spec"].get("replicas", 1),
        status.get("updatedReplicas", 0),
        status.get("replicas", 0),
    )
    if live["kind"] != STATEFUL_SET.kind:
        return wanted, updated, status.get("availableReplicas", 0), there
    if status.get("currentRevision") == status.get("updateRevision"):
        updated = there  # it no longer counts them once all are
    return (
        wanted,
        updated,
        status.get("readyReplicas", 0),
        there,
    )  # available ones are counted since Kubernetes 1.22 only
