# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a RemoteIstio's spec has an effect where no operator reads it: without and with an injector in the cluster. Pure."""

from __future__ import annotations

import typing as t

BY_PRIMARY = "the primary injects, with its own settings: set it there (primary_istio_values)"
NO_INJECTOR = "the primary injects; an injector runs in the cluster only where primary_istio_ca is cacerts"
NO_CITADEL = "certificates are signed by istiod, as primary_istio_ca says"
# field: (its values that say nothing, why another has no effect)
FIELDS: dict[str, tuple[tuple[t.Any, ...], str]] = {
    "hub": ((), "images come from mesh_hub or the charts"),
    "dockerImage": (({},), "images come from mesh_hub or the charts"),
    "includeIPRanges": (("*",), BY_PRIMARY),
    "excludeIPRanges": (("",), BY_PRIMARY),
    "excludeInboundPorts": (("",), BY_PRIMARY),
    "excludeOutboundPorts": (("",), BY_PRIMARY),
    "proxy": (({},), BY_PRIMARY),
    "proxyInit": (({},), BY_PRIMARY),
    "sidecarInjector": (({}, {"enabled": True, "replicaCount": 1}), NO_INJECTOR),
    "security": (({},), NO_CITADEL),
    "citadel": (({},), NO_CITADEL),
}
# Those that an injector in the cluster goes by.
OF_INJECTOR = (
    "hub",
    "includeIPRanges",
    "excludeIPRanges",
    "excludeInboundPorts",
    "excludeOutboundPorts",
    "proxy",
    "proxyInit",
)


def without_effect(spec: t.Mapping[str, t.Any], hub: str = "", injector: bool = False) -> list[str]:
    """A sentence for each field that says other than what holds anyway.

    hub:      the mesh's own, "" where the charts say it
    injector: whether one runs in the cluster
    """
    effective = (*OF_INJECTOR, "sidecarInjector") if injector else ()
    return [
        f"spec.{field} has no effect: {why}"
        for field, (silent, why) in FIELDS.items()
        if field not in effective
        and spec.get(field) is not None
        and spec[field] not in (*silent, *([hub] if field == "hub" else []))
    ]
