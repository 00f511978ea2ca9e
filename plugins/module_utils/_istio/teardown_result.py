# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a mesh that is taken down: the content of teardown.json, from what became of its members and of the primary. Pure."""

from __future__ import annotations

import typing as t

from .leave_result import KEPT, REMOVED, done, restarts, written_by_istiod

Result = dict[str, t.Any]
LISTS = ("removed", "kept", "left", "restart")
OF_MEMBER = ("cluster", "failure", "reachable", "why")
# Steps of a member that leaves, which a primary has not.
NOT_THERE: Result = {
    "membership": {},
    "swept": {},
    "are_leftovers_removed": False,
    "leftovers": {"objects": [], "namespaces": []},
}


def teardown_result(given: t.Mapping[str, t.Any]) -> Result:
    """The content of teardown.json.

    given: mesh_id, finished, check_mode, failure, cluster (the primary, as the filter cluster gives it), namespace, members (the content
           of leave.json of each), and what the steps returned, {} or [] for those that were not come to: unlabelled, releases,
           objects (of tasks that removed some), definitions, configmaps, workloads
    """
    found = {**NOT_THERE, **given, "emptied": {"objects": given["objects"]}}
    steps = done(found)
    removed = [one for action, one in steps if action in REMOVED]
    own = {
        "removed": removed,
        "kept": [one for action, one in steps if action == KEPT],
        "left": written_by_istiod(found),
        "restart": restarts(found, removed),
    }
    return {
        "stage": "teardown",
        "mesh_id": given["mesh_id"],
        "cluster": given["cluster"]["name"],
        "finished": given["finished"],
        "check_mode": given["check_mode"],
        "failure": given["failure"],
        "members": [{key: member[key] for key in OF_MEMBER} for member in given["members"]],
        **{key: [*(one for member in given["members"] for one in member[key]), *own[key]] for key in LISTS},
    }
