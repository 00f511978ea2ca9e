"""Networks of the lab's cloud for tests: two VPCs in one region and one in another, each with nodes and Flannel's pods."""

from __future__ import annotations

import typing as t

from tests.lab.cloud.network import (
    Attachment,
    Cen,
    Interface,
    Network,
    Relation,
    RouteEntry,
    RouteTable,
    Rule,
    SecurityGroup,
    StaticRoute,
    TransitRouter,
    TransitTable,
    Vpc,
    VSwitch,
)

BEIJING, SINGAPORE = "cn-beijing", "ap-southeast-1"
PLACES = {  # VPC -> region, number of its blocks
    "vpc-a": (BEIJING, 1),
    "vpc-b": (BEIJING, 2),
    "vpc-c": (SINGAPORE, 3),
}


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def three_vpcs() -> Network:
    """vpc-a, vpc-b and vpc-c, with node 10.N.1.10 in group sg-X, its pods 10.10N.0.0/24 and the route to them. All closed."""
    network = Network(zones={BEIJING: ["cn-beijing-a", "cn-beijing-b"], SINGAPORE: ["ap-southeast-1a"]}, clock=Clock())
    for vpc, (region, number) in PLACES.items():
        letter = vpc[-1]
        network.vpcs[vpc] = Vpc(vpc, f"name-{letter}", region, f"10.{number}.0.0/16")
        for zone, block in ("a", f"10.{number}.1.0/24"), ("b", f"10.{number}.2.0/24"):
            name = f"vsw-{letter}{zone}"
            zone_id = f"ap-southeast-1{zone}" if region == SINGAPORE else f"{region}-{zone}"
            network.vswitches[name] = VSwitch(name, vpc, zone_id, block)
        pods = f"10.10{number}.0.0/24"
        node = [f"10.{number}.1.10/32", pods]
        network.route_tables[f"vtb-{letter}"] = RouteTable(
            f"vtb-{letter}", vpc, entries=[RouteEntry(pods, f"i-{letter}")]
        )
        network.groups[f"sg-{letter}"] = SecurityGroup(f"sg-{letter}", f"group {letter}", vpc, region)
        network.interfaces[f"eni-{letter}"] = Interface(
            f"eni-{letter}", vpc, f"vsw-{letter}a", f"i-{letter}", [f"sg-{letter}"], node
        )
    return network


def add_interface(network: Network, letter: str, name: str, group: str, *cidrs: str) -> Interface:
    """Another node in a VPC's first vSwitch."""
    at = Interface(f"eni-{name}", f"vpc-{letter}", f"vsw-{letter}a", f"i-{name}", [group], list(cidrs))
    network.interfaces[at.id] = at
    return at


def let_in(network: Network, group: str, cidr: str, ports: str = "-1/-1", protocol: str = "ALL", **more: t.Any) -> None:
    """An ingress rule."""
    rules = network.groups[group].rules
    rules.append(Rule("ingress", protocol, ports, ("SourceCidrIp", cidr), id=f"sgr-{len(rules)}", **more))


def let_out(network: Network, group: str, cidr: str, policy: str = "Accept", priority: int = 1) -> None:
    rule = Rule("egress", "ALL", "-1/-1", ("DestCidrIp", cidr), policy, priority, id="sgr-out")
    network.groups[group].rules.append(rule)


def open_all_groups(network: Network) -> None:
    for group in network.groups:
        let_in(network, group, "10.0.0.0/8")


def join(network: Network) -> None:
    """A CEN, a transit router in each region, all VPCs attached, peered, associated and propagated: not yet the pods."""
    network.cens["cen-1"] = Cen("cen-1")
    for region in (BEIJING, SINGAPORE):
        router, table = f"tr-{region}", f"vtb-tr-{region}"
        network.routers[router] = TransitRouter(router, "cen-1", region)
        network.transit_tables[table] = TransitTable(table, router)
    for vpc, (region, _number) in PLACES.items():
        zones = {at.zone: at.id for at in network.vswitches.values() if at.vpc == vpc}
        attachment = Attachment(
            f"tr-attach-{vpc[-1]}",
            "cen-1",
            f"tr-{region}",
            region,
            vpc=vpc,
            zones=zones,
            publishes=True,
            status="Attached",
        )
        add_attachment(network, attachment, f"vtb-tr-{region}")
    peer = Attachment(
        "tr-attach-p", "cen-1", f"tr-{BEIJING}", BEIJING, peer=f"tr-{SINGAPORE}", publishes=True, status="Attached"
    )
    add_attachment(network, peer, f"vtb-tr-{BEIJING}", f"vtb-tr-{SINGAPORE}")


def add_attachment(network: Network, attachment: Attachment, *tables: str) -> None:
    network.attachments[attachment.id] = attachment
    for table in tables:
        network.associations.append(Relation(attachment.id, table))
        network.propagations.append(Relation(attachment.id, table))


def route_pods(network: Network) -> None:
    """A static route of the transit router to each VPC's pods."""
    for vpc, (region, number) in PLACES.items():
        route = f"rte-{vpc[-1]}"
        table, attachment = f"vtb-tr-{region}", f"tr-attach-{vpc[-1]}"
        network.static_routes[route] = StaticRoute(route, table, f"10.10{number}.0.0/16", attachment)
