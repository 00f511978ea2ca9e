# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module revisions_info: which revisions of the mesh's control plane stand in a cluster, and which one it goes by.

A revision is a Helm release istiod or istiod-<revision> of the mesh. The one that a cluster goes by is the defaultRevision of its
release istio-base: labels, gateways and validation follow it. The default revision has the name "" here, as in the inventory.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from functools import partial

from .._errors import ApiError, MeshError
from .._helm.info import read_chart_version
from .._helm.plan import owner_of, standing_of
from .._helm.release import History, read_listed
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import NAMESPACE, POD, SECRET
from .._kubernetes.options import access_from
from .._problems import ERROR, Problem
from .._wait import Progress
from .followers import asked_by, followers
from .revision_names import named, title
from .supported_versions import dotted
from .traces import revisions_of

Object = dict[str, t.Any]

BASE = "istio-base"
ISTIOD = re.compile(r"istiod(?:-(?P<revision>.+))?")
NO_ANSWER = 0


@dataclass(frozen=True)
class Standing:
    """versions: of each revision of the mesh, by its name; current: the one that the cluster goes by, None where nothing says it."""

    versions: t.Mapping[str, str]
    current: str | None = None


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError, but for a cluster that does not answer."""
    try:
        client = KubernetesClient(access_from(params, params["name"] or ""))
        histories = read_histories(client, params["namespace"], params["releases"])
        standing = standing_from(histories, params["mesh_id"])
        rooms, pods = (
            in_parallel([lambda: client.list(NAMESPACE, metadata_only=True), lambda: client.list(POD)])
            if params["followers"]
            else ([], [])
        )
    except ApiError as error:
        if error.status != NO_ANSWER or params["refuse"]:
            raise
        return result(params, Standing({}), why=error.why)
    version = read_chart_version(params["chart_source"], params["version"]) if standing.versions else ""
    problems = standing_problems(standing, params["revision"], version, client.cluster) if version else []
    wanted = {name: histories[name] for name in params["releases"] if name in histories}
    problems += foreign_problems(wanted, params["namespace"], params["mesh_id"], client.cluster)
    if problems and params["refuse"]:
        raise refusal(problems[0])
    return result(params, standing, kubernetes=dotted(client.release or ()), rooms=rooms, pods=pods, problems=problems)


def result(
    params: t.Mapping[str, t.Any],
    standing: Standing,
    *,
    why: str = "",
    kubernetes: str = "",
    rooms: t.Sequence[Object] = (),
    pods: t.Sequence[Object] = (),
    problems: t.Sequence[Problem] = (),
) -> Object:
    """What the module returns; `why` is empty where the cluster answered."""
    asking = {room["metadata"]["name"]: asked_by(room["metadata"].get("labels") or {}) for room in rooms}
    return {
        "changed": False,
        "name": params["name"] or "",
        "reachable": not why,
        "why": why,
        "kubernetes": kubernetes,
        "revisions": [{"revision": name, "version": version} for name, version in sorted(standing.versions.items())],
        "current": standing.current,
        "namespaces": {name: revision for name, revision in asking.items() if revision is not None},
        "workloads": [one.as_dict() for one in followers(pods)],
        "problems": [problem.as_dict() for problem in problems],
    }


def read_histories(client: KubernetesClient, namespace: str, names: t.Collection[str]) -> dict[str, History]:
    """What Helm knows of istio-base, of each istiod and of the releases `names`, where it knows something."""
    secrets = client.list(SECRET, namespace, labels="owner=helm", metadata_only=True)
    found = {title.partition("/")[2]: of_one for title, of_one in revisions_of(secrets).items()}
    wanted = [name for name in found if name == BASE or name in names or ISTIOD.fullmatch(name)]
    histories = in_parallel([partial(read_listed, client, namespace, found[name]) for name in wanted])
    return dict(zip(wanted, histories, strict=True))


def standing_from(histories: t.Mapping[str, History], mesh_id: str) -> Standing:
    """What the releases of the mesh say."""
    versions: dict[str, str] = {}
    current: str | None = None
    for name, history in histories.items():
        if not history.newest or not history.exists or history.mark.get("mesh") != mesh_id:
            continue
        found = ISTIOD.fullmatch(name)
        if found:
            versions[found["revision"] or ""] = history.newest.chart_version
        elif name == BASE and "defaultRevision" in history.newest.values:
            current = named(str(history.newest.values["defaultRevision"]))
    return Standing(versions, current)


def standing_problems(standing: Standing, revision: str, version: str, cluster: str) -> list[Problem]:
    """Whether something else stands than the inventory asks for, which only an upgrade may change."""
    if not standing.versions:
        return []
    current = revision if standing.current is None else standing.current
    if current == revision and standing.versions.get(revision, version) == version and revision in standing.versions:
        return []
    shown = ", ".join(f"Istio {found} (revision {title(name)})" for name, found in sorted(standing.versions.items()))
    goes_by = f", and the cluster goes by revision {title(current)}" if len(standing.versions) > 1 else ""
    return [
        Problem(
            ERROR,
            f"{shown} stands here{goes_by}; the inventory asks for Istio {version} (revision {title(revision)})",
            why="another version or revision is brought in cluster by cluster, and what runs a sidecar is restarted",
            todo="Run the playbook multiregion.istio.upgrade, or set mesh_istio_version and mesh_revision to what stands",
            cluster=cluster,
        )
    ]


def foreign_problems(histories: t.Mapping[str, History], namespace: str, mesh_id: str, cluster: str) -> list[Problem]:
    """The releases that are not the mesh's, so that it may not bring them in."""
    return [
        Problem(
            ERROR,
            f"Helm release {namespace}/{name} is of others",
            why=f"it {owner_of(history)}",
            todo="Let its owner uninstall it, or set mesh_force: true to take it over",
            cluster=cluster,
        )
        for name, history in histories.items()
        if standing_of(history, mesh_id) == "foreign"
    ]


def refusal(problem: Problem) -> MeshError:
    """The failure of a task that refuses what is in the way."""
    return MeshError(
        problem.what, cluster=problem.cluster, why=problem.why, todo=f"Nothing was written. {problem.todo}"
    )
