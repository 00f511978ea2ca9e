# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module remote_istio_info: the members that the primary records."""

from __future__ import annotations

import typing as t

from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET
from .._kubernetes.options import access_from
from .._kubernetes.tokens import expiry_of
from .._wait import Progress
from . import registration, resource

Object = dict[str, t.Any]


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    client = KubernetesClient(access_from(params))
    namespace, kind = params["namespace"], resource.kind_of(params["api_version"])
    fields = f"metadata.name={params['name']}" if params["name"] else ""
    asks = params["credentials"]
    members, secrets = in_parallel(
        [
            lambda: client.list(kind, namespace, fields=fields),
            lambda: client.list(SECRET, namespace, labels=registration.SELECTOR, fields=fields) if asks else [],
        ]
    )
    by_name = {secret["metadata"]["name"]: secret for secret in secrets}
    found = [(member, by_name.get(member["metadata"]["name"])) for member in members]
    return {
        "changed": False,
        "remote_istios": [
            {**entry(member), **(credential_of(member, secret) if asks else {})} for member, secret in found
        ],
    }


def entry(member: Object) -> Object:
    """One member of the result."""
    return {
        "name": member["metadata"]["name"],
        "spec": member.get("spec") or {},
        "status": resource.status_of(member),
    }


def credential_of(member: Object, secret: Object | None) -> Object:
    """What there is to tell of its credential, without the secret."""
    name = member["metadata"]["name"]
    credential = registration.credential_in(secret, name)
    return {
        "credential": {
            "present": bool(registration.kubeconfig_in(secret, name)),
            "api_server": credential.server if credential else "",
            "expires": expiry_of(credential.token) if credential else None,
        }
    }
