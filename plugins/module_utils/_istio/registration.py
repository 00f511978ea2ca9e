# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret by which a member's API is registered with the control plane. No I/O.

istiod takes every Secret of its namespace with the label istio/multiCluster: "true", one cluster a key, and ignores a second one
for a cluster that it knows (istio/istio, pkg/kube/multicluster/secretcontroller.go). The seed's operator takes the Secret
of the RemoteIstio's name and the first key in it. So: one Secret, one key, one name for all.
"""

from __future__ import annotations

import typing as t

from .._errors import MeshError
from .._kubernetes.diff import visible
from .._kubernetes.kubeconfig import ClusterCredential, decoded, encoded, fingerprint, parse, render

Object = dict[str, t.Any]

TIME = "%Y-%m-%dT%H:%M:%SZ"  # of notes
LABEL = "istio/multiCluster"
SELECTOR = f"{LABEL}=true"
CLUSTER_ANNOTATION = "networking.istio.io/cluster"
# Of a token with an end: when that is, and the seconds that were asked for, which the server may have cut.
EXPIRES = "multiregion.istio/expires"
LIFETIME = "multiregion.istio/lifetime"
# When the kubeconfig of a member was changed that an operator may have read already.
CHANGED = "multiregion.istio/kubeconfig-changed"
# When istiod was last asked to show that it has read the Secret.
REREAD = "multiregion.istio/reread"


def registration(
    text: str, name: str, namespace: str, live: Object | None, notes: dict[str, str] | None = None
) -> Object:
    """The Secret for a kubeconfig, without our marks, with `notes` as annotations."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {LABEL: "true"},
            "annotations": {CLUSTER_ANNOTATION: name, **(notes or {})},
        },
        "type": (live or {}).get("type") or "Opaque",  # which cannot be changed
        "data": {name: encoded(text)},
    }


def kubeconfig_for(credential: ClusterCredential, live: Object | None) -> str:
    """The kubeconfig of a credential. A live one that says the same keeps its bytes: istiod reads any change."""
    current = kubeconfig_in(live, credential.name)
    return current if current and parse(current) == credential else render(credential)


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


def noted(secret: Object | None, annotation: str) -> str:
    """What an annotation of a Secret says, "" where there is none."""
    return str(((secret or {}).get("metadata", {}).get("annotations") or {}).get(annotation) or "")


def others_for(registered: list[Object], name: str) -> list[str]:
    """The Secrets under other names by which istiod takes a cluster."""
    return [
        f"Secret {other['metadata']['namespace']}/{other['metadata']['name']}"
        for other in registered
        if other["metadata"]["name"] != name and name in (other.get("data") or {})
    ]


def check_registered(registered: list[Object], secret: Object | None, name: str, cluster: str) -> None:
    """Raise MeshError where istiod or the operator would take another credential than ours for this cluster."""
    for other in others_for(registered, name):
        raise MeshError(
            f"cluster {name} is registered already by {other}",
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
