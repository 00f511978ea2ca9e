# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the near workload of a failover drill fails, and how it is put right again."""

from __future__ import annotations

import threading
import time
import typing as t

from .._errors import MeshError
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import DEPLOYMENT, POD
from .._kubernetes.pod_log import follow_log, read_log
from .._kubernetes.port_forward import PortForward
from .drill_room import Drill, near_pod
from .drill_workload import ADMIN_PORT, ERROR_PERCENT, NAME, SLOW_MS, SLOW_PERCENT

SCALED, KILLED, CUT, ERRORS, SLOW = "scaled", "killed", "cut", "errors", "slow"
WAYS = (SCALED, KILLED, CUT, ERRORS, SLOW)
WORKLOAD = "workload"  # the container


def break_near(drill: Drill, how: str, slow_seconds: float) -> tuple[float, list[str]]:
    """(when, what the workload had noted by its end); cut is for the user's own tasks, and nothing happens here."""
    client = drill.places[drill.near]
    if how in (SCALED, KILLED):
        return _stop(client, drill, how)
    if how == ERRORS:
        _set(client, drill, {ERROR_PERCENT: 100})
    if how == SLOW:
        _set(client, drill, {SLOW_PERCENT: 100, SLOW_MS: round(1000 * slow_seconds)})
    return time.time(), []


def mend_near(drill: Drill, how: str) -> float:
    """Put the near workload right again, whatever state it is in. When."""
    client = drill.places[drill.near]
    if how in (SCALED, KILLED):
        _scale(client, drill, 1)
    if how in (ERRORS, SLOW):
        _set(client, drill, {ERROR_PERCENT: 0, SLOW_PERCENT: 0})
    return time.time()


def _stop(client: KubernetesClient, drill: Drill, how: str) -> tuple[float, list[str]]:
    """The log of a pod goes with it, so it is read until the end."""
    pod = near_pod(drill)["metadata"]["name"]
    pieces: list[str] = []
    opened = threading.Event()

    def read() -> None:
        for piece in follow_log(client, pod, drill.namespace, WORKLOAD):
            pieces.append(piece)
            opened.set()

    reader = threading.Thread(target=read, name=f"log of {pod}", daemon=True)
    reader.start()
    opened.wait(5)
    when = time.time()
    _scale(client, drill, 0)
    if how == KILLED:
        client.delete(POD, pod, drill.namespace, at_once=True)
    reader.join(drill.timeout)
    return when, "".join(pieces).splitlines()


def _scale(client: KubernetesClient, drill: Drill, replicas: int) -> None:
    client.patch(DEPLOYMENT, NAME, drill.namespace, {"spec": {"replicas": replicas}})


def _set(client: KubernetesClient, drill: Drill, values: t.Mapping[str, int]) -> None:
    """Change what the workload's Envoy does at runtime."""
    query = "&".join(f"{name}={value}" for name, value in values.items())
    pod = near_pod(drill)["metadata"]["name"]
    with PortForward(client, drill.namespace, pod, ADMIN_PORT) as forward:
        answer = forward.request("POST", f"/runtime_modify?{query}")
    if answer.status != 200:
        raise MeshError(
            f"Pod {drill.namespace}/{pod} cannot be made to fail",
            cluster=client.cluster,
            why=f"Envoy's answer: {answer.body[:200].decode(errors='replace').strip()} (HTTP {answer.status})",
            todo="Use an image whose Envoy has the fault filter (option image)",
        )


def notes_of(client: KubernetesClient, pod: Object, namespace: str, seconds: int) -> list[str]:
    """What a workload's pod noted in the last seconds."""
    return read_log(client, pod["metadata"]["name"], namespace, WORKLOAD, sinceSeconds=str(seconds)).splitlines()
