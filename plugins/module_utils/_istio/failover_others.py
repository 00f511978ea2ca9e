# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DestinationRules and VirtualServices of users, where they meet a failover policy. No I/O.

Istio takes one of each for a host (istio/istio, pilot/pkg/model/push_context.go, destinationRule): of the client's namespace, else of
the host's, else of the root namespace; there an exact host comes before a wildcard, and the older one of two before the newer.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._kubernetes.kinds import describe
from .._problems import WARNING, Problem
from .failover_objects import (
    DESTINATION_RULE,
    SAFE,
    VIRTUAL_SERVICE,
    Timing,
    idempotent_retries,
    other_retries,
    traffic_policy,
)

Object = dict[str, t.Any]

MESH_GATEWAY = "mesh"
MANY = 3


@dataclass(frozen=True)
class Host:
    """A Service of several members, or one that a policy was asked for."""

    namespace: str
    service: str
    domain: str

    @property
    def name(self) -> str:
        return f"{self.service}.{self.namespace}.svc.{self.domain}"

    @property
    def title(self) -> str:
        return f"{self.namespace}/{self.service}"


def title(live: Object) -> str:
    """ "DestinationRule shop/cart" """
    kind = DESTINATION_RULE if live["kind"] == DESTINATION_RULE.kind else VIRTUAL_SERVICE
    return describe(kind, live["metadata"]["name"], live["metadata"]["namespace"])


def rules_host(rule: Object, host: Host) -> bool:
    """Whether a DestinationRule is for a host. A host without a dot is a Service of the rule's namespace; "cart.shop" is no name
    of a Service to Istio."""
    return matches(str(rule["spec"].get("host") or ""), rule["metadata"]["namespace"], host)


def routes_host(route: Object, host: Host) -> bool:
    """Whether a VirtualService routes requests of sidecars to a host, by any of its names."""
    spec = route["spec"]
    if MESH_GATEWAY not in (spec.get("gateways") or [MESH_GATEWAY]):
        return False
    short = f"{host.service}.{host.namespace}"
    return any(
        name.lower() in (short, f"{short}.svc") or matches(name.lower(), route["metadata"]["namespace"], host)
        for name in spec.get("hosts") or []
    )


def matches(pattern: str, namespace: str, host: Host) -> bool:
    """Whether the host of an object in a namespace, exact, short or a wildcard, is the one given."""
    if pattern.startswith("*"):
        return host.name.endswith(pattern[1:])
    return (pattern if "." in pattern else f"{pattern}.{namespace}.svc.{host.domain}") == host.name


def decides(rule: Object, host: Host, root: str) -> bool:
    """Whether a user's DestinationRule for a host counts for clients in any namespace; else it does for some clients only."""
    spec, namespace = rule["spec"], rule["metadata"]["namespace"]
    if spec.get("workloadSelector"):
        return False
    return namespace == host.namespace or (namespace == root and spec.get("exportTo") not in (["."], [root]))


def precedence(rule: Object, host: Host) -> tuple[t.Any, ...]:
    """The least of several rules that count for all clients is the one that Istio takes."""
    pattern, metadata = str(rule["spec"].get("host")), rule["metadata"]
    created = metadata.get("creationTimestamp") or ""
    exactness = (True, -len(pattern)) if pattern.startswith("*") else (False, 0)
    return metadata["namespace"] != host.namespace, *exactness, created


def has_outlier_detection(rule: Object) -> bool:
    return "outlierDetection" in (rule["spec"].get("trafficPolicy") or {})


Met = tuple[Host, "Object | None", t.Sequence[Object], "Object | None"]


def other_problems(met: t.Iterable[Met], timing: Timing, cluster: str) -> t.Iterator[Problem]:
    """One problem for each object of a user that keeps hosts from failing over: of each host its deciding DestinationRule, those
    that some clients have, and its VirtualService."""
    found: dict[tuple[str, t.Any], tuple[Object, list[Host]]] = {}
    for host, rule, asides, route in met:
        rules = [(one, aside_problem) for one in asides] + ([(rule, rule_problem)] if rule else [])
        lacking = [(one, text) for one, text in rules if not has_outlier_detection(one)]
        for one, text in lacking + ([(route, route_problem)] if route else []):
            found.setdefault((title(one), text), (one, []))[1].append(host)
    for (_title, text), (one, hosts) in found.items():
        what, why, todo = text(one, few(hosts), timing)
        yield Problem(WARNING, what, why, todo, cluster)


Text = tuple[str, str, str]


def rule_problem(rule: Object, hosts: str, timing: Timing) -> Text:
    """What, why and what to do of a user's DestinationRule that counts for all clients."""
    return (
        f"{title(rule)} keeps {hosts} without a failover policy",
        "Istio takes one DestinationRule for a host, and that one has no outlierDetection; it is yours and stays as it is",
        f"Add to its trafficPolicy: {json.dumps(traffic_policy(timing, SAFE))}",
    )


def aside_problem(rule: Object, hosts: str, timing: Timing) -> Text:
    """The same of one that counts for some clients."""
    namespace = rule["metadata"]["namespace"]
    selected = " that it selects" if rule["spec"].get("workloadSelector") else ""
    _what, why, todo = rule_problem(rule, hosts, timing)
    return (
        f"{title(rule)} hides the failover policy of {hosts} from clients in namespace {namespace}{selected}",
        why,
        todo,
    )


def route_problem(route: Object, hosts: str, timing: Timing) -> Text:
    """The same of a user's VirtualService for hosts with the policy quick."""
    return (
        f"{title(route)} keeps {hosts} without the retries of the policy quick",
        "Istio takes one VirtualService for a host; that one is yours and stays as it is",
        f"Add retries to its routes, for GET, HEAD and OPTIONS {json.dumps(idempotent_retries(timing))}, for all else "
        f"{json.dumps(other_retries())}; or set the policy to safe",
    )


def name_problem(one: Object, cluster: str) -> Problem:
    """An object of a user that has the name which ours would get."""
    why = "It is not ours and stays as it is"
    return Problem(WARNING, f"{title(one)} is in the place of a failover policy", why, "Rename it", cluster)


def few(hosts: t.Sequence[Host]) -> str:
    more = f" and {len(hosts) - MANY} more" if hosts[MANY:] else ""
    return ", ".join(host.title for host in hosts[:MANY]) + more
