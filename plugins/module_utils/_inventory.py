# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of one host, read as one cluster of the mesh."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ansible.module_utils.parsing.convert_bool import boolean

from ._errors import MeshError
from ._names import DNS_LABEL

TEXTS = (
    "provider",
    "region",
    "id",
    "vpc_id",
    "kubeconfig",
    "context",
    "api_server",
    "api_server_proxy",
    "api_server_ca",
    "api_server_tls_server_name",
)
LISTS = ("vpc_cidrs", "vswitch_cidrs", "pod_cidrs", "service_cidrs", "security_group_ids", "pod_security_group_ids")
# Roles of clusters, and the role of the collection whose variables are about the cluster's ingress gateway.
ROLES = {"primary": "primary_istio", "remote": "remote_cluster"}


def cluster_of(variables: t.Mapping[str, t.Any], role: str = "remote") -> dict[str, t.Any]:
    """One cluster as a dict of plain values, with defaults where variables are absent or empty.

    Keys: hostname, name, role, provider, region, id, vpc_id, network, pods_in_vpc, vpc_cidrs, vswitch_cidrs, pod_cidrs,
    service_cidrs, security_group_ids, pod_security_group_ids, kubeconfig, context, api_server and what begins with it,
    what begins with ingress_, pilot_annotations, and missing: the required variables that are absent or empty.
    Raises MeshError for a value of the wrong type.
    """
    if role not in ROLES:
        raise MeshError(f"no such role of a cluster: {role!r}", todo=f"Give one of {', '.join(ROLES)}")
    hostname = str(variables["inventory_hostname"])
    cluster: dict[str, t.Any] = {"hostname": hostname, "role": role}
    for name in TEXTS:
        cluster[name] = text_of(variables, f"mesh_cluster_{name}")
    for name in LISTS:
        cluster[name] = list_of(variables, f"mesh_cluster_{name}")
    cluster["name"] = text_of(variables, "mesh_cluster_name") or hostname
    cluster["provider"] = cluster["provider"] or "none"
    cluster["pods_in_vpc"] = flag_of(variables, "mesh_cluster_pods_in_vpc")
    is_apart = text_of(variables, "mesh_network_mode") == "gateway"
    network = cluster["name"] if is_apart else (text_of(variables, "mesh_id") or "mesh1")
    cluster["network"] = text_of(variables, "mesh_cluster_network") or network
    cluster |= ingress_of(variables, ROLES[role])
    cluster["missing"] = missing_variables(cluster)
    return cluster


def ingress_of(variables: t.Mapping[str, t.Any], role: str) -> dict[str, t.Any]:
    """What is asked of load balancers: those of the ingress gateway and, in the primary, of istiod."""
    return {
        "ingress_service_type": text_of(variables, f"{role}_ingress_service_type") or "LoadBalancer",
        "ingress_public": flag_of(variables, f"{role}_ingress_public", default=True),
        "ingress_load_balancer_id": text_of(variables, f"{role}_ingress_load_balancer_id"),
        "ingress_override_listeners": flag_of(variables, f"{role}_ingress_override_listeners"),
        "ingress_annotations": dict_of(variables, f"{role}_ingress_annotations"),
        "pilot_annotations": dict_of(variables, "primary_istio_pilot_annotations"),
    }


def missing_variables(cluster: t.Mapping[str, t.Any]) -> list[str]:
    """Names of required variables without a value. Pods need no block of their own where they are in the VPC."""
    required = {
        "mesh_cluster_kubeconfig": cluster["kubeconfig"],
        "mesh_cluster_region": cluster["region"],
        "mesh_cluster_vpc_id": cluster["vpc_id"],
        "mesh_cluster_vpc_cidrs": cluster["vpc_cidrs"] or cluster["vswitch_cidrs"],
        "mesh_cluster_pod_cidrs": cluster["pod_cidrs"] or cluster["pods_in_vpc"],
        "mesh_cluster_service_cidrs": cluster["service_cidrs"],
    }
    return [name for name, value in required.items() if not value]


