# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an object is: ours, nobody's or somebody else's, read from its marks. No I/O.

*Ours* carries the labels app.kubernetes.io/managed-by: multiregion.istio and multiregion.istio/mesh: <mesh_id>.
*Unmarked* was made by hand (kubectl apply): it is adopted and marked multiregion.istio/adopted, so that what leaves
later keeps it. *Foreign* has another owner and is left alone unless a task says `force`.
"""

from __future__ import annotations

import typing as t
from copy import deepcopy
from dataclasses import dataclass

from .kinds import CUSTOM_RESOURCE_DEFINITION, NAMESPACE

Object = dict[str, t.Any]
Standing = t.Literal["ours", "unmarked", "foreign"]

MANAGER = "multiregion.istio"
MANAGED_BY = "app.kubernetes.io/managed-by"
MESH = "multiregion.istio/mesh"
ADOPTED = "multiregion.istio/adopted"

OWNER_LABELS = {
    "argocd.argoproj.io/instance": "Argo CD application",
    "kustomize.toolkit.fluxcd.io/name": "Flux Kustomization",
    "helm.toolkit.fluxcd.io/name": "Flux HelmRelease",
}
HELM_RELEASE = "Helm release"
OWNER_ANNOTATIONS = {
    "meta.helm.sh/release-name": HELM_RELEASE,
    "argocd.argoproj.io/tracking-id": "Argo CD application",
}
ISTIO_RESOURCE_GROUPS = ("istio.alibabacloud.com", "istio.banzaicloud.io")
SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


@dataclass(frozen=True)
class Ownership:
    """`owner` names who else has the object; `adopted` says that we took it over from somebody."""

    standing: Standing
    owner: str = ""
    adopted: bool = False


def ownership_of(live: Object, mesh_id: str) -> Ownership:
    """Whose an existing object is, seen from the mesh `mesh_id`."""
    adopted = _metadata(live, "annotations").get(ADOPTED) == "true"
    if is_ours(live):
        mesh = _metadata(live, "labels").get(MESH, "")
        if mesh == mesh_id:
            return Ownership("ours", adopted=adopted)
        return Ownership("foreign", owner=f"mesh {mesh or '(none)'} of {MANAGER}")
    owner = owner_of(live)
    if owner:
        return Ownership("foreign", owner=owner, adopted=adopted)
    if live.get("kind") == CUSTOM_RESOURCE_DEFINITION.kind:
        # An operator of somebody else made it and reconciles its objects, whatever it wrote on it.
        return Ownership("foreign", owner="somebody who left no mark")
    return Ownership("unmarked")


def is_ours(live: Object) -> bool:
    """Whether we made the object, for whichever mesh."""
    return bool(_metadata(live, "labels").get(MANAGED_BY) == MANAGER)


def owner_of(live: Object) -> str:
    """Who else manages the object: "Helm release istio-system/base", "Deployment istiod"; "" where no mark says so."""
    labels, annotations = _metadata(live, "labels"), _metadata(live, "annotations")
    for marks, table in ((annotations, OWNER_ANNOTATIONS), (labels, OWNER_LABELS)):
        for key, owner in table.items():
            if marks.get(key):
                namespace = annotations.get("meta.helm.sh/release-namespace") if owner == HELM_RELEASE else ""
                return f"{owner} {namespace + '/' if namespace else ''}{marks[key]}"
    for reference in live.get("metadata", {}).get("ownerReferences") or []:
        group = reference.get("apiVersion", "").split("/")[0]
        if not (reference.get("kind") == "Istio" and group in ISTIO_RESOURCE_GROUPS):
            return f"{reference.get('kind')} {reference.get('name')}"
    managed_by = labels.get(MANAGED_BY, "")
    return "" if managed_by == MANAGER else managed_by


def is_shared(live: Object, mesh_id: str) -> bool:
    """Whether the object is a namespace of others, in which we set what we need and claim nothing.

    A namespace is a room, not a possession: Kubernetes' own ones and those of another tool are never refused (unless
    another mesh lives there), never marked as ours and never deleted.
    """
    if live.get("kind") != NAMESPACE.kind:
        return False
    if is_system_namespace(live):
        return True
    return ownership_of(live, mesh_id).standing == "foreign" and not is_ours(live)


def is_system_namespace(body: Object) -> bool:
    """Whether it is one of the namespaces that Kubernetes itself makes."""
    return body.get("kind") == NAMESPACE.kind and body["metadata"]["name"] in SYSTEM_NAMESPACES


def marked(wanted: Object, mesh_id: str, *, adopted: bool) -> Object:
    """A copy of `wanted` with our marks."""
    body = deepcopy(wanted)
    metadata = body["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), MANAGED_BY: MANAGER, MESH: mesh_id}
    if adopted:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), ADOPTED: "true"}
    return body


def without_marks() -> Object:
    """The merge patch that takes our marks off an object which stays."""
    return {"metadata": {"labels": {MANAGED_BY: None, MESH: None}, "annotations": {ADOPTED: None}}}


def _metadata(live: Object, key: str) -> dict[str, str]:
    return live.get("metadata", {}).get(key) or {}
