# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what terms a control plane reaches a remote: by which identity, with which rights, at which address.

The options of remote_istio and remote_kubeconfig that say so, documented in plugins/doc_fragments/_credential.py.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

from .._errors import MeshError
from .._kubernetes.apply import Change, apply_object
from .._kubernetes.apply_method import ApplyMethod
from .._kubernetes.client import KubernetesClient
from .._kubernetes.credentials import TokenKind, credential_secret, secret_name
from .._kubernetes.kinds import Kind
from .._kubernetes.kubeconfig import ClusterCredential, check_proxy, check_server
from .._kubernetes.options import apply_method_from, apply_options
from .._kubernetes.token_request import check_lifetime
from .._kubernetes.tokens import DAY
from .given_kubeconfig import given_credential
from .rules import ACCOUNTS, CHARTS, objects_of
from .standing import with_marks

Object = dict[str, t.Any]

# What a credential is for.
CONTROL_PLANE, KUBECONFIG = "control-plane", "kubeconfig"
# The kind of a credential that the primary has already.
ADOPTED = "adopted"
TOKEN_KINDS: tuple[TokenKind, ...] = ("token_secret", "token_request")


@dataclass(frozen=True)
class Terms:
    """What a task asks of the remote.

    kind:    token_secret, token_request, kubeconfig or adopted, of which the last two have `address` for the whole credential
    address: how the remote is reached; its identity is empty for the others, its `ca` where the cluster tells it
    slot:    which of the names of its kind the Secret of the credential has: a new one comes beside the one in use
    """

    name: str
    namespace: str
    mesh_id: str
    purpose: str
    kind: str
    lifetime: int
    rules: str
    service_account: str
    address: ClusterCredential
    force: bool
    dry_run: bool
    method: ApplyMethod
    slot: int = 1

    @property
    def token_kind(self) -> TokenKind | None:
        """None where the credential is the user's own."""
        return next((kind for kind in TOKEN_KINDS if kind == self.kind), None)

    @property
    def objects(self) -> list[tuple[Kind, Object]]:
        """Account and rights in the remote that are ours."""
        return objects_of(self.rules, self.service_account, self.namespace) if self.token_kind else []

    @property
    def secret_names(self) -> list[str]:
        """The names that the Secret of the credential has by each kind of token, the one asked for first."""
        kinds = sorted(TOKEN_KINDS, key=lambda kind: kind != self.kind)
        slots = [self.slot, *[1] * len(kinds[1:])]
        return [
            secret_name(kind, self.service_account, self.purpose, slot) for kind, slot in zip(kinds, slots, strict=True)
        ]

    def secret(self) -> Object | None:
        """The Secret of the credential in the remote; None for a credential of the user's own."""
        kind = self.token_kind
        if kind is None:
            return None
        return credential_secret(kind, self.service_account, self.namespace, self.purpose, self.rules, self.slot)

    def credential(self, token: str, ca: str) -> ClusterCredential:
        return replace(self.address, token=token, ca=self.address.ca or ca)

    def apply(self, client: KubernetesClient, kind: Kind, wanted: Object, live: Object | None) -> Change:
        """Bring one object to `wanted` with our marks."""
        marked = with_marks(wanted, live, self.mesh_id)
        return apply_object(client, kind, marked, live, dry_run=self.dry_run, method=self.method)


def credential_options(*, purpose: str) -> dict[str, dict[str, t.Any]]:
    """The argument spec of both modules; a kubeconfig of the user's and the charts' account serve a join alone."""
    joins = purpose == CONTROL_PLANE
    kinds = [*TOKEN_KINDS, "kubeconfig", ADOPTED] if joins else list(TOKEN_KINDS)
    rules = [rules for rules in ACCOUNTS if joins or rules != CHARTS]
    own = {"credential_kubeconfig": {"type": "path"}} if joins else {}
    return {
        "name": {"type": "str", "required": True},
        "mesh_id": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "credential_kind": {"type": "str", "choices": kinds, "default": kinds[0]},
        "credential_lifetime": {"type": "int", "default": 30 * DAY},
        **own,
        "rules": {"type": "str", "choices": rules, "default": rules[0]},
        "service_account": {"type": "str"},
        "api_server": {"type": "str"},
        "api_server_proxy": {"type": "str"},
        "api_server_ca": {"type": "path"},
        "api_server_tls_server_name": {"type": "str"},
        "force": {"type": "bool", "default": False},
        **apply_options(),
    }


def terms_from(params: t.Mapping[str, t.Any], remote: KubernetesClient | None, purpose: str, *, dry_run: bool) -> Terms:
    """What a task asks for, `remote` None where that is to leave. Raises MeshError for what cannot be."""
    if remote and params["credential_kind"] == "token_request":
        check_lifetime(params["credential_lifetime"])
    return Terms(
        name=params["name"],
        namespace=params["namespace"],
        mesh_id=params["mesh_id"],
        purpose=purpose,
        kind=params["credential_kind"],
        lifetime=params["credential_lifetime"],
        rules=params["rules"],
        service_account=params["service_account"] or ACCOUNTS[params["rules"]],
        address=address_from(params, remote) if remote else nowhere(params["name"]),
        force=params["force"],
        dry_run=dry_run,
        method=apply_method_from(params),
    )


def nowhere(name: str) -> ClusterCredential:
    """The address of a remote that is to leave, or of which the primary's Secret says it (adopted.py)."""
    return ClusterCredential(name, "", "", "")


def address_from(params: t.Mapping[str, t.Any], remote: KubernetesClient) -> ClusterCredential:
    """Where the remote is reached: by options, else by the user's own kubeconfig or as Ansible reaches it."""
    if params["credential_kind"] == ADOPTED:
        return nowhere(params["name"])
    name, proxy = params["name"], check_proxy(params["api_server_proxy"] or "", params["name"])
    ca = ca_from(params["api_server_ca"], name)
    over = {"proxy": proxy, "ca": ca, "tls_server_name": params["api_server_tls_server_name"]}
    given = {key: value for key, value in over.items() if value}
    if params["credential_kind"] == "kubeconfig":
        server = check_server(params["api_server"], name) if params["api_server"] else ""
        return replace(given_credential(params["credential_kubeconfig"], name, server, ca), **given)
    own = remote.configuration
    server = check_server(params["api_server"] or str(own.host), name)
    seen_as = (own.tls_server_name if not params["api_server"] else None) or ""
    return replace(ClusterCredential(name, server, "", "", tls_server_name=seen_as), **given)


def ca_from(path: str | None, name: str) -> str:
    """The certificates (PEM text) in a file, "" for no file."""
    if not path:
        return ""
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
        why = "" if "-----BEGIN CERTIFICATE-----" in text else "it holds no certificate in PEM form"
    except (OSError, ValueError) as error:
        text, why = "", str(getattr(error, "strerror", None) or "it is no text")
    if "PRIVATE KEY" in text:
        why = "it holds a private key, which nobody but its owner is to see"
    if why:
        todo = "Set api_server_ca to a file with the certificates of the API server's authority and nothing else"
        raise MeshError(f"api_server_ca {path} cannot be used", cluster=name, why=why, todo=todo)
    return text