def text_of(variables: t.Mapping[str, t.Any], name: str) -> str:
    value = variables.get(name)
    if isinstance(value, (list, dict)):
        raise wrong_type(variables, name, value, "one string")
    return "" if value is None else str(value)


def list_of(variables: t.Mapping[str, t.Any], name: str) -> list[str]:
    """A list of strings; one string is split at commas, as Ansible does with options of type list."""
    value = variables.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        value = [part for part in (part.strip() for part in value.split(",")) if part]
    if not isinstance(value, (list, tuple)):
        raise wrong_type(variables, name, value, "a list of ids" if name.endswith("_ids") else "a list of blocks")
    return [str(item) for item in value]


def dict_of(variables: t.Mapping[str, t.Any], name: str) -> dict[str, t.Any]:
    value = variables.get(name)
    if value is None:
        return {}
    if not isinstance(value, t.Mapping):
        raise wrong_type(variables, name, value, "a dictionary")
    return dict(value)


def flag_of(variables: t.Mapping[str, t.Any], name: str, *, default: bool = False) -> bool:
    value = variables.get(name)
    if value in (None, ""):
        return default
    try:
        return bool(boolean(value))
    except TypeError as error:
        raise wrong_type(variables, name, value, "true or false") from error


def wrong_type(variables: t.Mapping[str, t.Any], name: str, value: t.Any, wanted: str) -> MeshError:
    return MeshError(
        f"variable {name} of host {variables['inventory_hostname']} is {value!r}, not {wanted}",
        todo=f"Give {name} {wanted}",
    )


@dataclass(frozen=True)
class Stage:
    """What a stage needs of the inventory, as its hosts: those of the two groups, and those that it reaches by their kubeconfigs."""

    primaries: t.Sequence[str]
    remotes: t.Sequence[str]
    reached: t.Sequence[str]
    primary_group: str = "istio_primary"


def problem_of(hosts: t.Mapping[str, t.Mapping[str, t.Any]], stage: Stage) -> str:
    """What is wrong with an inventory before a stage, and what to do; "" where nothing is. Raises MeshError as cluster_of does."""
    if len(stage.primaries) != 1:
        return (
            f"The group {stage.primary_group} has {len(stage.primaries)} hosts ({', '.join(stage.primaries) or 'none'}); a mesh has"
            " exactly one primary cluster. Put the host of the cluster that is to run the control plane, and no other, into that"
            " group, or name another group by -e mesh_primary_group=GROUP."
        )
    clusters = [cluster_of(hosts[name]) for name in (*stage.primaries, *stage.remotes)]
    return problem_of_names(clusters) or problem_of_access(
        [cluster_of(hosts[name]) for name in dict.fromkeys(stage.reached)]
    )


def problem_of_names(clusters: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """A cluster's name is one string everywhere: in objects, keys, labels and paths."""
    misnamed = [one for one in clusters if not DNS_LABEL.fullmatch(one["name"])]
    if misnamed:
        return (
            f"mesh_cluster_name {listed(misnamed, 'name')} of host {listed(misnamed, 'hostname')} is not a DNS-1123 label. Set"
            " mesh_cluster_name to lower-case letters, digits and '-', at most 63 of them."
        )
    twice = min((name for name, times in Counter(one["name"] for one in clusters).items() if times > 1), default="")
    if not twice:
        return ""
    twins = [one for one in clusters if one["name"] == twice]
    return f"The name {twice} is that of hosts {listed(twins, 'hostname')}. Set mesh_cluster_name to a name of its own for each."


def problem_of_access(clusters: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Without a kubeconfig the cluster that this machine happens to use would be changed."""
    without = [one for one in clusters if not one["kubeconfig"]]
    if not without:
        return ""
    return (
        f"No kubeconfig is known of {listed(without, 'hostname')}. Set mesh_cluster_kubeconfig of these hosts to the path of a"
        " kubeconfig file."
    )


def listed(clusters: t.Sequence[t.Mapping[str, t.Any]], key: str) -> str:
    return ", ".join(one[key] for one in clusters)
