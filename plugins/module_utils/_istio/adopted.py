# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential that the primary has of a member already, kept as it is: nothing is made in the remote, nothing read anew."""

from __future__ import annotations

import tempfile
import typing as t

from .._errors import MeshError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import SECRET, describe
from .._kubernetes.kubeconfig import ClusterCredential
from .._yaml import Error, load
from .credential import confirm_given
from .given_kubeconfig import usable_credential
from .kubeconfig_file import reason
from .registration import kubeconfig_in

Object = dict[str, t.Any]

TODO = "Use another credential_kind, which makes one or writes one of yours"


def adopted_credential(
    primary: KubernetesClient, remote: KubernetesClient, secret: Object | None, name: str, namespace: str
) -> ClusterCredential:
    """The credential in the primary's Secret, confirmed by the remote.

    Raises MeshError where there is none, where a control plane could not use it, and where the remote refuses it.
    """
    title, text = describe(SECRET, name, namespace), kubeconfig_in(secret, name)
    if not text:
        why = f"it has no kubeconfig by the key {name}" if secret else "it does not exist"
        raise MeshError(
            f"{title} holds nothing to adopt; nothing was written", cluster=primary.cluster, why=why, todo=TODO
        )
    what = f"the kubeconfig in {title} of {primary.cluster}"
    try:
        config = load(text)
    except Error as error:
        raise MeshError(f"{what} cannot be read", cluster=name, why=reason(error), todo=TODO) from None
    credential = usable_credential(config, what, name, TODO)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:  # for its owner alone
        file.write(text)
        file.flush()
        confirm_given(remote, name, file.name, what)
    return credential


def unheeded(params: t.Mapping[str, t.Any], credential: ClusterCredential) -> list[str]:
    """A warning where the task says another address than the adopted kubeconfig."""
    asked = (params["api_server"] or "").rstrip("/")
    if not asked or asked == credential.server.rstrip("/"):
        return []
    return [
        f"{credential.name}: the adopted kubeconfig leads to {credential.server}, and not to {asked}, which api_server says:"
        " it is kept as it is"
    ]
