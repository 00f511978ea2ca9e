# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACK clusters looked up: one list a region, then each cluster's own calls at once, and the network of each VPC once."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import asdict, dataclass, replace

from .._errors import MeshError
from .._interrupts import for_each
from . import ack
from .ack import AckCluster, Kind, Network
from .ack_problems import problems_of
from .client import Client
from .errors import about

Answer = dict[str, t.Any]

THREADS = 8
VPCS_A_CALL = 20
NAMES_TOLD = 10
NOT_FOUND = ("ErrorClusterNotFound", "ClusterNotFound")


@dataclass(frozen=True)
class Found:
    """A cluster with the network that it lies in."""

    cluster: AckCluster
    network: Network

    def variables(self, api_server: Kind = "internal") -> Answer:
        return ack.variables(self.cluster, self.network, api_server)

    def problems(self, api_server: Kind = "internal") -> list[Answer]:
        return [problem.as_dict() for problem in problems_of(self.cluster, self.network, api_server)]

    def facts(self, api_server: Kind = "internal") -> Answer:
        """What a task returns of it."""
        cluster, detail = self.cluster, self.cluster.detail
        return {
            "name": cluster.name,
            "cluster_id": cluster.id,
            "region": cluster.region,
            "state": cluster.state,
            "version": cluster.version,
            "next_version": str(detail.get("next_version") or "").removeprefix("v"),
            "cluster_type": str(detail.get("cluster_type") or ""),
            "cluster_spec": str(detail.get("cluster_spec") or ""),
            "network_plugin": cluster.plugin,
            "zone_id": str(detail.get("zone_id") or ""),
            "resource_group_id": str(detail.get("resource_group_id") or ""),
            "tags": tags_of(detail),
            "vpc_id": cluster.vpc_id,
            "vswitch_ids": list(cluster.vswitch_ids),
            "pod_vswitch_ids": list(cluster.pod_vswitch_ids),
            "security_group_ids": list(cluster.security_group_ids),
            "workers": asdict(cluster.workers) if cluster.workers else None,
            "api_servers": dict(cluster.api_servers),
            "variables": self.variables(api_server),
            "problems": self.problems(api_server),
        }


def tags_of(row: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The tags of a cluster as the API lists them, [{key, value}], as a dict."""
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in row.get("tags") or []}


def told(names: t.Sequence[str]) -> str:
    """The first of several, and how many more there are."""
    more = len(names) - NAMES_TOLD
    return ", ".join(names[:NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


def listed(client: Client, region: str = "", name: str = "") -> list[Answer]:
    """The rows of all clusters of a region, of all regions for "" where the options name none; with `name` exactly those.

    The API's own filter is fuzzy, so it only saves pages.
    """
    rows = client.pages("DescribeClustersV1", region, name=name or None)
    return [row for row in rows if row.get("state") != "deleted" and (not name or row.get("name") == name)]


def one_named(client: Client, name: str) -> Answer:
    """The row of the one cluster of that name. Raises MeshError where there is none, or more than one: names are not unique."""
    rows = listed(client, name=name)
    where = f"in {client.options.region}" if client.options.region else "in any region"
    if len(rows) > 1:
        ids = ", ".join(sorted(f"{row['cluster_id']} ({row.get('region_id')}, {row.get('state')})" for row in rows))
        raise MeshError(
            f"{len(rows)} ACK clusters have this name {where}",
            cluster=name,
            why=ids,
            todo="Set cluster_id to the one meant",
        )
    if not rows:
        names = sorted(str(row.get("name")) for row in listed(client))
        raise MeshError(
            f"there is no ACK cluster of this name {where}",
            cluster=name,
            why=f"there are {told(names)}" if names else "the account has none there",
            todo="Check name and region, and that the access key is of the right account",
        )
    return rows[0]


def detail_of(client: Client, cluster_id: str, region: str = "", name: str = "") -> Answer:
    """The answer of DescribeClusterDetail. Raises AlibabaError, also where there is no such cluster."""
    with about(name or cluster_id):
        try:
            return client.call("DescribeClusterDetail", region, path={"ClusterId": cluster_id})
        except MeshError as error:
            if getattr(error, "code", "") in NOT_FOUND:
                error.todo = "Check cluster_id and region, and that the access key is of the right account"
            raise


def looked_up(client: Client, rows: t.Sequence[Answer]) -> list[Found]:
    """Clusters with all that is to be known of them, in the order of the rows (which need cluster_id, region_id and name)."""
    stop = threading.Event()
    clusters = for_each(lambda row: read_cluster(client, row), rows, stop, THREADS)
    networks = networks_of(client, [(cluster.region, cluster.vpc_id) for cluster in clusters if cluster.vpc_id])
    nowhere = Network(found=False)
    return [Found(cluster, networks.get((cluster.region, cluster.vpc_id), nowhere)) for cluster in clusters]


def read_cluster(client: Client, row: Answer) -> AckCluster:
    """One cluster: detail and node pools; addons and nodes only where these do not tell enough."""
    cluster_id, region, name = str(row["cluster_id"]), str(row.get("region_id") or ""), str(row.get("name") or "")
    # Only DescribeClusterDetail tells parameters: a row that has them is its answer already.
    detail = row if "parameters" in row else detail_of(client, cluster_id, region, name)
    region = str(detail.get("region_id") or region)
    path = {"ClusterId": cluster_id}
    with about(name or cluster_id):
        pools = client.pages("DescribeClusterNodePools", region, path=path)
        known = ack.plugin_of(detail)
        addons = [] if known else client.pages("ListClusterAddonInstances", region, path=path)
        cluster = ack.cluster_of(detail, pools, addons)
        if cluster.workers is None and cluster.state == ack.RUNNING:
            nodes = client.pages("DescribeClusterNodes", region, path=path, state="running")
            cluster = replace(cluster, workers=ack.workers_of_nodes(nodes))
    return cluster


def networks_of(client: Client, places: t.Iterable[tuple[str, str]]) -> dict[tuple[str, str], Network]:
    """The network of each (region, VPC): one call for up to 20 VPCs of a region, and one for the vSwitches of each."""
    wanted = list(dict.fromkeys(places))
    batches = [
        (region, ids[start : start + VPCS_A_CALL])
        for region in dict.fromkeys(region for region, vpc in wanted)
        for ids in [[vpc for place, vpc in wanted if place == region]]
        for start in range(0, len(ids), VPCS_A_CALL)
    ]
    stop = threading.Event()
    answers = for_each(lambda x: client.pages("DescribeVpcs", x[0], VpcId=",".join(x[1])), batches, stop, THREADS)
    vpcs = {vpc["VpcId"]: vpc for answer in answers for vpc in answer}
    there = [place for place in wanted if place[1] in vpcs]
    vswitches = for_each(lambda x: client.pages("DescribeVSwitches", x[0], VpcId=x[1]), there, stop, THREADS)
    found = {place: ack.network_of(vpcs[place[1]], rows) for place, rows in zip(there, vswitches, strict=True)}
    return {place: found.get(place, Network(found=False)) for place in wanted}
