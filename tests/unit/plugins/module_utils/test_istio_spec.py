# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the module primary_istio as fields of the Istio resource, in the form that is served."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istio_spec import (
    asked,
    defaults,
    spec_of,
    unknown,
)
from ansible_collections.multiregion.istio.plugins.modules.primary_istio import spec_options
from tests.unit.istio_schemas import CONSOLE, EARLY, LATE

Object = dict[str, t.Any]


def params(**options: t.Any) -> Object:
    return {**dict.fromkeys(spec_options()), "spec": {}, **options}


def spec(schema: Object, live: Object | None = None, **options: t.Any) -> Object:
    given = params(**options)
    return spec_of(asked(given), given["spec"], live, schema)


def live(*gateways: Object) -> Object:
    return {"spec": {"gateways": {"ingress": list(gateways)}}}


@pytest.mark.parametrize("schema", [EARLY, LATE, CONSOLE, {}])
def test_nothing_is_written_that_is_not_asked_for(schema: Object) -> None:
    assert spec(schema) == {}


def test_the_whole_form_as_banzai_has_it() -> None:
    assert spec(
        LATE,
        version="1.10.4",
        multi_cluster_mode="gateway",
        locality_routing=True,
        trace_sampling=50.0,
        tracing={"enabled": None, "address": "zipkin.monitoring:9411"},
        egress={
            "include_cidrs": ["10.0.0.0/8", "fd00::/8"],
            "exclude_cidrs": ["10.1.0.0/16"],
            "policy": "REGISTRY_ONLY",
        },
        ingress={
            "enabled": True,
            "service_type": "NodePort",
            "annotations": {"a": "b"},
            "ports": [{"port": 80}],
            "min_replicas": 1,
            "max_replicas": 3,
        },
        auto_injection_namespaces=["default", "shop"],
        spec={"pilot": {"sidecar": False}},
    ) == {
        "version": "1.10.4",
        "meshExpansion": True,
        "localityLB": {"enabled": True},
        "pilot": {"traceSampling": 50.0, "sidecar": False},
        "tracing": {"enabled": True, "tracer": "zipkin", "zipkin": {"address": "zipkin.monitoring:9411"}},
        "includeIPRanges": "10.0.0.0/8,fd00::/8",
        "excludeIPRanges": "10.1.0.0/16",
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "gateways": {
            "enabled": True,
            "ingress": {
                "enabled": True,
                "serviceType": "NodePort",
                "serviceAnnotations": {"a": "b"},
                "ports": [{"port": 80}],
                "minReplicas": 1,
                "maxReplicas": 3,
            },
        },
        "autoInjectionNamespaces": ["default", "shop"],
    }


def test_the_forms_of_the_console() -> None:
    url = "http://tracing-analysis-dc-hz.aliyuncs.com/adapt/api/v1/spans"
    assert spec(
        CONSOLE,
        hub="registry.example.com/istio",
        tracing={"enabled": None, "address": url},
        ingress={"min_replicas": 2},
        prometheus={"enabled": True, "endpoint": None},
        grafana={"enabled": True, "secret_name": "grafana"},
        kiali={"enabled": True, "secret_name": "kiali"},
    ) == {
        "hub": "registry.example.com/istio",
        "tracingOnExtZipkin": {"enabled": True, "externalZipkin": {"endpoint": url}},
        "gateways": {"ingress": [{"gatewayName": "ingressgateway", "minReplicas": 2}]},
        "prometheus": {"enabled": True},
        "grafana": {"enabled": True, "security": {"enabled": True, "secretName": "grafana"}},
        "kiali": {"enabled": True, "dashboard": {"secretName": "kiali"}},
    }


@pytest.mark.parametrize(
    ("mode", "written"),
    [
        ("disabled", {"meshExpansion": False}),
        ("flat", {"meshExpansion": False}),
        ("gateway", {"meshExpansion": True}),
    ],
)
def test_the_mode_between_clusters_is_mesh_expansion(mode: str, written: Object) -> None:
    assert spec(LATE, multi_cluster_mode=mode) == written


def test_a_release_without_gateways_between_clusters_is_flat_as_it_is() -> None:
    given = params(multi_cluster_mode="flat")
    assert spec(EARLY, multi_cluster_mode="flat") == {}
    assert unknown(asked(given), {}, None, EARLY) == []


