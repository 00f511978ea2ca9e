# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts fail over and by which objects in the primary, from what was asked for and what was read. No I/O.

istiod reads DestinationRules and VirtualServices of the primary only. A namespace that the primary does not have gets its objects in
the root namespace, where Istio looks last.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .._errors import MeshError
from .._kubernetes.ownership import ownership_of
from .._names import DNS_LABEL
from .._problems import WARNING, Problem
from .cluster_facts import LOCAL_NAMESPACE, LOCAL_SERVICE
from .failover_objects import (
    COMPONENT,
    COMPONENT_LABEL,
    DESTINATION_RULE,
    QUICK,
    Timing,
    destination_rule,
    virtual_service,
)
from .failover_others import (
    Host,
    decides,
    name_problem,
    other_problems,
    precedence,
    routes_host,
    rules_host,
    title,
)
from .local_services import Pattern, is_local

Object = dict[str, t.Any]

SEVERAL = 2


@dataclass(frozen=True)
class Wish:
    """One entry of failover_policy_namespaces: all Services of a namespace where `services` is empty."""

    namespace: str
    services: tuple[str, ...]
    policy: str


@dataclass(frozen=True)
class Settings:
    """What holds for all hosts. `root` is the mesh's namespace, `domain` that of the clusters."""

    primary: str
    mesh_id: str
    root: str
    domain: str
    timing: Timing
    local: frozenset[Pattern] = frozenset()


@dataclass(frozen=True)
class Seen:
    """What was read: Services of the wished namespaces by cluster (without those that did not answer), and of the primary the
    namespaces that it has, its DestinationRules and its VirtualServices."""

    services: t.Mapping[str, t.Sequence[Object]]
    unread: tuple[str, ...] = ()
    namespaces: frozenset[str] = frozenset()
    rules: tuple[Object, ...] = ()
    routes: tuple[Object, ...] = ()


@dataclass(frozen=True)
class Decision:
    """A host that fails over, and the users' objects for it: a DestinationRule that counts for all clients, others that count for
    some, and under quick a VirtualService."""

    host: Host
    policy: str
    clusters: tuple[str, ...]
    rule: Object | None
    asides: tuple[Object, ...]
    route: Object | None


@dataclass(frozen=True)
class Plan:
    """Objects to apply, ours to remove (without a spec), each host with what decides about it, and problems."""

    objects: list[Object]
    outdated: list[Object]
    hosts: list[Object]
    problems: list[Problem]


def wishes_of(entries: t.Sequence[t.Mapping[str, t.Any]], root: str) -> list[Wish]:
    """The entries of failover_policy_namespaces. Raises MeshError for what cannot be meant."""
    wishes = [Wish(entry["namespace"], tuple(entry["hosts"] or []), entry["policy"]) for entry in entries]
    for wish in wishes:
        if wish.namespace in (root, LOCAL_NAMESPACE):
            todo = "Leave it out of failover_policy_namespaces"
            raise MeshError(
                f"namespace {wish.namespace} can have no failover policy", why="each cluster keeps its own", todo=todo
            )
        for name in (wish.namespace, *wish.services):
            if not DNS_LABEL.fullmatch(name):
                todo = "Give names alone in failover_policy_namespaces: {namespace: shop, hosts: [cart]}"
                raise MeshError(f"{name!r} is no name of a namespace or Service", todo=todo)
    listed = Counter((wish.namespace, service) for wish in wishes for service in wish.services or ("",))
    for (namespace, service), times in listed.items():
        if times > 1:
            what = f"Service {namespace}/{service}" if service else f"namespace {namespace} without hosts"
            todo = "List each host once; a host that is listed comes before the rest of its namespace"
            raise MeshError(f"{what} is in failover_policy_namespaces {times} times", todo=todo)
    return wishes


def wish_of(wishes: t.Sequence[Wish], namespace: str, service: str) -> Wish | None:
    """The entry that names a Service, else the one for the rest of its namespace."""
    here = [wish for wish in wishes if wish.namespace == namespace]
    named = [wish for wish in here if service in wish.services]
    return next(iter([*named, *(wish for wish in here if not wish.services)]), None)


def plan(wishes: t.Sequence[Wish], seen: Seen, settings: Settings) -> Plan:
    """What is to be done for the wishes; none means that all of ours goes."""
    found = services_by_host(seen, settings.domain)
    policies = {
        host: wish.policy
        for host in sorted(found, key=lambda host: host.title)
        if (wish := wish_of(wishes, host.namespace, host.service)) and not why_not(host, found[host], settings)
    }
    live = [*seen.rules, *seen.routes]
    ours = [one for one in live if is_ours(one, settings.mesh_id)]
    theirs = [one for one in live if not is_ours(one, settings.mesh_id)]
    decisions = [decide(host, policy, tuple(found[host]), theirs, settings) for host, policy in policies.items()]
    wanted = [[*objects_of(decision, seen, settings)] for decision in decisions]
    objects = [one for ones in wanted for one in ones]
    taken = {key(one) for one in theirs}
    return Plan(
        objects=[one for one in objects if key(one) not in taken],
        outdated=outdated(ours, objects, wishes, policies, seen, settings),
        hosts=[as_dict(decision, ones) for decision, ones in zip(decisions, wanted, strict=True)],
        problems=[
            *wish_problems(wishes, found, policies, seen, settings),
            *other_problems(
                [(x.host, x.rule, x.asides, x.route) for x in decisions], settings.timing, settings.primary
            ),
            *(name_problem(one, settings.primary) for one in objects if key(one) in taken),
        ],
    )


