# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio's resources in remotes: istiod reads those of the primary alone, so whoever wrote them waits in vain. No I/O."""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import Kind
from .._kubernetes.ownership import is_ours
from .._problems import WARNING, Problem
from .failover_objects import DESTINATION_RULE, VIRTUAL_SERVICE

Object = dict[str, t.Any]

NETWORKING, SECURITY = DESTINATION_RULE.api_version, "security.istio.io/v1"
KINDS = (
    DESTINATION_RULE,
    VIRTUAL_SERVICE,
    Kind(NETWORKING, "Gateway", "gateways"),
    Kind(NETWORKING, "ServiceEntry", "serviceentries"),
    Kind(NETWORKING, "Sidecar", "sidecars"),
    Kind(NETWORKING, "WorkloadEntry", "workloadentries"),
    Kind(NETWORKING, "WorkloadGroup", "workloadgroups"),
    Kind("networking.istio.io/v1alpha3", "EnvoyFilter", "envoyfilters"),
    Kind("networking.istio.io/v1beta1", "ProxyConfig", "proxyconfigs"),
    Kind(SECURITY, "AuthorizationPolicy", "authorizationpolicies"),
    Kind(SECURITY, "PeerAuthentication", "peerauthentications"),
    Kind(SECURITY, "RequestAuthentication", "requestauthentications"),
    Kind("telemetry.istio.io/v1", "Telemetry", "telemetries"),
)
# Labels that Istio's charts give what they bring.
PART_OF, COMPONENT = ("app.kubernetes.io/part-of", "istio"), "operator.istio.io/component"
FEW = 3

# namespace/name by kind.
Unheeded = dict[str, tuple[str, ...]]


def unheeded(lists: t.Iterable[tuple[Kind, list[Object]]]) -> Unheeded:
    """Those that users wrote, by kind, of what was listed."""
    found = {}
    for kind, listed in lists:
        names = sorted(
            f"{each['metadata'].get('namespace')}/{each['metadata']['name']}" for each in listed if is_users(each)
        )
        if names:
            found[kind.kind] = tuple(names)
    return found


def is_users(live: Object) -> bool:
    """Whether an object is neither ours nor of Istio's charts."""
    labels = live["metadata"].get("labels") or {}
    by_charts = PART_OF in labels.items() or COMPONENT in labels
    return not is_ours(live) and not by_charts


def unheeded_problems(cluster: str, primary: str, found: Unheeded) -> list[Problem]:
    """One warning for all of them."""
    if not found:
        return []
    told = (f"{len(names)} {kind} ({some(names)})" for kind, names in found.items())
    return [
        Problem(
            WARNING,
            f"Istio resources that nobody reads: {', '.join(told)}",
            why=f"istiod reads them in the primary {primary} alone, for all members",
            todo=f"Apply them to {primary} where they are still wanted, and delete them here",
            cluster=cluster,
        )
    ]


def some(names: t.Sequence[str]) -> str:
    """The first few names."""
    more = f" and {len(names) - FEW} more" if names[FEW:] else ""
    return ", ".join(names[:FEW]) + more
