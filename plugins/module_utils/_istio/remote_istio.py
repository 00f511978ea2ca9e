# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_istio: the join of one member as seen from the two API servers.

Read both, refuse what must not be, then: a token in the remote, its registration in the primary, the RemoteIstio. The token
never leaves this process but into the primary's Secret.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._kubernetes import credentials
from .._kubernetes.apply import Change, apply_object
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.kubeconfig import ClusterCredential, expiry_of
from .._kubernetes.options import access_from
from .._wait import Acceptor, Progress, Wait, wait_until
from . import registration, resource
from .join import Before, Join, check, check_spec, join_from, marks, read, wanted_istio

Object = dict[str, t.Any]

NOT_YET = "(not made yet)"


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    resource.check_name(params["name"])
    primary = KubernetesClient(access_from(params["primary"], params["primary"]["name"]))
    remote = KubernetesClient(access_from(params, params["name"]))
    join = join_from(params, remote, check_mode)
    before = read(remote, primary, join)
    warnings = check(before, join, remote, primary)
    if not check_mode:
        check_spec(primary, before, join)

    token_change, token = bring_token(remote, before, join)
    changes = [token_change, register(remote, primary, before, join, token), bring_istio(primary, before, join)]
    status = resource.status_of(before.remote_istio)
    if params["wait"] and not check_mode:
        status = wait_available(primary, params, join, changes[-1], progress)
    return {
        "changed": any(change.changed for change in changes),
        "remote_istio": changes[-1].after,
        "status": status,
        "credential": {
            "secret": f"{join.namespace}/{join.name}",
            "api_server": join.server,
            "expires": expiry_of(token.token) if token else None,
        },
        "objects": [change.summary() for change in changes],
        "diff": [change.diff() for change in changes if change.changed],
        "warnings": warnings,
    }


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
    return apply_object(primary, join.kind, wanted_istio(before, join), before.remote_istio, dry_run=join.dry_run)


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
