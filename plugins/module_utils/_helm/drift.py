# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release's objects as they are beside what Helm would make of them. Reads, and server-side dry runs as Helm.

Helm 4 applies on the server as the field manager "helm", so for most objects the live one itself shows that nothing would
change (_kubernetes/fields.py); the server is asked about the others alone.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes.apply import Change, apply_object, defined_kinds, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import visible
from .._kubernetes.fields import is_applied
from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, SERVICE, Kind, describe
from .._kubernetes.objects import Target
from .changes import fields_that_differ, without_others_fields
from .manifest import is_kept, is_owned, objects_of, owned

Object = dict[str, t.Any]
HELM = "helm"
NOT_MERGED = "no apply undoes it"


@dataclass(frozen=True)
class Cluster:
    """Where a release is: its API server, its name and its namespace."""

    client: KubernetesClient
    name: str
    namespace: str


def targets_of(cluster: Cluster, manifest: str) -> list[Target]:
    """The objects of a manifest with their kinds and namespaces; kinds that it defines itself need no discovery."""
    objects = objects_of(manifest)
    kinds: dict[tuple[str, str], Kind | None] = {}
    for body in objects:
        if body["kind"] == CUSTOM_RESOURCE_DEFINITION.kind:
            kinds.update({(kind.api_version, kind.kind): kind for kind in defined_kinds(body)})
    unknown = list({(body["apiVersion"], body["kind"]): None for body in objects}.keys() - kinds.keys())
    found = in_parallel([partial(cluster.client.kind_of, *key) for key in unknown])
    kinds.update(zip(unknown, found, strict=True))
    return [target_of(cluster, body, kinds[body["apiVersion"], body["kind"]]) for body in objects]


def target_of(cluster: Cluster, body: Object, kind: Kind | None) -> Target:
    body = owned(body, cluster.name, cluster.namespace)
    namespace = body["metadata"].pop("namespace", None)
    if kind is None or kind.namespaced:
        body["metadata"]["namespace"] = namespace or cluster.namespace
    return Target(body, kind)


def identity_of(target: Target) -> tuple[str, str | None, str]:
    """What an object is called, whichever version of its API is spoken."""
    group = target.body["apiVersion"].rpartition("/")[0]
    return f"{group}/{target.body['kind']}", target.namespace, target.name


def drift(cluster: Cluster, manifest: str, warnings: list[str]) -> list[Change]:
    """What Helm would change, were it to apply the manifest now."""
    compared = in_parallel([partial(compare, cluster, target, warnings) for target in targets_of(cluster, manifest)])
    return [change for change in compared if change.changed]


def predicted(cluster: Cluster, manifest: str, stored: str, *, force: bool, warnings: list[str]) -> list[Change]:
    """What Helm would do to get from the manifest that is stored ("": no release) to another one.

    Raises MeshError for objects of others, which Helm refuses unless it may take them over.
    """
    targets = targets_of(cluster, manifest)
    old = {identity_of(target): target for target in targets_of(cluster, stored)}
    lives = in_parallel([partial(read, cluster, target) for target in targets])
    foreign = [
        describe(target.kind, target.name, target.namespace)
        for target, live in zip(targets, lives, strict=True)
        if target.kind
        and live
        and identity_of(target) not in old
        and not is_owned(live, cluster.name, cluster.namespace)
    ]
    if foreign and not force:
        raise MeshError(
            f"Helm would refuse to put {', '.join(foreign)} into the release {cluster.namespace}/{cluster.name}",
            cluster=cluster.client.cluster,
            why="they are there and belong to somebody else",
            todo="Let the owner give them up, or set mesh_force: true (option force) to take them over",
        )
    compared = in_parallel(
        [partial(compare_with, cluster, *pair, warnings) for pair in zip(targets, lives, strict=True)]
    )
    new = {identity_of(target) for target in targets}
    gone = [target for identity, target in old.items() if identity not in new]
    return [change for change in compared if change.changed] + removed(cluster, gone)


def removed(cluster: Cluster, targets: list[Target]) -> list[Change]:
    """What an uninstall would delete, last first: what is there, is the release's and is not to be kept."""
    lives = in_parallel([partial(read, cluster, target) for target in targets]) if targets else []
    return [
        Change(target.kind.kind, target.namespace, target.name, "deleted", before=visible(live), after={})
        for target, live in reversed(list(zip(targets, lives, strict=True)))
        if target.kind and live and is_owned(live, cluster.name, cluster.namespace)
        if not (is_kept(target.body) or is_kept(live))
    ]


def read(cluster: Cluster, target: Target) -> Object | None:
    return cluster.client.get(target.kind, target.name, target.namespace) if target.kind else None


def compare(cluster: Cluster, target: Target, warnings: list[str]) -> Change:
    return compare_with(cluster, target, read(cluster, target), warnings)


def compare_with(cluster: Cluster, target: Target, live: Object | None, warnings: list[str]) -> Change:
    """The change that applying one object would be, without the fields that others own."""
    kind = target.kind
    if kind is None:
        after = visible(target.body)
        return Change(target.body["kind"], target.namespace, target.name, "created", before={}, after=after)
    if live is not None and is_applied(target.body, live, HELM):
        return Change(kind.kind, target.namespace, target.name, "unchanged", before={}, after={})
    try:
        change = apply_object(cluster.client, kind, target.body, live, dry_run=True, manager=HELM, method="server_side")
    except ApiError as error:
        if error.status == 422 and live is not None and kind == SERVICE:
            return ports_put_back(target, live)
        if "does not support dry run" not in error.why:
            raise
        title = describe(kind, target.name, target.namespace)
        warnings.append(f"{cluster.client.cluster}: {title} is not compared with its release: {error.why}")
        return Change(kind.kind, target.namespace, target.name, "unchanged", before={}, after={})
    if live is None or not change.changed:
        return change
    before, after = without_others_fields(live, change.before, change.after)
    return replace(change, before=before, after=after, action="changed" if before != after else "unchanged")


def ports_put_back(target: Target, live: Object) -> Change:
    """The change for a Service of which a port got another number: an apply keeps that port, and adds one of the same name.

    The API server refuses that (422): it merges ports by number and protocol, and wants their names unique.
    """
    after = {**live, "spec": {**live["spec"], "ports": target.body["spec"].get("ports") or []}}
    kind, why = SERVICE.kind, NOT_MERGED
    return Change(kind, target.namespace, target.name, "changed", visible(live), visible(after), why=why)


def put_back(changes: t.Sequence[Change]) -> tuple[Object, ...]:
    """The merge patches that undo what no apply undoes."""
    return tuple(
        {
            "apiVersion": SERVICE.api_version,
            "kind": change.kind,
            "metadata": {"name": change.name, "namespace": change.namespace},
            "spec": {"ports": change.after["spec"]["ports"]},
        }
        for change in changes
        if change.why == NOT_MERGED
    )


def summary(change: Change) -> Object:
    """A change's entry in the result."""
    fields = fields_that_differ(change.before, change.after) if change.action == "changed" else []
    return {**change.summary(), "fields": fields}
