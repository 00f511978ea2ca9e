# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schemas of the kind Istio as releases of operators serve them, without the fields that no test looks at."""

from __future__ import annotations

import typing as t

Object = dict[str, t.Any]


def fields(**types: t.Any) -> Object:
    return {"type": "object", "properties": {name: of(kind) for name, kind in types.items()}}


def of(kind: t.Any) -> Object:
    return kind if isinstance(kind, dict) else {"type": kind}


def root(**types: t.Any) -> Object:
    return fields(apiVersion="string", kind="string", metadata="object", spec=fields(**types))


GATEWAY = fields(
    enabled="boolean",
    serviceType="string",
    serviceAnnotations="object",
    ports={"type": "array", "items": {"type": "object"}},
    minReplicas="integer",
    maxReplicas="integer",
)
NAMESPACES = {"type": "array", "items": {"type": "string"}}
# Banzai 0.1, with Istio 1.1: no version, no locality routing, no switch for a gateway.
EARLY = root(
    mtls="boolean",
    includeIPRanges="string",
    excludeIPRanges="string",
    autoInjectionNamespaces=NAMESPACES,
    pilot=fields(traceSampling="number"),
    gateways=fields(ingress=fields(minReplicas="integer", maxReplicas="integer", serviceAnnotations="object")),
)
# Banzai 0.10, with Istio 1.10.
LATE = root(
    version="string",
    meshID="string",
    meshExpansion="boolean",
    includeIPRanges="string",
    excludeIPRanges="string",
    autoInjectionNamespaces=NAMESPACES,
    localityLB=fields(enabled="boolean"),
    outboundTrafficPolicy=fields(mode="string"),
    pilot=fields(traceSampling="number"),
    tracing=fields(enabled="boolean", tracer="string", zipkin=fields(address="string")),
    gateways=fields(enabled="boolean", ingress=GATEWAY, k8singress=fields(enabled="boolean")),
)
# What the console's forms show: a list of gateways, add-ons, another way of tracing, a registry.
CONSOLE = root(
    version="string",
    hub="string",
    meshExpansion="boolean",
    autoInjectionNamespaces=NAMESPACES,
    localityLB=fields(enabled="boolean"),
    pilot=fields(traceSampling="number"),
    tracingOnExtZipkin=fields(enabled="boolean", externalZipkin=fields(endpoint="string")),
    gateways=fields(
        enabled="boolean",
        ingress={"type": "array", "items": fields(gatewayName="string", **GATEWAY["properties"])},
    ),
    prometheus=fields(enabled="boolean"),
    grafana=fields(enabled="boolean", security=fields(enabled="boolean", secretName="string")),
    kiali=fields(enabled="boolean", dashboard=fields(secretName="string")),
)
