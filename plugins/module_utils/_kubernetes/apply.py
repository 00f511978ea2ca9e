# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects made, changed and removed in one cluster: read, decide, then act.

A change is one GET and one server-side apply. Where the live object shows that applying would change nothing the GET is
all (fields.py); else the server decides, in check mode by a dry run, and `changed` is what differs between its answers.
With the method client_side (client_side.py) the apply is a POST or PATCH made by a merge of three sides. With auto the
server's version decides between the two, which is asked for where something may have to be written.
"""

from __future__ import annotations

import json
import math
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from .._errors import ApiError
from .._wait import Acceptor, Progress, Wait, wait_until
from . import client_side
from .apply_method import ApplyMethod, chosen
from .client import FIELD_MANAGER, KubernetesClient
from .diff import difference, secret_values, visible
from .fields import is_applied, without_emptied
from .kinds import CUSTOM_RESOURCE_DEFINITION, SECRET, Kind, describe

Object = dict[str, t.Any]
Action = t.Literal["unchanged", "created", "changed", "deleted", "absent", "kept"]
Result = t.TypeVar("Result")

THREADS = 8
# As many in turn on a connection that is open take no longer than one on a new connection does, which is two round trips more,
# and 4 ms of the two machines.
REQUESTS = 3


@dataclass(frozen=True)
class Change:
    """What was done to one object, or in check mode would be.

    why:    why one was kept
    stored: the object after the change as the server has it, {} where nothing was applied
    """

    kind: str
    namespace: str | None
    name: str
    action: Action
    before: Object
    after: Object
    why: str = ""
    stored: Object = field(default_factory=dict, repr=False)

    @property
    def changed(self) -> bool:
        return self.before != self.after

    def summary(self) -> Object:
        """The object's entry in a task's result."""
        entry = {"kind": self.kind, "namespace": self.namespace, "name": self.name, "action": self.action}
        return {**entry, "why": self.why} if self.why else entry

    def diff(self) -> Object:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return difference(f"{self.kind} {name}", self.before, self.after)


def in_parallel(calls: t.Sequence[t.Callable[[], Result]], each: int = REQUESTS) -> list[Result]:
    """The results of independent reads, in order. The first error is raised.

    each: how many of them are worth a connection; 1 where they are of several API servers
    """
    threads = min(THREADS, math.ceil(len(calls) / each))
    if threads <= 1:
        return [call() for call in calls]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def apply_object(
    client: KubernetesClient,
    kind: Kind,
    wanted: Object,
    live: Object | None,
    *,
    dry_run: bool,
    manager: str = FIELD_MANAGER,
    method: ApplyMethod = "auto",
) -> Change:
    """Bring one object to `wanted`. `live` is the object as read just before, None where there is none.

    `manager` is the field manager of a server-side apply; a client-side one is always ours.
    """
    metadata = wanted["metadata"]
    unchanged = Change(
        kind.kind, metadata.get("namespace"), metadata["name"], "unchanged", before=visible(live), after=visible(live)
    )
    if method != "client_side" and live is not None and is_applied(wanted, live, manager):
        return unchanged
    after: Object | None
    try:
        if chosen(client, method) == "client_side":
            after = client_side.apply(client, kind, wanted, live, dry_run=dry_run)
        else:
            after = _apply_server_side(client, kind, wanted, live or {}, dry_run, manager)
    except ApiError as error:
        if not (dry_run and error.status == 404):
            raise _without_secrets(error, wanted) from None
        after = wanted  # its namespace or its kind is yet to come
    if after is None:
        return unchanged
    if live is None:
        return replace(unchanged, action="created", before={}, after=visible(after), stored=after)
    change = replace(unchanged, after=visible(after), stored=after)
    return replace(change, action="changed") if change.changed else change


def _apply_server_side(
    client: KubernetesClient, kind: Kind, wanted: Object, live: Object, dry_run: bool, manager: str
) -> Object:
    """The object as stored."""
    lean = without_emptied(wanted, live)
    after = client.apply(kind, lean, dry_run=dry_run, field_manager=manager)
    return after if lean == wanted or dry_run else client.apply(kind, wanted, field_manager=manager)


def delete_object(client: KubernetesClient, kind: Kind, live: Object, *, dry_run: bool) -> Change:
    """Delete that very object (by its uid)."""
    metadata = live["metadata"]
    name, namespace = metadata["name"], metadata.get("namespace")
    client.delete(kind, name, namespace, dry_run=dry_run, uid=metadata["uid"])
    return Change(kind.kind, namespace, name, "deleted", before=visible(live), after={})


def held_by_finalizers(found: Object) -> str:
    """What holds an object that is being deleted, "" for nothing."""
    finalizers = (found["metadata"].get("finalizers") or []) + (found.get("spec", {}).get("finalizers") or [])
    return f"held by the finalizers {', '.join(finalizers)}" if finalizers else ""


def wait_for_absence(
    client: KubernetesClient,
    kind: Kind,
    live: Object,
    *,
    timeout: float,
    interval: float,
    progress: Progress,
    held: t.Callable[[Object], str] = held_by_finalizers,
    todo: str = "Whoever put the finalizers there has to remove them: look at what those controllers say",
) -> None:
    """Wait until an object that is being deleted has gone. Raises MeshError with what holds it, and what to do."""
    name, namespace = live["metadata"]["name"], live["metadata"].get("namespace")

    def read() -> Object:
        found = client.get(kind, name, namespace)
        if found is None or found["metadata"]["uid"] != live["metadata"]["uid"]:
            return {"gone": True, "status": "gone"}
        return {"gone": False, "status": "being deleted", "held": held(found)}

    wait_until(
        read,
        Wait(
            what=f"deletion of {describe(kind, name, namespace)}",
            acceptors=(Acceptor("gone"),),
            status="status",
            reason="held",
            cluster=client.cluster,
            todo=todo,
            timeout=timeout,
            interval=interval,
        ),
        progress,
    )


def wait_for_definition(client: KubernetesClient, definition: Object, *, timeout: float, progress: Progress) -> None:
    """Wait until a CustomResourceDefinition is served, so that the next object may be of its kind."""
    name = definition["metadata"]["name"]
    kinds = defined_kinds(definition)

    def read() -> Object:
        state = client.get(CUSTOM_RESOURCE_DEFINITION, name) or {}
        conditions = {condition["type"]: condition for condition in state.get("status", {}).get("conditions") or []}
        accepted, established = (conditions.get(sort, {}) for sort in ("NamesAccepted", "Established"))
        is_established = established.get("status") == "True"
        return {
            "refused": accepted.get("status") == "False",
            "served": is_established and all(client.serves(kind) for kind in kinds),
            "status": "established" if is_established else "not established",
            "reason": accepted.get("message", "") if accepted.get("status") == "False" else "",
        }

    wait_until(
        read,
        Wait(
            what=f"CustomResourceDefinition {name}",
            acceptors=(Acceptor("refused", "failure"), Acceptor("served")),
            status="status",
            reason="reason",
            cluster=client.cluster,
            todo="Remove the other definition of these names",
            timeout=timeout,
            interval=0.2,
        ),
        progress,
    )


def defined_kinds(definition: Object) -> list[Kind]:
    """The kinds that a CustomResourceDefinition serves, one a version; none where it is given by its name alone."""
    spec = definition.get("spec") or {}
    if not spec.keys() >= {"group", "names", "scope", "versions"}:
        return []
    return [
        Kind(
            f"{spec['group']}/{version['name']}",
            spec["names"]["kind"],
            spec["names"]["plural"],
            spec["scope"] == "Namespaced",
        )
        for version in spec["versions"]
        if version.get("served")
    ]


def _without_secrets(error: ApiError, wanted: Object) -> ApiError:
    """The same error without the values of a Secret, which a server may quote when it refuses them."""
    why = error.why
    if wanted["kind"] == SECRET.kind:
        why = why.split(", error found in #")[0]  # servers before 1.23 go on with a piece of the body
    for value in secret_values(wanted):
        for text in (value, json.dumps(value)[1:-1]):
            why = why.replace(text, "(hidden)")
    return ApiError(error.what, status=error.status, cluster=error.cluster, why=why, todo=error.todo)
