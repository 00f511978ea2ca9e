# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a namespace holds of others."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import Kind
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.leftovers import (
    namespaced_kinds,
    of_others,
    why_not_empty,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.ownership import (
    ADOPTED,
    MANAGED_BY,
    MANAGER,
    MESH,
)

Object = dict[str, t.Any]
OURS = {MANAGED_BY: MANAGER, MESH: "mesh1"}


def item(kind: str, name: str, api_version: str = "v1", **metadata: t.Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "uid": f"{kind} {name}", **metadata}}


def owned(kind: str, name: str, by: Object) -> Object:
    owner = {"apiVersion": by["apiVersion"], "kind": by["kind"], "name": "x", "uid": by["metadata"]["uid"]}
    return item(kind, name, ownerReferences=[owner])


DEPLOYMENT = item("Deployment", "istiod", "apps/v1")
TOKEN = "kubernetes.io/service-account.name"


@pytest.mark.parametrize(
    "found",
    [
        [item("ServiceAccount", "default"), item("ConfigMap", "kube-root-ca.crt"), item("ConfigMap", "istio-ca-root-cert")],
        [item("Lease", "istio-leader", "coordination.k8s.io/v1")],
        [item("ConfigMap", "istio-leader", annotations={"control-plane.alpha.kubernetes.io/leader": "{}"})],
        [item("ServiceAccount", "default"), item("Secret", "default-token-x2x4z", annotations={TOKEN: "default"})],
        [item("Secret", "east", labels=OURS), item("ServiceAccount", "reader", labels=OURS),
         item("Secret", "reader-token-abcde", annotations={TOKEN: "reader"})],
        [item("ConfigMap", "going", deletionTimestamp="now")],
        [item("Service", "ours", labels=OURS), owned("ConfigMap", "of-ours", item("Service", "ours"))],
        [owned("Pod", "istiod-1", item("ReplicaSet", "gone", "apps/v1"))],
        [owned("ConfigMap", "istio", item("Istio", "gone", "istio.alibabacloud.com/v1beta1"))],
        [{"apiVersion": "packages.operators.coreos.com/v1", "kind": "PackageManifest", "metadata": {"name": "computed"}}],
    ],
)  # fmt: skip
def test_what_came_about_by_itself_and_what_is_ours_is_not_of_others(found: list[Object]) -> None:
    assert of_others(found, "mesh1") == []


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ([item("ConfigMap", "x"), item("ServiceAccount", "x")], ["ConfigMap x", "ServiceAccount x"]),
        ([item("Secret", "east", labels={**OURS, MESH: "mesh2"})], ["Secret east"]),
        ([item("Secret", "east", labels=OURS, annotations={ADOPTED: "true"})], ["Secret east"]),
        ([item("ConfigMap", "istio", labels={MANAGED_BY: "Helm"})], ["ConfigMap istio"]),
        ([item("ConfigMap", "istio-ca-root-cert", labels={MANAGED_BY: "Helm"})], ["ConfigMap istio-ca-root-cert"]),
        ([item("ConfigMap", "istio-mine")], ["ConfigMap istio-mine"]),
        ([item("Lease", "shop", "coordination.k8s.io/v1")], ["Lease shop"]),
        ([item("Secret", "default-token", annotations={TOKEN: "default"}), item("ServiceAccount", "default")], ["Secret default-token"]),
        ([DEPLOYMENT, owned("ReplicaSet", "istiod-1", DEPLOYMENT)], ["Deployment istiod"]),
        ([owned("ConfigMap", "of-others", item("Shop", "gone", "example.com/v1"))], ["ConfigMap of-others"]),
        ([owned("Pod", "static", item("Node", "n1"))], ["Pod static"]),
        ([item("Secret", "sh.helm.release.v1.shop.v1", labels={"owner": "helm"})], ["Secret sh.helm.release.v1.shop.v1"]),
    ],
)  # fmt: skip
def test_what_others_made_is_named(found: list[Object], names: list[str]) -> None:
    assert of_others(found, "mesh1") == names


