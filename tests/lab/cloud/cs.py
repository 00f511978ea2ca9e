"""ACK: clusters, their node pools and nodes, and kubeconfigs. Read only, as the collection makes no cluster."""

from __future__ import annotations

import json
import time
from typing import Any

import yaml

from .errors import Refused
from .paging import numbered
from .request import Request
from .state import FLANNEL, Cluster, Node, NodePool, State

Answer = dict[str, Any]
LONG_LIVED = 3 * 365 * 24 * 60  # minutes that a kubeconfig without a lifetime lasts
CREATED = "2026-01-01T00:00:00+08:00"


def describe_clusters(state: State, request: Request) -> Answer:
    """Name is matched fuzzily, as the cloud does: it may be anywhere within a cluster's name."""
    found = [cluster for cluster in state.clusters.values() if matches(cluster, request)]
    page, numbers = numbered(request, found, number="page_number", size="page_size")
    info = {
        "page_number": numbers["PageNumber"],
        "page_size": numbers["PageSize"],
        "total_count": numbers["TotalCount"],
    }
    return {"clusters": [summary(cluster) for cluster in page], "page_info": info}


def matches(cluster: Cluster, request: Request) -> bool:
    exact = {
        "cluster_id": cluster.id,
        "cluster_type": cluster.kind,
        "cluster_spec": cluster.spec,
        "profile": cluster.profile,
        "region_id": cluster.region,
    }
    return request.get("name") in cluster.name and all(request.get(key, own) == own for key, own in exact.items())


def describe_cluster(state: State, request: Request) -> Answer:
    cluster = the_cluster(state, request)
    zone = state.vswitches[cluster.vswitches[0]].zone
    return {
        **summary(cluster),
        "zone_id": zone,
        "node_cidr_mask": "24" if cluster.pods else "",
        "parameters": parameters_of(cluster),
        "control_plane_endpoints_config": {
            "load_balancers_config": [],
            "internal_dns_config": {"enabled": True, "bind_vpcs": [cluster.vpc]},
        },
        "rrsa_config": {"enabled": False},
    }


def the_cluster(state: State, request: Request) -> Cluster:
    """:raises Refused: there is none of the id."""
    wanted = request.get("ClusterId")
    if wanted not in state.clusters:
        raise Refused("ErrorClusterNotFound", f"cluster ({wanted}) not found in our records", 404)
    return state.clusters[wanted]


def summary(cluster: Cluster) -> Answer:
    """What the list and the detail both say."""
    return {
        "cluster_id": cluster.id,
        "name": cluster.name,
        "region_id": cluster.region,
        "vpc_id": cluster.vpc,
        "vswitch_ids": cluster.vswitches,
        "vswitch_id": ",".join(cluster.vswitches),
        "security_group_id": cluster.group,
        "service_cidr": cluster.services,
        "container_cidr": cluster.pods,
        "subnet_cidr": cluster.pods,
        "current_version": cluster.version,
        "init_version": cluster.version,
        "next_version": "",
        "state": cluster.state,
        "size": cluster.size,
        "cluster_type": cluster.kind,
        "cluster_spec": cluster.spec,
        "profile": cluster.profile,
        "proxy_mode": "ipvs",
        "network_mode": "vpc",
        "ip_stack": "ipv4",
        "cluster_domain": "cluster.local",
        "deletion_protection": False,
        "private_zone": False,
        "created": CREATED,
        "updated": CREATED,
        "tags": [{"key": key, "value": value} for key, value in cluster.tags.items()],
        "resource_group_id": cluster.resource_group,
        "external_loadbalancer_id": cluster.balancer,
        "master_url": master_url(cluster),
        "meta_data": meta_data(cluster),
    }


def master_url(cluster: Cluster) -> str:
    """JSON in a string; "" while the cluster is being made."""
    if cluster.state == "initial":
        return ""
    return json.dumps({"api_server_endpoint": cluster.public, "intranet_api_server_endpoint": cluster.internal})


def meta_data(cluster: Cluster) -> str:
    """JSON in a string; PodVswitchId in it is JSON in a string again, "" with Flannel. TerwayEniip is true everywhere."""
    return json.dumps(
        {
            "Capabilities": {"Network": cluster.network, "TerwayEniip": True, "IntranetApiServer": True},
            "PodVswitchId": json.dumps(cluster.pod_vswitches) if cluster.pod_vswitches else "",
            "ServiceCIDR": cluster.services,
            "SubClass": "default",
        }
    )


def parameters_of(cluster: Cluster) -> dict[str, str]:
    pods = [vswitch for ids in cluster.pod_vswitches.values() for vswitch in ids]
    return {
        "Network": cluster.network,
        "ContainerCIDR": cluster.pods,
        "ServiceCIDR": cluster.services,
        "PodVswitchIds": json.dumps(pods) if pods else "",
    }


