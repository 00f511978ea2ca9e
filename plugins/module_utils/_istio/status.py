# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a RemoteIstio written by us, for a mesh in which no operator does."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ApiError, MeshError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import difference
from .._kubernetes.kinds import Kind
from .._wait import Progress
from . import resource

Object = dict[str, t.Any]

# They stay where a task does not give them. An ErrorMessage lasts no longer than the status that it explains.
KEPT = ("GatewayAddress", resource.LAST_VERIFIED)


@dataclass(frozen=True)
class StatusChange:
    """A status before and after. A new time of the last proof alone is written, but is no change."""

    title: str
    before: Object
    after: Object

    @property
    def changed(self) -> bool:
        return resource.settled(self.before) != resource.settled(self.after)

    def diff(self) -> list[Object]:
        if not self.changed:
            return []
        return [difference(self.title, resource.settled(self.before), resource.settled(self.after))]


def merged_status(before: Object, given: Object) -> Object:
    """The status to write: what is given, and of the rest what stays."""
    return {**{key: value for key, value in before.items() if key in KEPT}, **given}


def write_status(
    client: KubernetesClient, kind: Kind, live: Object, given: Object, *, dry_run: bool, progress: Progress
) -> StatusChange:
    """Write a status to a RemoteIstio as read or applied before; one without a resourceVersion is yet to come (check mode)."""
    name, namespace = live["metadata"]["name"], live["metadata"]["namespace"]
    title, before = f"status of RemoteIstio {namespace}/{name}", resource.status_of(live)
    after = merged_status(before, given)
    if after == before or not live["metadata"].get("resourceVersion"):
        return StatusChange(title, before, after)
    change = {
        "status": {**dict.fromkeys(before), **after}
    }  # a merge patch, for servers of any age: null takes a key away
    try:
        stored = client.patch(kind, name, namespace, change, dry_run=dry_run, strict=True, subresource="status")
        after = resource.status_of(stored)
    except ApiError as error:
        if error.status != 404:
            raise
        raise MeshError(
            f"RemoteIstio {namespace}/{name} has no status to write",
            cluster=client.cluster,
            why=error.why,
            todo="Its CustomResourceDefinition is not the one of the role primary_istio: see who made it",
        ) from error
    if not dry_run and before.get("Status") != after.get("Status"):
        progress(f"RemoteIstio {name}: {before.get('Status') or 'new'} -> {after.get('Status')}")
    return StatusChange(title, before, after)


def read_remote_istio(client: KubernetesClient, kind: Kind, name: str, namespace: str, *, dry_run: bool) -> Object:
    """The RemoteIstio whose status is to be written. In check mode one that is yet to come; else MeshError without it."""
    live = client.get(kind, name, namespace)
    if live is not None:
        return live
    if dry_run:
        return resource.body(name, namespace, kind.api_version)
    raise MeshError(
        f"RemoteIstio {namespace}/{name} does not exist",
        cluster=client.cluster,
        todo="Join the cluster: run the playbook multiregion.istio.remotes",
    )
