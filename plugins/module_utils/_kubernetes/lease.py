# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module mesh_lock: a Lease in the primary that one run holds while it changes a mesh.

Times are those of the API server's clock. Every write names the resourceVersion that was read, so of two runs that want
the lock one gets it, and the other reads again.
"""

from __future__ import annotations

import re
import shlex
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from .._errors import ApiError, MeshError
from .._names import LABEL_VALUE
from .._wait import Progress
from .client import KubernetesClient
from .holder import Holder, is_gone, this_run
from .kinds import LEASE, describe
from .options import access_from
from .ownership import marked

Object = dict[str, t.Any]

PROCESS = "multiregion.istio/process"
ATTEMPTS = 5
CONFLICT = 409


@dataclass(frozen=True)
class Wanted:
    """What a task asks for; `me` is the run that asks."""

    mesh_id: str
    namespace: str
    duration: int
    force: bool
    check_mode: bool
    me: Holder

    @property
    def name(self) -> str:
        return lease_name(self.mesh_id)

    @property
    def title(self) -> str:
        return describe(LEASE, self.name, self.namespace)


@dataclass(frozen=True)
class Held:
    """Who holds a Lease, times in UTC."""

    holder: str
    process: str
    since: datetime
    until: datetime

    def facts(self, wanted: Wanted) -> Object:
        return {**nobody(wanted), "holder": self.holder, "since": said(self.since), "until": said(self.until)}


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    wanted = Wanted(
        mesh_id=params["mesh_id"],
        namespace=params["namespace"],
        duration=params["duration"],
        force=params["force"],
        check_mode=check_mode,
        me=this_run(),
    )
    client = KubernetesClient(access_from(params))
    act = take if params["state"] == "present" else give_back
    for attempt in range(1, ATTEMPTS + 1):
        try:
            lock, warning = act(client, wanted)
            break
        except ApiError as error:
            if error.status != CONFLICT or attempt == ATTEMPTS:
                raise
    return {"changed": False, "lock": lock, "warnings": [f"{client.cluster}: {warning}"] if warning else []}


def lease_name(mesh_id: str) -> str:
    """The name of the Lease of a mesh. Raises MeshError for an id that is no label value, as every object of ours needs it."""
    if not LABEL_VALUE.fullmatch(mesh_id):
        raise MeshError(
            f"mesh_id {mesh_id!r} cannot be the value of a label",
            todo="Use up to 63 letters, digits, '-', '_' and '.', a letter or digit at either end",
        )
    return "multiregion-istio-" + re.sub("[_.]", "-", mesh_id.lower())


def take(client: KubernetesClient, wanted: Wanted) -> tuple[Object, str]:
    """Take the lock, or renew it: (the lock, a warning). Raises MeshError where another run holds it."""
    lease = client.get(LEASE, wanted.name, wanted.namespace)
    now = client.heard()
    held = held_by(lease)
    warning = ""
    if held and not wanted.me.is_same(held.holder, held.process):
        warning = why_replaced(held, now, wanted)
        if not warning and wanted.check_mode:
            return held.facts(wanted), refusal(client, held, wanted).what
        if not warning:
            raise refusal(client, held, wanted)
    if wanted.check_mode:
        return (held.facts(wanted) if held else nobody(wanted)), warning
    return written(client, wanted, lease, now), warning


def give_back(client: KubernetesClient, wanted: Wanted) -> tuple[Object, str]:
    """Delete the Lease where this run holds it: (the lock as it is then, no warning)."""
    lease = client.get(LEASE, wanted.name, wanted.namespace)
    held = held_by(lease)
    if lease is None or held is None or not wanted.me.is_same(held.holder, held.process):
        return (held.facts(wanted) if held else nobody(wanted)), ""
    if not wanted.check_mode:
        only = {"uid": lease["metadata"]["uid"], "version": lease["metadata"]["resourceVersion"]}
        client.delete(LEASE, wanted.name, wanted.namespace, **only)
    return nobody(wanted), ""


def held_by(lease: Object | None) -> Held | None:
    """Who holds the Lease; None where nobody does."""
    spec = (lease or {}).get("spec") or {}
    if lease is None or not spec.get("holderIdentity"):
        return None
    acquired = moment(spec.get("acquireTime") or lease["metadata"]["creationTimestamp"])
    renewed = moment(spec["renewTime"]) if spec.get("renewTime") else acquired
    process = (lease["metadata"].get("annotations") or {}).get(PROCESS, "")
    until = renewed + timedelta(seconds=spec.get("leaseDurationSeconds") or 0)
    return Held(spec["holderIdentity"], process, since=acquired, until=until)


def why_replaced(held: Held, now: datetime, wanted: Wanted) -> str:
    """Why the lock of another run is taken over, in words; "" where it may not be."""
    verb = "would be" if wanted.check_mode else "is"
    taken = (
        f"the lock of mesh {wanted.mesh_id} {verb} taken over from {held.holder}, which had it since {said(held.since)}"
    )
    if is_gone(held.process):
        return f"{taken}: that run has died without giving it back; what it was doing may be half done"
    if held.until <= now:
        return f"{taken}: it ended and was not renewed; what that run was doing may be half done"
    return f"{taken}: force is set" if wanted.force else ""


def refusal(client: KubernetesClient, held: Held, wanted: Wanted) -> MeshError:
    """The error that says who holds the lock, and all ways on."""
    lock = held.facts(wanted)
    access = {"--kubeconfig": client.access.kubeconfig, "--context": client.access.context}
    options = [word for option, value in access.items() if value for word in (option, value)]
    command = ["kubectl", *options, "--namespace", wanted.namespace, "delete", "lease", wanted.name]
    return MeshError(
        f"mesh {wanted.mesh_id} is being changed by another run: {lock['holder']} holds {wanted.title} "
        f"since {lock['since']}, until {lock['until']} unless it renews it",
        cluster=client.cluster,
        todo="Wait for it to end. Or make sure that it is dead, and then delete the lock "
        f"({shlex.join(command)}) or set mesh_lock_force: true (option force)",
        details={"lock": lock},
    )


def written(client: KubernetesClient, wanted: Wanted, lease: Object | None, now: datetime) -> Object:
    """Write that this run has the lock from now on; the lock. Raises ApiError with status 409 where another was quicker."""
    held, me = held_by(lease), wanted.me
    before = (lease or {}).get("spec") or {}
    is_mine = bool(held and me.is_same(held.holder, held.process))
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {
        "holderIdentity": me.text,
        "acquireTime": before.get("acquireTime") if is_mine else stamp,
        "renewTime": stamp,
        "leaseDurationSeconds": wanted.duration,
        "leaseTransitions": (before.get("leaseTransitions") or 0) + (0 if lease is None or is_mine else 1),
    }
    metadata: Object = {"name": wanted.name, "namespace": wanted.namespace, "annotations": {PROCESS: me.process}}
    lock = {"apiVersion": LEASE.api_version, "kind": LEASE.kind, "metadata": metadata, "spec": spec}
    body = marked(lock, wanted.mesh_id, adopted=False)
    if lease is None:
        after = client.create(LEASE, body)
    else:
        body["metadata"]["resourceVersion"] = lease["metadata"]["resourceVersion"]
        after = client.patch(LEASE, wanted.name, wanted.namespace, body)
    now_held = held_by(after)
    return now_held.facts(wanted) if now_held else nobody(wanted)


def nobody(wanted: Wanted) -> Object:
    """The lock that nobody holds."""
    return {"name": wanted.name, "namespace": wanted.namespace, "holder": "", "since": "", "until": ""}


def moment(text: str) -> datetime:
    """A time of Kubernetes."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def said(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
