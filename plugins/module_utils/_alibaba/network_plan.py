# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role network_prerequisites has to look after, from the clusters of a mesh as the filter `cluster` gives them. No I/O."""

from __future__ import annotations

import json
import typing as t

from .._errors import MeshError
from .._problems import ERROR, Problem
from .access_list import unread, wanted

Object = dict[str, t.Any]
Cluster = t.Mapping[str, t.Any]
# Cluster -> objects that were read of it.
Objects = t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]

ACK, NONE, AUTO = "ack", "none", "auto"
PROVIDERS = (AUTO, ACK, NONE)
READ = ("access", "missing", "problem")  # of what ack_api_access_info returned
ELSEWHERE = "or set network_prerequisites_provider to none and open the network yourself"


def network_plan(
    clusters: t.Sequence[Cluster],
    provider: str = AUTO,
    state: str = "present",
    vswitch_ids: t.Mapping[str, t.Sequence[str]] | None = None,
    eni_configs: Objects | None = None,
    services: Objects | None = None,
    service_names: t.Sequence[str] = (),
    api_access: t.Mapping[str, t.Mapping[str, t.Any]] | None = None,
) -> Object:
    """The clusters that are Alibaba Cloud's, their VPCs, and what is missing of them.

    provider:      `auto` is `ack` where all clusters are, else `none`
    vswitch_ids:   of the transit routers' interfaces, by VPC
    eni_configs:   ConfigMaps kube-system/eni-config, by cluster
    services:      Services of the mesh's namespace, by cluster; service_names: those that count, () for all
    api_access:    what ack_api_access_info returned, by cluster
    Returns {provider, clusters: all, completed by what was read, cloud: those of Alibaba Cloud, with groups: [{id}] as
    ecs_security_group_rules takes them, vpcs: as cen_network takes them, is_joined: whether there are several VPCs,
    api_servers: [{cluster, cluster_id, region, api_server, sources, is_readable, access, missing, problem}],
    problems: [Problem as dict]}.
    Raises MeshError for what was read and cannot be understood, and an unknown provider.
    """
    if provider not in PROVIDERS:
        raise MeshError(f"provider is {provider!r}", todo=f"Give one of {', '.join(PROVIDERS)}")
    completed = [
        {
            **cluster,
            "pod_security_group_ids": pod_groups(cluster, eni_configs or {}),
            **gateways(cluster, services or {}, service_names),
        }
        for cluster in clusters
    ]
    chosen = provider_of(clusters, provider)
    cloud = [with_groups(cluster) for cluster in completed if cluster["provider"] == ACK] if chosen == ACK else []
    vpcs = vpcs_of(cloud, vswitch_ids or {})
    return {
        "provider": chosen,
        "clusters": completed,
        "cloud": cloud,
        "vpcs": vpcs,
        "is_joined": len({vpc["vpc_id"] for vpc in vpcs}) > 1,
        "api_servers": api_servers(completed, cloud, api_access or {}),
        "problems": [problem.as_dict() for problem in problems_of(completed, cloud, chosen, state)],
    }


def provider_of(clusters: t.Sequence[Cluster], provider: str) -> str:
    if provider != AUTO:
        return provider
    return ACK if clusters and all(cluster["provider"] == ACK for cluster in clusters) else NONE


def with_groups(cluster: Cluster) -> Object:
    """The cluster with all groups that its nodes and pods are in, each once."""
    names = dict.fromkeys([*cluster["security_group_ids"], *cluster["pod_security_group_ids"]])
    return {**cluster, "groups": [{"id": name} for name in names]}


def vpcs_of(cloud: t.Sequence[Cluster], vswitch_ids: t.Mapping[str, t.Sequence[str]]) -> list[Object]:
    """An entry for each cluster; cen_network puts those of one VPC together."""
    return [
        {
            "vpc_id": cluster["vpc_id"],
            "region": cluster["region"],
            "cluster": cluster["name"],
            "pod_cidrs": list(cluster["pod_cidrs"]),
            "pods_in_vpc": cluster["pods_in_vpc"],
            "vswitch_ids": list(vswitch_ids.get(cluster["vpc_id"], ())),
        }
        for cluster in cloud
        if cluster["vpc_id"]
    ]


def pod_groups(cluster: Cluster, eni_configs: Objects) -> list[str]:
    """The groups of pods with addresses of the VPC: those that are given, else those of the ConfigMap, [] for the nodes' own."""
    given = list(cluster.get("pod_security_group_ids") or ())
    for config in eni_configs.get(cluster["name"], ()) if not given else ():
        given += groups_of_eni_config(cluster["name"], config)
    return given