class Server:
    """As KubernetesClient: an API with two groups; `failing` maps a path or a plural to the status of its answer."""

    def __init__(self, stored: dict[str, list[Object]], failing: dict[str, int] | None = None) -> None:
        self.stored = stored
        self.failing = failing or {}

    def request(self, _method: str, path: str, *, what: str) -> Object:
        self._fail(path, what)
        if path == "/apis":
            versions = [{"groupVersion": "example.com/v1"}, {"groupVersion": "example.com/v1alpha1"}]
            return {"groups": [{"versions": versions, "preferredVersion": versions[0]}]}
        resources = {
            "/api/v1": [
                ("configmaps", "ConfigMap", True, ["get", "list"]),
                ("events", "Event", True, ["list"]),
                ("nodes", "Node", False, ["list"]),
                ("pods/log", "Pod", True, ["get", "list"]),
                ("bindings", "Binding", True, ["create"]),
            ],
            "/apis/example.com/v1": [("things", "Thing", True, ["list"])],
            "/apis/example.com/v1alpha1": [("things", "Thing", True, ["list"]), ("olds", "Old", True, ["list"])],
        }[path]
        keys = ("name", "kind", "namespaced", "verbs")
        return {"resources": [dict(zip(keys, resource, strict=True)) for resource in resources]}

    def list(self, kind: Kind, namespace: str, *, metadata_only: bool) -> list[Object]:
        assert namespace == "room" and metadata_only
        self._fail(kind.plural, f"list {kind.plural}")
        return self.stored.get(kind.plural, [])

    def _fail(self, key: str, what: str) -> None:
        if key in self.failing:
            raise ApiError(f"cannot {what}", status=self.failing[key], why="as told")


def why(stored: dict[str, list[Object]], failing: dict[str, int] | None = None) -> str:
    server: t.Any = Server(stored, failing)
    return why_not_empty(server, "room", "mesh1")


def test_every_kind_that_can_hold_something_is_listed_once() -> None:
    server: t.Any = Server({})
    kinds, unread = namespaced_kinds(server)
    assert [(kind.api_version, kind.plural) for kind in kinds] == [
        ("v1", "configmaps"),
        ("example.com/v1", "things"),
        ("example.com/v1alpha1", "olds"),
    ]
    assert unread == []


def test_the_first_three_are_named_and_the_others_counted() -> None:
    assert why({}) == ""
    assert why({"olds": [item("Old", "a")]}) == "holds objects of others: Old a"
    many = [item("Thing", name) for name in "edcba"]
    assert why({"things": many}) == "holds objects of others: Thing a, Thing b, Thing c and 2 more"


def test_releases_that_count_as_gone_leave_nothing() -> None:
    stored = {
        "configmaps": [item("ConfigMap", "istio", annotations={"meta.helm.sh/release-name": "istiod"})],
        "things": [item("Secret", "sh.helm.release.v1.istiod.v1", labels={"owner": "helm", "name": "istiod"})],
    }
    server: t.Any = Server(stored)
    assert why_not_empty(server, "room", "mesh1", ("istiod", "istio-base")) == ""
    assert why_not_empty(server, "room", "mesh1", ("istio-base",)).endswith(
        "ConfigMap istio, Secret sh.helm.release.v1.istiod.v1"
    )


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        ({"configmaps": 403}, "may hold objects of others, since not all could be listed: configmaps of v1 (as told)"),
        ({"/apis/example.com/v1": 503}, "may hold objects of others, since not all could be listed: example.com/v1 (as told)"),
        ({"olds": 405}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_listed_may_be_there(failing: dict[str, int], reason: str) -> None:
    assert why({}, failing) == reason


def test_a_server_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(ApiError, match="as told"):
        why({}, {"configmaps": 0})
