# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RemoteIstio: the record of a member in the primary, from options to object and back. No I/O.

Fields of spec and status: the seed's page and the operator that it comes from (banzaicloud/istio-operator, v1beta1).
"""

from __future__ import annotations

import typing as t
from copy import deepcopy

from .._errors import MeshError
from .._kubernetes.kinds import Kind
from .._names import DNS_LABEL

Object = dict[str, t.Any]

API_VERSION = "istio.alibabacloud.com/v1beta1"
# Fields that this API alone has, with what they are where a task does not say; other APIs descend from the same and lack them.
ALIBABAS_FIELDS: Object = {"gateways": {"k8singress": {}}, "security": {}}
STATUSES = ("Created", "Reconciling", "ReconcileFailed", "Available", "Unmanaged")
LAST_VERIFIED = "LastVerified"


def kind_of(api_version: str = API_VERSION) -> Kind:
    return Kind(api_version, "RemoteIstio", "remoteistios")


def check_name(name: str) -> None:
    """Raise MeshError for a name that cannot be a cluster's name everywhere (DNS-1123 label)."""
    if not DNS_LABEL.fullmatch(name):
        raise MeshError(
            f"{name!r} cannot be the name of a cluster",
            why="it is no DNS-1123 label: up to 63 lower-case letters, digits and '-', the last not at either end",
            todo="Set mesh_cluster_name (option name)",
        )


def spec_from(params: t.Mapping[str, t.Any]) -> Object:
    """The spec that the options of a task describe; `spec` is merged last, its lists replace."""
    injector, is_alibabas = params["sidecar_injector"], params["api_version"] == API_VERSION
    spec = {
        **(ALIBABAS_FIELDS if is_alibabas else {}),
        "autoInjectionNamespaces": params["auto_injection_namespaces"],
        "dockerImage": {"region": params["docker_image_region"]} if params["docker_image_region"] else None,
        **{
            field: params[field]
            for field in ALIBABAS_FIELDS
            if params[field] or (is_alibabas and params[field] is not None)
        },
        "hub": params["hub"],
        "includeIPRanges": params["include_ip_ranges"],
        "proxy": params["proxy_settings"],
        "citadel": params["citadel"],
        "sidecarInjector": {"enabled": injector["enabled"], "replicaCount": injector["replica_count"]},
    }
    return merged({key: value for key, value in spec.items() if value is not None}, params["spec"])


def merged(base: Object, over: Object) -> Object:
    """`base` with `over` on top, dictionaries merged key by key."""
    result = deepcopy(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else deepcopy(value)
    return result


def body(name: str, namespace: str, api_version: str, **parts: Object) -> Object:
    """The object, with `spec` or `status`."""
    return {
        "apiVersion": api_version,
        "kind": "RemoteIstio",
        "metadata": {"name": name, "namespace": namespace},
        **parts,
    }


def status_from(params: t.Mapping[str, t.Any]) -> Object:
    """The status to write, without what was not given."""
    return {key: value for key, value in params["status"].items() if value is not None}


def status_of(remote_istio: Object | None) -> Object:
    return (remote_istio or {}).get("status") or {}


def settled(status: Object) -> Object:
    """A status without the time of its last proof, which alone is no change."""
    return {key: value for key, value in status.items() if key != LAST_VERIFIED}
