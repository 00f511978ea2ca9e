# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upgrade is to do, by what stands in the clusters, and what is in its way. Pure.

How far one step may go is Istio's own rule: over one minor version in place (istioctl warns of more, operator/cmd/mesh/upgrade.go), over
two by revision (istio.io, Canary Upgrades). A revision that still stands is gone back to whatever the versions are.
"""

from __future__ import annotations

import typing as t

from .._problems import ERROR, Problem, report
from .revision_names import DEFAULT, title
from .supported_versions import istio_problems, kubernetes_problems, parse_istio

Dict = dict[str, t.Any]

IN_PLACE, CANARY, MOVE, NOTHING = "in place", "canary", "move", "nothing"
MOST_MINORS = {IN_PLACE: 1, CANARY: 2}


def upgrade_plan(
    found: t.Sequence[Dict], primary: str, hosts: t.Sequence[str], revision: str, version: str, charts: str, engine: str
) -> Dict:
    """What role mesh_upgrade does.

    found:  what revisions_info told of each cluster; hosts: the clusters of this run; charts: version in the chart source
    returns kind, before (revision and version that the primary goes by), others (further revisions in the primary), default (revision
    that the primary goes by), members (clusters of this run with a control plane of ours or a way to it), skipped (the others), newest
    (version of the definitions), report ("" where all is well)
    """
    by_name = {one["name"]: one for one in found}
    there = by_name[primary]
    standing = {one["revision"]: one["version"] for one in there["revisions"]}
    current = there["current"] if there["current"] in standing else next(iter(sorted(standing)), None)
    kind = kind_of(standing, revision, version)
    problems = [*unreached(by_name, {primary, *hosts}), *engine_problems(engine)]
    if not problems:
        problems = [*version_problems(standing, current, kind, revision, version), *chart_problems(version, charts)]
        problems += other_problems(standing, revision)
        problems += [*place_problems(kind, standing, primary, hosts), *istio_problems(version)]
        problems += [one for name in hosts for one in kubernetes_problems(version, by_name[name]["kubernetes"], name)]
    others = sorted(set(standing) - {revision})
    is_refused = any(problem.severity == ERROR for problem in problems)
    return {
        "kind": kind,
        "before": {"revision": title(current or ""), "version": standing.get(current or "", "")},
        "default": current if current is not None else revision,
        "others": others,
        "members": [name for name in hosts if by_name[name]["revisions"]],
        "skipped": [name for name in hosts if by_name[name]["reachable"] and not by_name[name]["revisions"]],
        "newest": max([version, *(standing[name] for name in others)], key=lambda text: parse_istio(text) or ()),
        "report": report(f"Upgrade to Istio {version} (revision {title(revision)})", problems) if is_refused else "",
    }


def kind_of(standing: t.Mapping[str, str], revision: str, version: str) -> str:
    """By what way: a revision that stands is changed in place, another one comes beside it."""
    if revision not in standing:
        return CANARY
    if standing[revision] != version:
        return IN_PLACE
    return MOVE if len(standing) > 1 else NOTHING


def unreached(found: t.Mapping[str, Dict], needed: set[str]) -> t.Iterator[Problem]:
    for name in sorted(needed):
        if not found[name]["reachable"]:
            todo = "Let it answer, or leave it out by --limit" if len(needed) > 1 else "Let it answer"
            yield Problem(ERROR, "the cluster does not answer", found[name]["why"], todo, name)


def engine_problems(engine: str) -> t.Iterator[Problem]:
    if engine != "helm":
        yield Problem(
            ERROR,
            "an operator runs the control plane (mesh_engine: operator)",
            why="The version is a field of the Istio resource, and the operator brings it about",
            todo="Set mesh_istio_version and run multiregion.istio.primary, or change spec.version of the Istio resource",
        )


def version_problems(
    standing: t.Mapping[str, str], current: str | None, kind: str, revision: str, version: str
) -> t.Iterator[Problem]:
    """Whether the step is one that Istio supports."""
    if current is None:
        todo = "Install the mesh by multiregion.istio.site"
        yield Problem(ERROR, "no control plane of this mesh stands in the primary", todo=todo)
        return
    if kind not in MOST_MINORS:
        return
    before = standing[revision if kind == IN_PLACE else current]
    old, wanted = parse_istio(before), parse_istio(version)
    if not old or not wanted:
        return  # what is no version is told elsewhere
    most, minors = MOST_MINORS[kind], wanted[1] - old[1]
    if wanted[0] != old[0] or minors > most:
        between = f"{old[0]}.{old[1] + most}"
        way = f"Upgrade to {between} first" + (
            ", or by a new mesh_revision over two at once" if kind == IN_PLACE else ""
        )
        yield Problem(
            ERROR,
            f"from Istio {before} to {version} is too many minor versions in one step",
            why=f"Istio supports {most} at a time {'in place' if kind == IN_PLACE else 'by revision'}",
            todo=way,
        )
    elif minors < -1:
        yield Problem(
            ERROR,
            f"from Istio {before} back to {version} is more than one minor version",
            why="Istio supports one, and a revision that still stands",
            todo=f"Go back to {old[0]}.{old[1] - 1} first",
        )


def chart_problems(version: str, charts: str) -> t.Iterator[Problem]:
    if charts != version:
        found = f"has Istio {charts}" if charts else "has no chart of it"
        yield Problem(
            ERROR,
            f"mesh_chart_source {found}, and mesh_istio_version is {version}",
            todo="Set mesh_chart_source to where the charts of that version are, and see that its images are in mesh_hub",
        )


def other_problems(standing: t.Mapping[str, str], revision: str) -> t.Iterator[Problem]:
    """Two others would leave nobody knowing which one is gone back to."""
    others = sorted(set(standing) - {revision})
    if len(others) > 1:
        shown = ", ".join(f"{title(name)} (Istio {standing[name]})" for name in others)
        yield Problem(
            ERROR,
            f"two other revisions of the mesh stand already: {shown}",
            why="One is upgraded from, and gone back to",
            todo="Go to one of them by its mesh_revision and mesh_istio_version, with mesh_upgrade_remove_old: true; then run this again",
        )


def place_problems(
    kind: str, standing: t.Mapping[str, str], primary: str, hosts: t.Sequence[str]
) -> t.Iterator[Problem]:
    """--limit may leave out the primary only once it has the new istiod."""
    if kind in (CANARY, IN_PLACE) and standing and primary not in hosts:
        yield Problem(
            ERROR,
            f"{primary} is not among the hosts of --limit and has no istiod of that revision and version yet",
            why="Members are led to an istiod that is there",
            todo=f"Run it for {primary} too (with --limit {primary},MEMBER nothing but these two is moved)",
        )


def removal_problems(found: t.Sequence[Dict], views: Dict, revision: str) -> list[str]:
    """Who still follows a revision other than `revision`, which keeps those from being removed.

    found: what revisions_info told of every cluster, with followers; views: what mesh_info told
    """
    lines = []
    for one in found:
        name = one["name"]
        if not one["reachable"]:
            lines.append(f"{name}: it does not answer ({one['why']})")
            continue
        if one["current"] not in (revision, None):
            lines.append(f"{name}: it goes by revision {title(one['current'])}")
        lines += [
            f"{name}: namespace {room} asks for revision {title(asked)}"
            for room, asked in sorted(one["namespaces"].items())
            if asked != revision
        ]
        lines += [
            f"{name}: {work['kind']} {work['namespace']}/{work['name']} runs a sidecar of revision {title(work['revision'])}"
            for work in one["workloads"]
            if work["revision"] != revision
        ]
    lines += [
        f"{name}: it belongs to the mesh and is not in the inventory, so that it was not looked at"
        for name in views["strangers"]
    ]
    old = {pod["name"] for pod in views["istiods"] if pod["revision"] != (revision or DEFAULT)}
    for member in views["members"]:
        for seen in member["sync"]:
            if seen["istiod"] in old and seen["proxies"] != 0:
                count = (
                    "it is not known whether proxies are"
                    if seen["proxies"] is None
                    else f"{seen['proxies']} proxies are"
                )
                lines.append(f"{member['name']}: {count} connected to istiod {seen['istiod']}")
    return lines
