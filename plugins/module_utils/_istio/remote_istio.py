# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_istio: the join of one member as seen from the two API servers.

Read both, refuse what must not be, then: a token in the remote, its registration in the primary, the RemoteIstio, its
status. The token never leaves this process but into the primary's Secret.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import MeshError
from .._kubernetes import credentials
from .._kubernetes.apply import Change, apply_object, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import visible
from .._kubernetes.kinds import SECRET, SERVICE_ACCOUNT, Kind
from .._kubernetes.kubeconfig import ClusterCredential, check_server, expiry_of
from .._kubernetes.options import access_from
from .._kubernetes.ownership import Ownership, marked, ownership_of
from .._wait import Acceptor, Progress, Wait, wait_until
from . import registration, resource
from .status import StatusChange, read_remote_istio, write_status

Object = dict[str, t.Any]

NOT_YET = "(not made yet)"


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
    status: Object | None
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


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    resource.check_name(params["name"])
    primary = KubernetesClient(access_from(params["primary"], params["primary"]["name"]))
    if params["status_only"]:
        return run_status_only(primary, params, check_mode, progress)
    remote = KubernetesClient(access_from(params, params["name"]))
    join = join_from(params, remote, check_mode)
    before = read(remote, primary, join)
    warnings = check(before, join, remote, primary)

    token_change, token = bring_token(remote, before, join)
    changes = [token_change, register(remote, primary, before, join, token), bring_istio(primary, before, join)]
    status = bring_status(primary, before, join, changes[-1], progress)
    if params["wait"] and not check_mode:
        status = replace(status, after=wait_available(primary, params, join, changes[-1], progress))
    return {
        "changed": status.changed or any(change.changed for change in changes),
        "remote_istio": changes[-1].after,
        "status": status.after,
        "credential": {
            "secret": f"{join.namespace}/{join.name}",
            "api_server": join.server,
            "expires": expiry_of(token.token) if token else None,
        },
        "objects": [change.summary() for change in changes],
        "diff": [change.diff() for change in changes if change.changed] + status.diff(),
        "warnings": warnings,
    }


def run_status_only(
    primary: KubernetesClient, params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress
) -> Object:
    """Write the status of a member; the rest of its record and the remote are neither read nor written."""
    kind = resource.kind_of(params["api_version"])
    live = read_remote_istio(primary, kind, params["name"], params["namespace"], dry_run=check_mode)
    given = resource.status_from(params) or {}
    change = write_status(primary, kind, live, given, dry_run=check_mode, progress=progress)
    return {
        "changed": change.changed,
        "remote_istio": visible(live),
        "status": change.after,
        "objects": [],
        "diff": change.diff(),
    }


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
        status=resource.status_from(params),
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


def bring_token(remote: KubernetesClient, before: Before, join: Join) -> tuple[Change, credentials.Token | None]:
    """The token Secret in the remote and what it holds; None where check mode finds none."""
    live = before.token_secret
    body = marks(credentials.token_secret(join.service_account, join.namespace), live, join)
    change = apply_object(remote, SECRET, body, live, dry_run=join.dry_run)
    token = before.token
    if token is None and not join.dry_run:
        token = credentials.wait_for_token(remote, change.name, join.namespace)
    return change, token


def register(
    remote: KubernetesClient, primary: KubernetesClient, before: Before, join: Join, token: credentials.Token | None
) -> Change:
    """The Secret in the primary; a new token is confirmed by its cluster before the primary gets it."""
    held = token or credentials.Token("", "")
    credential = ClusterCredential(join.name, join.server, held.token, held.ca, join.tls_server_name)
    live = before.secret
    wanted = marks(registration.registration(credential, join.namespace, live), live, join)
    if token is None:
        after = registration.shown(wanted, join.name)
        after["kubeconfig"] = {**credential.facts(), "token": NOT_YET, "ca": NOT_YET}
        action: t.Literal["created", "changed"] = "changed" if live else "created"
        return Change("Secret", join.namespace, join.name, action, registration.shown(live or {}, join.name), after)
    if registration.credential_in(live, join.name) != credential:
        credentials.verify_token(remote, token.token, f"{join.namespace}/{join.service_account}")
    change = apply_object(primary, SECRET, wanted, live, dry_run=join.dry_run)
    old, new = (registration.shown(side, join.name) for side in (change.before, change.after))
    return replace(change, before=old, after=new)


def bring_istio(primary: KubernetesClient, before: Before, join: Join) -> Change:
    """The RemoteIstio itself."""
    body = resource.body(join.name, join.namespace, join.kind.api_version, spec=join.spec)
    wanted = marks(body, before.remote_istio, join)
    return apply_object(primary, join.kind, wanted, before.remote_istio, dry_run=join.dry_run)


def marks(wanted: Object, live: Object | None, join: Join) -> Object:
    """`wanted` marked as ours, and as adopted where somebody else had made it."""
    standing = ownership_of(live, join.mesh_id) if live else Ownership("ours")
    return marked(wanted, join.mesh_id, adopted=standing.adopted or standing.standing != "ours")


def bring_status(
    primary: KubernetesClient, before: Before, join: Join, applied: Change, progress: Progress
) -> StatusChange:
    """Its status, where the task gives one."""
    live = before.remote_istio
    if live is None:
        live = resource.body(join.name, join.namespace, join.kind.api_version)
        if not join.dry_run:
            live["metadata"]["resourceVersion"] = applied.version
    if join.status is None:
        status = resource.status_of(live)
        return StatusChange(f"status of RemoteIstio {join.namespace}/{join.name}", status, status)
    return write_status(primary, join.kind, live, join.status, dry_run=join.dry_run, progress=progress)


def wait_available(
    primary: KubernetesClient, params: t.Mapping[str, t.Any], join: Join, change: Change, progress: Progress
) -> Object:
    """Wait until whoever reconciles says Available; ReconcileFailed may heal, so only the time-out ends the wait.

    An Available from before a change of the spec is not taken for an answer to it.
    """
    stale = change.version if change.changed else ""
    state = wait_until(
        lambda: primary.get(join.kind, join.name, join.namespace) or {},
        Wait(
            what=f"RemoteIstio {join.name}",
            acceptors=(Acceptor(f"status.Status == 'Available' && metadata.resourceVersion != '{stale}'"),),
            status="status.Status",
            reason="status.ErrorMessage",
            cluster=primary.cluster,
            todo="Look at the log of the operator that reconciles RemoteIstio objects in the primary",
            timeout=params["wait_timeout"],
            interval=params["wait_interval"],
        ),
        progress,
    )
    return resource.status_of(state)
