# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that a definition requires and a spec lacks."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import kind_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.served_fields import (
    complete_spec,
    read_definition,
    required_fields,
)

Object = dict[str, t.Any]

# The shape of banzaicloud/istio-operator's.
SPEC: Object = {
    "type": "object",
    "required": ["enabledServices"],
    "properties": {
        "enabledServices": {"type": "array", "items": {"type": "object", "required": ["name"]}},
        "istioControlPlane": {"type": "object", "required": ["name", "namespace"]},
        "nodes": {"type": "object", "additionalProperties": {"type": "object", "required": ["disk"]}},
        "version": {"type": "string", "default": "1"},
    },
}
SCHEMA: Object = {"type": "object", "properties": {"spec": SPEC}}
DEFINITION: Object = {"spec": {"versions": [{"name": "v1beta1", "schema": {"openAPIV3Schema": SCHEMA}}]}}
OLD_DEFINITION: Object = {"spec": {"versions": [{"name": "v1beta1"}], "validation": {"openAPIV3Schema": SCHEMA}}}


class Primary:
    """The Services of a primary, and what reading a definition of each API brings."""

    cluster = "primary"

    def __init__(self, *services: tuple[str, Object], definitions: t.Sequence[t.Any] = ()) -> None:
        self.services = [{"metadata": {"name": name}, "spec": {"selector": selector}} for name, selector in services]
        self.definitions = list(definitions)
        self.requests: list[str] = []

    def list(self, kind: t.Any, namespace: str) -> t.Any:
        self.requests.append(f"{kind.plural} of {namespace}")
        return self.services

    def get(self, kind: t.Any, name: str) -> t.Any:
        self.requests.append(f"{kind.api_version} {name}")
        found = self.definitions.pop(0)
        if isinstance(found, ApiError):
            raise found
        return found


MODERN = (("istiod", {"istio": "pilot", "app": "istiod"}), ("istio-ingressgateway", {"istio": "ingressgateway"}))
MIXER = (
    ("istio-telemetry", {"istio-mixer-type": "telemetry"}),
    ("istio-pilot", {"istio": "pilot"}),
    ("istio-policy", {"istio-mixer-type": "policy"}),
    ("zipkin", {"app": "jaeger"}),
)


def complete(primary: t.Any, spec: Object, live: Object | None = None, **other: Object | None) -> Object:
    """The spec by DEFINITION, or another `definition`."""
    definition = other.get("definition", DEFINITION)
    return complete_spec(primary, kind_of(), "istio-system", spec, live, definition)


@pytest.mark.parametrize(
    ("spec", "lacking"),
    [
        ({}, ["spec.enabledServices"]),
        ({"enabledServices": []}, []),
        ({"enabledServices": None}, ["spec.enabledServices"]),
        ({"enabledServices": [{"name": "a"}, {}]}, ["spec.enabledServices[1].name"]),
        ({"enabledServices": [], "istioControlPlane": {"name": "a"}}, ["spec.istioControlPlane.namespace"]),
        ({"enabledServices": [], "nodes": {"n1": {}, "n2": {"disk": 1}}}, ["spec.nodes.n1.disk"]),
    ],
)
def test_each_required_field_that_lacks_is_named(spec: Object, lacking: list[str]) -> None:
    assert required_fields({"spec": spec}, SCHEMA) == lacking


def test_what_the_server_fills_in_does_not_lack() -> None:
    schema = {"properties": {"spec": {**SPEC, "required": ["version"]}}}
    assert required_fields({"spec": {}}, schema) == []
    assert required_fields({}, {**SCHEMA, "required": ["spec"]}) == ["spec"]


@pytest.mark.parametrize("definition", [DEFINITION, OLD_DEFINITION])
def test_the_services_are_those_that_the_control_plane_has(definition: Object) -> None:
    assert complete(Primary(*MODERN), {"hub": "a"}, definition=definition) == {
        "hub": "a",
        "enabledServices": [{"name": "istiod", "labelSelector": "app=istiod,istio=pilot"}],
    }
    assert complete(Primary(*MIXER), {}, definition=definition)["enabledServices"] == [
        {"name": "istio-pilot", "labelSelector": "istio=pilot"},
        {"name": "istio-policy", "labelSelector": "istio-mixer-type=policy"},
        {"name": "istio-telemetry", "labelSelector": "istio-mixer-type=telemetry"},
    ]


def test_services_that_are_given_or_there_stay() -> None:
    primary, given = Primary(*MODERN), [{"name": "istiod-canary"}]
    assert complete(primary, {"enabledServices": given}) == {"enabledServices": given}
    assert complete(primary, {"hub": "a"}, {"spec": {"enabledServices": given}}) == {
        "hub": "a",
        "enabledServices": given,
    }
    assert primary.requests == []


def test_nothing_is_added_where_nothing_is_required() -> None:
    primary = Primary(*MODERN)
    for definition in (None, {"spec": {"versions": [{"name": "v1beta1", "schema": {"openAPIV3Schema": {}}}]}}):
        assert complete(primary, {"hub": "a"}, definition=definition) == {"hub": "a"}
    assert primary.requests == []


def test_what_lacks_and_has_no_default_is_named_before_anything_is_written() -> None:
    with pytest.raises(MeshError) as raised:
        complete(Primary(("zipkin", {})), {"istioControlPlane": {}})
    assert str(raised.value) == (
        "cluster primary: the spec of RemoteIstio lacks fields that the primary requires; nothing was written: "
        "istio.alibabacloud.com/v1beta1 requires spec.enabledServices, spec.istioControlPlane.name, "
        "spec.istioControlPlane.namespace. Give them in the option spec."
    )
    live = {"spec": {"istioControlPlane": {"name": "istio-config", "namespace": "istio-system"}}}
    assert complete(Primary(*MODERN), {"istioControlPlane": {}}, live)["istioControlPlane"] == {}


def test_the_definition_is_read_in_the_api_that_the_server_has() -> None:
    name = "remoteistios.istio.alibabacloud.com"
    both = [f"apiextensions.k8s.io/v1 {name}", f"apiextensions.k8s.io/v1beta1 {name}"]
    for definitions, found, requests in (
        ([DEFINITION], DEFINITION, both[:1]),
        ([None, OLD_DEFINITION], OLD_DEFINITION, both),
        ([ApiError("x", status=403)], None, both[:1]),
    ):
        primary: t.Any = Primary(definitions=definitions)
        assert read_definition(primary, kind_of()) == found
        assert primary.requests == requests
    failing: t.Any = Primary(definitions=[ApiError("x", status=500)])
    with pytest.raises(ApiError):
        read_definition(failing, kind_of())
