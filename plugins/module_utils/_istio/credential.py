# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential for a remote brought about in it: account and rights, Secret, token. A token never leaves this process but
into the Secret or file that it is for.
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from .._errors import MeshError
from .._kubernetes import credentials
from .._kubernetes.apply import Change
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.kubeconfig import ClusterCredential
from .._kubernetes.token_request import request_token
from .._kubernetes.tokens import expiry_of, lifetime_of, why_not_kept
from .._wait import Progress
from .outcome import Done
from .remote_state import RemoteState
from .terms import Terms

Object = dict[str, t.Any]

NOT_YET = "(not made yet)"
# A clock that differs by less is no shorter life.
TOLERANCE = 60


@dataclass(frozen=True)
class Held:
    """The credential in use, read back from where it was written, and the lifetime that was asked for it then."""

    credential: ClusterCredential | None = None
    lifetime: str = ""


@dataclass(frozen=True)
class Issued:
    """The credential to be used. None where check mode does not make it.

    why: why its token was minted anew, "" where it was not or is the first
    """

    credential: ClusterCredential | None
    why: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def expires(self) -> str | None:
        return expiry_of(self.credential.token) if self.credential else None

    def facts(self, terms: Terms) -> Object:
        """What may be shown of it."""
        if self.credential:
            return self.credential.facts()
        return {"server": terms.address.server, "token": NOT_YET, "ca": NOT_YET}


def bring_account(remote: KubernetesClient, state: RemoteState, terms: Terms, done: Done) -> None:
    """Account, role and binding, where they are ours."""
    for (kind, wanted), live in zip(terms.objects, state.objects, strict=True):
        done.append((remote.cluster, terms.apply(remote, kind, wanted, live)))


def why_anew(remote: KubernetesClient, state: RemoteState, held: Held, terms: Terms, days: float = math.inf) -> str:
    """Why the token in use has to be minted anew, "" where it serves on or the Secret of the remote says it.

    days: as in tokens.why_ends()
    """
    token = held.credential.token if held.credential else ""
    if terms.token_kind is None:
        return ""
    if terms.kind == "token_request":
        why = why_not_kept(token, state.secret, state.account, datetime.now(timezone.utc), days)
        if not why and held.lifetime != str(terms.lifetime):
            why = f"a lifetime of {terms.lifetime} s is asked for"
        if why:
            return why
    else:
        filled = credentials.token_of(state.secret)
        if not token or not filled or filled.token != token:
            return ""
    return "" if credentials.is_known(remote, token) else "the cluster does not know the one in use"


def issue(
    remote: KubernetesClient, state: RemoteState, held: Held, why: str, terms: Terms, done: Done, progress: Progress
) -> Issued:
    """The credential by the terms: what it needs in the remote is brought, and the cluster confirms what is new.

    why: why the token in use is not kept
    """
    wanted = terms.secret()
    if wanted is None:
        return Issued(terms.address)  # confirmed when it was read
    change = terms.apply(remote, SECRET, wanted, state.secret)
    done.append((remote.cluster, change))
    told = why if held.credential else ""
    if told and not terms.dry_run:
        progress(f"token of {terms.name}: minted anew, {why}")
    if terms.kind == "token_secret":
        issued = from_secret(remote, state, told, change, terms)
    else:
        issued = by_request(remote, state, held, why, told, change, terms)
    credential = issued.credential
    if credential and not credential.ca:
        raise MeshError(
            "no certificate authority is known for the API server; it was given to nobody",
            cluster=remote.cluster,
            why="the cluster writes none to its token Secrets (ca.crt) or namespaces (kube-root-ca.crt)",
            todo="Set api_server_ca to a PEM file with it",
        )
    if credential and credential != held.credential:
        credentials.verify_token(remote, credential.token, f"{terms.namespace}/{terms.service_account}")
    elif credential and told:  # the Secret in use was to be filled anew, and is as it was
        raise MeshError(
            f"the API server refuses the token in use, of Secret {terms.namespace}/{change.name}",
            cluster=remote.cluster,
            why="the key by which it signs tokens is another than when it made this one",
            todo=f"Delete Secret {terms.namespace}/{change.name} in {remote.cluster} and run this again, which makes it anew",
        )
    return issued


def from_secret(remote: KubernetesClient, state: RemoteState, told: str, change: Change, terms: Terms) -> Issued:
    """The token with which the cluster fills the Secret."""
    token = credentials.token_of(state.secret)
    if token is None and terms.dry_run:
        return Issued(None, told)
    token = token or credentials.wait_for_token(remote, change.name, terms.namespace)
    return Issued(terms.credential(token.token, token.ca), told)


def by_request(
    remote: KubernetesClient, state: RemoteState, held: Held, why: str, told: str, change: Change, terms: Terms
) -> Issued:
    """The token in use while it serves, else one that is bound to the Secret."""
    if not why and held.credential:
        return Issued(terms.credential(held.credential.token, state.ca))
    if terms.dry_run:
        return Issued(None, told)
    ca = terms.address.ca or state.ca or credentials.wait_for_root_ca(remote, terms.namespace)
    bound = state.secret or remote.get(SECRET, change.name, terms.namespace)
    if bound is None:
        raise MeshError(f"Secret {terms.namespace}/{change.name} went while it was used", cluster=remote.cluster)
    token = request_token(remote, terms.service_account, terms.namespace, bound, terms.lifetime)
    return Issued(terms.credential(token, ca), told, shortened(token, terms, remote.cluster))


def shortened(token: str, terms: Terms, cluster: str) -> list[str]:
    """A warning where the cluster granted less than was asked for, as clouds do."""
    granted = lifetime_of(token)
    if not granted or granted >= terms.lifetime - TOLERANCE:
        return []
    return [
        f"{cluster}: asked for a token of {terms.lifetime} s, the API server granted {granted:.0f} s, until {expiry_of(token)}:"
        " run this again before two thirds of that are over"
    ]


def confirm_given(remote: KubernetesClient, name: str, path: str, title: str) -> None:
    """Have the remote confirm a credential that we did not make, by the address that Ansible reaches it at.

    path:  a kubeconfig file, which was checked before: it names nothing to run or to open
    title: what to call it
    """
    own = remote.configuration
    asking = replace(
        remote.access,
        kubeconfig=path,
        context=None,
        host=str(own.host),
        api_key=None,
        ca_cert=own.ssl_ca_cert,
        client_cert=None,
        client_key=None,
        validate_certs=own.verify_ssl,
        proxy=own.proxy or "",
        tls_server_name=own.tls_server_name or "",
    )
    credentials.confirm(
        KubernetesClient(asking),
        f"the API server refuses the identity in {title}; nothing was written",
        f"Check that it is one of cluster {name}, and not expired or revoked",
    )
