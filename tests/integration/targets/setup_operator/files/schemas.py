# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions that the operator's chart installs, by the fields of v1beta1 in banzaicloud/istio-operator.

The group istio.alibabacloud.com has more fields, and leaves more open.
"""

from __future__ import annotations

import typing as t

Schema = dict[str, t.Any]

ALIBABA = "istio.alibabacloud.com"
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
SWITCH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer", "format": "int32"}
ANY: Schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
LIST_OF_ANY: Schema = {"type": "array", "items": ANY}


def maps(**properties: Schema) -> Schema:
    """The schema of a map of these keys."""
    return {"type": "object", "properties": properties}


PROXY = maps(
    image=TEXT,
    privileged=SWITCH,
    resources=ANY,
    logLevel=TEXT,
    accessLogFile=TEXT,
    envoyStatsD=ANY,
    envoyMetricsService=ANY,
    envoyAccessLogService=ANY,
    tracing=ANY,
    lifecycle=ANY,
)
SIDECAR_INJECTOR = maps(
    enabled=SWITCH, image=TEXT, replicaCount=NUMBER, resources=ANY, nodeSelector=ANY, affinity=ANY, tolerations=LIST_OF_ANY,
    init=ANY, initCNIConfiguration=ANY, rewriteAppHTTPProbe=SWITCH, enableNamespacesByDefault=SWITCH,
)  # fmt: skip
SERVICES: Schema = {
    "type": "array",
    "items": {**maps(name=TEXT, labelSelector=TEXT, podIPs=TEXTS, ports=LIST_OF_ANY), "required": ["name"]},
}
COMMON = {
    "autoInjectionNamespaces": TEXTS, "includeIPRanges": TEXT, "excludeIPRanges": TEXT, "defaultResources": ANY, "citadel": ANY,
    "proxy": PROXY, "proxyInit": ANY, "sidecarInjector": SIDECAR_INJECTOR, "networkName": TEXT, "clusterName": TEXT,
}  # fmt: skip
REMOTE = {
    **COMMON, "enabledServices": SERVICES, "istioControlPlane": maps(name=TEXT, namespace=TEXT),
    "excludeInboundPorts": TEXT, "excludeOutboundPorts": TEXT,
}  # fmt: skip
GATEWAY = maps(
    enabled=SWITCH, replicaCount=NUMBER, minReplicas=NUMBER, maxReplicas=NUMBER, serviceType=TEXT, loadBalancerIP=TEXT,
    serviceAnnotations={"type": "object", "additionalProperties": TEXT}, serviceLabels=ANY, ports=LIST_OF_ANY, resources=ANY,
)  # fmt: skip
CENTRAL = {
    **COMMON, "version": TEXT, "meshID": TEXT, "meshExpansion": SWITCH, "multiMesh": SWITCH, "mtls": SWITCH, "autoMtls": SWITCH,
    "useMCP": SWITCH, "global": SWITCH, "watchOneNamespace": SWITCH, "imagePullPolicy": TEXT, "imagePullSecrets": LIST_OF_ANY,
    "trustDomain": TEXT, "trustDomainAliases": TEXTS, "jwtPolicy": TEXT, "caAddress": TEXT, "controlPlaneAuthPolicy": TEXT,
    "gateways": maps(enabled=SWITCH, ingress=GATEWAY, egress=GATEWAY, meshExpansion=GATEWAY, k8singress=ANY),
    "localityLB": maps(enabled=SWITCH, distribute=LIST_OF_ANY, failover=LIST_OF_ANY),
    "tracing": maps(enabled=SWITCH, tracer=TEXT, zipkin=maps(address=TEXT), jaeger=ANY, lightstep=ANY, datadog=ANY, stackdriver=ANY),
    "pilot": maps(enabled=SWITCH, image=TEXT, traceSampling={"type": "number"}, resources=ANY, minReplicas=NUMBER, maxReplicas=NUMBER),
    "outboundTrafficPolicy": maps(mode=TEXT), "istiod": ANY, "galley": ANY, "mixer": ANY, "policy": ANY, "telemetry": ANY,
    "mixerlessTelemetry": ANY, "nodeAgent": ANY, "sds": ANY, "istioCoreDNS": ANY, "defaultPodDisruptionBudget": ANY,
    "defaultConfigVisibility": TEXT, "meshNetworks": ANY, "certificates": LIST_OF_ANY, "httpProxyEnvs": ANY, "proxyWasm": ANY,
}  # fmt: skip
ALIBABA_FIELDS = {"dockerImage": ANY, "hub": TEXT, "gateways": ANY, "security": ANY}
STATUS = maps(
    Status={**TEXT, "enum": ["Created", "Reconciling", "ReconcileFailed", "Available", "Unmanaged"]},
    ErrorMessage=TEXT,
    GatewayAddress=TEXTS,
)


def definitions(group: str, kinds: t.Iterable[str], required: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    """The CustomResourceDefinitions of these kinds. `required`: fields without which a RemoteIstio is refused."""
    specs: dict[str, Schema] = {"Istio": maps(**CENTRAL), "RemoteIstio": maps(**REMOTE), "MeshGateway": ANY}
    if group == ALIBABA:
        for kind, fields in (("Istio", CENTRAL), ("RemoteIstio", REMOTE)):
            specs[kind] = maps(**{**fields, **ALIBABA_FIELDS})
        specs["Istio"]["x-kubernetes-preserve-unknown-fields"] = (
            True  # its console writes more, and nobody publishes what
        )
    if required:
        specs["RemoteIstio"]["required"] = list(required)
    return [definition(group, kind, specs[kind]) for kind in kinds]


def definition(group: str, kind: str, spec: Schema) -> dict[str, t.Any]:
    """A CustomResourceDefinition."""
    version = {
        "name": "v1beta1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {
            "openAPIV3Schema": maps(apiVersion=TEXT, kind=TEXT, metadata={"type": "object"}, spec=spec, status=STATUS)
        },
    }
    names = {"kind": kind, "listKind": f"{kind}List", "plural": f"{kind.lower()}s", "singular": kind.lower()}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }
