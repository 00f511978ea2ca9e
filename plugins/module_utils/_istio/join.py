# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a join asks for, what the two clusters have, and whether it may be: read and refuse, before anything is written."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import ApiError, MeshError
from .._kubernetes import client_side
from .._kubernetes.apply import in_parallel
from .._kubernetes.apply_method import chosen
from .._kubernetes.client import FIELD_MANAGER, KubernetesClient
from .._kubernetes.fields import is_applied, without_emptied
from .._kubernetes.kinds import SECRET, Kind
from . import registration, resource
from .remote_state import RemoteState, check_remote, missing, read_remote
from .served_fields import complete_spec, read_definition
from .spec_fields import schema_of, unknown_fields
from .spec_note import note_in, with_note
from .standing import check_owners, check_staying, with_marks
from .terms import ADOPTED, Terms

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Join:
    """What a task asks for: how the remote is reached, and its record."""

    terms: Terms
    kind: Kind
    spec: Object

    @property
    def name(self) -> str:
        return self.terms.name

    @property
    def namespace(self) -> str:
        return self.terms.namespace

    def wanted(self, live: Object | None) -> Object:
        """The RemoteIstio with our marks."""
        body = resource.body(self.name, self.namespace, self.kind.api_version, spec=self.spec)
        return with_note(with_marks(body, live, self.terms.mesh_id), note_in(live))


@dataclass(frozen=True)
class Before:
    """What the two clusters have."""

    remote: RemoteState
    registered: list[Object]
    remote_istio: Object | None
    secret: Object | None
    has_kind: bool = True


def read(remote: KubernetesClient, primary: KubernetesClient, join: Join) -> Before:
    """Both clusters at once: three requests where the member has joined before, else four more."""
    calls: list[t.Callable[[], t.Any]] = [
        lambda: RemoteState([]) if join.terms.kind == ADOPTED else read_remote(remote, join.terms),
        lambda: read_primary(primary, join),
    ]
    state, (registered, remote_istio, secret, kind) = in_parallel(calls, each=1)
    return Before(state, registered, remote_istio, secret, has_kind=kind is not None)


def read_primary(primary: KubernetesClient, join: Join) -> tuple[t.Any, ...]:
    """(Secrets of all members, RemoteIstio, Secret, kind of the RemoteIstio); the last two asked for only where unknown."""
    name, namespace, kind = join.name, join.namespace, join.kind
    known: list[t.Callable[[], t.Any]] = [
        lambda: primary.list(SECRET, namespace, labels=registration.SELECTOR),
        lambda: primary.get(kind, name, namespace),
    ]
    registered, remote_istio = in_parallel(known)
    labelled = next((found for found in registered if found["metadata"]["name"] == name), None)
    unknown: list[t.Callable[[], t.Any]] = [
        lambda: labelled or primary.get(SECRET, name, namespace),
        lambda: remote_istio or primary.kind_of(kind.api_version, kind.kind),
    ]
    return registered, remote_istio, *in_parallel(unknown)


def check(before: Before, join: Join, remote: KubernetesClient, primary: KubernetesClient) -> list[str]:
    """Refuse before anything is written; the warnings otherwise."""
    terms = join.terms
    registration.check_registered(before.registered, before.secret, join.name, primary.cluster)
    for live in (before.remote_istio, before.secret):
        check_staying(
            live, primary.cluster, "Let it go first: run this with state: absent, which waits for it, then again"
        )
    what = f"RemoteIstio of {join.kind.api_version} is not served"
    todo = "Run the role primary_istio, which defines it"
    lives = [(primary.cluster, before.secret), (primary.cluster, before.remote_istio)]
    warnings = check_remote(remote, before.remote, terms)
    warnings += missing(before.has_kind, primary, what, todo, dry_run=terms.dry_run)
    return warnings + check_owners(lives, terms.mesh_id, force=terms.force)


def check_spec(primary: KubernetesClient, before: Before, join: Join) -> Join:
    """Have the primary try the RemoteIstio, so that what it would refuse later is refused before anything is written.

    The join, with what the primary's definition of RemoteIstio requires and the task does not say.
    """
    live = before.remote_istio
    if not before.has_kind or is_there(join, live):
        return join
    try:
        if chosen(primary, join.terms.method) == "client_side":
            join = as_served(primary, live, join)  # such a server may drop what it does not know without a word
        attempt(primary, live, join)
    except ApiError as error:
        if error.status == 404:
            missing_namespace(primary, join)
            return join
        if not error.status or error.status in (401, 403, 409):
            raise
        completed = as_served(primary, live, join)
        if completed == join:
            raise
        attempt(primary, live, completed)
        return completed
    return join


def is_there(join: Join, live: Object | None) -> bool:
    """Whether the RemoteIstio is certainly as wanted."""
    return bool(live and is_applied(join.wanted(live), live, FIELD_MANAGER))


def attempt(primary: KubernetesClient, live: Object | None, join: Join) -> None:
    """Have the primary refuse the RemoteIstio that it would refuse; nothing is written."""
    wanted = join.wanted(live)
    if chosen(primary, join.terms.method) == "client_side":
        client_side.apply(primary, join.kind, wanted, live, dry_run=True)
    elif not is_there(join, live):
        primary.apply(join.kind, without_emptied(wanted, live or {}), dry_run=True)


def missing_namespace(primary: KubernetesClient, join: Join) -> None:
    what, todo = f"namespace {join.namespace} does not exist", "Run the role primary_istio first"
    if not join.terms.dry_run:
        raise MeshError(what, cluster=primary.cluster, todo=todo)


def as_served(primary: KubernetesClient, live: Object | None, join: Join) -> Join:
    """The join by the definition of RemoteIstio, where that can be read: with the fields that it requires.

    Raises MeshError with every field that is required and has no default, and with every one that it does not have.
    """
    definition = read_definition(primary, join.kind)
    spec = complete_spec(primary, join.kind, join.namespace, join.spec, live, definition)
    unknown = unknown_fields({"spec": spec}, schema_of(definition, join.kind.api_version))
    if unknown:
        raise MeshError(
            f"RemoteIstio {join.namespace}/{join.name} would have unknown fields; nothing was written",
            cluster=primary.cluster,
            why=f"{join.kind.api_version} does not have {', '.join(unknown)}",
            todo="Correct the option spec",
        )
    return replace(join, spec=spec)
