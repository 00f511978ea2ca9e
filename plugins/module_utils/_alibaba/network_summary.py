# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a mesh's network, as text for a terminal. No I/O."""

from __future__ import annotations

import typing as t

from .._problems import printable

Result = t.Mapping[str, t.Any]


def network_summary(found: Result) -> str:
    """One sentence for the whole, then what was changed, costs money and stays. `found` is the content of prerequisites.json."""
    parts = [head(found)]
    will = "To be changed" if found["check_mode"] else "Changed"
    for title, entries in (
        (will, [*map(change, found["network"].get("changes", [])), *groups(found["security_groups"])]),
        ("Costs money", [cost(one) for one in found["network"].get("costs", [])]),
        ("Costs no money any more", [cost(one) for one in found["network"].get("ended_costs", [])]),
        ("Kept, because others use it", list(found["network"].get("kept", []))),
        ("Routes that a table lacks", list(found["network"].get("missing_routes", []))),
        ("Access lists in front of API servers", access(found)),
        ("Proven by packets", proof(found["probe"]["pairs"])),
    ):
        if entries:
            parts.append("\n".join([title, *(f"  {printable(entry)}" for entry in entries)]))
    return "\n\n".join(parts)


def head(found: Result) -> str:
    network = f"The network of mesh {found['mesh_id']}"
    if found["failure"]:
        return f"{network} is not as it has to be; the end of this run says why."
    if found["provider"] == "none":
        return (
            f"{network} is left to you (provider none, as for every mesh with a cluster that is not on Alibaba Cloud)."
        )
    if not changed(found):
        return f"{network}: nothing to change."
    if found.get("leaving"):
        return f"{network} {'would have' if found['check_mode'] else 'has'} nothing any more for cluster {found['leaving']} alone."
    if found["state"] == "absent":
        return f"{network} {'would be' if found['check_mode'] else 'is'} taken away."
    return f"{network} {'would be' if found['check_mode'] else 'is'} open."


def changed(found: Result) -> bool:
    return bool(found["network"].get("changes") or groups(found["security_groups"]))


def change(one: Result) -> str:
    return f"{one['change']}: {one['text']}"


def groups(entries: t.Mapping[str, t.Sequence[Result]]) -> list[str]:
    return [
        f"security group {one['id']} ({cluster}): {count(one)}, {one['rule_count']} rules then"
        for cluster, ones in entries.items()
        for one in ones
        if one["added"] or one["removed"]
    ]


def count(one: Result) -> str:
    counts = [(len(one["added"]), "added"), (len(one["removed"]), "removed")]
    return " and ".join(f"{number} {word}" for number, word in counts if number)


def cost(one: Result) -> str:
    return f"{one['what']}: {one['charged']}{' (new)' if one['new'] else ''}"


def access(found: Result) -> list[str]:
    """What lacks or was not read, unless the failure says it. What is taken away needs no access."""
    if found["state"] == "absent":
        return []
    problems = [str(one["problem"]) for one in found["api_servers"]]
    return [problem for problem in problems if problem and problem not in found["failure"]]


def proof(pairs: t.Sequence[Result]) -> list[str]:
    """How many of the ways between clusters are open. Those that are not are the failure's."""
    arrived = sum(1 for pair in pairs if pair["ok"])
    return [f"{arrived} of {len(pairs)} ways between clusters, to pods and to API servers"] if pairs else []
