"""Accounts to begin with: the lab's clusters as ACK would show them, and one more with Terway for tests without the lab."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from ipaddress import IPv4Network
from urllib.parse import urlsplit

from .. import topology
from .network import Balancer, Interface, Listener, RouteEntry, RouteTable, Rule, SecurityGroup, Vpc, VSwitch
from .state import FLANNEL, TERWAY, Cluster, Key, Node, NodePool, State

KEY = Key("LTAIlab0000000000", "lab-secret")
TERWAY_CLUSTER = "ap-southeast-1-terway"
NODE_BLOCK = 24  # prefix length of a node's pods
API_SERVER_PORT = 6443


def small_account() -> State:
    """Three VPCs in two regions: the lab's three clusters with Flannel, and one with Terway in a VPC of its own."""
    state = lab_account()
    add_terway_cluster(state)
    return state


def lab_account(clusters: Iterable[topology.Cluster] = topology.CLUSTERS) -> State:
    """The lab's VPCs and clusters, in a network that is as closed as ACK leaves it."""
    state = State(keys={KEY.id: KEY})
    for cluster in clusters:
        add_vpc(state, cluster.vpc)
        add_flannel_cluster(state, cluster)
    return state


def add_vpc(state: State, vpc: topology.Vpc) -> None:
    if vpc.name in state.vpcs:
        return
    state.vpcs[vpc.name] = Vpc(vpc.name, vpc.name, vpc.region, str(vpc.block))
    table = f"vtb-{vpc.name}"
    state.route_tables[table] = RouteTable(table, vpc.name)
    letters = zone_letters(vpc.region)
    state.zones[vpc.region] = letters
    # a vSwitch for the transit router in each zone: the last two /24 of the VPC
    for zone, block in zip(letters, list(vpc.block.subnets(new_prefix=24))[-2:], strict=True):
        add_vswitch(state, vpc.name, zone, block)


def zone_letters(region: str) -> list[str]:
    """ "cn-beijing-a", but "ap-southeast-1a"."""
    separator = "" if region[-1].isdigit() else "-"
    return [f"{region}{separator}{letter}" for letter in "ab"]


def add_vswitch(state: State, vpc: str, zone: str, block: IPv4Network) -> str:
    """Its id, which is made of its block."""
    name = f"vsw-{str(block.network_address).replace('.', '-')}"
    state.vswitches[name] = VSwitch(name, vpc, zone, str(block))
    return name


def cluster_id(name: str) -> str:
    return f"c{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def add_flannel_cluster(state: State, cluster: topology.Cluster) -> None:
    """One of the lab's: the real node in the default pool; the hollow ones in a second pool with its own group."""
    vswitch = add_vswitch(state, cluster.vpc.name, cluster.zone, cluster.vswitch)
    address = cluster.attachment.address
    nodes = {cluster.node: address, **cluster.hollow_nodes}
    made = [Node(name, str(ip), f"i-{name}") for name, ip in nodes.items()]
    pools = pools_of(state, cluster.name, cluster.vpc, vswitch, [made[:1], made[1:]])
    blocks = cluster.pods.subnets(new_prefix=NODE_BLOCK)
    for pool in pools:
        open_group(state, pool.groups[0], str(cluster.pods))
        for node, block in zip(pool.nodes, blocks, strict=False):
            add_interface(state, cluster.vpc.name, vswitch, node, pool.groups, [str(block)])
            state.system_table(cluster.vpc.name).entries.append(RouteEntry(str(block), node.instance))
    state.clusters[cluster_id(cluster.name)] = Cluster(
        cluster_id(cluster.name),
        cluster.name,
        cluster.vpc.region,
        cluster.vpc.name,
        [vswitch],
        pools[0].groups[0],
        str(cluster.services),
        FLANNEL,
        str(cluster.pods),
        public=f"https://{address}:6443",
        internal=f"https://{address}:6443",
        pools=pools,
        tags={"mesh": "lab"},
    )
    add_api_balancer(state, state.clusters[cluster_id(cluster.name)])


