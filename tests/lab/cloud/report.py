"""What a cluster's own controller tells the cloud: as ACK's cloud controller manager makes routes for nodes' pods and load balancers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .account import cluster_id
from .network import Balancer, Interface, Listener, RouteEntry
from .state import Cluster, Node, State


@dataclass(frozen=True)
class Report:
    """pods: block by node. services: an address of a load balancer to its listeners, port to NodePort."""

    pods: Mapping[str, str]
    services: Mapping[str, Sequence[tuple[int, int]]]

    @staticmethod
    def read(told: Mapping[str, Any]) -> Report:
        return Report(
            told["pods"], {address: [(a, b) for a, b in ports] for address, ports in told["services"].items()}
        )


def apply(state: State, name: str, report: Report) -> str:
    """Make the state as a cluster reports; or what is missing in the report, and nothing is changed."""
    cluster = state.clusters.get(cluster_id(name))
    if cluster is None:
        return f"no cluster {name}"
    if missing := [node.name for node in cluster.nodes if not report.pods.get(node.name)]:
        return f"no block of pods yet for {', '.join(missing)}"
    for node in cluster.nodes:
        put_pods(state, cluster, node, report.pods[node.name])
    put_balancers(state, cluster, report.services)
    return ""


def put_pods(state: State, cluster: Cluster, node: Node, block: str) -> None:
    """Behind the node's interface, with a route of the VPC's own table."""
    interface_of(state, node).cidrs[1:] = [block]
    table = state.system_table(cluster.vpc)
    table.entries = [entry for entry in table.entries if entry.hop != node.instance]
    table.entries.append(RouteEntry(block, node.instance))


def put_balancers(state: State, cluster: Cluster, services: Mapping[str, Sequence[tuple[int, int]]]) -> None:
    """Load balancers lead to the NodePorts of the first node: the lab's pods are there."""
    prefix = f"lb-{cluster.name}-service-"
    state.balancers = {name: one for name, one in state.balancers.items() if not name.startswith(prefix)}
    at = interface_of(state, cluster.nodes[0])
    for address, ports in services.items():
        name = f"{prefix}{address.replace('.', '-')}"
        listeners = [Listener(port, node_port) for port, node_port in ports]
        state.balancers[name] = Balancer(name, cluster.vpc, f"{address}/32", at.id, listeners)


def interface_of(state: State, node: Node) -> Interface:
    return state.interfaces[f"eni-{node.name}"]
