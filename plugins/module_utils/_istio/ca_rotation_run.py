# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ca_rotation: one step from the authority by which a mesh runs to that of the files, one member after another."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from .._errors import MeshError
from .._interrupts import for_each
from .._kubernetes.access import Access
from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import DEPLOYMENT, POD, SECRET
from .._problems import ERROR, Problem, report
from .._wait import Progress
from .ca_bundle import Bundle, Expected, bundle_problems
from .ca_choice import Found, is_own, sibling_problems
from .ca_files import read_files, read_roots
from .ca_rotation import DROP, ISSUE, TRUST, Holder, check_in_time, step_of, wanted
from .ca_rotation_result import Seen, result_of
from .ca_taken import Istiod, has_taken, take
from .istiod import SELECTOR
from .mesh_ca import NAME, bundle_of, write
from .pods import PROXY_CONTAINER, proxy_image
from .probe_room import access_by_name
from .proxy_trust import Trust, read_trust
from .record import read_records

Object = dict[str, t.Any]

PROXIES_AT_ONCE = 16  # from one member: each is a connection through its API server and kubelet


@dataclass(frozen=True)
class Member:
    """A cluster as read. runs: whether an istiod is in it that signs; secret: its cacerts."""

    client: KubernetesClient
    runs: bool
    secret: Object | None
    proxies: tuple[Trust, ...]

    @property
    def name(self) -> str:
        return self.client.cluster


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """The next step. Raises MeshError, with the result in its details, where it is too early for one or a member does not follow."""
    accesses = access_by_name(params["members"], "members")
    members = read_members(accesses, params["namespace"])
    check_members(members, params)
    holders = holders_of(members, params)
    step = step_of(holders)
    proxies = tuple(one.proxies for one in members)
    found = Seen(tuple(holders), tuple(one.name for one in members), proxies, step, check_mode)
    changes: list[Change] = []
    try:
        check_in_time(step, found.all_proxies, holders)
        is_changed = rotate(members, holders, step, params, check_mode, progress, changes)
    except MeshError as error:
        details = result_of(found, changes, failed=True)
        raise MeshError(error.what, cluster=error.cluster, why=error.why, todo=error.todo, details=details) from error
    if is_changed and not check_mode:
        progress("reading what proxies have now")
        found = found.then([one.proxies for one in read_members(accesses, params["namespace"])])
    return {**result_of(found, changes), "changed": is_changed}


def read_members(accesses: t.Mapping[str, Access], namespace: str) -> list[Member]:
    """All clusters at once, with all their proxies. Raises MeshError where one does not answer."""

    def read(access: Access) -> Member:
        client = KubernetesClient(access)
        runs = bool(client.list(DEPLOYMENT, namespace, labels=SELECTOR))
        pods = [pod for pod in client.list(POD) if has_proxy(pod)]

        def ask(pod: Object) -> Trust:
            return read_trust(client, pod["metadata"]["namespace"], pod["metadata"]["name"])

        proxies = for_each(ask, pods, stop, PROXIES_AT_ONCE)
        return Member(client, runs, client.get(SECRET, NAME, namespace), tuple(proxies))

    stop = threading.Event()
    return for_each(read, list(accesses.values()), stop)


def has_proxy(pod: Object) -> bool:
    """Whether a proxy runs in a pod: one that is yet to start gets what is there by then."""
    status = pod.get("status") or {}
    containers = [*(status.get("containerStatuses") or []), *(status.get("initContainerStatuses") or [])]
    runs = any(one["name"] == PROXY_CONTAINER and "running" in (one.get("state") or {}) for one in containers)
    return bool(proxy_image(pod)) and runs and not pod["metadata"].get("deletionTimestamp")


