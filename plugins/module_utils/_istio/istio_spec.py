# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spec of an Istio resource, by which an operator runs a control plane: from options to fields. No I/O.

Fields: banzaicloud/istio-operator, pkg/apis/istio/v1beta1/istio_types.go of its releases 0.1 to 0.10, and the forms "Deploy Istio" and
"Update Istio" of Alibaba Cloud's console. Releases differ, so the schema that is served decides.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass
from functools import reduce

from .._errors import MeshError
from .resource import merged
from .spec_fields import unknown_fields

Object = dict[str, t.Any]

INGRESS = ("gateways", "ingress")
GATEWAY = "ingressgateway"  # the console's own name of the gateway, where there is a list of them
# Options that are one field each, a suboption after a dot.
PATHS = {
    "version": "version",
    "hub": "hub",
    "locality_routing": "localityLB.enabled",
    "trace_sampling": "pilot.traceSampling",
    "egress.policy": "outboundTrafficPolicy.mode",
    "ingress.enabled": "gateways.ingress.enabled",
    "ingress.service_type": "gateways.ingress.serviceType",
    "ingress.annotations": "gateways.ingress.serviceAnnotations",
    "ingress.ports": "gateways.ingress.ports",
    "ingress.min_replicas": "gateways.ingress.minReplicas",
    "ingress.max_replicas": "gateways.ingress.maxReplicas",
    "prometheus.enabled": "prometheus.enabled",
    "prometheus.endpoint": "prometheus.endpoint",
    "grafana.enabled": "grafana.enabled",
    "grafana.secret_name": "grafana.security.secretName",
    "kiali.enabled": "kiali.enabled",
    "kiali.secret_name": "kiali.dashboard.secretName",
    "auto_injection_namespaces": "autoInjectionNamespaces",
}
SECRETS = ("grafana.secret_name", "kiali.secret_name")
HOST_AND_PORT, URL = re.compile(r"[^\s:/]+:\d{1,5}"), re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Field:
    """A field of the spec, and the option that asks for it.

    is_soft: it says what holds anyway where the API does not have it, and is left out there
    """

    option: str
    path: tuple[str, ...]
    value: t.Any
    is_soft: bool = False


def field(option: str, path: str, value: t.Any, *, is_soft: bool = False) -> Field:
    return Field(option, tuple(path.split(".")), value, is_soft)


def option_of(params: t.Mapping[str, t.Any], option: str) -> t.Any:
    """The value of an option or of a suboption ("ingress.ports"), None where it is not given."""
    name, _dot, below = option.partition(".")
    value = params[name]
    return (value or {}).get(below) if below else value


def asked(params: t.Mapping[str, t.Any]) -> list[Field]:
    """The fields that the options of a task ask for. Raises MeshError for what cannot be."""
    check(params)
    values = {option: option_of(params, option) for option in PATHS}
    fields = [field(option, PATHS[option], value) for option, value in values.items() if value is not None]
    if values["ingress.enabled"]:
        fields.append(field("ingress.enabled", "gateways.enabled", True, is_soft=True))
    if values["grafana.secret_name"]:
        fields.append(field("grafana.secret_name", "grafana.security.enabled", True, is_soft=True))
    mode = params["multi_cluster_mode"]
    if mode:
        is_gateway = mode == "gateway"
        fields.append(field("multi_cluster_mode", "meshExpansion", is_gateway, is_soft=not is_gateway))
    for option, name in (("include_cidrs", "includeIPRanges"), ("exclude_cidrs", "excludeIPRanges")):
        blocks = option_of(params, f"egress.{option}")
        if blocks is not None:
            fields.append(field(f"egress.{option}", name, ",".join(blocks)))
    return fields + tracing(params["tracing"] or {})


def tracing(options: Object) -> list[Field]:
    """Where traces go: an address is Banzai's field, a URL the console's."""
    address, enabled = options.get("address"), options.get("enabled")
    enabled = True if enabled is None and address else enabled
    is_url = bool(address and URL.fullmatch(address))
    fields = []
    if enabled is not None:
        fields.append(field("tracing.enabled", f"{'tracingOnExtZipkin' if is_url else 'tracing'}.enabled", enabled))
    if is_url:
        fields.append(field("tracing.address", "tracingOnExtZipkin.externalZipkin.endpoint", address))
    elif address:
        fields.append(field("tracing.address", "tracing.zipkin.address", address))
        fields.append(field("tracing.address", "tracing.tracer", "zipkin", is_soft=True))
    return fields


def defaults(mesh_id: str) -> list[Field]:
    """What is written besides where nobody else had made the resource."""
    values = {
        "meshID": mesh_id,
        "localityLB.enabled": False,  # an operator's own default may be another
        "autoInjectionNamespaces": ["default"],
        "gateways.enabled": True,
        "gateways.ingress.enabled": True,
    }
    return [field("", path, value, is_soft=True) for path, value in values.items()]


