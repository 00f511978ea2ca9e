# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a mesh, from what was read of it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._problems import ERROR, WARNING, Problem
from .gateways import gateway_problems
from .istiod import NOT_LISTED, SYNCED
from .locality import failover_problems
from .member import MemberState
from .member_view import View, reading_problems
from .mesh import Mesh, is_synced
from .record import AVAILABLE, Record
from .serving import (
    closed_networks,
    endpoint_problems,
    network_problems,
    proxy_problems,
    unread_views,
    unseen,
)
from .trust import awaited, root_problems, unknown_root, webhook_problems
from .unheeded import unheeded_problems


@dataclass(frozen=True)
class Wishes:
    """What is a problem by choice: days that a credential has to last, and whether gateways between members may be public.

    credential_error_days: with fewer left that is an error, no warning
    """

    credential_days: int = 30
    eastwest_public: bool = False
    credential_error_days: int = 0


def member_problems(mesh: Mesh, name: str, wishes: Wishes = Wishes()) -> list[Problem]:
    """All that is wrong with one member."""
    state = mesh.state(name)
    problems = (
        [_unreachable(state.error, name)]
        if state.error
        else [
            *_pods(mesh, state),
            *gateway_problems(name, state.gateways, may_be_public=wishes.eastwest_public),
            *_injection(state),
            *_labels(mesh, name),
        ]
    )
    if mesh.state(mesh.primary).error:
        return problems  # what the primary knows of the member is not known
    problems += _primary(mesh) if name == mesh.primary else _record(mesh, name, wishes)
    problems += _sync(mesh, name)
    if state.view and not state.error:
        problems += _view(mesh, state, state.view)
    return [*problems, *proxy_problems(mesh, name)]


def mesh_problems(mesh: Mesh, wishes: Wishes = Wishes()) -> list[Problem]:
    """All that is wrong: the members' problems and those of no member."""
    names = [member.name for member in mesh.members]
    unseen = [
        Problem(
            WARNING,
            f"cluster {name} belongs to the mesh but is not among the members given",
            why="it has a RemoteIstio or a Secret that istiod reads, and was not looked at",
            todo="Add it to the inventory",
        )
        for name in strangers(mesh)
    ]
    members = (problem for name in names for problem in member_problems(mesh, name, wishes))
    return [*unseen, *failover_problems(mesh.locality), *members]


def strangers(mesh: Mesh) -> list[str]:
    """Clusters that belong to the mesh, and were not given."""
    known = {*mesh.records, *(entry.id for istiod in mesh.istiods for entry in istiod.clusters)}
    return sorted(known - {member.name for member in mesh.members})


def settling(mesh: Mesh) -> list[str]:
    """What time alone may heal: a member that is about to be read, a pod that starts, a load balancer to come."""
    waiting: list[str] = []
    for member in mesh.members:
        if member.error:
            continue
        statuses = {istiod.status_of(member.name) for istiod in mesh.istiods} - {SYNCED}
        if statuses and (member.name == mesh.primary or member.name in mesh.records):
            waiting.append(f"{member.name}: istiod says {', '.join(sorted(statuses))}")
        waiting += [f"{member.name}: Pod {pod.name} is not Ready" for pod in member.pods if not pod.ready]
        waiting += [f"{member.name}: Service {one.name} has no address" for one in member.gateways if not one.addresses]
        waiting += [f"{member.name}: {text}" for text in _unfinished(mesh, member)]
    return waiting


def _unfinished(mesh: Mesh, state: MemberState) -> list[str]:
    """What istiod does a moment after a member, a Service or a gateway came."""
    if not state.view or not mesh.has_joined(state.name):
        return []
    return [
        *awaited(state.view.root, state.view.webhooks),
        *(f"istiod {pod} has no endpoints of {', '.join(services)}" for pod, services in unseen(mesh, state).items()),
        *([f"no gateway leads into network {state.network}"] if state.network in closed_networks(mesh) else []),
    ]


def unserved(mesh: Mesh, names: t.Iterable[str]) -> list[str]:
    """Those of the members named that not every istiod reads, or whose new pods get no sidecar though a namespace asks for it."""
    waiting: list[str] = []
    for name in names:
        member = mesh.state(name)
        if not is_synced(mesh, name):
            statuses = {istiod.status_of(name) for istiod in mesh.istiods} - {SYNCED}
            waiting.append(f"{name}: istiod says {', '.join(sorted(statuses)) or 'nothing'}")
        elif member.injection.namespace and not member.injection.ok:
            waiting.append(f"{name}: no sidecar: {member.injection.why}")
    return waiting


def _unreachable(error: MeshError, name: str) -> Problem:
    return Problem(ERROR, error.what, error.why, error.todo, name)


def _pods(mesh: Mesh, state: MemberState) -> list[Problem]:
    return [
        Problem(
            ERROR,
            f"Pod {mesh.namespace}/{pod.name} is not Ready",
            why=pod.reason + (f" ({pod.restarts} restarts)" if pod.restarts else ""),
            todo=f"Look at kubectl describe pod and kubectl logs of {pod.name}",
            cluster=state.name,
        )
        for pod in state.pods
        if not pod.ready
    ]


