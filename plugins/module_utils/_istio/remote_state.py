# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a remote has of a credential: read before anything is written, and refused where it must not be."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes import credentials
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, NAMESPACE, SECRET, SERVICE_ACCOUNT
from .._kubernetes.ownership import ownership_of
from .._kubernetes.tokens import secret_of
from .standing import check_owners
from .terms import Terms

Object = dict[str, t.Any]

# Answers of a remote that is not to be had: none, not to this credential, or from a server that does not work.
UNREACHABLE = (0, 401, 500, 502, 503, 504)


@dataclass(frozen=True)
class RemoteState:
    """What the remote has. What the terms do not ask for is not read, and None.

    labelled:    the credential Secrets of the namespace, whatever they are for
    secret:      the one that the terms ask for
    objects:     the account and its rights, in the order of Terms.objects
    has_account: whether the account is there, or not looked at since its token is
    """

    labelled: list[Object]
    secret: Object | None = None
    account: Object | None = None
    objects: list[Object | None] = field(default_factory=list)
    ca: str = ""
    has_account: bool = True
    has_namespace: bool = True

    @property
    def lives(self) -> list[Object | None]:
        return [self.secret, *self.objects]


def read_remote(remote: KubernetesClient, terms: Terms) -> RemoteState:
    """One request for a token Secret that is there, two more for a token by request; else what is unknown in a second round."""
    namespace, asks = terms.namespace, terms.kind == "token_request"
    # The list shows the usual; an account of ours is among the objects.
    calls: list[t.Callable[[], t.Any]] = [
        lambda: remote.list(SECRET, namespace, labels=credentials.PURPOSE_LABEL),
        lambda: asks and not terms.objects and remote.get(SERVICE_ACCOUNT, terms.service_account, namespace),
        lambda: asks and not terms.address.ca and remote.get(CONFIG_MAP, credentials.ROOT_CA, namespace),
        *[
            partial(remote.get, kind, body["metadata"]["name"], body["metadata"].get("namespace"))
            for kind, body in terms.objects
        ],
    ]
    labelled, account, root_ca, *objects = in_parallel(calls)
    account = next((live for live in objects if live and live["kind"] == SERVICE_ACCOUNT.kind), account) or None
    name = terms.secret_names[0] if terms.token_kind else ""
    state = RemoteState(
        labelled=labelled,
        secret=next((secret for secret in labelled if secret["metadata"]["name"] == name), None),
        account=account,
        objects=objects,
        ca=credentials.root_ca_of(root_ca or None),
    )
    return read_unknown(remote, terms, state) if name else state


def read_unknown(remote: KubernetesClient, terms: Terms, state: RemoteState) -> RemoteState:
    """The state with what the first round left open."""
    namespace, secret, is_ours = terms.namespace, state.secret, bool(terms.objects)
    has_token = terms.kind == "token_secret" and credentials.token_of(secret) is not None
    calls: list[t.Callable[[], t.Any]] = [
        lambda: secret or remote.get(SECRET, terms.secret_names[0], namespace),
        lambda: is_ours or has_token or state.account or remote.get(SERVICE_ACCOUNT, terms.service_account, namespace),
        lambda: not is_ours or state.account or remote.get(NAMESPACE, namespace),
    ]
    found, account, room = in_parallel(calls)
    return replace(state, secret=found, has_account=bool(account), has_namespace=bool(room))


def check_remote(remote: KubernetesClient, state: RemoteState, terms: Terms) -> list[str]:
    """Refuse before anything is written; the warnings otherwise. In check mode what is missing is yet to come."""
    warnings = check_owners([(remote.cluster, live) for live in state.lives], terms.mesh_id, force=terms.force)
    check_binding(remote, state, terms)
    account = f"ServiceAccount {terms.namespace}/{terms.service_account}"
    base = "Install Istio's base chart there (role remote_cluster), or set rules: reader"
    needs = (
        (state.has_account, f"{account} does not exist", base),
        (state.has_namespace, f"Namespace {terms.namespace} does not exist", "Make it first (role remote_cluster)"),
    )
    for there, what, todo in needs:
        warnings += missing(there, remote, what, todo, dry_run=terms.dry_run)
    return warnings


def missing(there: bool, client: KubernetesClient, what: str, todo: str, *, dry_run: bool) -> list[str]:
    """An error for what a join needs and is not there; in check mode a warning, since an earlier task would make it."""
    if there:
        return []
    if not dry_run:
        raise MeshError(what, cluster=client.cluster, todo=todo)
    return [f"{client.cluster}: {what} yet: what depends on it is predicted"]


def check_binding(remote: KubernetesClient, state: RemoteState, terms: Terms) -> None:
    """A binding to another role cannot be changed: say it now instead of halfway."""
    for (kind, wanted), live in zip(terms.objects, state.objects, strict=True):
        if live and "roleRef" in wanted and live.get("roleRef") != wanted["roleRef"]:
            name, role = live["metadata"]["name"], (live.get("roleRef") or {}).get("name")
            raise MeshError(
                f"{kind.kind} {name} binds another role, {role}; nothing was written",
                cluster=remote.cluster,
                why="Kubernetes does not change the role of a binding",
                todo=f"Delete it (kubectl delete clusterrolebinding {name}) and run again, or set service_account",
            )


def credentials_in(remote: KubernetesClient, terms: Terms) -> list[Object] | ApiError:
    """The Secrets of all credentials in the remote: those labelled so, and whatever has the names that are asked for.

    The error of a remote that is not to be had is returned: the primary is cleaned all the same.
    """
    calls: list[t.Callable[[], t.Any]] = [
        lambda: remote.list(SECRET, terms.namespace, labels=credentials.PURPOSE_LABEL),
        *[partial(remote.get, SECRET, name, terms.namespace) for name in terms.secret_names],
    ]
    try:
        labelled, *named = in_parallel(calls)
    except ApiError as error:
        if error.status not in UNREACHABLE:
            raise
        return error
    found = {secret["metadata"]["name"]: secret for secret in [*filter(None, named), *labelled]}
    return list(found.values())


def is_asked_for(secret: Object, terms: Terms) -> bool:
    """Whether a Secret is the member's credential: by its name, or by our label of this mesh."""
    if secret["metadata"]["name"] in terms.secret_names:
        return True
    return purpose_of(secret) == terms.purpose and ownership_of(secret, terms.mesh_id).standing == "ours"


def ours_in(state: RemoteState, terms: Terms) -> list[Object]:
    """Secrets of credentials for the purpose, made by us for this mesh."""
    return [
        secret
        for secret in state.labelled
        if purpose_of(secret) == terms.purpose and ownership_of(secret, terms.mesh_id).standing == "ours"
    ]


def former_of(state: RemoteState, terms: Terms) -> list[Object]:
    """Secrets of an earlier credential for the same purpose, which the terms no longer ask for."""
    wanted = (
        terms.secret_names[0] if terms.token_kind else secret_of(terms.address.token)
    )  # a file may hold one of ours
    return [secret for secret in ours_in(state, terms) if secret["metadata"]["name"] != wanted]


def purpose_of(secret: Object) -> str:
    return str((secret["metadata"].get("labels") or {}).get(credentials.PURPOSE_LABEL) or "")
