# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's own Deployment; where the cluster has no nodes, its controller and the kubelet of its pod too."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from api_server import Api, Object

NAME = "istio-operator"
APP = {"app": NAME}
IMAGE = "example.com/istio-operator:scripted"


@dataclass
class OwnDeployment:
    """The Deployment in its namespace, and the pod that this process takes itself for."""

    api: Api
    namespace: str
    uid: str = ""
    pod: str = ""

    def install(self, node: str) -> None:
        """Make what is not there; the pod is for a node of that name where there is one."""
        self.api.ensure("/api/v1/namespaces", {"metadata": {"name": self.namespace}})
        container = {"name": "manager", "image": IMAGE}
        spec: Object = {"containers": [container], **({"nodeName": node} if node else {})}
        template = {"metadata": {"labels": APP}, "spec": spec}
        deployment = {"metadata": {"name": NAME}, "spec": {"selector": {"matchLabels": APP}, "template": template}}
        live = self.live() or self.api.call("POST", self.path("deployments"), deployment)
        self.uid = live["metadata"]["uid"]

    def path(self, plural: str) -> str:
        root = "/apis/apps/v1" if plural == "deployments" else "/api/v1"
        return f"{root}/namespaces/{self.namespace}/{plural}"

    def live(self) -> Object | None:
        return self.api.get(f"{self.path('deployments')}/{NAME}")

    def is_there(self) -> bool:
        """Whether it is there still; without it the process has to end."""
        return ((self.live() or {}).get("metadata") or {}).get("uid") == self.uid

    def has_restarted(self) -> bool:
        """Whether another pod runs than when this was asked before."""
        deployment = self.live()
        if deployment and not has_nodes(self.api):
            self.play(deployment)
        running = [one for one in self.pods() if one.get("status", {}).get("phase") == "Running"]
        before = self.pod
        if running:
            self.pod = max(running, key=lambda one: str(one["metadata"]["creationTimestamp"]))["metadata"]["uid"]
        return before not in ("", self.pod)

    def pods(self) -> list[Object]:
        """The pods that are not on their way out."""
        found = self.api.items(f"{self.path('pods')}?labelSelector=app%3D{NAME}")
        return [one for one in found if "deletionTimestamp" not in one["metadata"]]

    def play(self, deployment: Object) -> None:
        """A pod by the template of the Deployment, which runs, instead of one by another template."""
        template, generation = deployment["spec"]["template"], deployment["metadata"]["generation"]
        mark = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
        old = {one["metadata"]["name"]: one["metadata"]["labels"].get("pod-template-hash") for one in self.pods()}
        if mark not in old.values():
            self.start_pod(
                f"{NAME}-{mark}", {**template["metadata"]["labels"], "pod-template-hash": mark}, template["spec"]
            )
            for name in old:
                self.api.delete(f"{self.path('pods')}/{name}")
        if deployment.get("status", {}).get("observedGeneration") != generation:
            counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
            change = {"status": {"observedGeneration": generation, **counts}}
            self.api.merge(f"{self.path('deployments')}/{NAME}/status", change)

    def start_pod(self, name: str, labels: t.Mapping[str, str], spec: Object) -> None:
        self.api.call("POST", self.path("pods"), {"metadata": {"name": name, "labels": labels}, "spec": spec})
        started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = {"phase": "Running", "startTime": started, "conditions": [{"type": "Ready", "status": "True"}]}
        self.api.merge(f"{self.path('pods')}/{name}/status", {"status": status})


def has_nodes(api: Api) -> bool:
    """Whether real controllers and kubelets look after what the cluster holds."""
    return bool(api.items("/api/v1/nodes"))