def decide(
    host: Host, policy: str, clusters: tuple[str, ...], theirs: t.Sequence[Object], settings: Settings
) -> Decision:
    """The users' objects that a host meets."""
    rules = [one for one in theirs if one["kind"] == DESTINATION_RULE.kind and rules_host(one, host)]
    deciding = [rule for rule in rules if decides(rule, host, settings.root)]
    routes = [one for one in theirs if one["kind"] != DESTINATION_RULE.kind and routes_host(one, host)]
    return Decision(
        host=host,
        policy=policy,
        clusters=clusters,
        rule=min(deciding, key=lambda rule: precedence(rule, host), default=None),
        asides=() if deciding else tuple(rules),
        route=next(iter(routes), None) if policy == QUICK else None,
    )


def objects_of(decision: Decision, seen: Seen, settings: Settings) -> t.Iterator[Object]:
    """Ours for a host. Names of Services and namespaces have no dots, so that two hosts never get one name."""
    host = decision.host
    name = f"failover-{host.service}.{host.namespace}"
    namespace = host.namespace if host.namespace in seen.namespaces else settings.root
    if not decision.rule:
        yield destination_rule(name, namespace, host.name, settings.timing, decision.policy)
    if decision.policy == QUICK and not decision.route:
        yield virtual_service(name, namespace, host.name, settings.timing)


def as_dict(decision: Decision, objects: t.Sequence[Object]) -> Object:
    """A host as a result shows it, with the objects that decide about it."""
    theirs = [one for one in (decision.rule, decision.route) if one]
    return {
        "namespace": decision.host.namespace,
        "service": decision.host.service,
        "clusters": list(decision.clusters),
        "policy": decision.policy,
        "by": [title(one) for one in (*theirs, *objects)],
    }


def outdated(
    ours: t.Sequence[Object],
    objects: t.Sequence[Object],
    wishes: t.Sequence[Wish],
    hosts: t.Collection[Host],
    seen: Seen,
    settings: Settings,
) -> list[Object]:
    """Ours that are not wanted any more. While a cluster does not answer, those that it may be a part of stay."""
    wanted = {key(one) for one in objects}
    return [
        {
            "apiVersion": one["apiVersion"],
            "kind": one["kind"],
            "metadata": {name: one["metadata"][name] for name in ("name", "namespace")},
        }
        for one in ours
        if key(one) not in wanted and not (seen.unread and may_be_wanted(one, wishes, hosts, settings))
    ]


def may_be_wanted(one: Object, wishes: t.Sequence[Wish], hosts: t.Collection[Host], settings: Settings) -> bool:
    """Whether one of ours is for a host that is wished for and of which not enough is known."""
    name = one["spec"].get("host") or next(iter(one["spec"].get("hosts") or []), "")
    service, _dot, rest = name.partition(".")
    host = Host(rest.partition(".")[0], service, settings.domain)
    wish = wish_of(wishes, host.namespace, host.service)
    return bool(wish and host not in hosts and (one["kind"] == DESTINATION_RULE.kind or wish.policy == QUICK))


def services_by_host(seen: Seen, domain: str) -> dict[Host, dict[str, Object]]:
    """The Services of each host by cluster."""
    found: dict[Host, dict[str, Object]] = {}
    for cluster, services in seen.services.items():
        for service in services:
            metadata = service["metadata"]
            found.setdefault(Host(metadata["namespace"], metadata["name"], domain), {})[cluster] = service
    return found


def why_not(host: Host, found: t.Mapping[str, Object], settings: Settings) -> str:
    """Why a host cannot fail over; "" where it can."""
    where = {"namespace": host.namespace, "name": host.service}
    if (host.namespace, host.service) == LOCAL_SERVICE or is_local(where, settings.local):
        return "each cluster keeps its own (mesh_local_services)"
    types = {service["spec"].get("type") for service in found.values()}
    if "ExternalName" in types:
        return "it is another name for something (ExternalName)"
    if any(service["spec"].get("clusterIP") == "None" for service in found.values()):
        return "it is headless: clients choose its pods themselves"
    if len(found) < SEVERAL:
        return f"it is in cluster {next(iter(found))} only" if found else "no cluster has it"
    return ""


def wish_problems(
    wishes: t.Sequence[Wish],
    found: t.Mapping[Host, t.Mapping[str, Object]],
    hosts: t.Collection[Host],
    seen: Seen,
    settings: Settings,
) -> t.Iterator[Problem]:
    """Wishes without effect. Of what a cluster that did not answer may have nothing is said."""
    for wish in wishes:
        for service in wish.services:
            host = Host(wish.namespace, service, settings.domain)
            why = why_not(host, found.get(host, {}), settings)
            if why and not (seen.unread and len(found.get(host, {})) < SEVERAL):
                todo = "Take it out of failover_policy_namespaces, or have it in several clusters under one name"
                yield Problem(WARNING, f"Service {host.title} gets no failover policy", why, todo)
        if not wish.services and not seen.unread and not any(host.namespace == wish.namespace for host in hosts):
            todo = "Correct the name, or take it out of failover_policy_namespaces"
            yield Problem(WARNING, f"namespace {wish.namespace} has no Service in several clusters", todo=todo)


def is_ours(live: Object, mesh_id: str) -> bool:
    """Whether we made it for a failover policy of this mesh."""
    labels = live["metadata"].get("labels") or {}
    return ownership_of(live, mesh_id).standing == "ours" and labels.get(COMPONENT_LABEL) == COMPONENT


def key(one: Object) -> tuple[str, str, str]:
    return one["kind"], one["metadata"]["namespace"], one["metadata"]["name"]
