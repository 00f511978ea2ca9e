# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module primary_istio refuses, and what it asks an API server to apply. That servers take it is seen on real ones."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import istio_resource
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.diff import LAST_APPLIED
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import Kind
from ansible_collections.multiregion.istio.plugins.modules.primary_istio import argument_spec
from tests.unit.istio_schemas import EARLY, LATE

Object = dict[str, t.Any]

API = "istio.banzaicloud.io/v1beta1"
ROOM = "istio-system"


class Cluster:
    """An API server with an operator's definitions, that keeps what is applied."""

    cluster = "primary"

    def __init__(self, schema: Object = LATE) -> None:
        self.schema: Object | None = schema
        self.istios: list[Object] = []
        self.secrets = {"kiali"}
        self.readable = True
        self.applied: list[Object] = []

    def now(self) -> datetime:
        return datetime.fromisoformat("2026-11-29T11:00:00Z")

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        return Kind(api_version, kind, "istios") if self.schema is not None and api_version == API else None

    def list(self, kind: Kind) -> list[Object]:
        return self.istios

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Object | None:
        if kind.kind == "Secret":
            return {"metadata": {"name": name}} if name in self.secrets else None
        if (kind.kind, name) != ("CustomResourceDefinition", "istios.istio.banzaicloud.io"):
            return None
        if not self.readable:
            raise ApiError("cannot read", status=403)
        return {"spec": {"versions": [{"name": "v1beta1", "schema": {"openAPIV3Schema": self.schema}}]}}

    def apply(self, kind: Kind, body: Object, *, dry_run: bool = False, field_manager: str = "") -> Object:
        self.applied.append(body)
        return body

    def is_before(self, version: tuple[int, int]) -> bool:
        return version > (1, 34)


def istio(name: str = "istio-config", namespace: str = ROOM, **spec: t.Any) -> Object:
    metadata = {"name": name, "namespace": namespace, "uid": "u"}
    return {"apiVersion": API, "kind": "Istio", "metadata": metadata, "spec": spec}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster()
    monkeypatch.setattr(istio_resource, "KubernetesClient", lambda access: cluster)
    return cluster


def run(**options: t.Any) -> Object:
    given = {"mesh_id": "mesh1", "api_version": API, **options}
    result = ArgumentSpecValidator(argument_spec()).validate(given)
    assert not result.error_messages
    return istio_resource.run(result.validated_parameters, False, lambda text: None)


def refused(**options: t.Any) -> str:
    with pytest.raises(MeshError) as error:
        run(**options)
    return str(error.value)


def test_a_new_resource_has_what_was_asked_for_and_our_defaults(cluster: Cluster) -> None:
    result = run(version="1.10.4", locality_routing=True)
    (applied,) = cluster.applied
    assert applied["metadata"]["labels"]["multiregion.istio/mesh"] == "mesh1"
    assert applied["spec"] == {
        "version": "1.10.4",
        "meshID": "mesh1",
        "localityLB": {"enabled": True},
        "autoInjectionNamespaces": ["default"],
        "gateways": {"enabled": True, "ingress": {"enabled": True}},
    }
    assert (result["changed"], result["has_ingress_address"], result["warnings"]) == (True, True, [])


def test_one_without_a_mark_is_adopted_with_all_that_it_has(cluster: Cluster) -> None:
    cluster.istios = [istio(localityLB={"enabled": True}, autoInjectionNamespaces=["shop"])]
    result = run(trace_sampling=10)
    (applied,) = cluster.applied
    assert applied["spec"] == {"pilot": {"traceSampling": 10.0}}
    assert applied["metadata"]["annotations"] == {
        "multiregion.istio/adopted": "true",
        "multiregion.istio/spec-changed": "2026-11-29T11:00:00Z",
    }
    assert result["warnings"] == [
        "primary: Istio istio-system/istio-config was there before (without a mark): it is adopted"
    ]


