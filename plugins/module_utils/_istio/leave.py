# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member taken out of the mesh, in the order that works: RemoteIstio, Secret of the primary, credential in the remote.

When the RemoteIstio goes, an operator removes what it made in the remote, by the Secret's credential; its finalizer fails
forever without the Secret (banzaicloud/istio-operator, pkg/controller/remoteistio). So the Secret stays until the
RemoteIstio has gone.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import ApiError
from .._kubernetes.apply import Change, delete_object, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET, Kind, describe
from .._kubernetes.options import access_from
from .._kubernetes.ownership import ownership_of
from .._kubernetes.tokens import secret_of
from .._wait import Progress
from . import outcome, registration, resource
from .finalizers import wait_gone
from .outcome import Done
from .remote_state import UNREACHABLE, credentials_in, is_asked_for
from .remove_later import Left, left_in
from .revoke import parts_of, remove_credentials
from .terms import CONTROL_PLANE, Terms, terms_from

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Membership:
    """What the primary has of a member."""

    remote_istio: Object | None
    secret: Object | None
    registered: list[Object]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """The module's result for the state absent. Raises MeshError."""
    primary = KubernetesClient(access_from(params["primary"], params["primary"]["name"]))
    remote = None if params["remote_is_gone"] else KubernetesClient(access_from(params, params["name"]))
    terms = terms_from(params, None, CONTROL_PLANE, dry_run=check_mode)
    kind = resource.kind_of(params["api_version"])
    calls: list[t.Callable[[], t.Any]] = [
        lambda: read_primary(primary, kind, terms),
        lambda: credentials_in(remote, terms) if remote else [],
    ]
    member, found = in_parallel(calls)
    done: Done = []
    room = terms.namespace
    planned = [outcome.Item(primary.cluster, sort, terms.name, room) for sort in (kind.kind, SECRET.kind)]
    planned += [outcome.Item(terms.name, SECRET.kind, name, room) for name in terms.secret_names[:1] if remote]
    left: list[Left] = []
    with outcome.told(done, planned):
        warnings = leave_primary(primary, kind, member, terms, params, done, progress)
        if done[0][1].action != "kept":
            left = leave_remote(remote, found, member, params, terms, done)
    if remote and left:
        commands = "; ".join(entry.command for entry in left)
        warnings.append(
            f"{terms.name}: the cluster was not reached ({left[0].why}). What may be left there is removed by: {commands}"
        )
    return {
        **outcome.results(done),
        "left": [entry.as_dict() for entry in left],
        "warnings": warnings,
    }


def read_primary(primary: KubernetesClient, kind: Kind, terms: Terms) -> Membership:
    calls: list[t.Callable[[], t.Any]] = [
        lambda: primary.get(kind, terms.name, terms.namespace),
        lambda: primary.get(SECRET, terms.name, terms.namespace),
        lambda: primary.list(SECRET, terms.namespace, labels=registration.SELECTOR),
    ]
    return Membership(*in_parallel(calls))


def leave_primary(
    primary: KubernetesClient,
    kind: Kind,
    member: Membership,
    terms: Terms,
    params: t.Mapping[str, t.Any],
    done: Done,
    progress: Progress,
) -> list[str]:
    """RemoteIstio, then Secret; the warnings. Adopted ones go too, since that is what leaving means; others' are kept."""
    change = take(primary, kind, member.remote_istio, terms)
    if member.remote_istio and change.action == "deleted" and not terms.dry_run:
        has_secret = member.secret is not None
        wait_gone(primary, kind, member.remote_istio, params, progress, has_secret=has_secret)
    done.append((primary.cluster, change))
    if change.action == "kept":
        title = describe(kind, terms.name, terms.namespace)
        return [f"{primary.cluster}: {title} is kept, and {terms.name} a member: it {change.why}; see the option force"]
    secret = take(primary, SECRET, member.secret, terms)
    done.append((primary.cluster, secret))
    registered = registration.others_for(member.registered, terms.name)
    if secret.action == "kept":
        registered.append(f"{describe(SECRET, terms.name, terms.namespace)}, which {secret.why}")
    return [f"{primary.cluster}: istiod goes on reading {terms.name} by {title}" for title in registered]


def take(primary: KubernetesClient, kind: Kind, live: Object | None, terms: Terms) -> Change:
    """Delete an object of the primary unless it belongs to others."""
    if live is None:
        return Change(kind.kind, terms.namespace, terms.name, "absent", before={}, after={})
    standing = ownership_of(live, terms.mesh_id)
    if standing.standing == "foreign" and not terms.force:
        return Change(kind.kind, terms.namespace, terms.name, "kept", {}, {}, why=f"belongs to {standing.owner}")
    if live["metadata"].get("deletionTimestamp"):
        return Change(kind.kind, terms.namespace, terms.name, "deleted", before={}, after={})
    return delete_object(primary, kind, live, dry_run=terms.dry_run)


def leave_remote(
    remote: KubernetesClient | None,
    found: list[Object] | ApiError,
    member: Membership,
    params: t.Mapping[str, t.Any],
    terms: Terms,
    done: Done,
) -> list[Left]:
    """Take the credential out of the remote; what is left there since it cannot be asked, or not any more."""
    asked = terms.secret()
    if remote is None or isinstance(found, ApiError):
        why = found.why if isinstance(found, ApiError) else "remote_is_gone is set, it was not asked"
        names = names_in_use(member.secret, terms)
        return left_in(params, parts_of([asked] if asked else [], []), names, why)
    ours = [secret for secret in found if is_asked_for(secret, terms)]
    remaining = [secret for secret in found if secret not in ours]
    parts = parts_of([*ours, *([asked] if asked else [])], remaining)
    before = len(done)
    try:
        remove_credentials(remote, ours, parts, terms, done)
    except ApiError as error:
        if error.status not in UNREACHABLE:
            raise
        gone = {(change.kind, change.name) for cluster, change in done[before:]}
        names = [secret["metadata"]["name"] for secret in ours]
        return [x for x in left_in(params, parts, names, error.why) if (x.kind, x.name) not in gone]
    if not ours:
        nothing = Change(SECRET.kind, terms.namespace, terms.secret_names[0], "absent", before={}, after={})
        done.append((remote.cluster, nothing))
    return []


def names_in_use(secret: Object | None, terms: Terms) -> list[str]:
    """The Secret in the remote behind the credential in the primary; those that there may be where it does not tell."""
    credential = registration.credential_in(secret, terms.name)
    name = secret_of(credential.token) if credential else ""
    return [name] if name else terms.secret_names
