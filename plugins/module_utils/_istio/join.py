# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a join asks for, what the two clusters have, and whether it may be: read and refuse, before anything is written."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import ApiError, MeshError
from .._kubernetes import credentials
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import FIELD_MANAGER, KubernetesClient
from .._kubernetes.fields import is_applied, without_emptied
from .._kubernetes.kinds import SECRET, SERVICE_ACCOUNT, Kind
from .._kubernetes.kubeconfig import check_server
from .._kubernetes.ownership import Ownership, marked, ownership_of
from . import registration, resource

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Join:
    """What a task asks for."""

    name: str
    namespace: str
    mesh_id: str
    kind: Kind
    server: str
    tls_server_name: str
    service_account: str
    spec: Object
    force: bool
    dry_run: bool


@dataclass(frozen=True)
class Before:
    """What the two clusters have. The last three are read only where the first ones do not answer the question."""

    token_secret: Object | None
    registered: list[Object]
    remote_istio: Object | None
    secret: Object | None
    has_account: bool = True
    has_kind: bool = True

    @property
    def token(self) -> credentials.Token | None:
        return credentials.token_of(self.token_secret)


def join_from(params: t.Mapping[str, t.Any], remote: KubernetesClient, check_mode: bool) -> Join:
    own = remote.configuration
    return Join(
        name=params["name"],
        namespace=params["namespace"],
        mesh_id=params["mesh_id"],
        kind=resource.kind_of(params["api_version"]),
        server=check_server(params["api_server"] or str(own.host), params["name"]),
        tls_server_name=params["api_server_tls_server_name"]
        or (own.tls_server_name if not params["api_server"] else None)
        or "",
        service_account=params["service_account"],
        spec=resource.spec_from(params),
        force=params["force"],
        dry_run=check_mode,
    )


def read(remote: KubernetesClient, primary: KubernetesClient, join: Join) -> Before:
    """Both clusters at once: three requests where the member has joined before, else three more."""
    name, namespace = join.name, join.namespace
    token_name = credentials.token_secret_name(join.service_account)
    known: list[t.Callable[[], t.Any]] = [
        lambda: remote.get(SECRET, token_name, namespace),
        lambda: primary.list(SECRET, namespace, labels=registration.SELECTOR),
        lambda: primary.get(join.kind, name, namespace),
    ]
    token_secret, registered, remote_istio = in_parallel(known)
    secret = next((found for found in registered if found["metadata"]["name"] == name), None)
    before = Before(token_secret, registered, remote_istio, secret)
    unknown: list[t.Callable[[], t.Any]] = [
        lambda: before.token or remote.get(SERVICE_ACCOUNT, join.service_account, namespace),
        lambda: secret or primary.get(SECRET, name, namespace),
        lambda: remote_istio or primary.kind_of(join.kind.api_version, join.kind.kind),
    ]
    account, unlabelled, kind = in_parallel(unknown)
    return replace(before, secret=unlabelled, has_account=account is not None, has_kind=kind is not None)


def check(before: Before, join: Join, remote: KubernetesClient, primary: KubernetesClient) -> list[str]:
    """Refuse before anything is written; the warnings otherwise."""
    registration.check_registered(before.registered, before.secret, join.name, primary.cluster)
    warnings = missing(before, join, remote, primary)
    for client, live in ((remote, before.token_secret), (primary, before.secret), (primary, before.remote_istio)):
        if live is None:
            continue
        title = f"{live['kind']} {join.namespace}/{live['metadata']['name']}"
        standing = ownership_of(live, join.mesh_id)
        if standing.standing == "foreign" and not join.force:
            raise MeshError(
                f"refused to change {title}; nothing was written",
                cluster=client.cluster,
                why=f"it belongs to {standing.owner}",
                todo="Let the owner give it up, or set force: true to take it over",
            )
        if standing.standing != "ours":
            owner = f"owner: {standing.owner}" if standing.owner else "without a mark"
            warnings.append(f"{client.cluster}: {title} was there before ({owner}): it is adopted")
    return warnings


def check_spec(primary: KubernetesClient, before: Before, join: Join) -> None:
    """Have the primary try the RemoteIstio, so that what it would refuse later is refused before anything is written."""
    wanted = wanted_istio(before, join)
    if before.remote_istio and is_applied(wanted, before.remote_istio, FIELD_MANAGER):
        return
    try:
        primary.apply(join.kind, without_emptied(wanted, before.remote_istio or {}), dry_run=True)
    except ApiError as error:
        if error.status != 404:
            raise
        what, todo = f"namespace {join.namespace} does not exist", "Run the role primary_istio first"
        raise MeshError(what, cluster=primary.cluster, todo=todo) from error


def missing(before: Before, join: Join, remote: KubernetesClient, primary: KubernetesClient) -> list[str]:
    """What a join needs and is not there: an error, or in check mode a warning, since an earlier task would make it."""
    account = f"ServiceAccount {join.namespace}/{join.service_account}"
    istio = f"RemoteIstio of {join.kind.api_version}"
    needs = (
        (
            before.has_account,
            remote,
            f"{account} does not exist",
            "Install Istio's base chart there (role remote_cluster)",
        ),
        (before.has_kind, primary, f"{istio} is not served", "Run the role primary_istio, which defines it"),
    )
    warnings = []
    for there, client, what, todo in needs:
        if there:
            continue
        if not join.dry_run:
            raise MeshError(what, cluster=client.cluster, todo=todo)
        warnings.append(f"{client.cluster}: {what} yet: what depends on it is predicted")
    return warnings


def wanted_istio(before: Before, join: Join) -> Object:
    body = resource.body(join.name, join.namespace, join.kind.api_version, spec=join.spec)
    return marks(body, before.remote_istio, join)


def marks(wanted: Object, live: Object | None, join: Join) -> Object:
    """`wanted` marked as ours, and as adopted where somebody else had made it."""
    standing = ownership_of(live, join.mesh_id) if live else Ownership("ours")
    return marked(wanted, join.mesh_id, adopted=standing.adopted or standing.standing != "ours")
