# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether requests between members get through, by what each istiod pod has: endpoints, gateways, proxies that listen. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._problems import ERROR, WARNING, Problem
from .istiod import SYNCED
from .istiod_views import IN_TIME, NEVER, Proxy
from .member import MemberState
from .mesh import Mesh, endpoints_of, proxies_of
from .unheeded import some


def unseen(mesh: Mesh, state: MemberState) -> dict[str, list[str]]:
    """By istiod pod that reads the member: its Services with Ready pods of which the pod has no endpoint.

    Only of namespaces that belong to the mesh: istiod may have been told to leave out others (discoverySelectors).
    """
    services = state.view.services if state.view else None
    wanted = {one for one in services or () if one.partition("/")[0] in state.namespaces}
    lacking = {}
    for istiod in mesh.istiods:
        found = endpoints_of(istiod, state.name)
        if found and istiod.status_of(state.name) == SYNCED and wanted - found.services:
            lacking[istiod.pod] = sorted(wanted - found.services)
    return lacking


def endpoint_problems(mesh: Mesh, state: MemberState) -> list[Problem]:
    """An error where a pod of istiod has nothing of the member, a warning where some Services are missing."""
    problems = []
    for pod, services in unseen(mesh, state).items():
        istiod = next(istiod for istiod in mesh.istiods if istiod.pod == pod)
        found = endpoints_of(istiod, state.name)
        is_empty = found is None or not found.services
        problems.append(
            Problem(
                ERROR if is_empty else WARNING,
                f"istiod {pod} has no endpoints of {'the cluster' if is_empty else some(services)}",
                why="it reads the cluster, where Ready pods are behind Services, but no request of its proxies goes there",
                todo=f"Restart istiod, in {mesh.primary}: kubectl rollout restart deployment -n {mesh.namespace} -l app=istiod",
                cluster=state.name,
            )
        )
    return problems


def closed_networks(mesh: Mesh) -> dict[str, list[str]]:
    """By network: the istiod pods that know no gateway into it, in a mesh of several networks."""
    networks = sorted({state.network for state in mesh.members if mesh.has_joined(state.name)} - {""})
    closed: dict[str, list[str]] = {}
    for network in networks if networks[1:] else []:
        pods = [
            one.pod for one in mesh.istiods if one.views.gateways is not None and not one.views.gateways.get(network)
        ]
        if pods:
            closed[network] = pods
    return closed


def network_problems(mesh: Mesh, state: MemberState) -> list[Problem]:
    """Told at each member of a network that nobody gets into."""
    pods = closed_networks(mesh).get(state.network)
    if not pods:
        return []
    return [
        Problem(
            ERROR,
            f"no gateway leads into network {state.network}",
            why=f"the mesh has several networks, and istiod knows no address of a gateway of this one: {', '.join(pods)}",
            todo="Check that istio-eastwestgateway is there with the label topology.istio.io/network and an address: run the "
            f"playbook multiregion.istio.{'primary' if state.name == mesh.primary else 'remotes'}",
            cluster=state.name,
        )
    ]


def late_proxies(mesh: Mesh, name: str) -> list[Proxy]:
    """The member's proxies that did not take their last configuration."""
    return [proxy for proxy in proxies_of(mesh, name) or [] if proxy.state != IN_TIME]


def proxy_counts(mesh: Mesh, name: str) -> dict[str, int] | None:
    """How many of the member's proxies are connected, and how many of them did not take their last configuration, or never one."""
    proxies = proxies_of(mesh, name)
    if proxies is None:
        return None
    never = sum(proxy.state == NEVER for proxy in proxies)
    return {"connected": len(proxies), "stale": len(late_proxies(mesh, name)) - never, "never_acknowledged": never}


def proxy_revisions(mesh: Mesh, name: str) -> dict[str, int]:
    """How many of the member's proxies are connected to istiod of each revision, as far as it told."""
    counts: Counter[str] = Counter()
    for istiod in mesh.istiods:
        counts[istiod.revision] += sum(one.cluster == name for one in istiod.views.proxies or ())
    return {revision: count for revision, count in sorted(counts.items()) if count}


def elsewhere(mesh: Mesh, name: str, revision: str, staying: t.Collection[str]) -> list[str]:
    """What keeps it from being shown that the member's proxies are connected to istiod of a revision ("" the default one).

    staying: proxies, as pod.namespace, that may be connected to another one
    """
    wanted = revision or "default"
    if not any(istiod.revision == wanted and not istiod.error for istiod in mesh.istiods):
        return [f"{name}: no istiod of revision {wanted} answers"]
    found = []
    for istiod in mesh.istiods:
        if istiod.views.proxies is None:
            found.append(
                f"{name}: istiod {istiod.pod} does not tell its proxies ({istiod.error or ', '.join(istiod.views.unread)})"
            )
        elif istiod.revision != wanted:
            names = [one.name for one in istiod.views.proxies if one.cluster == name and one.name not in staying]
            found += [f"{name}: {some(sorted(names))} connected to istiod {istiod.pod}"] if names else []
    return found


def proxy_problems(mesh: Mesh, name: str) -> list[Problem]:
    """One warning for all of a member's."""
    late = late_proxies(mesh, name)
    if not late:
        return []
    total = len(proxies_of(mesh, name) or [])
    names = some([f"{one.name} {one.state}" + (f" ({one.refusal})" if one.refusal else "") for one in late])
    return [
        Problem(
            WARNING,
            f"{len(late)} of {total} proxies did not take their last configuration",
            why=f"{names}: they go on with an older one, or with none",
            todo="Look at the proxy's log for what it refused (kubectl logs POD -c istio-proxy), and at istiod's for the push",
            cluster=name,
        )
    ]


def unread_views(mesh: Mesh) -> t.Iterator[Problem]:
    """What istiod pods that answer did not tell."""
    for istiod in mesh.istiods:
        if istiod.views.unread:
            yield Problem(
                WARNING,
                f"istiod {istiod.pod} does not tell all that it sees",
                why=f"What is not read is not checked: {'; '.join(istiod.views.unread)}",
                todo=f"Look at kubectl logs -n {mesh.namespace} {istiod.pod}",
                cluster=mesh.primary,
            )
