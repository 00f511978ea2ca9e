# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of Istio is in a cluster, and who put it there."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio import traces

Object = dict[str, t.Any]


def istiod(image: str, **metadata: t.Any) -> Object:
    containers = [{"name": "istio-proxy", "image": "x:9.9.9"}, {"name": "discovery", "image": image}]
    return {
        "kind": "Deployment",
        "metadata": {"name": "istiod", "namespace": "istio-system", **metadata},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


@pytest.mark.parametrize(
    ("image", "labels", "version"),
    [
        ("docker.io/istio/pilot:1.31.0", {}, "1.31.0"),
        ("registry.example.com:5000/istio/pilot:1.30.2-distroless", {}, "1.30.2"),
        ("pilot:1.31.0-rc.1", {}, "1.31.0-rc.1"),
        ("registry.example.com:5000/pilot@sha256:1234567890", {"app.kubernetes.io/version": "1.29.1"}, "1.29.1"),
        ("pilot:latest", {"helm.sh/chart": "istiod-1.28.0"}, "1.28.0"),
        ("pilot:1.31.0@sha256:1234", {}, "1.31.0"),
        ("pilot", {}, ""),
    ],
)
def test_the_version_of_istio(image: str, labels: Object, version: str) -> None:
    assert traces.istio_version(istiod(image, labels=labels)) == version


# Every chart sets these two, whoever renders it.
CHART = {"app.kubernetes.io/managed-by": "Helm", "install.operator.istio.io/owning-resource": "unknown"}
HELM = {"meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "x"}


def owner(api_version: str, kind: str, name: str) -> list[Object]:
    return [{"apiVersion": api_version, "kind": kind, "name": name, "uid": "1"}]


@pytest.mark.parametrize(
    ("metadata", "author"),
    [
        ({"labels": CHART, "annotations": HELM}, "Helm release x/istiod"),
        ({"labels": CHART}, "Helm"),
        ({"labels": {**CHART, "operator.istio.io/managed": "Reconcile"}}, "istioctl"),
        (
            {
                "labels": {**CHART, "managed-by": "sail-operator"},
                "annotations": HELM,
                "ownerReferences": owner("sailoperator.io/v1", "IstioRevision", "default"),
            },
            "operator of sailoperator.io (IstioRevision default)",
        ),
        ({"labels": {**CHART, "managed-by": "sail-operator"}, "annotations": HELM}, "operator of sailoperator.io"),
        (
            {"ownerReferences": owner("istio.banzaicloud.io/v1beta1", "Istio", "mesh")},
            "operator of istio.banzaicloud.io (Istio mesh)",
        ),
        (
            {"ownerReferences": owner("istio.alibabacloud.com/v1beta1", "Istio", "istio-config")},
            "operator of istio.alibabacloud.com (Istio istio-config)",
        ),
        ({"ownerReferences": owner("apps/v1", "Deployment", "x")}, "Deployment x"),
        ({"labels": {"argocd.argoproj.io/instance": "mesh"}}, "Argo CD application mesh"),
        ({"labels": {"app.kubernetes.io/managed-by": "multiregion.istio"}}, "multiregion.istio"),
        ({"labels": {"app.kubernetes.io/managed-by": "somebody"}}, "somebody"),
        ({}, ""),
    ],
)
def test_who_put_istio_there(metadata: Object, author: str) -> None:
    assert traces.made_by(istiod("pilot:1.31.0", **metadata)) == author
    assert traces.control_plane(istiod("pilot:1.31.0", **metadata), {})["managed_by"] == author


def test_what_is_ours_has_our_mesh() -> None:
    labels = {"app.kubernetes.io/managed-by": "multiregion.istio", "multiregion.istio/mesh": "m"}
    assert traces.trace(istiod("x", labels=labels), {})["mesh"] == "m"
    by_helm = istiod("x", labels=CHART, annotations=HELM)
    assert traces.trace(by_helm, {"x/istiod": "m"})["mesh"] == "m"
    assert traces.trace(by_helm, {"y/istiod": "m"})["mesh"] == ""
    stolen = istiod("x", labels={**CHART, "multiregion.istio/mesh": "m"}, annotations=HELM)
    assert traces.trace(stolen, {})["mesh"] == ""


def definition(name: str) -> Object:
    return {"kind": "CustomResourceDefinition", "metadata": {"name": name}}


def test_definitions_of_istio_and_of_its_operators_are_known_by_their_groups() -> None:
    names = [
        "gateways.networking.istio.io",
        "istiooperators.install.istio.io",
        "remoteistios.istio.alibabacloud.com",
        "istios.sailoperator.io",
        "gateways.gateway.networking.k8s.io",
        "things.notistio.io",
    ]
    known = [each for each in map(definition, names) if traces.is_istios(each)]
    assert [each["metadata"]["name"] for each in known] == names[:4]
    assert [each["made_by"] for each in traces.definition_traces(known, {})] == [
        "",
        "istioctl",
        "operator of istio.alibabacloud.com",
        "operator of sailoperator.io",
    ]
    assert traces.control_plane_kinds(known) == [("install.istio.io", "istiooperators"), ("sailoperator.io", "istios")]


@pytest.mark.parametrize(
    ("api_version", "metadata", "spec", "target"),
    [
        ("sailoperator.io/v1", {"name": "default"}, {"namespace": "mesh"}, "mesh"),
        ("sailoperator.io/v1", {"name": "default"}, {}, "istio-system"),
        ("istio.banzaicloud.io/v1beta1", {"name": "mesh", "namespace": "a"}, {}, "a"),
    ],
)
def test_the_resource_of_an_operator_names_where_its_control_plane_is(
    api_version: str, metadata: Object, spec: Object, target: str
) -> None:
    found = traces.operator_trace({"apiVersion": api_version, "kind": "Istio", "metadata": metadata, "spec": spec}, {})
    assert (found["target"], found["made_by"]) == (target, f"operator of {api_version.split('/')[0]}")


def webhook(*hooks: Object) -> Object:
    return {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "w"}, "webhooks": list(hooks)}


def hook(selector: Object | None = None, **fields: t.Any) -> Object:
    service = {"service": {"namespace": "istio-system", "name": "istiod", "path": "/inject"}}
    base = {"name": "namespace.sidecar-injector.istio.io", "clientConfig": service, "namespaceSelector": selector}
    return {**base, **fields}


def expression(operator: str, *values: str) -> Object:
    return {"matchExpressions": [{"key": "istio-injection", "operator": operator, "values": list(values)}]}


def test_webhooks_of_istio_are_known_by_their_names() -> None:
    assert traces.is_istio_webhook(webhook(hook()))
    assert not traces.is_istio_webhook(webhook(hook(name="pods.example.com")))
    assert not traces.is_istio_webhook({"metadata": {"name": "w"}})


@pytest.mark.parametrize(
    ("selector", "by_default"),
    [
        ({"matchLabels": {"istio-injection": "enabled"}}, True),
        (expression("In", "enabled"), True),
        (expression("NotIn", "enabled"), False),
        (expression("DoesNotExist"), False),
        ({"matchLabels": {"istio.io/rev": "blue"}}, False),
        (None, False),
    ],
)
def test_a_webhook_takes_namespaces_by_default_or_by_revision(selector: Object | None, by_default: bool) -> None:
    assert traces.webhook_trace(webhook(hook(selector)), {}, set())["injects_by_default"] is by_default


def test_a_webhook_whose_service_is_away_blocks_unless_it_lets_requests_pass() -> None:
    away = {("istio-system", "istiod")}
    assert traces.webhook_trace(webhook(hook()), {}, away)["blocks"] is True
    assert traces.webhook_trace(webhook(hook(failurePolicy="Ignore")), {}, away)["blocks"] is False
    assert traces.webhook_trace(webhook(hook()), {}, set())["blocks"] is False
    by_url = traces.webhook_trace(webhook(hook(clientConfig={"url": "https://10.0.0.1:15017/inject"})), {}, away)
    assert (by_url["service"], by_url["blocks"]) == ("", False)


def secret(name: str, labels: Object, **annotations: str) -> Object:
    metadata = {"name": name, "namespace": "istio-system", "labels": labels, "annotations": annotations}
    return {"kind": "Secret", "metadata": metadata}


def test_secrets_tell_registered_clusters_and_releases() -> None:
    secrets = [
        secret("east", {"istio/multiCluster": "true"}, **{"networking.istio.io/cluster": "east"}),
        secret("off", {"istio/multiCluster": "false"}),
        secret("sh.helm.release.v1.istiod.v1", {"owner": "helm", "name": "istiod", "version": "1"}),
        secret("sh.helm.release.v1.istiod.v2", {"owner": "helm", "name": "istiod", "version": "2"}),
        secret("sh.helm.release.v1.kiali.v1", {"owner": "helm", "name": "kiali", "version": "1"}),
        {"kind": "Secret", "metadata": {"name": "plain", "namespace": "istio-system"}},
    ]
    found = traces.secret_traces(secrets, {"istio-system/istiod": "m"})
    assert [(each["kind"], each["name"], each["mesh"], each.get("cluster")) for each in found] == [
        ("Secret", "east", "", "east"),
        ("Helm release", "istiod", "m", None),
    ]
    assert [len(revisions) for revisions in traces.revisions_of(secrets).values()] == [2, 1]
