# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods as a person asks about them: Ready or not, and why not; and whether Istio injected one. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Object = dict[str, t.Any]

PROXY_CONTAINER = "istio-proxy"


@dataclass(frozen=True)
class PodState:
    """`reason` is empty for a pod that is Ready."""

    name: str
    ready: bool
    restarts: int
    reason: str


def pod_state(pod: Object) -> PodState:
    """The state of one pod, from its status."""
    status = pod.get("status", {})
    containers = [
        *(status.get("initContainerStatuses") or []),
        *(status.get("containerStatuses") or []),
    ]
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or [])
    return PodState(
        name=pod["metadata"]["name"],
        ready=ready,
        restarts=sum(container.get("restartCount", 0) for container in containers),
        reason="" if ready else _why_not_ready(status, containers),
    )


def is_finished(pod: Object) -> bool:
    """Whether the pod has done its work, as those of Jobs do, and is not expected to be Ready."""
    return bool(pod.get("status", {}).get("phase") == "Succeeded")


def proxy_image(pod: Object) -> str:
    """The image of the sidecar, "" where there is none. A native sidecar is an init container."""
    spec = pod.get("spec", {})
    for container in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        if container["name"] == PROXY_CONTAINER:
            return str(container.get("image", ""))
    return ""


def _why_not_ready(status: Object, containers: list[Object]) -> str:
    """A container that cannot start, else a condition that is not met, else the phase."""
    for container in containers:
        for state in ("waiting", "terminated"):
            found = container.get("state", {}).get(state)
            if found and found.get("reason") not in ("PodInitializing", "ContainerCreating", "Completed"):
                return _text(f"container {container['name']}: {found.get('reason', state)}", found.get("message"))
    for condition in status.get("conditions") or []:
        if condition["status"] != "True" and condition.get("message"):
            return _text(condition.get("reason", condition["type"]), condition["message"])
    return _text(status.get("phase", "Pending"), status.get("message"))


def _text(reason: str, message: str | None) -> str:
    return f"{reason}: {message.strip()}" if message else reason
