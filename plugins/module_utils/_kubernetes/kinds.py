# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes kinds and their paths: what is known needs no discovery."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Kind:
    """What is needed to make a path without asking the server."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def definition(self) -> str:
        """The name of the CustomResourceDefinition that defines it."""
        return f"{self.plural}.{self.api_version.partition('/')[0]}"

    def path(self, name: str | None = None, namespace: str | None = None) -> str:
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        scope = f"/namespaces/{quote(namespace)}" if self.namespaced and namespace else ""
        return f"{root}{scope}/{self.plural}" + (f"/{quote(name)}" if name else "")


NAMESPACE = Kind("v1", "Namespace", "namespaces", namespaced=False)
NODE = Kind("v1", "Node", "nodes", namespaced=False)
POD = Kind("v1", "Pod", "pods")
SERVICE = Kind("v1", "Service", "services")
SERVICE_ACCOUNT = Kind("v1", "ServiceAccount", "serviceaccounts")
SECRET = Kind("v1", "Secret", "secrets")
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments")
STATEFUL_SET = Kind("apps/v1", "StatefulSet", "statefulsets")
DAEMON_SET = Kind("apps/v1", "DaemonSet", "daemonsets")
LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases")
CUSTOM_RESOURCE_DEFINITION = Kind(
    "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
)
MUTATING_WEBHOOK = Kind(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    namespaced=False,
)
KNOWN_KINDS = {
    (kind.api_version, kind.kind): kind
    for kind in (
        NAMESPACE, NODE, POD, SERVICE, SERVICE_ACCOUNT, SECRET, CONFIG_MAP, DEPLOYMENT, STATEFUL_SET, DAEMON_SET,
        LEASE, CUSTOM_RESOURCE_DEFINITION, MUTATING_WEBHOOK,
    )
}  # fmt: skip


def describe(kind: Kind, name: str, namespace: str | None = None) -> str:
    """An object's name in messages: "Secret istio-system/east"."""
    return f"{kind.kind} {namespace}/{name}" if namespace else f"{kind.kind} {name}"
