# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ACK cluster read from what the API answers, with all the places where one thing may stand. Pure: no I/O.

Shapes and fallbacks: facts of the API, section 1; where a public cluster's answer and the documentation differ, the answer counts.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

Answer = t.Mapping[str, t.Any]

RUNNING = "running"
FLANNEL, TERWAY = "flannel", "terway"
# What an addon's name begins with, and the network plugin that it is.
ADDONS = (("kube-flannel", FLANNEL), ("terway", TERWAY))
Kind = t.Literal["internal", "public"]


@dataclass(frozen=True)
class Workers:
    """Nodes that run pods. `ready` are healthy ones."""

    total: int
    ready: int


@dataclass(frozen=True)
class Network:
    """The blocks of a VPC and of its vSwitches, as DescribeVpcs and DescribeVSwitches tell them now.

    vswitches: id to blocks
    """

    vpc_cidrs: tuple[str, ...] = ()
    vswitches: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    found: bool = True


@dataclass(frozen=True)
class AckCluster:
    """A cluster as DescribeClusterDetail, its node pools and its addons tell it.

    plugin:          flannel, terway, another name, or "" where nothing tells it
    pod_cidrs:       of Flannel; Terway's pods have the blocks of `pod_vswitch_ids`
    vswitch_ids:     of the control plane and of all node pools
    security_group_ids: the cluster's own and those of all node pools
    api_servers:     kind to URL, "" for one that it does not have
    """

    id: str
    name: str
    region: str
    state: str
    version: str
    vpc_id: str
    plugin: str
    pod_cidrs: tuple[str, ...]
    pod_vswitch_ids: tuple[str, ...]
    service_cidrs: tuple[str, ...]
    vswitch_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    api_servers: t.Mapping[Kind, str]
    workers: Workers | None
    detail: Answer = field(repr=False)

    @property
    def pods_in_vpc(self) -> bool:
        """Whether pods have addresses of the VPC."""
        return self.plugin == TERWAY


def cluster_of(detail: Answer, pools: t.Sequence[Answer] = (), addons: t.Sequence[Answer] = ()) -> AckCluster:
    """The cluster in the answers of three calls. Counts of nodes that the pools do not tell are None."""
    meta, parameters = unpacked(detail.get("meta_data")), mapping(detail.get("parameters"))
    plugin = plugin_of(detail) or plugin_by_addons(addons)
    groups = [detail.get("security_group_id"), *(group for pool in pools for group in groups_of(pool))]
    return AckCluster(
        id=str(detail.get("cluster_id") or ""),
        name=str(detail.get("name") or ""),
        region=str(detail.get("region_id") or ""),
        state=str(detail.get("state") or ""),
        version=str(detail.get("current_version") or "").removeprefix("v"),
        vpc_id=str(detail.get("vpc_id") or ""),
        plugin=plugin,
        pod_cidrs=() if plugin == TERWAY else pod_cidrs_of(detail, parameters),
        pod_vswitch_ids=pod_vswitches_of(meta, parameters) if plugin == TERWAY else (),
        service_cidrs=first_list(detail.get("service_cidr"), parameters.get("ServiceCIDR"), meta.get("ServiceCIDR")),
        vswitch_ids=vswitches_of(detail, pools),
        security_group_ids=distinct(groups),
        api_servers=api_servers_of(detail),
        workers=workers_of_pools(pools),
        detail=detail,
    )


def plugin_of(detail: Answer) -> str:
    """The network plugin as the cluster itself tells it, "" where it does not.

    Capabilities.TerwayEniip is not looked at: it is true with Flannel too.
    """
    capabilities = mapping(unpacked(detail.get("meta_data")).get("Capabilities"))
    name = str(capabilities.get("Network") or mapping(detail.get("parameters")).get("Network") or "").lower()
    return TERWAY if name.startswith(TERWAY) else name


def plugin_by_addons(addons: t.Sequence[Answer]) -> str:
    names = [str(addon.get("name") or "") for addon in addons]
    return next((plugin for start, plugin in ADDONS for name in names if name.startswith(start)), "")


def pod_cidrs_of(detail: Answer, parameters: Answer) -> tuple[str, ...]:
    return first_list(detail.get("container_cidr"), detail.get("subnet_cidr"), parameters.get("ContainerCIDR"))


def pod_vswitches_of(meta: Answer, parameters: Answer) -> tuple[str, ...]:
    """Terway's vSwitches: meta_data.PodVswitchId is JSON inside of JSON, {"zone": ["vsw-..."]}."""
    by_zone = unpacked(meta.get("PodVswitchId"))
    listed = loaded(parameters.get("PodVswitchIds"))
    return distinct([*(x for zone in by_zone.values() for x in texts(zone)), *texts(listed)])


