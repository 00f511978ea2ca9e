# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module mesh_objects: a list of objects brought into one cluster, or taken out of it, by ownership."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from functools import partial

from .._errors import MeshError
from .._wait import Progress
from . import client_side
from .apply import (
    Change,
    apply_object,
    defined_kinds,
    delete_object,
    in_parallel,
    wait_for_absence,
    wait_for_definition,
)
from .apply_method import ApplyMethod, chosen
from .client import KubernetesClient
from .definitions import why_in_use
from .diff import visible
from .kinds import CUSTOM_RESOURCE_DEFINITION, NAMESPACE, SECRET, Kind, describe
from .leftovers import why_not_empty
from .options import access_from, apply_method_from
from .ownership import HELM_RELEASE, Ownership, is_shared, is_system_namespace, marked, ownership_of, without_marks

Object = dict[str, t.Any]

# Losing this key means a new root for every region, so no list of objects removes it unless that is said.
CA_OF_ISTIOD = "istio-ca-secret"
CA_SECRETS = ("cacerts", CA_OF_ISTIOD)


@dataclass(frozen=True)
class Settings:
    """Options of the task that all objects share."""

    mesh_id: str
    force: bool
    check_mode: bool
    wait: bool
    timeout: float
    interval: float
    progress: Progress
    method: ApplyMethod
    releases: tuple[str, ...]
    helm_release: str
    remove_ca: bool


@dataclass(frozen=True)
class Target:
    """One object of the list. `kind` is None where the server does not (yet) serve it."""

    body: Object
    kind: Kind | None
    live: Object | None = None

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def namespace(self) -> str | None:
        return t.cast("str | None", self.body["metadata"].get("namespace"))

    @property
    def title(self) -> str:
        kind = self.kind or Kind(self.body["apiVersion"], self.body["kind"], "")
        return describe(kind, self.name, self.namespace)

    @property
    def is_leaving(self) -> bool:
        return bool(self.live and self.live["metadata"].get("deletionTimestamp"))


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    settings = Settings(
        mesh_id=params["mesh_id"],
        force=params["force"],
        check_mode=check_mode,
        wait=params["wait"],
        timeout=params["wait_timeout"],
        interval=params["wait_interval"],
        progress=progress,
        method=apply_method_from(params),
        releases=tuple(params["removed_releases"]) if check_mode else (),
        helm_release=params["helm_release"],
        remove_ca=params["remove_ca"],
    )
    check_objects(params["objects"])
    client = KubernetesClient(access_from(params))
    targets = read_targets(client, params["objects"])
    warnings: list[str] = []
    is_wanted = params["state"] == "present"
    changes = present(client, targets, settings, warnings) if is_wanted else absent(client, targets, settings)
    return {
        "changed": any(change.changed for change in changes),
        "diff": [change.diff() for change in changes if change.changed],
        "objects": [change.summary() for change in changes],
        "warnings": warnings,
    }


def check_objects(objects: list[Object]) -> None:
    """Refuse what is no Kubernetes object before anything is asked or written."""
    for number, body in enumerate(objects, start=1):
        metadata = body.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        for field, value in (
            ("apiVersion", body.get("apiVersion")),
            ("kind", body.get("kind")),
            ("metadata.name", name),
        ):
            if not value or not isinstance(value, str):
                raise MeshError(
                    f"object {number} ({body.get('kind') or 'of no kind'}) has no {field}",
                    todo="Give every object apiVersion, kind and metadata.name",
                )


def read_targets(client: KubernetesClient, objects: list[Object]) -> list[Target]:
    """The live state of every object, read in parallel; kinds defined in the list itself need no discovery."""
    found: dict[tuple[str, str], Kind | None] = {}
    for body in objects:
        if body["kind"] == CUSTOM_RESOURCE_DEFINITION.kind:
            found.update({(kind.api_version, kind.kind): kind for kind in defined_kinds(body)})
    for body in objects:
        key = (body["apiVersion"], body["kind"])
        if key not in found:
            found[key] = client.kind_of(*key)
    targets = [Target(body, found[body["apiVersion"], body["kind"]]) for body in objects]
    for number, target in enumerate(targets, start=1):
        if target.kind and target.kind.namespaced and not target.namespace:
            raise MeshError(f"object {number}, {target.title}, has no metadata.namespace", todo="Name its namespace")
    lives = in_parallel([partial(read_target, client, target) for target in targets])
    return [replace(target, live=live) for target, live in zip(targets, lives, strict=True)]


