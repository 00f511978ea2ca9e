# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error that our code raises for its callers. Only main() and the action plugins turn it into a failed task."""

from __future__ import annotations

import typing as t


class MeshError(Exception):
    """Something that a person has to know about: what happened, where, why, and what to do.

    what:    one clause without a full stop, "cannot read Secret istio-system/east"
    cluster: the member's name, where one is concerned
    why:     the reason as the other side gave it
    todo:    the next thing to do
    details: extra keys for the task's result, free of secrets
    """

    def __init__(
        self, what: str, *, cluster: str = "", why: str = "", todo: str = "", details: dict[str, t.Any] | None = None
    ) -> None:
        self.what = what
        self.cluster = cluster
        self.why = why
        self.todo = todo
        self.details = details or {}
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"cluster {self.cluster}: " if self.cluster else ""
        why = f": {self.why.rstrip('.')}" if self.why else ""
        todo = f" {self.todo.rstrip('.')}." if self.todo else ""
        return f"{where}{self.what.rstrip('.')}{why}.{todo}"


class ApiError(MeshError):
    """An answer of an API server other than success. `status` is the HTTP code, 0 when nothing answered."""

    def __init__(self, what: str, *, status: int = 0, **fields: t.Any) -> None:
        self.status = status
        super().__init__(what, **fields)
