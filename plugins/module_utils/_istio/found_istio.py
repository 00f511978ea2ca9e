# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what of Istio is in a cluster already is in the way of the mesh: one problem for each who made it. No I/O.

What this mesh made itself raises none. What is in the way is an error, what only stands beside it a warning.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT, MUTATING_WEBHOOK, SECRET
from .._kubernetes.ownership import MANAGER
from .._problems import ERROR, WARNING, Problem
from .operator_checks import RECORD, is_operators
from .traces import HELM_RELEASE, ISTIO_GROUP, ISTIOCTL, ISTIOCTL_GROUP, OPERATOR, VALIDATING_WEBHOOK, release_of

Dict = dict[str, t.Any]

MANY = 3
DEFINITION = CUSTOM_RESOURCE_DEFINITION.kind
REMOTE_ISTIO = "remoteistios."
HELM = "Helm"
NOBODY = "somebody who left no mark"
# Objects of Istio's charts that have one name in all installations: Helm takes none that is not of its own release.
FIXED_NAMES = ("istiod-default-validator",)
FORCED = "Set mesh_force: true to take these objects over, or delete them"


@dataclass(frozen=True)
class Place:
    """Where Istio was found, seen from the mesh that is to be made.

    clusters: its members' names
    operator: API group of the operator that runs it, "" where there is none
    """

    cluster: str
    is_primary: bool
    mesh_id: str
    namespace: str
    revision: str
    force: bool
    clusters: frozenset[str]
    operator: str = ""


def found_problems(traces: list[Dict], place: Place) -> t.Iterator[Problem]:
    """The problems of one cluster."""
    makers: dict[str, list[Dict]] = {}
    gone = {f"{HELM_RELEASE} {release}" for release in left_over(traces, place)}
    stands = any(found["kind"] == HELM_RELEASE and found["mesh"] == place.mesh_id for found in traces)
    for found in traces:
        if found["kind"] == RECORD:
            continue
        is_left_over = found["kind"] != HELM_RELEASE and found["made_by"] in gone
        is_known = place.operator and is_operators(found, traces, place.operator)
        if found["mesh"] != place.mesh_id and not is_left_over and not is_known:
            makers.setdefault(maker_of(found), []).append(found)
    for maker, made in makers.items():
        hindering = [found for found in made if hindrance(found, place)]
        is_error = bool(hindering) and not place.force
        yield Problem(
            ERROR if is_error else WARNING,
            f"Istio of {maker} is {'in the way' if hindering else 'there too'}: {listed(hindering or made)}",
            why="; ".join(dict.fromkeys(hindrance(found, place) for found in hindering)) or beside(made, place),
            todo=todo_for(maker, made, hindering, stands),
            cluster=place.cluster,
        )


def left_over(traces: list[Dict], place: Place) -> set[str]:
    """Releases of the mesh that are gone. What they left (Helm keeps definitions) belongs to the next of the same name."""
    there = {f"{found['namespace']}/{found['name']}" for found in traces if found["kind"] == HELM_RELEASE}
    return {f"{place.namespace}/{name}" for name in release_names(place)} - there


def maker_of(found: Dict) -> str:
    """Who made it, in words that are the same for all that belongs together."""
    author = found["made_by"]
    if author == MANAGER or found["mesh"]:
        return f"mesh {found['mesh'] or '(none)'} of {MANAGER}"
    if author.startswith(HELM):
        return HELM
    return author.partition(" (")[0] if author.startswith(OPERATOR) else author or NOBODY


def hindrance(found: Dict, place: Place) -> str:
    """Why something of others is in the way of the mesh, "" where it is not."""
    kind, name, namespace = found["kind"], found["name"], found["namespace"]
    if kind == DEPLOYMENT.kind and namespace == place.namespace:
        return f"namespace {namespace} is that of the mesh's own control plane"
    if kind == HELM_RELEASE and namespace == place.namespace and name in release_names(place):
        return "releases of these names are to be the mesh's own"
    if kind == MUTATING_WEBHOOK.kind and found["injects_by_default"] and found["blocks"]:
        return blocked(found)
    if kind == MUTATING_WEBHOOK.kind and found["injects_by_default"] and not place.revision:
        return "its webhook takes the namespaces labelled istio-injection=enabled, as the mesh's own does"
    is_of_chart = (kind == DEFINITION and is_chart_definition(found)) or (
        kind == VALIDATING_WEBHOOK.kind and name in FIXED_NAMES
    )
    if is_of_chart and not place.operator:
        return f"Helm refuses objects that are not of its release {place.namespace}/istio-base"
    if kind == DEFINITION and name.startswith(REMOTE_ISTIO) and place.is_primary:
        return "RemoteIstio would have two that reconcile it"
    if "target" in found and found["target"] == place.namespace:
        return f"its operator runs a control plane in namespace {place.namespace}"
    if kind == SECRET.kind and place.is_primary and found["cluster"] in place.clusters - {name}:
        return f"cluster {found['cluster']} is registered by another Secret, and istiod ignores the second"
    return ""