def read_target(client: KubernetesClient, target: Target) -> Object | None:
    return client.get(target.kind, target.name, target.namespace) if target.kind else None


def present(client: KubernetesClient, targets: list[Target], settings: Settings, warnings: list[str]) -> list[Change]:
    """Apply every object in order, once none of them turned out to be somebody else's."""
    standings = [standing_of(target, settings.mesh_id) for target in targets]
    refuse_foreign(client, targets, standings, settings)
    changes = []
    for target, standing in zip(targets, standings, strict=True):
        changes.append(bring(client, target, standing, settings, warnings))
        if standing and standing.standing != "ours" and not is_shared(target.live or {}, settings.mesh_id):
            owner = f"owner: {standing.owner}" if standing.owner else "without a mark"
            warnings.append(
                f"{client.cluster}: {target.title} was there before ({owner}): it is adopted, and kept later"
            )
    return changes


def standing_of(target: Target, mesh_id: str) -> Ownership | None:
    """Whose the live object is; None where there is none, or none that stays."""
    return None if target.live is None or target.is_leaving else ownership_of(target.live, mesh_id)


def refuse_foreign(
    client: KubernetesClient, targets: list[Target], standings: list[Ownership | None], settings: Settings
) -> None:
    """Raise MeshError naming every object of the list that belongs to somebody else."""
    foreign = [
        f"{target.title} belongs to {standing.owner}"
        for target, standing in zip(targets, standings, strict=True)
        if standing and standing.standing == "foreign" and not is_shared(target.live or {}, settings.mesh_id)
    ]
    if foreign and not settings.force:
        raise MeshError(
            "refused to change what belongs to others; nothing was written",
            cluster=client.cluster,
            why="; ".join(foreign),
            todo="Let the owner give it up, or set force: true to take it over",
        )


def bring(
    client: KubernetesClient, target: Target, standing: Ownership | None, settings: Settings, warnings: list[str]
) -> Change:
    """Apply one object and wait until the next one may rely on it."""
    wanted = with_marks(target, standing, settings.mesh_id)
    created = Change(wanted["kind"], target.namespace, target.name, "created", before={}, after=visible(wanted))
    kind = target.kind or client.kind_of(wanted["apiVersion"], wanted["kind"])
    if kind is None:
        missing = f"the API server does not serve {wanted['kind']} of {wanted['apiVersion']}"
        if not settings.check_mode:
            todo = "Install its CustomResourceDefinition first"
            raise MeshError(f"cannot apply {target.title}", cluster=client.cluster, why=missing, todo=todo)
        warnings.append(f"{client.cluster}: {target.title} is predicted, not tried: {missing} yet")
        return created
    live = target.live
    if live is not None and target.is_leaving:
        if settings.check_mode:
            return created
        wait_gone(client, kind, live, settings)
        live = None
    change = apply_object(client, kind, wanted, live, dry_run=settings.check_mode, method=settings.method)
    if kind == CUSTOM_RESOURCE_DEFINITION and change.changed and not settings.check_mode:
        wait_for_definition(client, wanted, timeout=settings.timeout, progress=settings.progress)
    return change


def with_marks(target: Target, standing: Ownership | None, mesh_id: str) -> Object:
    """The body to apply: marked as ours, but for a namespace of others."""
    if is_shared(target.live, mesh_id) if target.live else is_system_namespace(target.body):
        return target.body
    adopted = bool(standing and (standing.adopted or standing.standing != "ours"))
    return marked(target.body, mesh_id, adopted=adopted)


