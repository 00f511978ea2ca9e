# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret by which a member's API is registered with the control plane. No I/O.

istiod takes every Secret of its namespace with the label istio/multiCluster: "true", one cluster a key, and ignores a second one
for a cluster that it knows (istio/istio, pkg/kube/multicluster/secretcontroller.go). The seed's operator takes the Secret
of the RemoteIstio's name and the first key in it. So: one Secret, one key, one name for all.
"""

from __future__ import annotations

import base64
import typing as t

from .._errors import MeshError
from .._kubernetes.credentials import decoded
from .._kubernetes.diff import visible
from .._kubernetes.kubeconfig import ClusterCredential, fingerprint, parse, render

Object = dict[str, t.Any]

LABEL = "istio/multiCluster"
SELECTOR = f"{LABEL}=true"
CLUSTER_ANNOTATION = "networking.istio.io/cluster"


def registration(credential: ClusterCredential, namespace: str, live: Object | None) -> Object:
    """The Secret for a credential, without our marks. A live one that says the same keeps its bytes: istiod reads any change."""
    name = credential.name
    current = kubeconfig_in(live, name)
    text = current if current and parse(current) == credential else render(credential)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {LABEL: "true"},
            "annotations": {CLUSTER_ANNOTATION: name},
        },
        "type": "Opaque",
        "data": {name: base64.b64encode(text.encode()).decode()},
    }


def kubeconfig_in(secret: Object | None, name: str) -> str:
    """The kubeconfig of a cluster in a Secret, "" where there is none."""
    try:
        return decoded(((secret or {}).get("data") or {}).get(name))
    except ValueError:
        return ""


def credential_in(secret: Object | None, name: str) -> ClusterCredential | None:
    """The credential in use; None where there is none, or one of a form that we would not write."""
    text = kubeconfig_in(secret, name)
    return parse(text) if text else None


def shown(secret: Object, name: str) -> Object:
    """The Secret as a diff may show it: its kubeconfig by address and fingerprints."""
    if not secret:
        return {}
    text, credential = kubeconfig_in(secret, name), credential_in(secret, name)
    view = {key: value for key, value in visible(secret).items() if key != "data"}
    return {**view, "kubeconfig": credential.facts() if credential else {"content": fingerprint(text)}}


def check_registered(registered: list[Object], secret: Object | None, name: str, cluster: str) -> None:
    """Raise MeshError where istiod or the operator would take another credential than ours for this cluster."""
    for other in registered:
        metadata = other["metadata"]
        if metadata["name"] != name and name in (other.get("data") or {}):
            raise MeshError(
                f"cluster {name} is registered already by Secret {metadata['namespace']}/{metadata['name']}",
                cluster=cluster,
                why="istiod ignores the second Secret for a cluster",
                todo="Delete that Secret (kubectl delete secret, in the primary) and run again",
            )
    others = sorted(((secret or {}).get("data") or {}).keys() - {name})
    if secret and others:
        raise MeshError(
            f"Secret {secret['metadata']['namespace']}/{name} has other keys than {name}: {', '.join(others)}",
            cluster=cluster,
            why="istiod takes each key for a cluster, and an operator takes the first",
            todo="Move the other keys to Secrets of their own",
        )
