"""All that the lab's cloud knows: the account's networks (network.py), its ACK clusters, and who may call."""

from __future__ import annotations

from dataclasses import dataclass, field

from .network import ACCOUNT, Network

FLANNEL, TERWAY = "Flannel", "terway-eniip"


@dataclass(frozen=True)
class Key:
    """An access key. With a token it is a temporary one, of STS, that ends at `expires` (seconds since 1970).

    denied: RAM actions that its owner lacks, "ecs:AuthorizeSecurityGroup"
    """

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    expires: float = float("inf")
    denied: frozenset[str] = frozenset()


@dataclass
class Node:
    """instance: its ECS instance. status: Ready, NotReady, Unknown or Offline."""

    name: str
    ip: str
    instance: str
    role: str = "Worker"
    status: str = "Ready"


@dataclass
class NodePool:
    """groups: the security groups of its nodes, which may be others than the cluster's."""

    id: str
    name: str
    groups: list[str]
    vswitches: list[str]
    nodes: list[Node] = field(default_factory=list)
    state: str = "active"


@dataclass
class Cluster:
    """An ACK cluster.

    vswitches:    of its control plane
    group:        the security group that ACK made for it
    network:      FLANNEL or TERWAY
    pods:         block of Flannel's pods, "" with Terway
    pod_vswitches: zone -> vSwitches of Terway's pods
    public, internal: URLs of its API server; public is "" without an EIP
    balancer:     the load balancer of its API server
    kubeconfig:   YAML with which the cluster can be reached really, "" for one that leads nowhere
    size:         what the API says of its size, which is not the number of its workers
    """

    id: str
    name: str
    region: str
    vpc: str
    vswitches: list[str]
    group: str
    services: str
    network: str = FLANNEL
    pods: str = ""
    pod_vswitches: dict[str, list[str]] = field(default_factory=dict)
    public: str = ""
    internal: str = ""
    balancer: str = ""
    pools: list[NodePool] = field(default_factory=list)
    state: str = "running"
    version: str = "1.34.10-aliyun.1"
    kind: str = "ManagedKubernetes"
    profile: str = "Default"
    spec: str = "ack.pro.small"
    tags: dict[str, str] = field(default_factory=dict)
    resource_group: str = "rg-default"
    kubeconfig: str = field(default="", repr=False)
    size: int = 0

    @property
    def nodes(self) -> list[Node]:
        return [node for pool in self.pools for node in pool.nodes]


@dataclass
class State(Network):
    """An account."""

    account: str = ACCOUNT
    keys: dict[str, Key] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
