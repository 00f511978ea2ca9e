# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the objects of a join may be changed, and the marks that they get. No I/O."""

from __future__ import annotations

import typing as t

from .._errors import MeshError
from .._kubernetes.ownership import Ownership, marked, ownership_of

Object = dict[str, t.Any]


def check_owners(lives: t.Iterable[tuple[str, Object | None]], mesh_id: str, *, force: bool) -> list[str]:
    """Warnings of what is adopted. Raises MeshError for what belongs to others, unless `force`.

    lives: (cluster, live object or None)
    """
    warnings = []
    for cluster, live in lives:
        if live is None:
            continue
        standing = ownership_of(live, mesh_id)
        if standing.standing == "foreign" and not force:
            raise MeshError(
                f"refused to change {title_of(live)}; nothing was written",
                cluster=cluster,
                why=f"it belongs to {standing.owner}",
                todo="Let the owner give it up, or set force: true to take it over",
            )
        if standing.standing != "ours":
            owner = f"owner: {standing.owner}" if standing.owner else "without a mark"
            warnings.append(f"{cluster}: {title_of(live)} was there before ({owner}): it is adopted")
    return warnings


def check_staying(live: Object | None, cluster: str, todo: str) -> None:
    """Raise MeshError for an object that is being deleted: what is written to it would go again."""
    if live and live["metadata"].get("deletionTimestamp"):
        finalizers = ", ".join(live["metadata"].get("finalizers") or [])
        raise MeshError(
            f"{title_of(live)} is being deleted; nothing was written",
            cluster=cluster,
            why=f"held by the finalizers {finalizers}" if finalizers else "",
            todo=todo,
        )


def with_marks(wanted: Object, live: Object | None, mesh_id: str) -> Object:
    """`wanted` marked as ours, and as adopted where somebody else had made it."""
    standing = ownership_of(live, mesh_id) if live else Ownership("ours")
    return marked(wanted, mesh_id, adopted=standing.adopted or standing.standing != "ours")


def title_of(body: Object) -> str:
    """An object's name in messages, from the object itself: "Secret istio-system/east"."""
    metadata = body["metadata"]
    namespace = metadata.get("namespace")
    return f"{body['kind']} {namespace + '/' if namespace else ''}{metadata['name']}"