def vswitches_of(detail: Answer, pools: t.Sequence[Answer]) -> tuple[str, ...]:
    own = texts(detail.get("vswitch_ids")) or texts(detail.get("vswitch_id"))
    return distinct([*own, *(x for pool in pools for x in texts(scaling_group(pool).get("vswitch_ids")))])


def groups_of(pool: Answer) -> list[t.Any]:
    group = scaling_group(pool)
    return [*texts(group.get("security_group_ids")), group.get("security_group_id")]


def scaling_group(pool: Answer) -> Answer:
    return mapping(pool.get("scaling_group"))


def workers_of_pools(pools: t.Sequence[Answer]) -> Workers | None:
    """The nodes of all pools; None where one does not say. `size` of the cluster counts masters, and was seen to be 0."""
    states = [mapping(pool.get("status")) for pool in pools]
    if not states or any("total_nodes" not in state for state in states):
        return None
    return Workers(
        sum(int(state["total_nodes"] or 0) for state in states),
        sum(int(state.get("healthy_nodes") or 0) for state in states),
    )


def workers_of_nodes(nodes: t.Sequence[Answer]) -> Workers:
    """The same from DescribeClusterNodes."""
    workers = [node for node in nodes if node.get("instance_role") == "Worker"]
    return Workers(len(workers), sum(node.get("node_status") == "Ready" for node in workers))


def api_servers_of(detail: Answer) -> dict[Kind, str]:
    """master_url is JSON in a string, empty while the cluster is being made; the public URL is "" without a public address."""
    urls = unpacked(detail.get("master_url"))
    return {
        "internal": str(urls.get("intranet_api_server_endpoint") or ""),
        "public": str(urls.get("api_server_endpoint") or ""),
    }


def network_of(vpc: Answer | None, vswitches: t.Sequence[Answer]) -> Network:
    """The blocks in the answers of DescribeVpcs and DescribeVSwitches; `vpc` is None for one that is not there."""
    if vpc is None:
        return Network(found=False)
    secondary = texts(mapping(vpc.get("SecondaryCidrBlocks")).get("SecondaryCidrBlock"))
    six = [vpc.get("Ipv6CidrBlock"), *(x.get("Ipv6CidrBlock") for x in secondary_six(vpc))]
    blocks = {str(x["VSwitchId"]): distinct([x.get("CidrBlock"), x.get("Ipv6CidrBlock")]) for x in vswitches}
    return Network(distinct([vpc.get("CidrBlock"), *secondary, *six]), blocks)


def secondary_six(vpc: Answer) -> list[Answer]:
    listed = mapping(vpc.get("Ipv6CidrBlocks")).get("Ipv6CidrBlock")
    return [mapping(x) for x in listed] if isinstance(listed, list) else []


def variables(cluster: AckCluster, network: Network, api_server: Kind) -> dict[str, t.Any]:
    """The cluster's variables in an inventory, all but how it is reached."""
    pods = cluster.pod_cidrs or blocks_of(cluster.pod_vswitch_ids, network)
    return {
        "mesh_cluster_name": cluster.name,
        "mesh_cluster_provider": "ack",
        "mesh_cluster_region": cluster.region,
        "mesh_cluster_id": cluster.id,
        "mesh_cluster_vpc_id": cluster.vpc_id,
        "mesh_cluster_security_group_ids": list(cluster.security_group_ids),
        "mesh_cluster_vpc_cidrs": list(network.vpc_cidrs),
        "mesh_cluster_vswitch_cidrs": list(blocks_of(cluster.vswitch_ids, network)),
        "mesh_cluster_pod_cidrs": list(pods),
        "mesh_cluster_service_cidrs": list(cluster.service_cidrs),
        "mesh_cluster_pods_in_vpc": cluster.pods_in_vpc,
        "mesh_cluster_api_server": cluster.api_servers[api_server],
    }


def blocks_of(vswitch_ids: t.Sequence[str], network: Network) -> tuple[str, ...]:
    return distinct([block for vswitch in vswitch_ids for block in network.vswitches.get(vswitch, ())])


def loaded(value: t.Any) -> t.Any:
    """JSON that may come as a string; None for what is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def mapping(value: t.Any) -> Answer:
    return value if isinstance(value, dict) else {}


def unpacked(value: t.Any) -> Answer:
    """A JSON object that may come as a string, {} for anything else."""
    return mapping(loaded(value))


def texts(value: t.Any) -> list[str]:
    """A list of texts; one text is divided at commas."""
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [str(x).strip() for x in listed if x and str(x).strip()]


def first_list(*values: t.Any) -> tuple[str, ...]:
    """The first of several that is not empty."""
    return tuple(next((found for found in map(texts, values) if found), []))


def distinct(values: t.Iterable[t.Any]) -> tuple[str, ...]:
    """In order, each once, without what is empty."""
    return tuple(dict.fromkeys(str(value) for value in values if value))