def spec_of(fields: t.Sequence[Field], extra: Object, live: Object | None, schema: Object) -> Object:
    """The spec to apply: fields, later ones winning, and `extra` merged last, whose lists replace.

    live:   the resource as it is, None where there is none
    schema: what is served for it, {} where that is not known
    """
    has_list = lists_gateways(live, schema)
    kept = [one for one in fields if not (one.is_soft and unknown_fields(nested(one, has_list), schema))]
    spec: Object = reduce(lambda whole, one: merged(whole, nested(one)["spec"]), kept, {})
    if has_list:
        gateways, here = spec.get("gateways") or {}, live_gateways(live)
        if isinstance(here, list) or "ingress" in gateways:
            spec["gateways"] = {**gateways, "ingress": with_gateway(here, gateways.get("ingress"))}
    return merged(spec, extra)


def nested(one: Field, has_list: bool = False) -> Object:
    """{"spec": {"pilot": {"traceSampling": 1}}}"""
    if has_list and one.path[:2] == INGRESS:
        return {"spec": deep(INGRESS, [deep(one.path[2:], one.value)])}
    return {"spec": deep(one.path, one.value)}


def deep(path: tuple[str, ...], value: t.Any) -> Object:
    return t.cast(Object, reduce(lambda below, key: {key: below}, reversed(path), value))


def live_gateways(live: Object | None) -> t.Any:
    return (((live or {}).get("spec") or {}).get("gateways") or {}).get("ingress")


def lists_gateways(live: Object | None, schema: Object) -> bool:
    """Whether gateways.ingress is a list, as in the console's form, and not the settings of one gateway, as Banzai has it."""
    for name in ("spec", *INGRESS):
        schema = (schema.get("properties") or {}).get(name) or {}
    return schema.get("type") == "array" or isinstance(live_gateways(live), list)


def with_gateway(live: t.Any, asked_for: Object | None) -> list[Object]:
    """The list of gateways as it is, with what is asked for in the one of the console's name: a list is written as a whole."""
    entries: list[Object] = [dict(entry) for entry in live] if isinstance(live, list) else []
    if asked_for is None:
        return entries
    if not any(entry.get("gatewayName") == GATEWAY for entry in entries):
        entries.append({"gatewayName": GATEWAY})
    return [merged(entry, asked_for) if entry.get("gatewayName") == GATEWAY else entry for entry in entries]


def expects_address(spec: Object) -> bool:
    """Whether the ingress gateway that a spec has gets an address of a load balancer."""
    gateways = spec.get("gateways") or {}
    ingress = gateways.get("ingress") or {}
    if isinstance(ingress, list):
        ingress = next((entry for entry in ingress if entry.get("gatewayName") == GATEWAY), {"enabled": False})
    is_there = gateways.get("enabled") is not False and ingress.get("enabled") is not False
    return is_there and ingress.get("serviceType", "LoadBalancer") == "LoadBalancer"


def unknown(fields: t.Sequence[Field], extra: Object, live: Object | None, schema: Object) -> list[str]:
    """ "spec.hub (did you mean ...?), asked for by the option hub" for each field that is not served."""
    has_list = lists_gateways(live, schema)
    checked = [(one.option, nested(one, has_list)) for one in fields if not one.is_soft]
    return [
        f"{text}, asked for by the option {option}"
        for option, body in [*checked, ("spec", {"spec": extra})]
        for text in unknown_fields(body, schema)
    ]


def check(params: t.Mapping[str, t.Any]) -> None:
    """Raise MeshError for a value that no release takes."""
    sampling = params["trace_sampling"]
    if sampling is not None and not 0 <= float(sampling) <= 100:
        raise refusal("trace_sampling", sampling, "it is a percentage, from 0 to 100")
    for option in ("egress.include_cidrs", "egress.exclude_cidrs"):
        check_blocks(option, option_of(params, option) or [])
    address = option_of(params, "tracing.address")
    if address and not (HOST_AND_PORT.fullmatch(address) or URL.fullmatch(address)):
        raise refusal("tracing.address", address, "it is neither host:port nor a URL of http or https")
    fewest, most = (option_of(params, f"ingress.{end}_replicas") for end in ("min", "max"))
    if fewest is not None and most is not None and int(fewest) > int(most):
        raise refusal("ingress.min_replicas", fewest, f"ingress.max_replicas is {most}")
    for name, text in (option_of(params, "ingress.annotations") or {}).items():
        if not isinstance(text, str):
            raise refusal("ingress.annotations", {name: text}, "an annotation is text: put it in quotes")
    for port in option_of(params, "ingress.ports") or []:
        if not isinstance(port.get("port"), int):
            raise refusal(
                "ingress.ports", port, "each has a number as port, and may have name, targetPort and nodePort"
            )


def check_blocks(option: str, blocks: list[str]) -> None:
    if blocks == ["*"] and option == "egress.include_cidrs":
        return
    for block in blocks:
        try:
            ipaddress.ip_network(block)
        except ValueError as error:
            raise refusal(option, block, str(error)) from error


def refusal(option: str, value: t.Any, why: str) -> MeshError:
    return MeshError(f"{option} cannot be {value!r}", why=why, todo=f"Correct the option {option}")
