# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that a mesh makes one of: same namespace and name in several members. No I/O.

istiod keeps the ports of the first cluster that it reads and adds the endpoints of all (istio/istio,
pilot/pkg/serviceregistry/aggregate/controller.go, mergeService): where ports differ, which ones count is chance.
"""

from __future__ import annotations

import typing as t

from .._errors import MeshError
from .._problems import ERROR, WARNING, Problem
from .local_services import Pattern, is_local, pattern_of

Dict = dict[str, t.Any]

MANY = 3
KEEP_APART = "list it in mesh_local_services (namespace/name or namespace/*)"


def patterns_and_problems(texts: t.Iterable[t.Any]) -> tuple[set[Pattern], list[Problem]]:
    """The patterns that can be read, and an error for each that cannot."""
    patterns, problems = set(), []
    for text in texts:
        try:
            patterns.add(pattern_of(text))
        except MeshError as error:
            problems.append(Problem(ERROR, error.what, error.why, error.todo))
    return patterns, problems


def merged(services: t.Mapping[str, list[Dict]], patterns: t.Collection[Pattern]) -> list[Dict]:
    """Services of several members: namespace, name, clusters, and which of ports and selector differ between those.

    `services` has those of each cluster, as cluster_info gives them.
    """
    same: dict[tuple[str, str], dict[str, Dict]] = {}
    for cluster, listed in services.items():
        for service in listed:
            same.setdefault((service["namespace"], service["name"]), {})[cluster] = service
    return [
        {
            "namespace": namespace,
            "name": name,
            "clusters": list(found),
            "differs": [key for key in ("ports", "selector") if is_different(found, key)],
            "members": found,
        }
        for (namespace, name), found in sorted(same.items())
        if len(found) > 1 and not is_local({"namespace": namespace, "name": name}, patterns)
    ]


def as_groups(services: list[Dict]) -> list[Dict]:
    """The same for a result, in few words for thousands: clusters, differs, and the namespace/name of all of which both are so."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for service in services:
        key = (tuple(service["clusters"]), tuple(service["differs"]))
        groups.setdefault(key, []).append(f"{service['namespace']}/{service['name']}")
    return [
        {"clusters": list(clusters), "differs": list(differs), "services": names}
        for (clusters, differs), names in groups.items()
    ]


def is_different(found: t.Mapping[str, Dict], key: str) -> bool:
    first, *others = (service[key] for service in found.values())
    return any(other != first for other in others)


def merge_problems(services: list[Dict]) -> t.Iterator[Problem]:
    """An error with those that differ, a warning with the rest; few are named, since there may be thousands."""
    different = [service for service in services if service["differs"]]
    alike = [service for service in services if not service["differs"]]
    if different:
        yield Problem(
            ERROR,
            f"Services of one name that differ between clusters ({len(different)}): {few(different, difference)}",
            why="The mesh makes one Service of each name: requests would reach ports or pods that one of them does not mean",
            todo=f"Make them alike, rename one, or {KEEP_APART}",
        )
    if alike:
        yield Problem(
            WARNING,
            f"Services of one name, merged on purpose or by accident ({len(alike)}): {few(alike, title)}",
            why="Requests to such a name go to the pods of all its clusters",
            todo=f"Leave it where one application runs in several regions, else {KEEP_APART}",
        )


def few(services: list[Dict], told: t.Callable[[Dict], str]) -> str:
    more = f" and {len(services) - MANY} more" if services[MANY:] else ""
    return ", ".join(map(told, services[:MANY])) + more


def title(service: Dict) -> str:
    return f"{service['namespace']}/{service['name']} ({', '.join(service['clusters'])})"


def difference(service: Dict) -> str:
    """One Service with what differs first: "default/web (ports http 80/TCP in east, http 8080/TCP in west)"."""
    key = service["differs"][0]
    values: dict[str, list[str]] = {}
    for cluster, found in service["members"].items():
        text = ", ".join(found[key]) if isinstance(found[key], list) else found[key]
        values.setdefault(text or "none", []).append(cluster)
    told = ", ".join(f"{text} in {' and '.join(clusters)}" for text, clusters in values.items())
    return f"{service['namespace']}/{service['name']} ({key} {told})"