def test_all_destinations_are_a_star() -> None:
    assert spec(LATE, egress={"include_cidrs": ["*"]}) == {"includeIPRanges": "*"}


def test_tracing_is_ended_without_an_address() -> None:
    assert spec(LATE, tracing={"enabled": False, "address": None}) == {"tracing": {"enabled": False}}


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        (EARLY, {"autoInjectionNamespaces": ["default"]}),
        (
            LATE,
            {
                "meshID": "mesh1",
                "localityLB": {"enabled": False},
                "autoInjectionNamespaces": ["default"],
                "gateways": {"enabled": True, "ingress": {"enabled": True}},
            },
        ),
        (
            CONSOLE,
            {
                "localityLB": {"enabled": False},
                "autoInjectionNamespaces": ["default"],
                "gateways": {"enabled": True, "ingress": [{"gatewayName": "ingressgateway", "enabled": True}]},
            },
        ),
    ],
)
def test_defaults_are_written_where_the_release_has_a_field_for_them(schema: Object, written: Object) -> None:
    assert spec_of(defaults("mesh1"), {}, None, schema) == written


def test_an_option_wins_over_a_default() -> None:
    fields = [*defaults("mesh1"), *asked(params(locality_routing=True, auto_injection_namespaces=[]))]
    written = spec_of(fields, {}, None, LATE)
    assert (written["localityLB"], written["autoInjectionNamespaces"]) == ({"enabled": True}, [])


def test_other_entries_of_a_list_of_gateways_stay_and_so_does_what_no_option_says() -> None:
    own = {"gatewayName": "ingressgateway", "maxReplicas": 5, "ports": [{"port": 80}]}
    other = {"gatewayName": "internal", "maxReplicas": 1}
    assert spec({}, live(other, own), ingress={"max_replicas": 3})["gateways"]["ingress"] == [
        other,
        {**own, "maxReplicas": 3},
    ]
    assert spec(CONSOLE, live(other, own))["gateways"]["ingress"] == [other, own]


def test_fields_that_are_not_served_are_named_with_the_option_that_asks_for_them() -> None:
    given = params(
        hub="registry.example.com/istio",
        kiali={"enabled": None, "secret_name": "kiali"},
        ingress={"enabled": True},
        spec={"piolt": {}},
    )
    texts = unknown(asked(given), given["spec"], None, EARLY)
    assert [text.split(" ")[0] for text in texts] == [
        "spec.hub",
        "spec.gateways.ingress.enabled",
        "spec.kiali",
        "spec.piolt",
    ]
    assert [text.rpartition(", ")[2] for text in texts] == [
        "asked for by the option hub",
        "asked for by the option ingress.enabled",
        "asked for by the option kiali.secret_name",
        "asked for by the option spec",
    ]
    assert "did you mean pilot?" in texts[-1]


def test_fields_of_an_entry_in_a_list_of_gateways_are_looked_up_there() -> None:
    given = params(ingress={"min_replicas": 1, "annotations": {"a": "b"}})
    assert unknown(asked(given), {}, None, CONSOLE) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trace_sampling": 100.5}, "trace_sampling cannot be 100.5"),
        ({"trace_sampling": -1.0}, "trace_sampling cannot be -1.0"),
        ({"egress": {"include_cidrs": ["10.0.0.1/8"]}}, "egress.include_cidrs cannot be '10.0.0.1/8'"),
        ({"egress": {"include_cidrs": ["*", "10.0.0.0/8"]}}, "egress.include_cidrs cannot be '*'"),
        ({"egress": {"exclude_cidrs": ["*"]}}, "egress.exclude_cidrs cannot be '*'"),
        ({"tracing": {"address": "zipkin"}}, "tracing.address cannot be 'zipkin'"),
        ({"ingress": {"min_replicas": 3, "max_replicas": 2}}, "ingress.min_replicas cannot be 3"),
        ({"ingress": {"ports": [{"name": "http"}]}}, "ingress.ports cannot be {'name': 'http'}"),
        ({"ingress": {"annotations": {"a": True}}}, "ingress.annotations cannot be {'a': True}"),
    ],
)
def test_values_that_no_release_takes_are_refused(options: Object, said: str) -> None:
    with pytest.raises(MeshError, match="cannot be") as refused:
        asked(params(**options))
    assert said in str(refused.value)
