# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token with an end, by the TokenRequest API, bound to a Secret of ours: deleting that Secret revokes the token."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, MeshError
from .client import KubernetesClient
from .kinds import SERVICE_ACCOUNT

Object = dict[str, t.Any]

# The API server refuses less (Kubernetes, pkg/apis/authentication/validation) and more than 2^32.
LIFETIMES = (600, 1 << 32)


def check_lifetime(seconds: int) -> None:
    """Raise MeshError for a lifetime that no API server grants."""
    least, most = LIFETIMES
    if not least <= seconds <= most:
        raise MeshError(
            f"credential_lifetime {seconds} is not possible",
            why=f"API servers grant tokens of {least} to {most} seconds",
            todo="Set credential_lifetime to the seconds that a token is to live",
        )


def request_token(client: KubernetesClient, account: str, namespace: str, bound: Object, seconds: int) -> str:
    """A new token of an account, bound to the live Secret `bound`; the server may grant less than `seconds`."""
    metadata = bound["metadata"]
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {
            "expirationSeconds": seconds,
            "boundObjectRef": {
                "apiVersion": "v1",
                "kind": "Secret",
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }
    what = f"request a token for ServiceAccount {namespace}/{account}"
    answer = client.request("POST", SERVICE_ACCOUNT.path(account, namespace) + "/token", body=body, what=what)
    token = (answer.get("status") or {}).get("token")
    if not token:
        raise ApiError(f"cannot {what}", cluster=client.cluster, why="the answer holds no token")
    return str(token)