def check_members(members: t.Sequence[Member], params: t.Mapping[str, t.Any]) -> None:
    """Raise MeshError for a mesh whose authority is not ours to change, or that has members which were not given."""
    primary = members[0]
    records = read_records(primary.client, params["namespace"], params["api_version"])
    unknown = sorted(set(records) - {one.name for one in members})
    problems = [
        Problem(ERROR, f"{name} is a member of the mesh, and not in the inventory", "Its proxies would be cut off unseen",
                "Add it to the inventory, or take it out by multiregion.istio.leave", name)
        for name in unknown
    ]  # fmt: skip
    if not primary.runs:
        todo = "Run the playbook multiregion.istio.primary: a mesh that does not run yet has no authority to rotate"
        problems.append(Problem(ERROR, "no istiod runs in the primary", todo=todo, cluster=primary.name))
    problems += [problem for one in members if one.runs for problem in authority_problems(one, params["mesh_id"])]
    if problems:
        raise MeshError(report("Rotation of the certificate authority", problems))


def authority_problems(member: Member, mesh_id: str) -> t.Iterator[Problem]:
    """Why the authority of a member that signs is not ours to change."""
    if bundle_of(member.secret) is None:
        why = "It keeps its root for itself, and nobody else has the key to sign another authority by"
        todo = "A mesh gets an authority of its own before the first install alone (primary_istio_ca: cacerts); this one needs another mesh"
        yield Problem(ERROR, "istiod signs by an authority that it made itself", why, todo, member.name)
    elif not is_own(member.secret, mesh_id):
        todo = "Have its owner change it. Our playbooks write a Secret that they made, and no other"
        yield Problem(ERROR, f"the Secret {NAME} was not made by us", todo=todo, cluster=member.name)


def holders_of(members: t.Sequence[Member], params: t.Mapping[str, t.Any]) -> list[Holder]:
    """The members that sign, with the files that they are to sign by. Raises MeshError with all that is wrong with the files."""
    holders, problems = [], []
    for member in members:
        if not member.runs:
            continue
        files, found = read_files(params["dir"], member.name)
        problems += found
        if files is None:
            todo = f"Put them into mesh_ca_dir/{member.name}, or make them by the playbook multiregion.istio.ca"
            problems.append(Problem(ERROR, "there are no files of its authority", todo=todo, cluster=member.name))
            continue
        expected = Expected(member.name, params["namespace"], params["trust_domain"], datetime.now(timezone.utc))
        problems += [
            *sibling_problems(member.name, files, read_roots(params["dir"])),
            *bundle_problems(files, expected),
        ]
        holders.append(Holder(member.name, t.cast(Bundle, bundle_of(member.secret)), files))
    if any(problem.severity == ERROR for problem in problems):
        raise MeshError(report("Files of the certificate authority", problems))
    return holders


def rotate(
    members: t.Sequence[Member],
    holders: t.Sequence[Holder],
    step: str,
    params: t.Mapping[str, t.Any],
    check_mode: bool,
    progress: Progress,
    changes: list[Change],
) -> bool:
    """One step, the primary first, whose istiod writes roots into the other members; whether anything changed."""
    by_name = {one.name: one for one in members}
    is_changed = False
    for holder in holders:
        member, bundle = by_name[holder.cluster], wanted(holder, step)
        change = write(member.client, bundle, Found(member.secret), params, check_mode)
        changes.append(change)
        if change.changed:
            progress(f"{holder.cluster}: Secret {NAME} {'would be' if check_mode else 'is'} written")
            is_changed = True
        if not (check_mode and change.changed):
            istiod = Istiod(member.client, params["namespace"], told_by(member, members))
            is_changed |= follow(istiod, bundle, step, params, check_mode, progress)
    return is_changed


def told_by(member: Member, members: t.Sequence[Member]) -> list[KubernetesClient]:
    """The clusters in which the istiod of a member writes roots: its own; the primary's also where none runs."""
    others = [one.client for one in members if not one.runs] if member is members[0] else []
    return [member.client, *others]


def follow(
    istiod: Istiod,
    bundle: Bundle,
    step: str,
    params: t.Mapping[str, t.Any],
    check_mode: bool,
    progress: Progress,
) -> bool:
    """Have the istiod of a member sign by its Secret; whether something was, or in check mode would be, done for that."""
    other_roots = step in (TRUST, ISSUE, DROP)
    if check_mode:
        return not has_taken(istiod, bundle, other_roots=other_roots)
    return take(istiod, bundle, params["timeout"], progress, other_roots=other_roots)
