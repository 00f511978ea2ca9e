# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module failover_policy_info: all members read at once, and the plan of their failover policy."""

from __future__ import annotations

import typing as t
from functools import partial

from .._errors import MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import NAMESPACE, SERVICE, Kind
from .._kubernetes.options import access_from
from .._problems import WARNING, Problem, errors_first
from .._wait import Progress
from .failover_objects import DESTINATION_RULE, VIRTUAL_SERVICE, timing_of
from .failover_policy import Seen, Settings, plan, wishes_of
from .local_services import pattern_of

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], _check_mode: bool, _progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError for wrong wishes and for a primary that cannot be read."""
    settings = settings_from(params)
    wishes = wishes_of(params["namespaces"], settings.root)
    problems = []
    if wishes and not params["enabled"]:
        what = "failover_policy_namespaces has no effect while mesh_locality_routing is not true"
        problems.append(Problem(WARNING, what, todo="Set mesh_locality_routing to true, or leave the list empty"))
        wishes = []
    namespaces = sorted({wish.namespace for wish in wishes})
    client = KubernetesClient(access_from(params, params["name"]))
    members = {member["name"]: member for member in params["members"] if member["name"] != params["name"]}
    calls: list[t.Callable[[], t.Any]] = [
        partial(read_primary, client, namespaces),
        *(partial(read_member, member, namespaces) for member in members.values()),
    ]
    seen, unread = seen_from(settings.primary, list(members), in_parallel(calls, each=1))
    planned = plan(wishes, seen, settings)
    return {
        "changed": False,
        "objects": planned.objects,
        "outdated": planned.outdated,
        "hosts": planned.hosts,
        "problems": [problem.as_dict() for problem in errors_first([*problems, *unread, *planned.problems])],
    }


def settings_from(params: t.Mapping[str, t.Any]) -> Settings:
    return Settings(
        primary=params["name"],
        mesh_id=params["mesh_id"],
        root=params["namespace"],
        domain=params["domain"],
        timing=timing_of(params["rtt_ms"], params["per_try_timeout"], params["istio_version"]),
        local=frozenset(map(pattern_of, params["local_services"])),
    )


def read_primary(client: KubernetesClient, namespaces: t.Sequence[str]) -> t.Any:
    """(Services of the namespaces, the namespaces that are there to stay, DestinationRules, VirtualServices)"""
    calls: list[t.Callable[[], t.Any]] = [
        partial(read_services, client, namespaces),
        partial(read_with_spec, client, DESTINATION_RULE),
        partial(read_with_spec, client, VIRTUAL_SERVICE),
        *(partial(client.get, NAMESPACE, namespace) for namespace in namespaces),
    ]
    services, rules, routes, *rooms = in_parallel(calls)
    there = frozenset(
        room["metadata"]["name"] for room in rooms if room and not room["metadata"].get("deletionTimestamp")
    )
    return services, there, tuple(rules), tuple(routes)


def read_with_spec(client: KubernetesClient, kind: Kind) -> list[Object]:
    """All objects of a kind; their definitions allow some without a spec, which say nothing."""
    return [one for one in client.list(kind) if one.get("spec")]


def read_member(member: t.Mapping[str, t.Any], namespaces: t.Sequence[str]) -> list[Object] | MeshError:
    """The Services of a remote, or why they could not be read; nobody is asked where no namespace is."""
    try:
        return read_services(KubernetesClient(access_from(member, member["name"])), namespaces) if namespaces else []
    except MeshError as error:
        return error


def read_services(client: KubernetesClient, namespaces: t.Sequence[str]) -> list[Object]:
    return [
        service for found in in_parallel([partial(client.list, SERVICE, x) for x in namespaces]) for service in found
    ]


def seen_from(primary: str, members: list[str], read: list[t.Any]) -> tuple[Seen, list[Problem]]:
    """What was read, and a problem for each remote that could not be."""
    (services, there, rules, routes), *answers = read
    by_cluster = {primary: services}
    problems = []
    for name, answer in zip(members, answers, strict=True):
        if isinstance(answer, MeshError):
            why = f"{answer.why}; until it is read, no policy is taken away that it may be a part of"
            problems.append(Problem(WARNING, answer.what, why, answer.todo, name))
        else:
            by_cluster[name] = answer
    unread = tuple(problem.cluster for problem in problems)
    return Seen(by_cluster, unread, there, rules, routes), problems
