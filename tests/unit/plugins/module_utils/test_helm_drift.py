# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release's manifest beside the live objects, on a cluster of dictionaries."""

from __future__ import annotations

import typing as t
from copy import deepcopy

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._helm.changes import (
    fields_that_differ,
    without_others_fields,
)
from ansible_collections.multiregion.istio.plugins.module_utils._helm.drift import (
    Cluster,
    drift,
    predicted,
    put_back,
    removed,
    summary,
    targets_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._helm.manifest import objects_of
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import KNOWN_KINDS, Kind

Object = dict[str, t.Any]

MANIFEST = """
---
# Source: web/templates/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: red}
---
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: migrate
  annotations: {helm.sh/hook: pre-install}
"""
KEPT = """
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}
"""


class Api:
    """Objects by kind and name; an apply is a merge."""

    cluster = "east"

    def __init__(self, *objects: Object, refuses: str = "", status: int = 400) -> None:
        self.objects = {(one["kind"], one["metadata"]["name"]): one for one in objects}
        self.refuses, self.status = refuses, status

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        return KNOWN_KINDS.get((api_version, kind))

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        return deepcopy(self.objects.get((kind.kind, name)))

    def apply(self, kind: Kind, body: Object, *, dry_run: bool, field_manager: str) -> Object:
        assert dry_run and field_manager == "helm"
        if self.refuses:
            raise ApiError("cannot apply it", status=self.status, why=self.refuses)
        return t.cast(Object, merged(self.objects.get((kind.kind, body["metadata"]["name"]), {}), body))


def merged(live: t.Any, wanted: t.Any) -> t.Any:
    if not (isinstance(live, dict) and isinstance(wanted, dict)):
        return wanted
    return {**live, **{key: merged(live.get(key), value) for key, value in wanted.items()}}


def at(*objects: Object, **settings: t.Any) -> Cluster:
    return Cluster(t.cast(t.Any, Api(*objects, **settings)), "web", "shop")


def live(manifest: str, **changes: t.Any) -> Object:
    """The first object of a manifest as Helm made it, then changed."""
    body = targets_of(at(), manifest)[0].body
    return t.cast(Object, merged({**body, "metadata": {**body["metadata"], "uid": "1"}}, changes))


def test_objects_get_the_namespace_and_the_marks_of_the_release() -> None:
    (target,) = targets_of(at(), MANIFEST)
    assert target.body["metadata"] == {
        "name": "settings",
        "namespace": "shop",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
    }


def test_an_object_outside_namespaces_has_none() -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}"
    assert "namespace" not in targets_of(at(), namespace)[0].body["metadata"]


@pytest.mark.parametrize("text", ["a: [", "text", "kind: Pod", "{apiVersion: v1, kind: Pod, metadata: {}}"])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(MeshError, match="the manifest of the release"):
        objects_of(text)


def test_dates_and_equal_signs_are_text_as_for_helm() -> None:
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {day: 2026-01-01, sign: =}}"
    assert objects_of(text)[0]["data"] == {"day": "2026-01-01", "sign": "="}


def test_what_is_as_the_chart_made_it_has_not_drifted() -> None:
    assert drift(at(live(MANIFEST)), MANIFEST, []) == []


def test_what_others_added_is_no_drift() -> None:
    assert drift(at(live(MANIFEST, data={"size": "9"})), MANIFEST, []) == []


def test_a_port_with_another_number_has_drifted_and_is_put_back_by_a_patch() -> None:
    manifest = "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{name: http, port: 80}]}}"
    moved = live(manifest, spec={"ports": [{"name": "http", "port": 8080, "nodePort": 31000}], "clusterIP": "10.0.0.1"})
    cluster = at(moved, refuses='spec.ports[1].name: Duplicate value: "http"', status=422)
    changes = drift(cluster, manifest, [])
    assert [summary(change)["fields"] for change in changes] == [["spec.ports[http].port", "spec.ports[http].nodePort"]]
    (patch,) = put_back(changes)
    assert patch["metadata"] == {"name": "web", "namespace": "shop"}
    assert patch["spec"] == {"ports": [{"name": "http", "port": 80}]}


def test_what_others_changed_or_deleted_has_drifted() -> None:
    (changed,) = drift(at(live(MANIFEST, data={"color": "blue"})), MANIFEST, [])
    assert summary(changed)["action"] == "changed" and summary(changed)["fields"] == ["data.color"]
    (missing,) = drift(at(), MANIFEST, [])
    assert summary(missing)["action"] == "created" and summary(missing)["fields"] == []


def test_a_kind_that_is_not_served_is_missing() -> None:
    (missing,) = drift(at(), "{apiVersion: a/v1, kind: Thing, metadata: {name: one}}", [])
    assert (missing.action, missing.namespace) == ("created", "shop")


def test_an_object_that_cannot_be_tried_is_said_and_no_drift() -> None:
    warnings: list[str] = []
    refuses = 'admission webhook "x" does not support dry run'
    assert drift(at(live(MANIFEST, data={"color": "blue"}), refuses=refuses), MANIFEST, warnings) == []
    assert len(warnings) == 1 and "ConfigMap shop/settings" in warnings[0]
    with pytest.raises(ApiError):
        drift(at(refuses="no"), MANIFEST, [])


