# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the role primary_istio by engine: passed on, without effect, or refused."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import engine_of_remotes
from ansible_collections.multiregion.istio.plugins.module_utils._istio.engine_of_primary import (
    OPTIONS,
    PREFIX,
    VARIABLES,
    options_for,
)
from ansible_collections.multiregion.istio.plugins.modules.primary_istio import argument_spec

Object = dict[str, t.Any]

ROLE = Path(__file__).parents[4] / "roles" / "primary_istio"
# Variables that say how, not what: the role passes them on itself, or they mean the same with both engines.
FOR_BOTH = {
    "api_version", "apply_method", "ca_dir", "cluster", "eastwest", "engine", "force", "mesh_id", "namespace", "operator",
    "remove_ca", "results_dir", "timeout",
    # what mesh_upgrade says, which refuses an operator before
    "base_version", "default_revision", "move", "upgrade",
}  # fmt: skip


def role_defaults(**mesh: t.Any) -> Object:
    """The defaults of the role by short names, with these variables of the mesh."""
    text = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    values: Object = dict(mesh)
    for name, value in text.items():
        if name != f"{PREFIX}cluster":
            values[name] = NativeEnvironment().from_string(value).render(values) if "{{" in str(value) else value
    return {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}


def test_the_table_has_all_variables_of_the_role() -> None:
    assert set(VARIABLES) == set(role_defaults()) - FOR_BOTH
    assert set(VARIABLES).isdisjoint(FOR_BOTH)


def test_its_defaults_are_those_of_the_role() -> None:
    defaults = role_defaults(mesh_engine="operator")
    assert {name: defaults[name] for name in VARIABLES} == {name: one.default for name, one in VARIABLES.items()}


@pytest.mark.parametrize("engine", ["helm", "operator"])
def test_the_role_as_it_is_asks_for_nothing(engine: str) -> None:
    assert options_for(engine, role_defaults(mesh_engine=engine), {"made": "anyway"}) == {"options": {}, "warnings": []}


def test_all_that_is_passed_on_are_options_of_the_module() -> None:
    spec = argument_spec()
    for path in OPTIONS.values():
        option, _dot, below = path.partition(".")
        assert below in spec[option]["options"] if below else option in spec


def test_what_the_variables_ask_of_an_operator() -> None:
    given = {
        "version": "1.10.4",
        "network_mode": "gateway",
        "eastwest": True,
        "locality_routing": "true",
        "trace_sampling": 0,
        "tracing_address": "zipkin:9411",
        "egress_include_cidrs": ["*"],
        "ingress_min_replicas": "1",
        "ingress_public": False,
        "kiali": {"enabled": True},
    }
    annotations = {"type": "intranet"}
    assert options_for("operator", given, annotations)["options"] == {
        "version": "1.10.4",
        "multi_cluster_mode": "gateway",
        "locality_routing": "true",
        "trace_sampling": 0,
        "tracing": {"address": "zipkin:9411"},
        "egress": {"include_cidrs": ["*"]},
        "ingress": {"min_replicas": "1", "annotations": annotations},
        "kiali": {"enabled": True},
    }


def test_values_of_the_command_line_are_compared_as_what_they_mean() -> None:
    given = {"ingress_public": "true", "dns_proxy": "no", "min_replicas": "2", "ingress_max_replicas": "5", "ca": ""}
    assert options_for("operator", given, {"a": "b"}) == {"options": {}, "warnings": []}


@pytest.mark.parametrize(
    ("engine", "given", "said"),
    [
        ("operator", {"revision": "canary"}, "primary_istio_revision"),
        ("operator", {"ca": "cacerts"}, "primary_istio_spec.citadel.caSecretName"),
        (
            "operator",
            {"dns_proxy": True, "local_services": ["a/*"]},
            "primary_istio_dns_proxy, primary_istio_local_services",
        ),
        ("operator", {"eastwest": True, "network_mode": "flat"}, "primary_istio_eastwest where mesh_network_mode"),
        ("helm", {"grafana": {"enabled": True}}, "mesh_engine helm does not know primary_istio_grafana"),
        ("helm", {"spec": {"meshPolicy": {}}}, "primary_istio_values"),
        ("istioctl", {}, "Set it to helm or operator"),
        ("helm", {"trace_sampling": "101"}, "primary_istio_trace_sampling cannot be"),
        ("helm", {"tracing_address": "http://zipkin:9411/api/v1/spans"}, "primary_istio_tracing_address cannot be"),
        ("operator", {"tracing_address": "zipkin"}, "Correct primary_istio_tracing_address"),
        ("operator", {"egress_include_cidrs": ["10.0.0.1/8"]}, "has host bits set"),
    ],
)
def test_what_an_engine_does_not_know_is_refused_where_it_matters(engine: str, given: Object, said: str) -> None:
    with pytest.raises(MeshError) as refused:
        options_for(engine, given, {})
    assert said in str(refused.value)


def test_what_concerns_the_other_engine_alone_is_said() -> None:
    told = options_for("operator", {"chart_source": "/charts", "requests": {"cpu": "10m"}}, {})
    assert told == {
        "options": {},
        "warnings": [
            "primary_istio_chart_source has no effect with mesh_engine operator.",
            "primary_istio_requests has no effect with mesh_engine operator. "
            "Say it in primary_istio_spec, by the fields that the operator's release has",
        ],
    }
    assert options_for("helm", {"chart_source": "/charts"}, {})["warnings"] == []


REMOTES = Path(__file__).parents[4] / "roles" / "remote_cluster" / "defaults" / "main.yml"


def test_the_table_of_remotes_has_the_roles_defaults() -> None:
    defaults = yaml.safe_load(REMOTES.read_text(encoding="utf-8"))
    mesh = {"ca": "self_signed", "revision": ""}  # of variables of the mesh
    role = {name: mesh.get(name, defaults[f"remote_cluster_{name}"]) for name in engine_of_remotes.VARIABLES}
    assert role == {name: one.default for name, one in engine_of_remotes.VARIABLES.items()}


def test_a_private_gateway_of_a_remote_is_refused_of_an_operator_and_its_size_told() -> None:
    with pytest.raises(MeshError, match="mesh_engine operator does not know remote_cluster_ingress_public"):
        engine_of_remotes.warnings_for("operator", {"ingress_public": False})
    (warning,) = engine_of_remotes.warnings_for("operator", {"ingress_min_replicas": "3"})
    assert warning.startswith(
        "remote_cluster_ingress_min_replicas has no effect with mesh_engine operator. The operator makes"
    )
    assert engine_of_remotes.warnings_for("helm", {"ingress_public": False, "ingress_min_replicas": 3}) == []
