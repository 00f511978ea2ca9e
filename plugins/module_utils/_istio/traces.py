# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of Istio is in a cluster, and who put it there, as far as the marks of objects say. No I/O.

A trace is a dict of kind, namespace, name, made_by, mesh (the id of ours that has it, else empty), and what else of it matters.
"""

from __future__ import annotations

import re
import typing as t

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, Kind
from .._kubernetes.ownership import MANAGED_BY, MANAGER, MESH, is_ours, owner_of
from .registration import CLUSTER_ANNOTATION, LABEL

Object = dict[str, t.Any]

VALIDATING_WEBHOOK = Kind(
    "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations",
    namespaced=False,
)
ISTIO_GROUP = ".istio.io"
# Deployments that are control planes: before Istio 1.5 it was pilot.
CONTROL_PLANES = "app in (istiod,pilot)"
# Groups whose definitions an operator brings, and the kind by which it is told to run a control plane.
OPERATOR_KINDS = {
    "istio.alibabacloud.com": ("istios", "servicemeshes"),
    "istio.banzaicloud.io": ("istios",),
    "servicemesh.cisco.com": ("istiocontrolplanes",),
    "servicemesh.alibabacloud.com": (),
    "sailoperator.io": ("istios",),
    "operator.istio.io": ("istios",),
    "maistra.io": ("servicemeshcontrolplanes",),
    "install.istio.io": ("istiooperators",),
}
# istioctl marks what it applies (istio/istio, operator/pkg/manifest/name.go); the charts alone never set this one.
ISTIOCTL, ISTIOCTL_GROUP, ISTIOCTL_MARK = "istioctl", "install.istio.io", "operator.istio.io/managed"
SAIL_MARK = ("managed-by", "sail-operator")
USUAL_NAMESPACE = "istio-system"
HELM_RELEASE = "Helm release"
OPERATOR = "operator of"
# Names that the releases of Istio's charts have, ours too.
RELEASE = re.compile(r"(istio|istiod|ztunnel)(-.*)?")


def made_by(live: Object) -> str:
    """Who put an object there: "Helm release istio-system/istiod", "istioctl", "operator of sailoperator.io (Istio default)"."""
    labels = live["metadata"].get("labels") or {}
    if is_ours(live):
        return MANAGER
    for reference in live["metadata"].get("ownerReferences") or []:
        group = str(reference.get("apiVersion", "")).partition("/")[0]
        if group in OPERATOR_KINDS:
            return f"{OPERATOR} {group} ({reference.get('kind')} {reference.get('name')})"
    if labels.get(SAIL_MARK[0]) == SAIL_MARK[1]:
        return f"{OPERATOR} sailoperator.io"
    owner = owner_of(live)
    if owner and owner != labels.get(MANAGED_BY):
        return owner
    # istioctl renders the charts, and so leaves Helm's label on all that it makes.
    return ISTIOCTL if ISTIOCTL_MARK in labels else owner


def trace(live: Object, releases: t.Mapping[str, str], **more: t.Any) -> Object:
    """The trace of one object. `releases` has the mesh of each Helm release of ours, by namespace/name."""
    metadata = live["metadata"]
    author = made_by(live)
    mesh = (metadata.get("labels") or {}).get(MESH, "") if author == MANAGER else releases.get(release_of(author), "")
    return {
        "kind": live["kind"],
        "namespace": metadata.get("namespace") or "",
        "name": metadata["name"],
        "made_by": author,
        "mesh": mesh,
        **more,
    }


def release_of(author: str) -> str:
    """ "istio-system/istiod" of "Helm release istio-system/istiod"; "" of anybody else."""
    return author[len(HELM_RELEASE) + 1 :] if author.startswith(f"{HELM_RELEASE} ") else ""


def control_plane(deployment: Object, releases: t.Mapping[str, str]) -> Object:
    """One istiod: where it is, its version and revision, and who put it there."""
    found = trace(deployment, releases)
    return {
        "namespace": found["namespace"],
        "name": found["name"],
        "version": istio_version(deployment),
        "revision": (deployment["metadata"].get("labels") or {}).get("istio.io/rev", ""),
        "managed_by": found["made_by"],
        "mesh": found["mesh"],
    }


def istio_version(deployment: Object) -> str:
    """The version of an istiod by its image's tag, else by the labels of its chart; "" where neither says."""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    image = next((c["image"] for c in containers if c["name"] == "discovery"), containers[0]["image"])
    labels = deployment["metadata"].get("labels") or {}
    last = image.rsplit("/", 1)[-1].split("@")[0]
    texts = (last.partition(":")[2], labels.get("app.kubernetes.io/version", ""), labels.get("helm.sh/chart", ""))
    for text in texts:
        match = re.search(r"\d+\.\d+(\.\d+)?([-.](alpha|beta|rc)\.\d+)?", text)
        if match:
            return match[0]
    return ""


