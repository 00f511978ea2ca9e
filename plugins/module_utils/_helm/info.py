# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module helm_release_info: a release as Helm recorded it, as its objects are, and what is to be done."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

from .._errors import MeshError
from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.options import access_from
from .._wait import Progress
from .._yaml import Error, load
from .drift import Cluster, drift, predicted, put_back, removed, summary, targets_of
from .manifest import is_kept
from .plan import Plan, Wanted, owner_of, plan_absent, plan_present, standing_of
from .release import History, read_history

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    wanted = wanted_from(params)
    cluster = Cluster(KubernetesClient(access_from(params)), params["name"], params["namespace"])
    history = read_history(cluster.client, cluster.namespace, cluster.name)
    warnings: list[str] = []
    is_absent = params["state"] == "absent"
    if params["manifest"] is not None:
        stored = history.newest.manifest if history.newest and history.exists else ""
        changes = predicted(cluster, params["manifest"], stored, force=wanted.force, warnings=warnings)
    else:
        changes = [] if is_absent else drift_of(cluster, history, wanted, warnings)
    result: Object = {"release": described(history, wanted.mesh_id), "kept": []}
    if wanted.mesh_id:
        plan = plan_absent(history, wanted) if is_absent else plan_present(history, wanted, list(map(summary, changes)))
        plan, deleted, result["kept"] = with_removals(cluster, history, replace(plan, patches=put_back(changes)))
        changes += deleted if is_absent else []
        result["plan"] = {**plan.as_dict(), "check_mode": check_mode}
    result.update(
        changed=False,
        drift=[summary(change) for change in changes],
        diff=[change.diff() for change in changes],
        warnings=warnings,
    )
    return result


def wanted_from(params: t.Mapping[str, t.Any]) -> Wanted:
    """How the release is to be, as the options say it."""
    chart, version = params["chart"] or "", params["chart_version"] or ""
    if Path(chart).is_absolute():
        chart, version = read_chart(Path(chart))
    return Wanted(params["mesh_id"] or "", chart, version, params["values"] or {}, params["force"])


def read_chart(directory: Path) -> tuple[str, str]:
    """Name and version of the chart in a directory."""
    file = directory / "Chart.yaml"
    try:
        chart = load(file.read_text(encoding="utf-8"))
        return str(chart["name"]), str(chart["version"])
    except (OSError, ValueError, KeyError, TypeError, Error) as error:
        raise MeshError(
            f"cannot read the chart {directory}",
            why=f"there is no {file.name} in it" if not file.exists() else f"{file.name}: {error}",
            todo="Set mesh_chart_source to the absolute path of a directory with the charts base, istiod and gateway",
        ) from None


def read_chart_version(source: str, version: str) -> str:
    """The version of istiod that a source of charts gives: a directory has one, whatever is asked for."""
    return read_chart(Path(source) / "istiod")[1] if version and Path(source).is_absolute() else version


def drift_of(cluster: Cluster, history: History, wanted: Wanted, warnings: list[str]) -> list[Change]:
    """What others changed in a release that is deployed, but not in one that is none of our business."""
    newest = history.newest
    is_foreign = bool(wanted.mesh_id) and not wanted.force and standing_of(history, wanted.mesh_id) == "foreign"
    if newest is None or newest.record.status != "deployed" or is_foreign:
        return []
    return drift(cluster, newest.manifest, warnings)


def with_removals(cluster: Cluster, history: History, plan: Plan) -> tuple[Plan, list[Change], list[Object]]:
    """(the plan with the objects that a killed uninstall left, what goes with the release, what stays after it)."""
    is_unfinished = bool(history.newest and history.newest.record.status == "uninstalling")
    if history.newest is None or not plan.changed or not (is_unfinished or plan.action == "removed"):
        return plan, [], []
    targets = targets_of(cluster, history.newest.manifest)
    deleted = removed(cluster, targets)
    if is_unfinished:
        bodies = {(target.body["kind"], target.namespace, target.name): target.body for target in targets}
        left = [identified(bodies[change.kind, change.namespace, change.name]) for change in deleted]
        plan = replace(plan, delete=tuple(left))
    kept = [identified(target.body) for target in targets if is_kept(target.body)]
    return plan, deleted, kept if plan.action == "removed" else []


def identified(body: Object) -> Object:
    """What names an object, and nothing of its content."""
    metadata = {key: body["metadata"][key] for key in ("name", "namespace") if key in body["metadata"]}
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata}


def described(history: History, mesh_id: str) -> Object:
    """The release in the result. Values of others' releases are left out: they may hold passwords."""
    release = history.newest
    if release is None or not history.exists:
        return {"exists": False}
    standing = standing_of(history, mesh_id or history.mark.get("mesh", ""))
    is_ours = bool(history.mark)
    return {
        "exists": True,
        "status": release.record.status,
        "pending": release.record.is_pending,
        "revision": release.record.revision,
        "deployed_revision": history.deployed.record.revision if history.deployed else None,
        "chart": release.chart,
        "chart_version": release.chart_version,
        "apply_method": release.apply_method,
        "release_values": release.values if is_ours else {},
        "mesh_id": history.mark.get("mesh"),
        "adopted": bool(history.mark.get("adopted")),
        "owner": f"it {owner_of(history)}" if standing == "foreign" or not is_ours else "",
    }