def test_what_kubectl_applied_is_kept_as_it_is_by_now(cluster: Cluster) -> None:
    noted = {"spec": {"version": "1.10.3", "pilot": {"traceSampling": 1, "sidecar": True}, "mtls": True}}
    live = istio(version="1.10.4", pilot={"traceSampling": 1, "sidecar": True, "replicaCount": 2})
    live["metadata"]["annotations"] = {LAST_APPLIED: json.dumps(noted)}
    cluster.istios = [live]
    run(trace_sampling=10)
    assert cluster.applied[0]["spec"] == {"version": "1.10.4", "pilot": {"traceSampling": 10.0, "sidecar": True}}


@pytest.mark.parametrize("noted", ["", "[]", "no JSON", '{"spec": null}'])
def test_a_note_of_kubectl_without_a_spec_keeps_nothing(cluster: Cluster, noted: str) -> None:
    live = istio(version="1.10.4")
    live["metadata"]["annotations"] = {LAST_APPLIED: noted}
    cluster.istios = [live]
    run()
    assert "spec" not in cluster.applied[0]


@pytest.mark.parametrize("other", [istio("other"), istio(namespace="elsewhere")])
def test_a_second_resource_is_refused_wherever_it_is(cluster: Cluster, other: Object) -> None:
    cluster.istios = [other]
    said = refused()
    name, namespace = other["metadata"]["name"], other["metadata"]["namespace"]
    assert f"another Istio resource: Istio {namespace}/{name}; nothing was written" in said
    assert f"set name to {name} and namespace to {namespace}" in said
    assert cluster.applied == []


def test_a_kind_that_is_not_served_wants_its_operator_first(cluster: Cluster) -> None:
    said = refused(api_version="istio.alibabacloud.com/v1beta1")
    assert "Istio of istio.alibabacloud.com/v1beta1 is not served" in said
    assert "Install the operator first" in said


def test_fields_that_are_not_served_are_refused_with_their_options(cluster: Cluster) -> None:
    said = refused(hub="registry.example.com/istio", spec={"meshExpnsion": True})
    assert "asked for by the option hub" in said
    assert "spec.meshExpnsion (did you mean meshExpansion?), asked for by the option spec" in said
    assert cluster.applied == []


def test_who_may_not_read_definitions_leaves_fields_to_the_server(cluster: Cluster) -> None:
    cluster.readable = False
    run(hub="registry.example.com/istio")
    assert cluster.applied[0]["spec"]["hub"] == "registry.example.com/istio"


def test_fields_that_the_definition_requires_are_named(cluster: Cluster) -> None:
    cluster.schema = {**EARLY, "properties": {**EARLY["properties"]}}
    cluster.schema["properties"]["spec"] = {**EARLY["properties"]["spec"], "required": ["mtls"]}
    assert "requires spec.mtls" in refused()
    run(spec={"mtls": False})
    assert cluster.applied[0]["spec"] == {"autoInjectionNamespaces": ["default"], "mtls": False}


def test_a_secret_that_does_not_exist_is_named(cluster: Cluster) -> None:
    cluster.readable = False
    assert "there is no Secret istio-system/grafana" in refused(
        grafana={"secret_name": "grafana"}, kiali={"secret_name": "kiali"}
    )
    run(kiali={"secret_name": "kiali"})


def test_one_that_is_being_deleted_is_left_to_go(cluster: Cluster) -> None:
    live = istio()
    live["metadata"].update(deletionTimestamp="2026-11-29T10:00:00Z", finalizers=["istio-operator.finializer"])
    cluster.istios = [live]
    assert "is being deleted; nothing was written: held by the finalizers istio-operator.finializer" in refused()


def test_one_of_others_is_refused_and_taken_by_force(cluster: Cluster) -> None:
    live = istio()
    live["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    cluster.istios = [live]
    assert "it belongs to Helm" in refused()
    run(force=True)
    assert len(cluster.applied) == 1
