# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh would miss of an ACK cluster, and what to do about it. Pure: no I/O."""

from __future__ import annotations

import typing as t

from .._problems import ERROR, WARNING, Problem
from .ack import RUNNING, TERWAY, AckCluster, Kind, Network, distinct

# What to do about a cluster in a state that is not running.
STATES = {
    "failed": "Look at its events in the console: it was not created",
    "inactive": "Start it, or renew what was not paid",
    "unavailable": "Look at its events in the console: its control plane does not answer",
    "disconnected": "Reconnect it: its control plane does not reach the cloud",
    "deleting": "Leave it out: it is being deleted",
    "deleted": "Leave it out: it is deleted",
    "delete_failed": "Leave it out, or look in the console why it could not be deleted",
}


def problems_of(cluster: AckCluster, network: Network, api_server: Kind) -> list[Problem]:
    """What a mesh would miss of the cluster."""
    return [*state_problems(cluster, api_server), *network_problems(cluster, network)]


def state_problems(cluster: AckCluster, api_server: Kind) -> t.Iterator[Problem]:
    if cluster.state != RUNNING:
        yield Problem(ERROR, not_running(cluster), todo=state_todo(cluster), cluster=cluster.name)
    elif not cluster.api_servers[api_server]:
        yield Problem(ERROR, f"it has no {api_server} API server", todo=no_api_server(api_server), cluster=cluster.name)
    if cluster.workers and not cluster.workers.ready:
        total = cluster.workers.total
        what = f"none of its {total} workers is healthy" if total else "it has no workers"
        yield Problem(WARNING, what, todo="Look at its node pools in the console", cluster=cluster.name)


def network_problems(cluster: AckCluster, network: Network) -> t.Iterator[Problem]:
    def problem(severity: str, what: str, todo: str) -> Problem:
        return Problem(severity, what, todo=todo, cluster=cluster.name)

    if not network.found:
        yield problem(
            ERROR,
            f"its VPC {cluster.vpc_id or '(none)'} is not found",
            "Set mesh_cluster_vpc_cidrs, or check vpc:DescribeVpcs",
        )
    if not cluster.plugin:
        yield problem(
            ERROR,
            "nothing tells its network plugin",
            "Set mesh_cluster_pod_cidrs, and mesh_cluster_pods_in_vpc for Terway",
        )
    elif cluster.plugin != TERWAY and not cluster.pod_cidrs:
        yield problem(ERROR, f"nothing tells the block of its pods ({cluster.plugin})", "Set mesh_cluster_pod_cidrs")
    elif cluster.plugin == TERWAY and not cluster.pod_vswitch_ids:
        todo = "Set mesh_cluster_pod_cidrs to the blocks of the vSwitches in ConfigMap kube-system/eni-config"
        yield problem(WARNING, "nothing tells the vSwitches of its pods (Terway)", todo)
    if not cluster.service_cidrs:
        yield problem(ERROR, "nothing tells the block of its services", "Set mesh_cluster_service_cidrs")
    wanted = distinct([*cluster.vswitch_ids, *cluster.pod_vswitch_ids])
    lost = [x for x in wanted if x not in network.vswitches] if network.found else []
    if lost:
        yield problem(
            WARNING, f"its vSwitches {', '.join(lost)} are not in {cluster.vpc_id}", "Set mesh_cluster_vswitch_cidrs"
        )


def not_running(cluster: AckCluster) -> str:
    return f"it is {cluster.state or 'in no known state'}, not running"


def state_todo(cluster: AckCluster) -> str:
    return STATES.get(cluster.state, "Run it again when the cluster is running")


def no_api_server(api_server: Kind) -> str:
    if api_server == "public":
        return "Give its API server a public address (EIP) in the console, or use api_server: internal"
    return "Look at its API server's load balancer in the console"
