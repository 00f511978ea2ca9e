# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of a release as objects, in the form in which Helm applies them. No I/O."""

from __future__ import annotations

import typing as t

from .._errors import MeshError

try:
    import yaml
except ImportError:
    pass  # it comes with the kubernetes package; main() answers with missing_required_lib

Object = dict[str, t.Any]

HOOK = "helm.sh/hook"
KEEP = "helm.sh/resource-policy"
MANAGED_BY = "app.kubernetes.io/managed-by"
RELEASE_NAME = "meta.helm.sh/release-name"
RELEASE_NAMESPACE = "meta.helm.sh/release-namespace"
# JSON knows neither a date nor YAML's "=": Helm reads both as text.
NO_JSON = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value")


def objects_of(manifest: str) -> list[Object]:
    """The objects of a manifest, hooks apart. Raises MeshError where it is no YAML of objects."""
    try:
        documents = [document for document in yaml.load_all(manifest, Loader=loader()) if document]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = f"{getattr(error, 'problem', None) or 'no YAML'}" + (f" in line {mark.line + 1}" if mark else "")
        raise MeshError("the manifest of the release cannot be read", why=why) from None
    for document in documents:
        if not (isinstance(document, dict) and document.get("kind") and document.get("apiVersion")):
            raise MeshError("the manifest of the release has a document that is no Kubernetes object")
        if not (document.get("metadata") or {}).get("name"):
            raise MeshError(f"the manifest of the release has a {document['kind']} without a name")
    return [document for document in documents if HOOK not in annotations_of(document)]


def loader() -> t.Any:
    """A YAML loader that gives what JSON can hold, written in C where it is there: Istio's CRDs are a megabyte."""
    base: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, expression) for tag, expression in known if tag not in NO_JSON]
        for first, known in base.yaml_implicit_resolvers.items()
    }
    return type("Loader", (base,), {"yaml_implicit_resolvers": resolvers})


def owned(body: Object, name: str, namespace: str) -> Object:
    """A copy with the marks by which Helm knows the objects of a release (helm, pkg/action/validate.go)."""
    metadata = body["metadata"]
    labels = {**(metadata.get("labels") or {}), MANAGED_BY: "Helm"}
    marks = {**annotations_of(body), RELEASE_NAME: name, RELEASE_NAMESPACE: namespace}
    return {**body, "metadata": {**metadata, "labels": labels, "annotations": marks}}


def is_owned(live: Object, name: str, namespace: str) -> bool:
    """Whether Helm takes a live object for one of the release."""
    labels = live["metadata"].get("labels") or {}
    marks = annotations_of(live)
    found = (labels.get(MANAGED_BY), marks.get(RELEASE_NAME), marks.get(RELEASE_NAMESPACE))
    return found == ("Helm", name, namespace)


def is_kept(body: Object) -> bool:
    """Whether an uninstall leaves the object, as it does Istio's CRDs."""
    return str(annotations_of(body).get(KEEP, "")).strip().lower() == "keep"


def annotations_of(body: Object) -> Object:
    return body["metadata"].get("annotations") or {}