def describe_pools(state: State, request: Request) -> Answer:
    cluster, name = the_cluster(state, request), request.get("NodepoolName")
    return {"nodepools": [pool_view(cluster, pool) for pool in cluster.pools if name in ("", pool.name)]}


def pool_view(cluster: Cluster, pool: NodePool) -> Answer:
    ready = sum(node.status == "Ready" for node in pool.nodes)
    return {
        "nodepool_info": {
            "nodepool_id": pool.id,
            "name": pool.name,
            "region_id": cluster.region,
            "resource_group_id": cluster.resource_group,
            "type": "ess",
            "is_default": pool is cluster.pools[0],
            "created": CREATED,
            "updated": CREATED,
        },
        "scaling_group": {
            "scaling_group_id": f"asg-{pool.id}",
            "security_group_id": pool.groups[0],
            "security_group_ids": pool.groups,
            "vswitch_ids": pool.vswitches,
            "desired_size": len(pool.nodes),
        },
        "status": {
            "state": pool.state,
            "total_nodes": len(pool.nodes),
            "healthy_nodes": ready,
            "serving_nodes": ready,
            "failed_nodes": len(pool.nodes) - ready,
            "offline_nodes": 0,
            "initial_nodes": 0,
            "removing_nodes": 0,
        },
    }


def describe_nodes(state: State, request: Request) -> Answer:
    cluster, pool, wanted = the_cluster(state, request), request.get("nodepool_id"), request.get("state", "all")
    found = [(of, node) for of in cluster.pools for node in of.nodes if pool in ("", of.id)]
    if wanted not in ("all", "running"):
        found = []
    page, numbers = numbered(request, found, most=100, number="pageNumber", size="pageSize")
    info = {
        "page_number": numbers["PageNumber"],
        "page_size": numbers["PageSize"],
        "total_count": numbers["TotalCount"],
    }
    return {"nodes": [node_view(of, node) for of, node in page], "page": info}


def node_view(pool: NodePool, node: Node) -> Answer:
    return {
        "instance_id": node.instance,
        "instance_name": node.name,
        "instance_role": node.role,
        "instance_status": "Running",
        "host_name": node.name,
        "ip_address": [node.ip],
        "is_aliyun_node": True,
        "node_name": node.name,
        "node_status": node.status,
        "nodepool_id": pool.id,
        "source": "ess_attach",
        "state": "running",
    }


def list_addons(state: State, request: Request) -> Answer:
    cluster = the_cluster(state, request)
    network = "kube-flannel-ds" if cluster.network == FLANNEL else cluster.network
    names = (network, "coredns", "cloud-controller-manager")
    return {"addons": [{"name": name, "state": "active", "version": "v1.0.0"} for name in names]}


def user_kubeconfig(state: State, request: Request) -> Answer:
    """A kubeconfig whose one cluster is called kubernetes, whatever the cluster's name."""
    cluster = the_cluster(state, request)
    minutes = request.number("TemporaryDurationMinutes", LONG_LIVED)
    if "TemporaryDurationMinutes" in request.parameters and not 15 <= minutes <= 4320:
        raise Refused("InvalidParameter", "TemporaryDurationMinutes must be from 15 to 4320")
    server = cluster.internal if request.flag("PrivateIpAddress") else cluster.public
    if cluster.state == "initial" or not server:
        raise Refused("ErrorKubeconfigNotFound", f"cluster ({cluster.id}) has no such endpoint", 404)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state.clock() + minutes * 60))
    return {"config": yaml.safe_dump(kubeconfig(state, cluster, server)), "expiration": ends}


def kubeconfig(state: State, cluster: Cluster, server: str) -> Answer:
    """Real credentials where the cluster is real, else such as lead nowhere."""
    real = yaml.safe_load(cluster.kubeconfig) if cluster.kubeconfig else {}
    trust = real["clusters"][0]["cluster"] if real else {"certificate-authority-data": "bGFi"}
    user = real["users"][0]["user"] if real else {"client-certificate-data": "bGFi", "client-key-data": "bGFi"}
    context = f"{state.account}-{cluster.id}"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubernetes", "cluster": {**trust, "server": server}}],
        "contexts": [{"name": context, "context": {"cluster": "kubernetes", "user": state.account}}],
        "current-context": context,
        "users": [{"name": state.account, "user": user}],
        "preferences": {},
    }


HANDLERS = {
    "DescribeClustersV1": describe_clusters,
    "DescribeClusterDetail": describe_cluster,
    "DescribeClusterNodePools": describe_pools,
    "DescribeClusterNodes": describe_nodes,
    "ListClusterAddonInstances": list_addons,
    "DescribeClusterUserKubeconfig": user_kubeconfig,
}
