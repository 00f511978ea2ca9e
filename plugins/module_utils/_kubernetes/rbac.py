# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ServiceAccount with rights in the whole cluster: the three objects that make it. No I/O."""

from __future__ import annotations

import typing as t

from .kinds import SERVICE_ACCOUNT, Kind

Object = dict[str, t.Any]

GROUP = "rbac.authorization.k8s.io"
CLUSTER_ROLE = Kind(f"{GROUP}/v1", "ClusterRole", "clusterroles", namespaced=False)
CLUSTER_ROLE_BINDING = Kind(f"{GROUP}/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False)


def body_of(kind: Kind, name: str, namespace: str | None = None, **fields: t.Any) -> Object:
    """An object with its identity and `fields`."""
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, **fields}


def account_with_rights(account: str, namespace: str, role: str, rules: list[Object]) -> list[tuple[Kind, Object]]:
    """The account, then a ClusterRole and its binding, both named `role`, in the order in which they are made."""
    return [
        (SERVICE_ACCOUNT, body_of(SERVICE_ACCOUNT, account, namespace)),
        (CLUSTER_ROLE, body_of(CLUSTER_ROLE, role, rules=rules)),
        (
            CLUSTER_ROLE_BINDING,
            body_of(
                CLUSTER_ROLE_BINDING,
                role,
                roleRef={"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
                subjects=[{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
            ),
        ),
    ]
