# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a namespace still holds of others: whoever deletes a namespace deletes all that is in it."""

from __future__ import annotations

import re
import typing as t
from functools import partial

from .._errors import ApiError
from .apply import in_parallel
from .client import KubernetesClient
from .credentials import ACCOUNT_ANNOTATION
from .kinds import Kind
from .ownership import ISTIO_RESOURCE_GROUPS, ownership_of

Object = dict[str, t.Any]

SHOWN = 3
# Kinds that say something of others and are gone with them.
ACCOMPANYING = ("Endpoints", "EndpointSlice", "Event")
# What Kubernetes and istiod put into every namespace.
BY_THEMSELVES = {
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "istio-ca-root-cert"),
    ("ConfigMap", "istio-ca-crl"),
}
# istiod's elections (istio/istio, pilot/pkg/leaderelection): Leases, and ConfigMaps with this annotation.
ELECTION = "istio-"
ELECTION_ANNOTATION = "control-plane.alpha.kubernetes.io/leader"


def why_not_empty(client: KubernetesClient, namespace: str, mesh_id: str, releases: t.Collection[str] = ()) -> str:
    """Why a namespace is not to be deleted, in words; "" where all in it is ours or came about by itself.

    `releases` are Helm releases of the namespace that count as uninstalled already.
    """
    found, unread = objects_in(client, namespace)
    foreign = of_others([item for item in found if release_of(item) not in releases], mesh_id)
    if foreign:
        more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
        return f"holds objects of others: {', '.join(foreign[:SHOWN])}{more}"
    return f"may hold objects of others, since not all could be listed: {'; '.join(unread[:SHOWN])}" if unread else ""


def objects_in(client: KubernetesClient, namespace: str) -> tuple[list[Object], list[str]]:
    """(the metadata of all objects in a namespace, why kinds could not be listed)."""
    kinds, unread = namespaced_kinds(client)
    answers = in_parallel([partial(_listed, client, kind, namespace) for kind in kinds])
    unread += [answer for answer in answers if isinstance(answer, str)]
    return [item for answer in answers if not isinstance(answer, str) for item in answer], unread


def namespaced_kinds(client: KubernetesClient) -> tuple[list[Kind], list[str]]:
    """(every kind that lies in namespaces and can be listed, once each; why API groups could not be read)."""
    groups = client.request("GET", "/apis", what="discover the API groups").get("groups") or []
    versions = ["v1"]
    for group in groups:
        served = [version["groupVersion"] for version in group["versions"]]
        preferred = (group.get("preferredVersion") or {}).get("groupVersion", served[0])
        versions += [preferred, *(version for version in served if version != preferred)]
    kinds: dict[tuple[str, str], Kind] = {}
    unread = []
    for answer in in_parallel([partial(_discovered, client, version) for version in versions]):
        if isinstance(answer, str):
            unread.append(answer)
            continue
        for kind in answer:
            kinds.setdefault((kind.api_version.rpartition("/")[0], kind.plural), kind)
    return [kind for kind in kinds.values() if kind.kind not in ACCOMPANYING], unread


def of_others(found: list[Object], mesh_id: str) -> list[str]:
    """The objects that neither we nor Kubernetes nor istiod made, "ConfigMap x", sorted.

    What belongs to an object of the same namespace goes with it. What has no uid is stored nowhere: an aggregated API
    computes it.
    """
    by_uid = {item["metadata"]["uid"]: item for item in found if item["metadata"].get("uid")}
    kinds = {(_group(item), item["kind"]) for item in by_uid.values()}
    accounts = {item["metadata"]["name"] for item in by_uid.values() if item["kind"] == "ServiceAccount"}
    return sorted(
        {
            f"{item['kind']} {item['metadata']['name']}"
            for item in by_uid.values()
            if not (
                item["metadata"].get("deletionTimestamp")
                or _goes_with_another(item, by_uid, kinds)
                or _is_token_of(item, accounts)
                or _is_expected(item, mesh_id)
            )
        }
    )


def release_of(item: Object) -> str:
    """The Helm release that made an object, or that it is a record of; "" for none."""
    labels, annotations = item["metadata"].get("labels") or {}, item["metadata"].get("annotations") or {}
    recorded = labels.get("name") if labels.get("owner") == "helm" else ""
    return str(annotations.get("meta.helm.sh/release-name") or recorded or "")


def _goes_with_another(item: Object, by_uid: dict[str, Object], kinds: set[tuple[str, str]]) -> bool:
    """Whether its owner is in the namespace and judged for both, or was in it and has just gone."""
    owners = item["metadata"].get("ownerReferences") or []
    return any(owner["uid"] in by_uid or (_group(owner), owner["kind"]) in OWNERS | kinds for owner in owners)


# Their objects are gone before those that they own: whoever deletes in the background meets the latter alone. With the Istio
# resource of an operator goes its definition, after which the garbage collector may never come to what it owned.
OWNERS = {
    *(("apps", kind) for kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")),
    ("batch", "Job"),
    *((group, "Istio") for group in ISTIO_RESOURCE_GROUPS),
}


def _is_token_of(item: Object, accounts: set[str]) -> bool:
    """Whether it is a token that a cluster before 1.24 made by itself for an account, which is judged for both."""
    account = (item["metadata"].get("annotations") or {}).get(ACCOUNT_ANNOTATION, "")
    made = re.fullmatch(re.escape(account) + r"-token-[a-z0-9]{5}", item["metadata"]["name"])
    return bool(item["kind"] == "Secret" and account in accounts and made)


def _is_expected(item: Object, mesh_id: str) -> bool:
    """Whether we made it, or Kubernetes or istiod by itself."""
    name, annotations = item["metadata"]["name"], item["metadata"].get("annotations") or {}
    standing = ownership_of(item, mesh_id)
    if standing.standing != "unmarked":
        return standing.standing == "ours" and not standing.adopted
    is_election = item["kind"] == "Lease" or (item["kind"] == "ConfigMap" and ELECTION_ANNOTATION in annotations)
    return (item["kind"], name) in BY_THEMSELVES or (is_election and name.startswith(ELECTION))


def _group(item: Object) -> str:
    return str(item["apiVersion"]).rpartition("/")[0]


def _discovered(client: KubernetesClient, version: str) -> list[Kind] | str:
    """The kinds of one API version that lie in namespaces and can be listed, or why it could not be read."""
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    try:
        resources = client.request("GET", root, what=f"discover {version}").get("resources") or []
    except ApiError as error:
        return _unread(version, error)
    return [
        Kind(version, resource["kind"], resource["name"], True)
        for resource in resources
        if resource["namespaced"] and "list" in resource["verbs"] and "/" not in resource["name"]
    ]


def _listed(client: KubernetesClient, kind: Kind, namespace: str) -> list[Object] | str:
    try:
        return client.list(kind, namespace, metadata_only=True)
    except ApiError as error:
        return [] if error.status == 405 else _unread(f"{kind.plural} of {kind.api_version}", error)


def _unread(what: str, error: ApiError) -> str:
    """The reason in words; where nothing answers at all the error itself is raised."""
    if not error.status:
        raise error
    return f"{what} ({error.why})"
