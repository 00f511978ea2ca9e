# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task did to its objects, told also where it ended halfway."""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import MeshError
from .._kubernetes.apply import Change

Object = dict[str, t.Any]
Done = list[tuple[str, Change]]  # with the cluster of each, "" for none


class Item(t.NamedTuple):
    """An object that is to be brought or removed."""

    cluster: str
    kind: str
    name: str
    namespace: str | None

    @property
    def title(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def item(cluster: str, body: Object) -> Item:
    metadata = body["metadata"]
    return Item(cluster, body["kind"], metadata["name"], metadata.get("namespace"))


@contextlib.contextmanager
def told(done: Done, planned: list[Item]) -> t.Iterator[None]:
    """Adds to an error what was done before it and what is left of the plan.

    done:    filled by the body, in the order of the plan
    planned: every object that the body brings or removes
    """
    try:
        yield
    except MeshError as error:
        left = planned[len(done) :]
        todo = [f"{error.todo.rstrip('.')}." if error.todo else "", account(done, left)]
        raise MeshError(
            error.what,
            cluster=error.cluster,
            why=error.why,
            todo=" ".join(filter(None, todo)),
            details={
                **error.details,
                "changed": any(change.changed for cluster, change in done),
                **objects(done, left),
            },
        ) from error


def results(done: Done) -> Object:
    """The keys of a task's result that tell what was done."""
    changes = [change for cluster, change in done if change.changed]
    return {"changed": bool(changes), **objects(done), "diff": [change.diff() for change in changes]}


def objects(done: Done, left: t.Sequence[Item] = ()) -> Object:
    """The key `objects` of a result; what is left of a plan has the action "left"."""
    listed = [{"cluster": cluster, **change.summary()} for cluster, change in done]
    listed += [
        {"cluster": item.cluster, "kind": item.kind, "namespace": item.namespace, "name": item.name, "action": "left"}
        for item in left
    ]
    return {"objects": listed}


def account(done: Done, left: t.Sequence[Item]) -> str:
    """ "Done before: Secret istio-system/x created; left: RemoteIstio istio-system/east. Run it again ..." """
    changed = [
        f"{Item(cluster, change.kind, change.name, change.namespace).title} {change.action}"
        for cluster, change in done
        if change.changed
    ]
    if not changed and not left:
        return ""
    rest = f"; left: {', '.join(item.title for item in left)}" if left else ""
    return f"Done before: {', '.join(changed) or 'nothing'}{rest}. Run it again: it goes on from there"
