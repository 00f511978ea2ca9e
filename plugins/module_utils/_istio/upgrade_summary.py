# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of an upgrade, as text for a terminal. Pure."""

from __future__ import annotations

import typing as t

from .revision_names import title
from .summary import table
from .upgrade import CANARY, IN_PLACE, MOVE, NOTHING

Result = t.Mapping[str, t.Any]

COLUMNS = ["cluster", "before", "now", "proxies", "restarted", "to do"]
WAYS = {
    CANARY: "which comes beside the one that stands",
    IN_PLACE: "in place",
    MOVE: "which stands beside another one",
    NOTHING: "which stands",
}


def upgrade_summary(found: Result) -> str:
    """A line for each cluster, what is left to do, and how it is undone. `found` is the content of upgrade.json."""
    would = "would go" if found["check_mode"] else "goes" if not found["failure"] else "was to go"
    goal = f"Istio {found['version']} (revision {found['revision']}), {WAYS[found['kind']]}"
    parts = [f"Mesh {found['mesh_id']} {would} to {goal}."]
    if found["failure"]:
        parts.append(found["failure"])
    if found["clusters"]:
        parts.append(table([COLUMNS, *map(_cluster, found["clusters"])]))
    todo = [line for one in found["clusters"] for line in _todo(one)]
    if todo:
        parts.append("\n".join(["Left to do:", *todo]))
    if found["not_reached"]:
        parts.append(f"Not changed: {', '.join(found['not_reached'])}.")
    if found["removed"]:
        parts.append(
            "\n".join(
                [
                    f"{'Would be removed' if found['check_mode'] else 'Removed'}:",
                    *(f"  {one}" for one in found["removed"]),
                ]
            )
        )
    parts += _after(found)
    return "\n\n".join(parts)


def upgrade_shown(standing: Result) -> str:
    """What a cluster goes by, of what revisions_info told of it: "1.31.0 (default)".

    One that a run left half-way goes by a revision that is yet to come: then the one that stands is told.
    """
    versions = {one["revision"]: one["version"] for one in standing.get("revisions") or []}
    current = standing.get("current")
    shown = current if current in versions else next(iter(sorted(versions)), None)
    return f"{versions[shown]} ({title(shown)})" if shown is not None else ""


def _cluster(one: Result) -> list[str]:
    return [
        one["name"],
        one["before"] or "-",
        one["now"] or "-",
        ", ".join(f"{count} at {revision}" for revision, count in sorted(one["proxies"].items())) or "-",
        str(len(one["restarted"])),
        str(len(one["to_restart"]) + len(one["staying"])) if not one["failure"] else "failed",
    ]


def _todo(one: Result) -> list[str]:
    lines = [f"  {one['name']}: restart {_title(work)}" for work in one["to_restart"]]
    return lines + [f"  {one['name']}: {_title(work)} is left as it is: {work['why']}" for work in one["staying"]]


def _title(work: Result) -> str:
    more = f" (+{len(work['pods']) - 1} pods)" if work["kind"] == "Pod" and len(work["pods"]) > 1 else ""
    return f"{work['kind']} {work['namespace']}/{work['name']}{more}"


def _after(found: Result) -> list[str]:
    """What comes next."""
    before = found["before"]
    if found["removed"] or found["check_mode"]:
        return []
    if found["others"]:
        others = ", ".join(found["others"])
        return [
            f"Revision {others} still stands. To go back to it, run the same playbook with its mesh_revision and mesh_istio_version. "
            "To remove it, once nothing follows it any more: -e mesh_upgrade_remove_old=true."
        ]
    if found["kind"] == "in place" and before["version"] != found["version"]:
        return [f"To go back, run the same playbook with mesh_istio_version: {before['version']}."]
    return []