def release_names(place: Place) -> tuple[str, str]:
    return "istio-base", f"istiod-{place.revision}" if place.revision else "istiod"


def is_chart_definition(found: Dict) -> bool:
    """Whether a definition is one that Istio's chart base brings, too."""
    return bool(found["group"].endswith(ISTIO_GROUP) and found["group"] != ISTIOCTL_GROUP)


def blocked(found: Dict) -> str:
    return f"Service {found['service']} that {found['name']} calls is away, so what that selects cannot be made"


def beside(made: list[Dict], place: Place) -> str:
    """Why something that is not in the way is worth knowing."""
    leftover = [found for found in made if found.get("blocks")]
    if leftover:
        return blocked(leftover[0])
    if place.is_primary and any(found["kind"] == SECRET.kind for found in made):
        return "istiod would read the clusters of these Secrets as well"
    return "It is not in the way of the mesh; namespaces and pods must not ask for sidecars of both"


def listed(made: list[Dict]) -> str:
    """A few of the objects by name, and how many of each kind beyond. Definitions come last, since they are many."""
    made = sorted(made, key=lambda found: found["kind"] == DEFINITION)
    names = [title(found) for found in made[:MANY]]
    kinds = Counter(found["kind"] for found in made[MANY:])
    return ", ".join(names + [f"{count} more {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items()])


def title(found: Dict) -> str:
    name = f"{found['namespace']}/{found['name']}" if found["namespace"] else found["name"]
    version = f" {found['version']}" if found.get("version") else ""
    return f"{found['kind']} {name}{version}"


def todo_for(maker: str, made: list[Dict], hindering: list[Dict], stands: bool) -> str:
    """How what is there goes away, or is used. `stands`: the mesh itself is in the cluster already."""
    if not hindering:
        return "Nothing, unless it is left over"
    if all(found["kind"] == DEFINITION and is_chart_definition(found) for found in hindering):
        return "Set mesh_force: true, by which that release takes them over; the objects of these kinds stay"
    if maker == HELM:
        # istiod before istio-base
        releases = sorted({release_of(found["made_by"]) for found in made} - {""}, reverse=True)
        told = ["helm uninstall -n {} {}".format(*release.partition("/")[::2]) for release in releases[:MANY]]
        removal = f"Set mesh_force: true to take it over, or remove it ({'; '.join(told)})" if told else FORCED
    elif maker == ISTIOCTL:
        removal = istioctl_removal(hindering, stands)
    elif maker.startswith(f"{OPERATOR} istio.alibabacloud.com"):
        removal = "Remove the cluster from its ASM instance, or delete its Istio in the console of ACK"
    elif maker.startswith(OPERATOR):
        removal = "Delete its resource and wait until the operator has removed what it made, then remove the operator"
    elif maker.endswith(MANAGER):
        removal = "Let the cluster leave that mesh first"
    else:
        removal = "Find out whose these objects are, and delete them"
    return f"{removal}, or leave the cluster out of the mesh"


def istioctl_removal(hindering: list[Dict], stands: bool) -> str:
    """How what istioctl made goes away, or is taken over.

    Its uninstall takes all that has a label of the charts (istio/istio, operator/pkg/uninstall/prune.go), so the mesh's own as well.
    """
    if not stands:
        return (
            "Set mesh_force: true to take it over (its istiod is replaced pod by pod, since Helm gives pods other labels), "
            "or remove it (istioctl uninstall --purge)"
        )
    told = [f"kubectl delete {found['kind'].lower()} {found['name']}{in_namespace(found)}" for found in hindering]
    return f"Delete it ({'; '.join(told)}), not by istioctl uninstall, which would take the mesh along"


def in_namespace(found: Dict) -> str:
    return f" -n {found['namespace']}" if found["namespace"] else ""