def test_what_others_own_is_no_drift() -> None:
    manifest = """
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: injector}
webhooks: [{name: a, clientConfig: {caBundle: ""}}]
"""
    patched = live(manifest, webhooks=[{"name": "a", "clientConfig": {"caBundle": "CA"}}])
    assert drift(at(patched), manifest, []) == []


def test_an_object_of_the_release_that_lost_its_marks_is_no_stranger() -> None:
    bare = live(MANIFEST, metadata={"labels": {}, "annotations": {"meta.helm.sh/release-name": ""}})
    (change,) = predicted(at(bare), MANIFEST, MANIFEST, force=False, warnings=[])
    assert change.action == "changed"


def test_what_a_new_manifest_adds_changes_and_no_longer_has_is_predicted() -> None:
    old = MANIFEST + "---\n" + MANIFEST.replace("settings", "old") + "---" + KEPT
    new = MANIFEST.replace("red", "blue") + "---\n" + MANIFEST.replace("settings", "new")
    cluster = at(live(MANIFEST), live(MANIFEST.replace("settings", "old")), live(KEPT))
    found = {change.name: change.action for change in predicted(cluster, new, old, force=False, warnings=[])}
    assert found == {"settings": "changed", "new": "created", "old": "deleted"}


def test_objects_of_others_are_refused_unless_they_may_be_taken_over() -> None:
    stranger = live(MANIFEST, metadata={"annotations": {"meta.helm.sh/release-name": "other"}})
    with pytest.raises(MeshError, match="ConfigMap shop/settings"):
        predicted(at(stranger), MANIFEST, "", force=False, warnings=[])
    (change,) = predicted(at(stranger), MANIFEST, "", force=True, warnings=[])
    assert change.action == "changed"


def test_an_uninstall_leaves_what_is_kept_gone_or_of_others() -> None:
    manifest = "---".join([MANIFEST.replace("settings", name) for name in ("first", "gone", "theirs", "last")] + [KEPT])
    objects = [live(MANIFEST.replace("settings", name)) for name in ("first", "last")]
    theirs = live(MANIFEST.replace("settings", "theirs"), metadata={"labels": {"app.kubernetes.io/managed-by": "x"}})
    cluster = at(*objects, theirs, live(KEPT))
    assert [change.name for change in removed(cluster, targets_of(cluster, manifest))] == ["last", "first"]


def webhook(kind: str, ca: str, policy: str) -> Object:
    hook = {"name": "a", "clientConfig": {"caBundle": ca, "service": {"name": "b"}}, "failurePolicy": policy}
    return {"kind": kind, "webhooks": [hook]}


def test_what_istiod_writes_into_webhooks_is_its_own() -> None:
    one, other = (
        webhook("ValidatingWebhookConfiguration", "", "Ignore"),
        webhook("ValidatingWebhookConfiguration", "CA", "Fail"),
    )
    left, right = without_others_fields(one, one, other)
    assert left == right and left["webhooks"][0]["clientConfig"] == {"service": {"name": "b"}}
    assert one["webhooks"][0]["failurePolicy"] == "Ignore"


def test_the_failure_policy_of_a_mutating_webhook_is_the_charts() -> None:
    one, other = (
        webhook("MutatingWebhookConfiguration", "", "Ignore"),
        webhook("MutatingWebhookConfiguration", "CA", "Fail"),
    )
    left, right = without_others_fields(one, one, other)
    assert fields_that_differ(left, right) == ["webhooks[a].failurePolicy"]


@pytest.mark.parametrize(
    ("manager", "subresource", "left"),
    [
        ("kube-controller-manager", "scale", {}),
        ("kubectl", "scale", {"replicas": 3}),
        ("kube-controller-manager", "", {"replicas": 3}),
    ],
)
def test_replicas_are_an_autoscalers_where_it_wrote_them(manager: str, subresource: str, left: Object) -> None:
    entry = {"manager": manager, "subresource": subresource, "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    deployment = {"kind": "Deployment", "metadata": {"managedFields": [entry]}, "spec": {"replicas": 3}}
    (after,) = without_others_fields(deployment, deployment)
    assert after["spec"] == left


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1}, "c": 2}, {"a": {"b": 2}, "d": 3}, ["a.b", "c", "d"]),
        ({"l": [{"name": "x", "v": 1}, {"name": "y"}]}, {"l": [{"name": "y"}, {"name": "x", "v": 2}]}, ["l[x].v"]),
        ({"l": [1, 2]}, {"l": [1, 3, 4]}, ["l[1]", "l[2]"]),
        ({"l": [{"name": "x"}, {"name": "y"}]}, {"l": [{"name": "y"}, {"name": "x"}]}, ["l"]),
        ({"a": {"b": 1}}, {"a": None}, ["a"]),
    ],
)
def test_fields_that_differ(before: Object, after: Object, fields: list[str]) -> None:
    assert fields_that_differ(before, after) == fields
