# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token by which a control plane reads a member: a Secret of type service-account-token, as istioctl makes it.

Such a token has no end; deleting the Secret (or its ServiceAccount) revokes it.
"""

from __future__ import annotations

import base64
import typing as t
from dataclasses import dataclass, field, replace

from .._errors import ApiError, MeshError
from .._wait import Acceptor, Wait, wait_until
from .client import KubernetesClient
from .kinds import SECRET

Object = dict[str, t.Any]

TOKEN_TYPE = "kubernetes.io/service-account-token"
ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name"
FILL_TIMEOUT = 30.0


@dataclass(frozen=True)
class Token:
    """A bearer token and the CA (PEM text) of the cluster that made it."""

    token: str = field(repr=False)
    ca: str


def token_secret_name(service_account: str) -> str:
    """The name of our token Secret of an account."""
    return f"{service_account}-multiregion-istio-token"


def token_secret(service_account: str, namespace: str) -> Object:
    """The Secret that the cluster's token controller fills, without our marks."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": token_secret_name(service_account),
            "namespace": namespace,
            "annotations": {ACCOUNT_ANNOTATION: service_account},
        },
        "type": TOKEN_TYPE,
    }


def token_of(secret: Object | None) -> Token | None:
    """The token in a Secret; None until the token controller has filled it."""
    data = (secret or {}).get("data") or {}
    token, ca = decoded(data.get("token")), decoded(data.get("ca.crt"))
    return Token(token, ca) if token and ca else None


def decoded(value: str | None) -> str:
    """The text of one value of a Secret."""
    return base64.b64decode(value or "").decode()


def wait_for_token(client: KubernetesClient, name: str, namespace: str) -> Token:
    """Wait until the token controller has filled a Secret. Raises MeshError where it does not."""
    secret = wait_until(
        lambda: client.get(SECRET, name, namespace) or {},
        Wait(
            what=f"token in Secret {namespace}/{name}",
            acceptors=(Acceptor('data.token && data."ca.crt"'),),
            status="metadata.name",
            cluster=client.cluster,
            todo="Check that the cluster's controller manager runs, and that the ServiceAccount exists",
            timeout=FILL_TIMEOUT,
            interval=0.2,
        ),
        lambda line: None,
    )
    token = token_of(secret)
    if token is None:
        raise MeshError(f"Secret {namespace}/{name} holds no token", cluster=client.cluster)
    return token


def verify_token(client: KubernetesClient, token: str, account: str) -> None:
    """Have the cluster confirm a token, by the address that we reach it at, before anybody is given it."""
    asking = KubernetesClient(replace(client.access, api_key=token, client_cert=None, client_key=None))
    try:
        asking.version()
    except ApiError as error:
        if error.status != 401:
            raise
        raise MeshError(
            f"the API server refuses the token that it made for ServiceAccount {account}; nothing was written in the primary",
            cluster=client.cluster,
            why=error.why,
            todo="Check that all API servers of the cluster share one service account signing key",
        ) from error
