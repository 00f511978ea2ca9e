# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the chart istiod for an injector in a remote that does what the primary's does, and what its RemoteIstio says. Pure.

Sources: istio/istio, manifests/charts/istio-control/istio-discovery (profile remote, istiodRemote.enabledLocalInjectorIstiod, Istio
1.27 and later), templates configmap.yaml and istiod-injector-configmap.yaml.
"""

from __future__ import annotations

import typing as t

from .effect import FIELDS

Dict = dict[str, t.Any]

MOST_REPLICAS = 5  # the chart's own
OF_PROXY = ("includeIPRanges", "excludeIPRanges", "excludeInboundPorts", "excludeOutboundPorts")


def injector_values(
    spec: t.Mapping[str, t.Any], mesh: t.Mapping[str, t.Any], injection: t.Mapping[str, t.Any], discovery_address: str
) -> Dict:
    """The values.

    spec:              of the RemoteIstio
    mesh:              the mesh configuration of the primary
    injection:         the values by which the primary injects
    discovery_address: the name by which proxies of the remote reach istiod in the primary; the one called istiod is the injector
    """
    settings = injection.get("global") or {}
    proxy = {**(settings.get("proxy") or {}), **{field: spec[field] for field in OF_PROXY if says(spec, field)}}
    replicas = int((spec.get("sidecarInjector") or {}).get("replicaCount") or 1)
    values: Dict = {
        "istiodRemote": {"enabledLocalInjectorIstiod": True},
        # The profile remote leaves these out: the injector would answer that there is no such page.
        "configMap": True,
        "global": {
            "omitSidecarInjectorConfigMap": False,
            "proxy": {**proxy, **(spec.get("proxy") or {})},
            "proxy_init": {**(settings.get("proxy_init") or {}), **(spec.get("proxyInit") or {})},
        },
        "meshConfig": {
            **mesh,
            "defaultConfig": {**(mesh.get("defaultConfig") or {}), "discoveryAddress": discovery_address},
        },
        "sidecarInjectorWebhook": dict(injection.get("sidecarInjectorWebhook") or {}),
        # With an autoscaler the chart does not read replicaCount.
        "autoscaleMin": replicas,
        "autoscaleMax": max(replicas, MOST_REPLICAS),
    }
    if spec.get("hub"):
        values["global"]["hub"] = spec["hub"]
    return values


def says(spec: t.Mapping[str, t.Any], field: str) -> bool:
    """Whether a field says other than its default, which leaves the primary's setting as it is."""
    return spec.get(field) is not None and spec[field] not in FIELDS[field][0]
