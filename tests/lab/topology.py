"""What the lab consists of: VPCs, clusters, their blocks, and control planes without nodes. No input or output here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

PREFIX = "mrlab-"  # of the names of network namespaces and of the host's one interface
DELAY = "delay"  # the router's interface out of which packets come that were held on their way to another region
LINK = IPv4Network("10.40.255.0/30")  # between the host and the router
CONTROL_PLANES_BLOCK = IPv4Network("10.30.1.0/24")
MOST_CONTROL_PLANES = 200
OLD, OLD_RELEASE = "old-1", "1.24"  # the one control plane of an old Kubernetes, and which
HOLLOW_TAINT = "lab/hollow=true:NoSchedule"


@dataclass(frozen=True)
class Vpc:
    """A private network of a cloud: its id, its region, and the block that its vSwitches divide."""

    name: str
    region: str
    block: IPv4Network


@dataclass(frozen=True)
class Attachment:
    """A network namespace on the router, which reaches the blocks `behind` it through its `address`."""

    namespace: str
    subnet: IPv4Network
    behind: tuple[IPv4Network, ...] = ()

    @property
    def device(self) -> str:
        """The router's interface towards it (at most 15 characters, says Linux)."""
        return self.namespace.removeprefix(PREFIX)

    @property
    def gateway(self) -> IPv4Address:
        """The router's address in the subnet."""
        return self.subnet[1]

    @property
    def address(self) -> IPv4Address:
        """The namespace's own address."""
        return self.subnet[10]


@dataclass(frozen=True)
class ControlPlane:
    """An API server and what it needs. Without `pods` it has no scheduler, and only the controllers for credentials.

    release: of Kubernetes, where it is not the lab's
    """

    name: str
    attachment: Attachment
    address: IPv4Address
    services: IPv4Network
    pods: IPv4Network | None = None
    release: str = ""

    @property
    def api_server(self) -> str:
        """The URL by which everything in the lab and the host reach it."""
        return f"https://{self.address}:6443"


@dataclass(frozen=True)
class Cluster:
    """A cluster with one real and two hollow nodes. `zone` is the zone that its nodes are labelled with."""

    name: str
    vpc: Vpc
    zone: str
    vswitch: IPv4Network
    pods: IPv4Network
    services: IPv4Network

    @property
    def attachment(self) -> Attachment:
        """The network namespace in which all its processes run."""
        return Attachment(PREFIX + self.name, self.vswitch, (self.pods, self.balanced))

    @property
    def control_plane(self) -> ControlPlane:
        """Its API server, on the real node's address."""
        return ControlPlane(self.name, self.attachment, self.attachment.address, self.services, self.pods)

    @property
    def balanced(self) -> IPv4Network:
        """The last quarter of its vSwitch: the addresses for Services of type LoadBalancer."""
        return list(self.vswitch.subnets(prefixlen_diff=2))[-1]

    @property
    def node(self) -> str:
        """The real node's name."""
        return f"{self.name}-node-1"

    @property
    def hollow_nodes(self) -> dict[str, IPv4Address]:
        """The hollow nodes' names and addresses."""
        return {f"{self.name}-node-{number}": self.vswitch[9 + number] for number in (2, 3)}

    @property
    def dns(self) -> IPv4Address:
        """The address of the cluster's DNS Service: the tenth of the services, as with kubeadm."""
        return self.services[10]


BEIJING = Vpc("vpc-beijing", "cn-beijing", IPv4Network("10.10.0.0/16"))
SINGAPORE = Vpc("vpc-singapore", "ap-southeast-1", IPv4Network("10.20.0.0/16"))


def _cluster(name: str, vpc: Vpc, zone: str, vswitch: str, pods: str, services: str) -> Cluster:
    return Cluster(name, vpc, zone, IPv4Network(vswitch), IPv4Network(pods), IPv4Network(services))


CLUSTERS = (  # the first is the primary
    _cluster("cn-beijing-1", BEIJING, "cn-beijing-a", "10.10.1.0/24", "10.101.0.0/16", "10.102.0.0/16"),
    _cluster("cn-beijing-2", BEIJING, "cn-beijing-b", "10.10.2.0/24", "10.103.0.0/16", "10.104.0.0/16"),
    _cluster("ap-southeast-1", SINGAPORE, "ap-southeast-1a", "10.20.1.0/24", "10.105.0.0/16", "10.106.0.0/16"),
)
CONTROL_PLANES = Attachment(PREFIX + "api", CONTROL_PLANES_BLOCK)


def control_plane(number: int) -> ControlPlane:
    """The control plane without nodes of that number, `api-1` for 1; all share one namespace, each has its address."""
    if not 1 <= number <= MOST_CONTROL_PLANES:
        raise ValueError(f"a control plane without nodes has a number from 1 to {MOST_CONTROL_PLANES}, not {number}")
    services = IPv4Network(f"10.31.{number}.0/24")
    return ControlPlane(f"api-{number}", CONTROL_PLANES, CONTROL_PLANES.subnet[20 + number], services)


def old_control_plane() -> ControlPlane:
    """The control plane without nodes of an old Kubernetes, beside those with a number."""
    return ControlPlane(
        OLD, CONTROL_PLANES, CONTROL_PLANES.subnet[19], IPv4Network("10.31.0.0/24"), release=OLD_RELEASE
    )


def named(names: Iterable[str]) -> tuple[list[Cluster], list[ControlPlane]]:
    """The clusters and the control planes of these names, each once.

    :raises ValueError: a name that is neither a cluster of the lab nor api-NUMBER nor the old one.
    """
    clusters = {cluster.name: cluster for cluster in CLUSTERS}
    wanted = list(dict.fromkeys(names))
    planes = []
    for name in wanted:
        if found := re.fullmatch(r"api-([1-9]\d{0,3})", name):
            planes.append(control_plane(int(found[1])))
        elif name == OLD:
            planes.append(old_control_plane())
        elif name not in clusters:
            raise ValueError(
                f"no cluster {name!r} in the lab; there are {', '.join(clusters)} and api-1, api-2, ..., {OLD}"
            )
    return [clusters[name] for name in wanted if name in clusters], planes


def routed_blocks() -> dict[str, IPv4Network]:
    """What the host gets a route to, by what it is. Not services' blocks: they exist inside their cluster only."""
    blocks = {"the link to the router": LINK, "control planes": CONTROL_PLANES.subnet}
    for cluster in CLUSTERS:
        blocks |= {cluster.vpc.name: cluster.vpc.block, f"pods of {cluster.name}": cluster.pods}
    return blocks
