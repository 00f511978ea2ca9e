# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a release is, and what is to be done to have it as wanted. No I/O.

A release is ours by the mark in its values, which Helm stores with the install itself: a killed run leaves no release
without an owner. The mark's `repair` makes Helm upgrade a release whose chart and values are as before.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field, replace

from .._kubernetes.fields import without_nulls
from .changes import fields_that_differ, shortened
from .release import MARK, History, Release

Object = dict[str, t.Any]
Standing = t.Literal["none", "ours", "adopted", "foreign"]
Action = t.Literal["installed", "upgraded", "repaired", "unchanged", "removed", "absent", "kept"]

MOST_OBJECTS = 5


@dataclass(frozen=True)
class Wanted:
    """How a release is to be. An empty chart_version is not compared."""

    mesh_id: str
    chart: str = ""
    chart_version: str = ""
    values: Object = field(default_factory=dict)
    force: bool = False


@dataclass(frozen=True)
class Plan:
    """What is to be done, named by what will have been done.

    why:             one clause; "" where there is nothing to say
    refused:         why nothing may be done; "" where it may
    todo:            what to do about a refusal
    values:          the values to give to Helm, with our mark
    uninstall:       uninstall first: what a killed first install left
    delete:          delete these objects first: what a killed uninstall left
    records:         then remove these Secrets: revisions that Helm takes for runs that still go on
    patches:         then merge these into objects, which Helm alone could not put back
    force_conflicts: let Helm take fields back that others wrote
    """

    action: Action
    why: str = ""
    refused: str = ""
    todo: str = ""
    values: Object = field(default_factory=dict)
    uninstall: bool = False
    delete: tuple[Object, ...] = ()
    records: tuple[str, ...] = ()
    patches: tuple[Object, ...] = ()
    force_conflicts: bool = False

    @property
    def changed(self) -> bool:
        return self.action in ("installed", "upgraded", "repaired", "removed")

    def as_dict(self) -> Object:
        """The plan in the result: in Jinja `values` would be the method of a dict."""
        plan = {**asdict(self), "changed": self.changed}
        plan["release_values"] = plan.pop("values")
        return plan


def standing_of(history: History, mesh_id: str) -> Standing:
    """Whose a release is, seen from the mesh `mesh_id`."""
    if not history.exists:
        return "none"
    if history.mark.get("mesh") != mesh_id:
        return "foreign"
    return "adopted" if history.mark.get("adopted") else "ours"


def owner_of(history: History) -> str:
    """Who has a release that is not ours, as the end of a clause."""
    mesh = history.mark.get("mesh")
    return f"belongs to the mesh {mesh} of this collection" if mesh else "was installed by Helm, not by this collection"


def plan_present(history: History, wanted: Wanted, drifted: list[Object]) -> Plan:
    """How to get a release to its chart and values. `drifted` is what drift() found, as summaries."""
    newest = history.newest
    standing = standing_of(history, wanted.mesh_id)
    if newest is None or standing == "none":
        return Plan("installed", values=marked(wanted, {"mesh": wanted.mesh_id}), force_conflicts=wanted.force)
    if standing == "foreign" and not wanted.force:
        return refused(history, "Let its owner uninstall it, or set mesh_force: true to take it over")
    if standing == "foreign" and (newest.record.is_pending or newest.record.status == "uninstalling"):
        return refused(history, "Let the run that goes on there end, or have its owner put it right; then take it over")
    mark: Object = {"mesh": wanted.mesh_id}
    if standing != "ours":
        mark["adopted"] = True
    unfinished = plan_unfinished(history, marked(wanted, mark))
    if unfinished:
        return unfinished
    values = marked(wanted, {**mark, **kept_repair(newest)})
    reasons = differences(newest, wanted, values)
    if standing == "foreign":
        reasons.insert(0, f"it {owner_of(history)}: it is taken over, and kept when the mesh goes")
    action: Action = "upgraded" if reasons else "repaired" if drifted else "unchanged"
    if drifted:
        reasons.append(f"changed by others: {told(drifted)}")
    if action == "unchanged":
        return Plan("unchanged", values=values)
    if action == "repaired":
        values = marked(wanted, {**mark, "repair": newest.record.revision})
    else:
        values = renewed(history, marked(wanted, mark))
    return Plan(action, "; ".join(reasons), values=values, force_conflicts=newest.apply_method == "ssa")


