# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one cluster shows of its part in the mesh: pods and gateways of the mesh's namespace, and injection as it happens."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ApiError, MeshError
from .._kubernetes.access import Access
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import NAMESPACE, POD, SERVICE
from .gateways import NETWORK_LABEL, Gateway, gateway
from .member_view import View, read_view
from .pods import PodState, is_finished, pod_state, proxy_image

INJECTION_LABEL = "istio-injection"
REVISION_LABEL = "istio.io/rev"
# By these words of Kubernetes' RBAC, refusals of admission, also HTTP 403, are told apart.
MAY_NOT = 'cannot create resource "pods"'
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@dataclass(frozen=True)
class Injection:
    """What became of a pod in a namespace with Istio's label. `namespace` is empty where no namespace has one.

    known: whether it was tried at all, which needs the right to create pods
    """

    namespace: str
    image: str = ""
    why: str = ""
    known: bool = True

    @property
    def ok(self) -> bool:
        return bool(self.image)


@dataclass(frozen=True)
class MemberState:
    """One cluster as read; `error` says why it could not be, and then the rest is empty.

    network:    its Istio network, by the label of the mesh's namespace
    namespaces: the mesh's and those that ask for sidecars
    view:       None where only pods, gateways and injection were looked at
    """

    name: str
    pods: tuple[PodState, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    injection: Injection = Injection("")
    error: MeshError | None = None
    objects: tuple[Object, ...] = ()
    network: str = ""
    namespaces: frozenset[str] = frozenset()
    view: View | None = None


def read_member(
    access: Access, namespace: str, *, is_remote: bool, thorough: bool, each: int
) -> tuple[KubernetesClient | None, MemberState]:
    """Read one cluster. Never raises: an unreachable one has `error`. The client serves for further questions.

    each: how many requests are worth a connection
    """
    try:
        client = KubernetesClient(access)
        calls: list[t.Callable[[], t.Any]] = [
            lambda: read_view(client, namespace, is_remote=is_remote, each=each) if thorough else None,
            lambda: client.list(POD, namespace),
            lambda: client.list(SERVICE, namespace),
            lambda: client.list(NAMESPACE),
        ]
        view, pods, services, namespaces = in_parallel(calls, each)
        injected = injected_namespaces(namespaces)
        injection = try_injection(client, usual_namespace(injected))
    except MeshError as error:
        return None, MemberState(access.name, error=error)
    return client, MemberState(
        name=access.name,
        pods=tuple(pod_state(pod) for pod in pods if not is_finished(pod)),
        gateways=tuple(gateway(service) for service in services if service["spec"].get("type") == "LoadBalancer"),
        injection=injection,
        objects=tuple(pods),
        network=network_in(namespaces, namespace),
        namespaces=frozenset({namespace, *injected}),
        view=view,
    )


def network_in(namespaces: list[Object], namespace: str) -> str:
    """The Istio network of a cluster, by the label of the mesh's namespace; "" where it has none."""
    room = next((item for item in namespaces if item["metadata"]["name"] == namespace), None)
    return str(((room or {"metadata": {}})["metadata"].get("labels") or {}).get(NETWORK_LABEL, ""))


def injected_namespaces(namespaces: list[Object]) -> list[str]:
    """Those that have Istio's label and stay."""
    return sorted(
        item["metadata"]["name"]
        for item in namespaces
        if is_injected(item["metadata"].get("labels") or {}) and not item["metadata"].get("deletionTimestamp")
    )


def usual_namespace(injected: list[str]) -> str:
    """The namespace that a pod is tried in: "default" where it has Istio's label, else the first that has; "" for none."""
    return "default" if "default" in injected else next(iter(injected), "")


def is_injected(labels: t.Mapping[str, str]) -> bool:
    """Whether a namespace's labels ask for sidecars: istio-injection decides, a revision only where it is absent."""
    if INJECTION_LABEL in labels:
        return labels[INJECTION_LABEL] == "enabled"
    return bool(labels.get(REVISION_LABEL))


def try_injection(client: KubernetesClient, namespace: str) -> Injection:
    """Have a pod admitted, webhooks and all, without storing it."""
    if not namespace:
        return Injection("", why="no namespace has the label istio-injection=enabled or istio.io/rev")
    try:
        admitted = client.create(POD, sample_pod(namespace), dry_run=True)
    except ApiError as error:
        if not error.status:
            raise
        return Injection(namespace, why=error.why, known=MAY_NOT not in error.why)
    image = proxy_image(admitted)
    return Injection(namespace, image, "" if image else "the pod was admitted without istio-proxy")


def sample_pod(namespace: str) -> Object:
    """A pod that is only ever admitted, never run."""
    container = {"name": "check", "image": "check", "securityContext": RESTRICTED}
    return {
        "apiVersion": POD.api_version,
        "kind": POD.kind,
        "metadata": {"name": "multiregion-istio-injection-check", "namespace": namespace},
        "spec": {"automountServiceAccountToken": False, "containers": [container]},
    }