def _injection(state: MemberState) -> list[Problem]:
    found = state.injection
    if found.ok:
        return []
    if not found.namespace:
        todo = "Set mesh_auto_injection_namespaces to the namespaces whose pods belong into the mesh"
        return [Problem(WARNING, "no pod would get a sidecar", found.why, todo, state.name)]
    if not found.known:
        what = f"it is not known whether a new pod in namespace {found.namespace} gets a sidecar"
        todo = f"Let the identity of this kubeconfig create pods in namespace {found.namespace}; the one tried is not stored"
        return [Problem(WARNING, what, found.why, todo, state.name)]
    return [
        Problem(
            ERROR,
            f"a new pod in namespace {found.namespace} would not get a sidecar",
            why=found.why,
            todo="Check that istiod runs, that the cluster reaches it on 15017, and the label's revision",
            cluster=state.name,
        )
    ]


def _primary(mesh: Mesh) -> list[Problem]:
    error = mesh.records_error
    if not error:
        return _istiods(mesh)
    what = "it is not known which members are on record and how long their credentials last"
    why = f"{error.what}: {error.why}"
    return [Problem(WARNING, what, why, error.todo, mesh.primary), *_istiods(mesh)]


def _istiods(mesh: Mesh) -> list[Problem]:
    if not mesh.istiods:
        return [
            Problem(
                ERROR,
                f"no istiod runs in namespace {mesh.namespace}",
                why="no pod with the label app=istiod was found",
                todo="Run the playbook multiregion.istio.primary",
                cluster=mesh.primary,
            )
        ]
    return [
        Problem(
            ERROR,
            f"istiod {istiod.pod} does not tell what it sees",
            why=istiod.error,
            todo=istiod.todo or f"Look at kubectl logs -n {mesh.namespace} {istiod.pod}",
            cluster=mesh.primary,
        )
        for istiod in mesh.istiods
        if istiod.error
    ]


def _view(mesh: Mesh, state: MemberState, view: View) -> list[Problem]:
    """How the member belongs to the mesh, which nobody asks before it has joined."""
    name, primary = state.name, mesh.state(mesh.primary).view
    problems = reading_problems(name, view.errors)
    if not mesh.has_joined(name):
        return problems
    root = (primary.root if primary else None) or frozenset()
    if name == mesh.primary:
        problems += [unknown_root(name, mesh.namespace)] if view.root is not None and not root else []
        problems += unread_views(mesh)
    elif root:
        problems += root_problems(name, mesh.namespace, view.root, root)
    return [
        *problems,
        *webhook_problems(name, mesh.namespace, view.webhooks, root),
        *endpoint_problems(mesh, state),
        *network_problems(mesh, state),
        *unheeded_problems(name, mesh.primary, view.unheeded),
    ]


def _labels(mesh: Mesh, name: str) -> list[Problem]:
    return [problem for problem in (mesh.locality.labels if mesh.locality else ()) if problem.cluster == name]


def _sync(mesh: Mesh, name: str) -> list[Problem]:
    """One problem for all istiod pods that answer and do not read the member."""
    wrong = {
        istiod.pod: istiod.status_of(name)
        for istiod in mesh.istiods
        if not istiod.error and istiod.status_of(name) != SYNCED
    }
    if not wrong:
        return []
    todo = (
        "Join the cluster: run the playbook multiregion.istio.remotes"
        if set(wrong.values()) == {NOT_LISTED}
        else "Check that the primary's pods reach the cluster's API server (mesh_cluster_api_server) and that its token is valid"
    )
    why = ", ".join(f"{pod}: {status}" for pod, status in wrong.items())
    return [Problem(ERROR, "istiod does not read the cluster", why, todo, name)]


def _record(mesh: Mesh, name: str, wishes: Wishes) -> list[Problem]:
    if mesh.records_error:
        return []  # told at the primary
    record = mesh.records.get(name)
    join = "Run the playbook multiregion.istio.remotes: it brings the cluster to its RemoteIstio"
    if record is None:
        where = f"namespace {mesh.namespace} of {mesh.primary}"
        return [Problem(ERROR, "the cluster has no RemoteIstio", f"none of this name in {where}", join, name)]
    problems = []
    if record.status != AVAILABLE:
        problems.append(
            Problem(
                ERROR, f"its RemoteIstio is {record.status or 'without a status'}", record.error_message, join, name
            )
        )
    if not record.has_credential:
        problems.append(
            Problem(ERROR, "the primary has no credential for the cluster", "its Secret is missing", join, name)
        )
    return [*problems, *_credential(record, wishes)]


def _credential(record: Record, wishes: Wishes) -> list[Problem]:
    """A credential near its end. One with a short life only once less than a third of it is left, when a run renews it."""
    left = record.days_left
    if left is None or left >= wishes.credential_days or (record.lifetime_days and left * 3 >= record.lifetime_days):
        return []
    severity = ERROR if left < max(0, wishes.credential_error_days) else WARNING
    when = "has expired" if left < 0 else f"expires in {left} days"
    return [
        Problem(
            severity,
            f"the primary's credential for the cluster {when}",
            why=f"on {record.expires} istiod loses sight of the cluster",
            todo="Run the playbook multiregion.istio.rotate: it makes a token anew that is near its end, or says who has to",
            cluster=record.name,
        )
    ]
