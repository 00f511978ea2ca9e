# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator makes in a member, and removes."""

from __future__ import annotations

from api_server import Api, Object, install, owner
from schemas import definitions

INJECTOR = "istio-sidecar-injector"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"


def populate(remote: Api, istio: Object, injected: list[str], failure_policy: str) -> None:
    """Everything of a member whose control plane is that of an Istio resource."""
    namespace, group = istio["metadata"]["namespace"], istio["apiVersion"].partition("/")[0]
    install(remote, definitions(group, ("Istio", "MeshGateway")))
    remote.ensure("/api/v1/namespaces", {"metadata": {"name": namespace}})
    central = {
        **{key: istio[key] for key in ("apiVersion", "kind")},
        "metadata": {"name": istio["metadata"]["name"], "namespace": namespace},
        "spec": {**istio["spec"], "autoInjectionNamespaces": injected},
    }
    made = remote.ensure(f"/apis/{istio['apiVersion']}/namespaces/{namespace}/istios", central)
    config = {"metadata": {"name": "istio", "ownerReferences": [owner(made)]}, "data": {"mesh": "{}"}}
    remote.ensure(f"/api/v1/namespaces/{namespace}/configmaps", config)
    remote.ensure(WEBHOOKS, injector(made, failure_policy))
    for one in remote.items("/api/v1/namespaces"):
        name = one["metadata"]["name"]
        if "deletionTimestamp" not in one["metadata"]:
            root = {"metadata": {"name": "istio-ca-root-cert"}, "data": {"root-cert.pem": "a certificate"}}
            remote.ensure(f"/api/v1/namespaces/{name}/configmaps", root)
        if name in injected:
            labels = dict.fromkeys(("istio-injection", "istio-operator-managed-injection"), "enabled")
            remote.merge(f"/api/v1/namespaces/{name}", {"metadata": {"labels": labels}})


def clean(remote: Api, group: str) -> None:
    """The definitions; what else there is goes with its owners, or stays."""
    for plural in ("istios", "meshgateways"):
        remote.delete(f"{DEFINITIONS}/{plural}.{group}")


def injector(istio: Object, failure_policy: str) -> Object:
    """The webhook of a member. Nobody serves it, and it outlives its owner, which is of a namespace."""
    namespace = istio["metadata"]["namespace"]
    webhook = {
        "name": "sidecar-injector.istio.io",
        "clientConfig": {"service": {"name": INJECTOR, "namespace": namespace, "path": "/inject"}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "failurePolicy": failure_policy,
        "namespaceSelector": {"matchLabels": {"istio-injection": "enabled"}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    return {"metadata": {"name": INJECTOR, "ownerReferences": [owner(istio)]}, "webhooks": [webhook]}