def group_of(definition: Object) -> str:
    """The API group of a CustomResourceDefinition, whose name is plural.group."""
    return str(definition["metadata"]["name"]).partition(".")[2]


def is_istios(definition: Object) -> bool:
    """Whether a definition is Istio's own or an operator's for Istio."""
    group = group_of(definition)
    return group.endswith(ISTIO_GROUP) or group in OPERATOR_KINDS


def control_plane_kinds(definitions: list[Object]) -> list[tuple[str, str]]:
    """(group, plural) of the kinds, among those defined, by which an operator is told to run a control plane."""
    names = [(group_of(definition), definition["metadata"]["name"].partition(".")[0]) for definition in definitions]
    return sorted((group, plural) for group, plural in names if plural in OPERATOR_KINDS.get(group, ()))


def is_istio_webhook(configuration: Object) -> bool:
    """Whether a webhook is of Istio, whoever made it: all name it below istio.io."""
    return any(str(hook.get("name")).endswith(ISTIO_GROUP) for hook in configuration.get("webhooks") or [])


def service_of(configuration: Object) -> tuple[str, str] | None:
    """(namespace, name) of the Service that a webhook calls; None where it calls a URL."""
    for hook in configuration.get("webhooks") or []:
        service = (hook.get("clientConfig") or {}).get("service")
        if service:
            return service["namespace"], service["name"]
    return None


def webhook_trace(configuration: Object, releases: t.Mapping[str, str], absent: set[tuple[str, str]]) -> Object:
    """A webhook, with its Service and whether requests fail since that is not there, and the namespaces it takes by default."""
    hooks = configuration.get("webhooks") or []
    service = service_of(configuration)
    return trace(
        configuration,
        releases,
        service="/".join(service) if service else "",
        blocks=service in absent and any(hook.get("failurePolicy") != "Ignore" for hook in hooks),
        injects_by_default=any(selects_default(hook.get("namespaceSelector") or {}) for hook in hooks),
    )


def selects_default(selector: Object) -> bool:
    """Whether a webhook takes namespaces labelled istio-injection=enabled, as a control plane without a revision does."""
    if (selector.get("matchLabels") or {}).get("istio-injection") == "enabled":
        return True
    return any(
        rule.get("key") == "istio-injection" and "enabled" in (rule.get("values") or []) and rule["operator"] == "In"
        for rule in selector.get("matchExpressions") or []
    )


def secret_traces(secrets: list[Object], releases: t.Mapping[str, str]) -> list[Object]:
    """Secrets by which an istiod reads other clusters, with the cluster; then the Helm releases of Istio's charts."""
    found = []
    for secret in secrets:
        if (secret["metadata"].get("labels") or {}).get(LABEL) == "true":
            cluster = (secret["metadata"].get("annotations") or {}).get(CLUSTER_ANNOTATION, "")
            found.append(trace(secret, releases, cluster=cluster))
    for title in sorted(revisions_of(secrets)):
        if is_istio_release(title):
            namespace, _slash, name = title.partition("/")
            author, mesh = f"{HELM_RELEASE} {title}", releases.get(title, "")
            found.append({"kind": HELM_RELEASE, "namespace": namespace, "name": name, "made_by": author, "mesh": mesh})
    return found


def is_istio_release(title: str) -> bool:
    """Whether a Helm release (namespace/name) is called as those of Istio's charts are."""
    return bool(RELEASE.fullmatch(title.partition("/")[2]))


def revisions_of(secrets: list[Object]) -> dict[str, list[Object]]:
    """The Secrets in which Helm keeps the revisions of each release, by namespace/name."""
    revisions: dict[str, list[Object]] = {}
    for secret in secrets:
        labels = secret["metadata"].get("labels") or {}
        if labels.get("owner") == "helm":
            revisions.setdefault(f"{secret['metadata']['namespace']}/{labels.get('name', '')}", []).append(secret)
    return revisions


def definition_traces(definitions: list[Object], releases: t.Mapping[str, str]) -> list[Object]:
    """Definitions, those of an operator by its group where they say nothing else."""
    return [
        by_group(trace({**definition, "kind": CUSTOM_RESOURCE_DEFINITION.kind}, releases, group=group_of(definition)))
        for definition in definitions
    ]


def operator_trace(resource: Object, releases: t.Mapping[str, str]) -> Object:
    """A resource by which an operator runs a control plane, with the namespace of that."""
    target = (resource.get("spec") or {}).get("namespace") or resource["metadata"].get("namespace") or USUAL_NAMESPACE
    return by_group(trace(resource, releases, group=resource["apiVersion"].split("/")[0], target=target))


def by_group(found: Object) -> Object:
    """A trace without a maker, made by the operator of its group where that has one."""
    group = found["group"]
    if found["made_by"] or group not in OPERATOR_KINDS:
        return found
    return {**found, "made_by": ISTIOCTL if group == ISTIOCTL_GROUP else f"{OPERATOR} {group}"}