def groups_of_eni_config(cluster: str, config: t.Mapping[str, t.Any]) -> list[str]:
    """Terway's ConfigMap has them as JSON in its key eni_conf, as `security_group` or `security_groups`."""
    text = (config.get("data") or {}).get("eni_conf") or "{}"
    try:
        settings = json.loads(text)
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        todo = "Set mesh_cluster_pod_security_group_ids"
        raise MeshError("ConfigMap kube-system/eni-config has no JSON in eni_conf", cluster=cluster, todo=todo)
    groups = [settings.get("security_group"), *(settings.get("security_groups") or ())]
    return list(dict.fromkeys(str(group) for group in groups if group))


def gateways(cluster: Cluster, services: Objects, names: t.Sequence[str]) -> Object:
    """gateway_ports and gateway_addresses of the cluster's load balancers, as security_group_rules takes them.

    The ports are NodePorts. Load balancers lead straight to pods that have addresses of the VPC, so there the plan's own count.
    """
    ports: list[int] = []
    addresses: list[str] = []
    for service in services.get(cluster["name"], ()):
        spec = service.get("spec") or {}
        if spec.get("type") == "LoadBalancer" and (not names or service["metadata"]["name"] in names):
            ports += [port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")]
            ports += [spec["healthCheckNodePort"]] if spec.get("healthCheckNodePort") else []
            entries = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
            addresses += [entry["ip"] for entry in entries if entry.get("ip")]
    found = sorted(set(ports)) if not cluster["pods_in_vpc"] else []
    return {"gateway_ports": found, "gateway_addresses": sorted(set(addresses))}


def api_servers(
    clusters: t.Sequence[Cluster], cloud: t.Sequence[Cluster], found: t.Mapping[str, t.Mapping[str, t.Any]]
) -> list[Object]:
    """Which blocks must reach each API server: it sits behind a load balancer, whose access list no rule of a group opens.

    found: what was read of that list, by cluster. What cannot be read is told; what was not asked for yet has no problem.
    """
    primary = next((cluster for cluster in clusters if cluster["role"] == "primary"), None)
    if primary is None:
        return []
    nodes = primary["vswitch_cidrs"] or primary["vpc_cidrs"]
    sources = list(dict.fromkeys([*nodes, *primary["pod_cidrs"]]))
    return [
        {
            "cluster": cluster["name"],
            "cluster_id": cluster["id"],
            "region": cluster["region"],
            "api_server": cluster["api_server"],
            "sources": sources,
            "is_readable": not why,
            **unread(why),
            **{key: value for key, value in found.get(cluster["name"], {}).items() if key in READ},
        }
        for cluster in cloud
        if cluster["name"] != primary["name"]
        for why in [why_unread(cluster, sources)]
    ]


def why_unread(cluster: Cluster, sources: t.Sequence[str]) -> str:
    """Why an access list cannot be compared with the primary's blocks, "" where it can."""
    name, what = cluster["name"], "the access list of its API server was not read"
    if not cluster["id"]:
        todo = f"Set it for host {cluster['hostname']}"
        error = MeshError(what, cluster=name, why="mesh_cluster_id is not set", todo=todo)
        return f"{error} {wanted(sources)}"
    if cluster["api_server_proxy"]:  # nodes and pods are not what it sees
        todo = "If there is one, it has to let in the proxy"
        return str(MeshError(what, cluster=name, why="mesh_cluster_api_server_proxy is set", todo=todo))
    return ""


def problems_of(clusters: t.Sequence[Cluster], cloud: t.Sequence[Cluster], provider: str, state: str) -> list[Problem]:
    """Variables without which nothing could be planned, or taken away."""
    if provider == NONE:
        return []
    if not cloud:
        what = "network_prerequisites_provider is ack and no cluster is"
        return [Problem(ERROR, what, todo="Set mesh_cluster_provider of the clusters to ack")]
    names = {cluster["name"] for cluster in cloud}
    return [
        Problem(
            ERROR, f"{variable} is not set", todo=f"Set it for host {cluster['hostname']}, {ELSEWHERE}", cluster=name
        )
        for cluster in clusters
        for name in [cluster["name"]]
        for variable in missing_of(cluster, state, is_cloud=name in names)
    ]


def missing_of(cluster: Cluster, state: str, *, is_cloud: bool) -> list[str]:
    """Names of variables without a value. Of clusters elsewhere only the blocks are needed, by which the others let them in."""
    own = {"mesh_cluster_region": cluster["region"], "mesh_cluster_security_group_ids": cluster["security_group_ids"]}
    shape = {
        "mesh_cluster_vpc_cidrs": cluster["vpc_cidrs"] or cluster["vswitch_cidrs"],
        "mesh_cluster_pod_cidrs": cluster["pod_cidrs"] or cluster["pods_in_vpc"],
    }
    wanted = {
        **(own if is_cloud else {}),
        **({"mesh_cluster_vpc_id": cluster["vpc_id"]} if is_cloud and state == "present" else {}),
        **(shape if state == "present" else {}),
    }
    return [name for name, value in wanted.items() if not value]
