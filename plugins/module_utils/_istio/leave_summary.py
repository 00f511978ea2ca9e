# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a cluster that leaves, as text for a terminal. Pure."""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION
from .._problems import printable

Result = t.Mapping[str, t.Any]


def leave_summary(found: Result) -> str:
    """What became of the cluster, then what was removed, is kept and why, and is to be done.

    `found` is the content of leave.json or, of a whole mesh, of teardown.json.
    """
    will = "To be removed" if found["check_mode"] else "Removed"
    parts = [head_of_mesh(found) if found["stage"] == "teardown" else head(found)]
    for title, entries in (
        (will, removed(found["removed"])),
        ("Kept", kept(found["kept"])),
        ("Restart these, which keep their sidecars until their pods are made anew", restarts(found["restart"])),
        ("Left for you to remove", left(found["left"])),
    ):
        if entries:
            parts.append("\n".join([title, *(f"  {printable(entry)}" for entry in entries)]))
    return "\n\n".join(parts)


def head(found: Result) -> str:
    """One sentence for the whole."""
    cluster, mesh = f"cluster {found['cluster']}", f"mesh {found['mesh_id']}"
    nothing = "" if found["removed"] else " There was nothing to remove."
    if found["failure"]:
        return f"C{cluster[1:]} has not left {mesh} altogether: {printable(found['failure'])}"
    if not found["reachable"]:
        forgotten = "would forget" if found["check_mode"] else "has forgotten"
        return (
            f"M{mesh[1:]} {forgotten} {cluster}, which was not reached ({printable(found['why'])}).{nothing} "
            "If it exists: run the same playbook again once it answers, or do by hand what is left."
        )
    left_it = "would leave" if found["check_mode"] else "has left"
    return f"C{cluster[1:]} {left_it} {mesh}.{nothing}"


def head_of_mesh(found: Result) -> str:
    """One sentence for the whole mesh, and one for each member that was not reached."""
    mesh = f"Mesh {found['mesh_id']}"
    if found["failure"]:
        return f"{mesh} is not taken down altogether: {printable(found['failure'])}"
    nothing = "" if found["removed"] else " There was nothing to remove."
    unreached = [
        f" Cluster {x['cluster']} was not reached ({printable(x['why'])})."
        for x in found["members"]
        if not x["reachable"]
    ]
    return f"{mesh} {'would be' if found['check_mode'] else 'is'} taken down.{nothing}{''.join(unreached)}"


def title_of(one: Result) -> str:
    """ "cn-beijing-1: Secret istio-system/east" """
    return f"{one['cluster']}: {one['kind']} {one['namespace'] + '/' if one['namespace'] else ''}{one['name']}"


def removed(entries: t.Sequence[Result]) -> list[str]:
    """One line for each; the definitions of a cluster, which are many, share one."""
    lines: dict[tuple[str, str], list[Result]] = {}
    for one in entries:
        name = "" if one["kind"] == CUSTOM_RESOURCE_DEFINITION.kind else title_of(one)
        lines.setdefault((one["cluster"], name), []).append(one)
    return [together(ones) for ones in lines.values()]


def together(ones: t.Sequence[Result]) -> str:
    """Objects of one kind in one cluster: "west: 15 CustomResourceDefinitions (a, ...)"."""
    first = ones[0]
    return (
        title_of(first)
        if len(ones) == 1
        else f"{first['cluster']}: {len(ones)} {first['kind']}s ({first['name']}, ...)"
    )


def kept(entries: t.Sequence[Result]) -> list[str]:
    """One line for each; many of one kind that are kept for one reason, as definitions are, share a line."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for one in entries:
        groups.setdefault((one["cluster"], one["kind"], one["why"]), []).append(one)
    return [f"{together(ones)}: {why}" for (_cluster, _kind, why), ones in groups.items()]


def left(entries: t.Sequence[Result]) -> list[str]:
    lines = []
    for one in entries:
        lines += [f"{title_of(one)}: {one['why']}", f"  {one['command']}"]
    return lines


def restarts(entries: t.Sequence[Result]) -> list[str]:
    return [str(one["command"]) for one in entries]