def refused(history: History, todo: str) -> Plan:
    """The plan for a release of others."""
    release = t.cast(Release, history.newest)
    what = f"chart {release.chart} {release.chart_version}, revision {release.record.revision}, {release.record.status}"
    return Plan("kept", refused=f"it {owner_of(history)} ({what})", todo=todo)


def plan_unfinished(history: History, values: Object) -> Plan | None:
    """How to go on after a run of ours that was killed; None where none was."""
    newest = t.cast(Release, history.newest)
    record, number = newest.record, f"revision {newest.record.revision}"
    killed = f"{number} is {record.status}: a run was interrupted"
    forward = Plan("upgraded", values=renewed(history, values), force_conflicts=newest.apply_method == "ssa")
    if record.status == "pending-install":
        return Plan("installed", f"{killed}; what it made is removed, and made again", values=values, uninstall=True)
    if record.status == "uninstalling":
        return Plan(
            "installed", f"{killed}; the uninstall is finished first", values=values, records=all_records(history)
        )
    if record.is_pending:
        return replace(
            forward, why=f"{killed}; its record is removed, and the upgrade done again", records=(record.secret,)
        )
    if record.status != "deployed":
        return replace(forward, why=f"{number} is {record.status}: it is upgraded again")
    return None


def plan_absent(history: History, wanted: Wanted) -> Plan:
    """How to take a release away: only what is ours and was never anybody else's."""
    standing = standing_of(history, wanted.mesh_id)
    if standing == "none":
        return Plan("absent")
    if standing == "foreign":
        return Plan("kept", f"it {owner_of(history)}")
    if standing == "adopted":
        return Plan("kept", "it was adopted: it was there before us")
    record = t.cast(Release, history.newest).record
    if record.status == "uninstalling":
        why = f"revision {record.revision} is uninstalling: a run was interrupted, and is finished"
        return Plan("removed", why, records=all_records(history))
    return Plan("removed", uninstall=True)


def all_records(history: History) -> tuple[str, ...]:
    """Oldest first, so that the one that tells how the release stands goes last."""
    return tuple(record.secret for record in history.records)


def marked(wanted: Wanted, mark: Object) -> Object:
    """The values with our mark."""
    shared = wanted.values.get("global")
    return {**wanted.values, "global": {**(shared if isinstance(shared, dict) else {}), MARK: mark}}


def kept_repair(release: Release) -> Object:
    return {"repair": release.mark["repair"]} if "repair" in release.mark else {}


def renewed(history: History, values: Object) -> Object:
    """The values, with a new `repair` in the mark where Helm would take the release for one that has them already."""
    newest = t.cast(Release, history.newest)
    # Helm does not keep all keys that are null.
    known = [release.values for release in (newest, history.deployed) if release]
    if not any(without_nulls(values) == without_nulls(past) for past in known):
        return values
    mark = {**values["global"][MARK], "repair": newest.record.revision}
    return {**values, "global": {**values["global"], MARK: mark}}


def differences(release: Release, wanted: Wanted, values: Object) -> list[str]:
    """In what the release is not as wanted: clauses without values, which may be anything."""
    found = []
    if release.chart != wanted.chart:
        found.append(f"chart {release.chart} becomes {wanted.chart}")
    if wanted.chart_version and release.chart_version.lstrip("v") != wanted.chart_version.lstrip("v"):
        found.append(f"version {release.chart_version} becomes {wanted.chart_version}")
    fields = fields_that_differ(without_nulls(release.values), without_nulls(values))
    fields = [name for name in fields if not name.startswith(f"global.{MARK}")] or fields
    if fields:
        found.append(f"values changed: {shortened(fields)}")
    return found


def told(drifted: list[Object]) -> str:
    """Which objects and fields drifted, in one line."""
    lines = []
    for entry in drifted[:MOST_OBJECTS]:
        namespace = f"{entry['namespace']}/" if entry["namespace"] else ""
        what = "missing" if entry["action"] == "created" else shortened(entry["fields"])
        lines.append(f"{entry['kind']} {namespace}{entry['name']} ({what})")
    more = len(drifted) - MOST_OBJECTS
    return ", ".join(lines) + (f" and {more} more" if more > 0 else "")