def absent(client: KubernetesClient, targets: list[Target], settings: Settings) -> list[Change]:
    """Remove what is ours, last first; keep and name what is not, and what was adopted."""
    changes = [remove(client, target, settings) for target in reversed(targets)]
    if settings.wait and not settings.check_mode:
        for target, change in zip(reversed(targets), changes, strict=True):
            if change.action == "deleted" and target.kind and target.live:
                wait_gone(client, target.kind, target.live, settings)
    return changes


def remove(client: KubernetesClient, target: Target, settings: Settings) -> Change:
    """Remove one object, or take our marks off it."""
    kind, live = target.kind, target.live
    if kind is None or live is None:
        return Change(target.body["kind"], target.namespace, target.name, "absent", before={}, after={})
    why = why_kept(client, target, live, settings)
    if not why and target.is_leaving:
        return Change(kind.kind, target.namespace, target.name, "deleted", before={}, after={})
    if not why:
        return delete_object(client, kind, live, dry_run=settings.check_mode)
    after = live
    standing = ownership_of(live, settings.mesh_id)
    if kind == NAMESPACE and (standing.adopted or is_shared(live, settings.mesh_id)):
        after = give_up(client, kind, live, settings)
    elif standing.standing == "ours" and standing.adopted:
        after = client.patch(kind, target.name, target.namespace, without_marks(), dry_run=settings.check_mode)
    return Change(kind.kind, target.namespace, target.name, "kept", before=visible(live), after=visible(after), why=why)


def give_up(client: KubernetesClient, kind: Kind, live: Object, settings: Settings) -> Object:
    """Take all that we applied off a namespace which stays; the namespace as it is then."""
    if chosen(client, settings.method) == "client_side":
        return client_side.give_up(client, kind, live, dry_run=settings.check_mode)
    nothing = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": live["metadata"]["name"]}}
    return client.apply(kind, nothing, dry_run=settings.check_mode)


def why_kept(client: KubernetesClient, target: Target, live: Object, settings: Settings) -> str:
    """Why an object is not removed; "" where it is."""
    standing = ownership_of(live, settings.mesh_id)
    if is_shared(live, settings.mesh_id):
        return "a namespace of others"
    if standing.standing != "ours" and not is_given_up(target, standing, settings):
        return f"belongs to {standing.owner}" if standing.owner else "was not made by us"
    if standing.adopted:
        return "was adopted: it was there before us"
    if target.kind == SECRET and target.name in CA_SECRETS and not settings.remove_ca:
        return "holds the mesh's certificate authority"
    if target.kind == CUSTOM_RESOURCE_DEFINITION and not (target.is_leaving or settings.force):
        return why_in_use(client, live, settings.mesh_id, settings.releases, check_mode=settings.check_mode)
    if target.kind == NAMESPACE and not target.is_leaving:
        return why_namespace_kept(client, target.name, settings)
    return ""


def is_given_up(target: Target, standing: Ownership, settings: Settings) -> bool:
    """Whether an object goes although it has no mark of ours: it is forced, of the release that is named, or istiod's own authority."""
    is_of_release = bool(settings.helm_release) and standing.owner == f"{HELM_RELEASE} {settings.helm_release}"
    is_istiods = (
        settings.remove_ca and target.kind == SECRET and target.name == CA_OF_ISTIOD and standing.standing == "unmarked"
    )
    return settings.force or is_of_release or is_istiods


def why_namespace_kept(client: KubernetesClient, name: str, settings: Settings) -> str:
    held = [secret for secret in CA_SECRETS if client.get(SECRET, secret, name) is not None]
    if settings.remove_ca and settings.check_mode:
        held = []  # the same run removes them before
    if held:
        return f"holds the mesh's certificate authority (Secret {', '.join(held)})"
    return why_not_empty(client, name, settings.mesh_id, settings.releases)


def wait_gone(client: KubernetesClient, kind: Kind, live: Object, settings: Settings) -> None:
    timeout, interval = settings.timeout, settings.interval
    wait_for_absence(client, kind, live, timeout=timeout, interval=interval, progress=settings.progress)
