# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of the role primary_istio an engine knows, and what they ask of the module primary_istio. Pure.

Each default is that of the role: a variable that has it says nothing to an operator, whose own defaults hold then, as does
what an adopted Istio resource has.
"""

from __future__ import annotations

import typing as t

from .._errors import MeshError
from . import istio_spec
from .engine_variables import (
    HELM,
    INGRESS_PORTS,
    INGRESS_REQUESTS,
    OPERATOR,
    Values,
    Variable,
    given_of,
    helm,
    is_true,
    operator,
    without_effect,
)
from .istio_spec import option_of

Object = dict[str, t.Any]

PREFIX = "primary_istio_"

IN_SPEC = "Say it in primary_istio_spec, by the fields that the operator's release has"
OWN_CHART = "Install it by its own chart: Istio's charts bring no add-ons"
VARIABLES: dict[str, Variable] = {
    "version": Variable(""),
    "hub": Variable(""),
    "network_mode": Variable(""),
    "locality_routing": Variable(False),
    "auto_injection_namespaces": Variable(["default"]),
    "trace_sampling": Variable(None),
    "tracing_address": Variable(""),
    "egress_include_cidrs": Variable([]),
    "egress_exclude_cidrs": Variable([]),
    "outbound_traffic_policy": Variable(""),
    "ingress": Variable(True),
    "ingress_service_type": Variable("LoadBalancer"),
    "ingress_public": Variable(True),
    "ingress_load_balancer_id": Variable(""),
    "ingress_override_listeners": Variable(False),
    "ingress_annotations": Variable({}),
    "ingress_ports": Variable(INGRESS_PORTS),
    "ingress_min_replicas": Variable(2),
    "ingress_max_replicas": Variable(5),
    "prometheus": operator({}, OWN_CHART),
    "grafana": operator({}, OWN_CHART),
    "kiali": operator({}, OWN_CHART),
    "spec": operator({}, "Say it in primary_istio_values, by the values of the chart istiod"),
    "revision": helm("", "The operator names revisions itself"),
    "trust_domain": helm("cluster.local", IN_SPEC),
    "dns_proxy": helm(False, IN_SPEC),
    "local_services": helm([], "An operator has no field for it"),
    "ca": helm("self_signed", "Give the operator its authority by primary_istio_spec.citadel.caSecretName"),
    "image_pull_secrets": helm([], "Give them to the ServiceAccounts that the operator makes", matters=False),
    "chart_source": helm("https://istio-release.storage.googleapis.com/charts", "", matters=False),
    "min_replicas": helm(2, IN_SPEC, matters=False),
    "max_replicas": helm(5, IN_SPEC, matters=False),
    "requests": helm({"cpu": "500m", "memory": "2048Mi"}, IN_SPEC, matters=False),
    "values": helm({}, IN_SPEC, matters=False),
    "pilot_annotations": helm(
        {"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": "intranet"},
        "The operator has the remotes reach the control plane",
        matters=False,
    ),
    "ingress_requests": helm(INGRESS_REQUESTS, IN_SPEC, matters=False),
    "ingress_values": helm({}, IN_SPEC, matters=False),
}
BY_ANNOTATIONS = ("ingress_public", "ingress_load_balancer_id", "ingress_override_listeners", "ingress_annotations")
# Options of the module by the variable that is passed on; suboptions after a dot.
OPTIONS = {
    "version": "version",
    "hub": "hub",
    "network_mode": "multi_cluster_mode",
    "locality_routing": "locality_routing",
    "auto_injection_namespaces": "auto_injection_namespaces",
    "trace_sampling": "trace_sampling",
    "tracing_address": "tracing.address",
    "egress_include_cidrs": "egress.include_cidrs",
    "egress_exclude_cidrs": "egress.exclude_cidrs",
    "outbound_traffic_policy": "egress.policy",
    "ingress": "ingress.enabled",
    "ingress_service_type": "ingress.service_type",
    "ingress_ports": "ingress.ports",
    "ingress_min_replicas": "ingress.min_replicas",
    "ingress_max_replicas": "ingress.max_replicas",
    "prometheus": "prometheus",
    "grafana": "grafana",
    "kiali": "kiali",
    "spec": "spec",
}


def options_for(engine: str, values: Values, annotations: Values) -> Object:
    """{"options": those of the module primary_istio, none with helm, "warnings": sentences}.

    values:      the role's variables by their names without the prefix, with more or fewer than the table has
    annotations: those of the ingress gateway's Service that the variables stand for
    Raises MeshError for variables that the engine does not know and that matter.
    """
    if engine == OPERATOR and is_true(values.get("eastwest")) and values.get("network_mode") != "gateway":
        raise MeshError(
            f"mesh_engine {OPERATOR} cannot bring {PREFIX}eastwest where mesh_network_mode is not gateway",
            why="an operator has all clusters reach one another by gateways, or none",
            todo="Set mesh_network_mode to gateway, or give all clusters one mesh_cluster_network",
        )
    given = given_of(VARIABLES, values)
    warnings = without_effect(PREFIX, VARIABLES, given, engine)
    options = module_options(given, annotations)
    check_values(engine, options)
    return {"options": options if engine == OPERATOR else {}, "warnings": warnings}


def check_values(engine: str, options: Object) -> None:
    """Raise MeshError for a value that cannot be, by the name of its variable."""
    given = {**dict.fromkeys(option.partition(".")[0] for option in OPTIONS.values()), **options}
    try:
        istio_spec.check(given)
        if engine == HELM and istio_spec.URL.fullmatch(option_of(given, "tracing.address") or ""):
            raise istio_spec.refusal("tracing.address", given["tracing"]["address"], "by Helm it is host:port")
    except MeshError as error:
        option, _space, rest = error.what.partition(" ")
        name = PREFIX + next((name for name, path in OPTIONS.items() if path == option), "ingress_annotations")
        raise MeshError(f"{name} {rest}", why=error.why, todo=f"Correct {name}") from error


def module_options(given: Values, annotations: Values) -> Object:
    """The options of the module primary_istio that the variables ask for."""
    options: Object = {}
    for name, path in OPTIONS.items():
        if name in given:
            option, _dot, below = path.partition(".")
            options[option] = {**options.get(option, {}), below: given[name]} if below else given[name]
    if any(name in given for name in BY_ANNOTATIONS):
        options["ingress"] = {**options.get("ingress", {}), "annotations": dict(annotations)}
    return options