def add_terway_cluster(state: State) -> None:
    """In a VPC of its own in Singapore; pods have a vSwitch, and the group of the nodes."""
    name, vpc = TERWAY_CLUSTER, topology.Vpc("vpc-terway", "ap-southeast-1", IPv4Network("10.50.0.0/16"))
    add_vpc(state, vpc)
    zone = zone_letters(vpc.region)[0]
    vswitch = add_vswitch(state, vpc.name, zone, IPv4Network("10.50.1.0/24"))
    pods = add_vswitch(state, vpc.name, zone, IPv4Network("10.50.16.0/20"))
    nodes = [Node(f"{name}-node-{number}", f"10.50.1.{10 + number}", f"i-{name}-node-{number}") for number in (1, 2)]
    pools = pools_of(state, name, vpc, vswitch, [nodes])
    open_group(state, pools[0].groups[0], "")
    for number, node in enumerate(nodes):
        add_interface(state, vpc.name, vswitch, node, pools[0].groups, [])
        block = list(IPv4Network("10.50.16.0/20").subnets(new_prefix=26))[number]
        eni = f"eni-pods-{node.name}"
        state.interfaces[eni] = Interface(eni, vpc.name, pods, node.instance, pools[0].groups, [str(block)])
    state.clusters[cluster_id(name)] = Cluster(
        cluster_id(name),
        name,
        vpc.region,
        vpc.name,
        [vswitch],
        pools[0].groups[0],
        "10.107.0.0/16",
        TERWAY,
        pod_vswitches={zone: [pods]},
        internal="https://10.50.1.200:6443",
        pools=pools,
    )
    add_api_balancer(state, state.clusters[cluster_id(name)])


def add_api_balancer(state: State, cluster: Cluster) -> None:
    """The load balancer that ACK makes for an API server, without an access list: no security group decides who reaches it."""
    address, first = urlsplit(cluster.internal).hostname, cluster.nodes[0]
    cluster.balancer = f"lb-{cluster.name}"
    listeners = [Listener(API_SERVER_PORT, managed=True)]
    state.balancers[cluster.balancer] = Balancer(
        cluster.balancer, cluster.vpc, f"{address}/32", f"eni-{first.name}", listeners
    )


def pools_of(state: State, cluster: str, vpc: topology.Vpc, vswitch: str, nodes: list[list[Node]]) -> list[NodePool]:
    """A pool for each list of nodes, each with a group of its own."""
    pools = []
    for number, members in enumerate(nodes, start=1):
        group = f"sg-{cluster}-{number}"
        state.groups[group] = SecurityGroup(group, f"alicloud-cs-auto-created-{cluster}-{number}", vpc.name, vpc.region)
        pools.append(NodePool(f"np-{cluster}-{number}", f"pool-{number}", [group], [vswitch], members))
    return pools


def open_group(state: State, group: str, pods: str) -> None:
    """The rules that ACK itself makes in a basic group."""
    rules = [
        Rule("ingress", "ICMP", "-1/-1", ("SourceCidrIp", "0.0.0.0/0")),
        Rule("ingress", "ALL", "-1/-1", ("SourceGroupId", group)),
        Rule("egress", "ALL", "-1/-1", ("DestCidrIp", "0.0.0.0/0")),
    ]
    if pods:
        rules.append(Rule("ingress", "ALL", "-1/-1", ("SourceCidrIp", pods)))
    state.groups[group].rules += [stamped(state, rule) for rule in rules]


def stamped(state: State, rule: Rule) -> Rule:
    return Rule(**{**vars(rule), "id": state.new_id("sgr"), "created": state.time_stamp()})


def add_interface(state: State, vpc: str, vswitch: str, node: Node, groups: list[str], behind: list[str]) -> None:
    eni = f"eni-{node.name}"
    state.interfaces[eni] = Interface(eni, vpc, vswitch, node.instance, groups, [f"{node.ip}/32", *behind])
