# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a mesh, from what was read of it. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._problems import ERROR, WARNING, Problem
from .istiod import NOT_LISTED, SYNCED, Istiod
from .locality import Locality, failover_problems
from .member import MemberState
from .record import AVAILABLE, Record

FEW_DAYS = 14


@dataclass(frozen=True)
class Mesh:
    """All that was read: `primary` is the name of the primary, which is among the members; records by cluster name; locality
    where regions were given."""

    primary: str
    namespace: str
    members: tuple[MemberState, ...]
    istiods: tuple[Istiod, ...]
    records: t.Mapping[str, Record]
    locality: Locality | None = None

    def state(self, name: str) -> MemberState:
        return next(member for member in self.members if member.name == name)


def sync_of(mesh: Mesh, name: str) -> list[dict[str, str]]:
    """How each istiod pod sees a member."""
    return [{"istiod": istiod.pod, "status": istiod.status_of(name)} for istiod in mesh.istiods]


def is_synced(mesh: Mesh, name: str) -> bool:
    """Whether every istiod pod, and at least one, reads the member."""
    return bool(mesh.istiods) and all(istiod.status_of(name) == SYNCED for istiod in mesh.istiods)


def status_of(mesh: Mesh, name: str) -> str:
    """The member's status in its RemoteIstio. The primary has none: Available where every istiod pod answers."""
    if name != mesh.primary:
        return mesh.records[name].status if name in mesh.records else ""
    return AVAILABLE if is_synced(mesh, name) else "Unavailable"


def member_problems(mesh: Mesh, name: str) -> list[Problem]:
    """All that is wrong with one member."""
    state = mesh.state(name)
    problems = (
        [_unreachable(state.error, name)]
        if state.error
        else [*_pods(mesh, state), *_gateways(state), *_injection(state)]
    )
    if mesh.state(mesh.primary).error:
        return problems  # what the primary knows of the member is not known
    problems += _istiods(mesh) if name == mesh.primary else _record(mesh, name)
    return [*problems, *_sync(mesh, name)]


def mesh_problems(mesh: Mesh) -> list[Problem]:
    """All that is wrong: the members' problems and those of no member."""
    names = [member.name for member in mesh.members]
    known = {*mesh.records, *(entry.id for istiod in mesh.istiods for entry in istiod.clusters)}
    strangers = [
        Problem(
            WARNING,
            f"cluster {name} belongs to the mesh but is not among the members given",
            why="it has a RemoteIstio or a Secret that istiod reads, and was not looked at",
            todo="Add it to the inventory",
        )
        for name in sorted(known - set(names))
    ]
    members = (problem for name in names for problem in member_problems(mesh, name))
    return [*strangers, *failover_problems(mesh.locality), *members]


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
    return waiting


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


def _gateways(state: MemberState) -> list[Problem]:
    return [
        Problem(
            WARNING,
            f"Service {gateway.name} has no address",
            why="its load balancer is pending",
            todo="Look at the events of the Service; the cloud's controller says there what it lacks",
            cluster=state.name,
        )
        for gateway in state.gateways
        if not gateway.addresses
    ]


def _injection(state: MemberState) -> list[Problem]:
    found = state.injection
    if found.ok:
        return []
    if not found.namespace:
        todo = "Set mesh_auto_injection_namespaces to the namespaces whose pods belong into the mesh"
        return [Problem(WARNING, "no pod would get a sidecar", found.why, todo, state.name)]
    return [
        Problem(
            ERROR,
            f"a new pod in namespace {found.namespace} would not get a sidecar",
            why=found.why,
            todo="Check that istiod runs, that the cluster reaches it on 15017, and the label's revision",
            cluster=state.name,
        )
    ]


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


def _record(mesh: Mesh, name: str) -> list[Problem]:
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
    elif record.days_left is not None and record.days_left < FEW_DAYS:
        severity = ERROR if record.days_left < 0 else WARNING
        when = "has expired" if record.days_left < 0 else f"expires in {record.days_left} days"
        why = f"on {record.expires} istiod loses sight of the cluster"
        problems.append(Problem(severity, f"the primary's credential for the cluster {when}", why, join, name))
    return problems
