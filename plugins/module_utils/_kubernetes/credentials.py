# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets in a cluster that stand for a credential to it.

One of type service-account-token is filled by the cluster, as istioctl makes it: its token has no end. To a plain one tokens
of the TokenRequest API are bound (token_request.py). Deleting either revokes its tokens.
"""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass, field, replace

from .._errors import ApiError, MeshError
from .._wait import Acceptor, Wait, wait_until
from .client import KubernetesClient
from .kinds import CONFIG_MAP, SECRET
from .kubeconfig import decoded
from .rbac import body_of

Object = dict[str, t.Any]
TokenKind = t.Literal["token_secret", "token_request"]

TOKEN_TYPE = "kubernetes.io/service-account-token"
ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name"
# What a Secret is the credential of, so that all are found again whatever a later task asks for; and the rights behind it.
PURPOSE_LABEL = "multiregion.istio/credential"
RULES_ANNOTATION = "multiregion.istio/rules"
ROOT_CA = "kube-root-ca.crt"
FILL_TIMEOUT = 30.0
# A server may go for a moment by the account or Secret of the same name that it has just deleted, and refuse the new token.
STALE_SECONDS = 10.0
STALE_PAUSE = 0.25


@dataclass(frozen=True)
class Token:
    """A bearer token and the CA (PEM text) of the cluster that made it, "" where the cluster does not say it."""

    token: str = field(repr=False)
    ca: str


def secret_name(kind: TokenKind, service_account: str, purpose: str, slot: int = 1) -> str:
    """The name of our Secret of a kind for an account; the purpose "control-plane" and the first slot go without saying."""
    room = "" if purpose == "control-plane" else f"{purpose}-"
    number = "" if slot == 1 else f"-{slot}"
    return f"{service_account}-multiregion-istio-{room}{'token' if kind == 'token_secret' else 'bound'}{number}"


def slot_in(name: str, first: str) -> int:
    """The slot in the name of a Secret of ours, `first` being the name in slot 1; 0 for another name."""
    found = re.fullmatch(re.escape(first) + r"-([2-9]|[1-9]\d+)", name)
    return int(found[1]) if found else int(name == first)


def credential_secret(
    kind: TokenKind, service_account: str, namespace: str, purpose: str, rules: str, slot: int = 1
) -> Object:
    """The Secret, without our marks."""
    sort = TOKEN_TYPE if kind == "token_secret" else "Opaque"
    body = body_of(SECRET, secret_name(kind, service_account, purpose, slot), namespace, type=sort)
    body["metadata"]["labels"] = {PURPOSE_LABEL: purpose}
    body["metadata"]["annotations"] = {ACCOUNT_ANNOTATION: service_account, RULES_ANNOTATION: rules}
    return body


def token_of(secret: Object | None) -> Token | None:
    """The token in a Secret; None until the token controller has filled it."""
    data = (secret or {}).get("data") or {}
    token = decoded(data.get("token"))
    return Token(token, decoded(data.get("ca.crt"))) if token else None


def root_ca_of(config_map: Object | None) -> str:
    """The cluster's CA (PEM text) in the ConfigMap that Kubernetes writes to every namespace, "" without it."""
    return str(((config_map or {}).get("data") or {}).get("ca.crt") or "")


def wait_for_token(client: KubernetesClient, name: str, namespace: str) -> Token:
    """Wait until the token controller has filled a Secret. Raises MeshError where it does not."""
    secret = wait_until(
        lambda: client.get(SECRET, name, namespace) or {},
        Wait(
            what=f"token in Secret {namespace}/{name}",
            acceptors=(Acceptor("data.token"),),
            status="metadata.name",
            cluster=client.cluster,
            todo="Check that the cluster's controller manager runs, and that the ServiceAccount exists",
            timeout=FILL_TIMEOUT,
            interval=0.05,
        ),
        lambda line: None,
    )
    token = token_of(secret)
    if token is None:
        raise MeshError(f"Secret {namespace}/{name} holds no token", cluster=client.cluster)
    return token


def wait_for_root_ca(client: KubernetesClient, namespace: str) -> str:
    """The cluster's CA, which it writes to a new namespace a moment later. Raises MeshError where it does not."""
    config_map = wait_until(
        lambda: client.get(CONFIG_MAP, ROOT_CA, namespace) or {"metadata": {}},
        Wait(
            what=f"certificate authority in ConfigMap {namespace}/{ROOT_CA}",
            acceptors=(Acceptor('data."ca.crt"'),),
            status="metadata.name",
            cluster=client.cluster,
            todo="Set api_server_ca to a PEM file with the authority of the API server",
            timeout=FILL_TIMEOUT,
            interval=0.05,
        ),
        lambda line: None,
    )
    return root_ca_of(config_map)


def verify_token(client: KubernetesClient, token: str, account: str) -> None:
    """Have the cluster confirm a token, by the address that we reach it at, before anybody is given it."""
    confirm(
        by_token(client, token),
        f"the API server refuses the token that it made for ServiceAccount {account}; it was given to nobody",
        "Check that all API servers of the cluster share one service account signing key",
        patience=STALE_SECONDS,
    )


def is_known(client: KubernetesClient, token: str) -> bool:
    """Whether the cluster still knows a token: with another signing key it refuses one that says all that it should."""
    return refusal_of(by_token(client, token)) is None


def by_token(client: KubernetesClient, token: str) -> KubernetesClient:
    """The same API server, asked by a token."""
    return KubernetesClient(replace(client.access, api_key=token, client_cert=None, client_key=None))


def confirm(asking: KubernetesClient, refusal: str, todo: str, patience: float = 0) -> None:
    """Ask by a new identity whether it is known. Raises MeshError with `refusal` where it is not within `patience` seconds."""
    end = time.monotonic() + patience
    while (error := refusal_of(asking)) and time.monotonic() < end:
        time.sleep(STALE_PAUSE)
    if error:
        raise MeshError(refusal, cluster=asking.cluster, why=error.why, todo=todo) from error


def refusal_of(asking: KubernetesClient) -> ApiError | None:
    """What a cluster answers to an identity that it does not know; None where it knows it."""
    try:
        asking.version()
    except ApiError as error:
        if error.status == 401:
            return error
        if error.status != 403:  # known, and merely not allowed to see the version
            raise
    return None
