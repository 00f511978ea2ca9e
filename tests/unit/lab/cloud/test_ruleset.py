"""The lab's router does what the cloud decides: nft takes the ruleset, and real packets pass exactly where `allowed` says so."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Network

import pytest

from tests.lab.cloud.decide import allowed
from tests.lab.cloud.network import Balancer, Listener, Network, RouteEntry, Rule, SecurityGroup, StaticRoute
from tests.lab.cloud.ruleset import cut, ruleset
from tests.unit.cloud_networks import (
    BEIJING,
    add_interface,
    join,
    let_in,
    let_out,
    open_all_groups,
    route_pods,
    three_vpcs,
)

has_nft = os.geteuid() == 0 and shutil.which("nft") and shutil.which("unshare") and shutil.which("ip")
needs_nft = pytest.mark.skipif(not has_nft, reason="needs root, nft, ip and unshare")

HOSTS = {  # a namespace of each VPC: its addresses
    "a": ["10.1.1.10/32", "10.1.1.20/32", "10.101.0.0/24", "10.101.1.0/24"],
    "b": ["10.2.1.10/32", "10.2.1.200/32", "10.102.0.0/24"],
    "c": ["10.3.1.10/32", "10.103.0.0/24"],
}
SOURCES = {
    "a": ["10.1.1.10", "10.1.1.20", "10.101.0.5", "10.101.1.5"],
    "b": ["10.2.1.10", "10.102.0.5"],
    "c": ["10.3.1.10"],
}
TARGETS = [
    "10.1.1.10",
    "10.1.1.20",
    "10.101.0.200",
    "10.101.1.5",
    "10.2.1.10",
    "10.2.1.200",
    "10.102.0.5",
    "10.103.0.5",
]
PORTS = [8080, 15443, 6443]
Question = tuple[str, str, int]  # source, target, port
PROBE = """
import json, selectors, socket, sys, time
watched, answered = selectors.DefaultSelector(), []
for source, target, port in json.loads(sys.argv[1]):
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((source, 0))
    connection.connect_ex((target, port))
    watched.register(connection, selectors.EVENT_WRITE, [source, target, port])
end = time.monotonic() + 0.5
while watched.get_map() and (left := end - time.monotonic()) > 0:
    for key, _events in watched.select(left):
        answered.append(key.data)  # refused: it has arrived, and nobody listens
        watched.unregister(key.fileobj)
print(json.dumps(answered))
"""


def full_network() -> Network:
    network = three_vpcs()
    join(network)
    route_pods(network)
    network.groups["sg-n"] = SecurityGroup("sg-n", "neighbour", "vpc-a", BEIJING)
    add_interface(network, "a", "n", "sg-n", "10.1.1.20/32", "10.101.1.0/24")
    network.route_tables["vtb-a"].entries.append(RouteEntry("10.101.1.0/24", "i-n"))
    network.balancers["lb-1"] = Balancer("lb-1", "vpc-b", "10.2.1.200/32", "eni-b", [Listener(15443, 31443)])
    network.balancers["lb-api"] = Balancer("lb-api", "vpc-b", "10.2.1.10/32", "eni-b", [Listener(6443, managed=True)])
    return network


def varied(seed: int) -> Network:
    """A network with some of everything: rules, drops, groups, egress, missing routes."""
    network, dice = full_network(), random.Random(seed)
    network.balancers["lb-api"].access = dice.choice([None, [], ["10.1.0.0/16", "10.103.0.0/24"]])
    network.groups["sg-c"].kind = dice.choice(["normal", "enterprise"])
    for group in network.groups:
        for _number in range(dice.randint(1, 4)):
            ports = dice.choice(["8080/8080", "15443/15443", "31443/31443", "1/65535"])
            block = dice.choice(["10.0.0.0/8", "10.1.1.0/24", "10.101.0.0/16", "10.101.0.4/30", "10.2.1.10/32"])
            let_in(
                network,
                group,
                block,
                ports,
                "TCP",
                policy=dice.choice(["Accept"] * 4 + ["Drop"]),
                priority=dice.randint(1, 3),
            )
    let_in(network, "sg-b", "100.64.0.0/10", priority=dice.choice([1, 100]))
    let_out(network, "sg-c", dice.choice(["10.1.0.0/16", "10.0.0.0/8"]))
    let_out(network, "sg-a", "10.102.0.0/16", dice.choice(["Accept", "Drop"]))
    network.groups["sg-a"].rules.append(Rule("ingress", "ALL", "-1/-1", ("SourceGroupId", "sg-n"), priority=50))
    for lost in dice.sample(sorted(network.static_routes), dice.randint(0, 1)):
        del network.static_routes[lost]
    if dice.random() < 0.5:
        network.static_routes["rte-hole"] = StaticRoute("rte-hole", f"vtb-tr-{BEIJING}", "10.101.0.128/25")
    if dice.random() < 0.3:
        network.attachments["tr-attach-p"].status = "Detaching"
    return network


@contextmanager
def router() -> Iterator[dict[str, int]]:
    """Network namespaces: a router's and one for each VPC. Gives the ids of processes in them."""
    with ExitStack() as stack:
        names = ["router", *HOSTS]
        processes = {name: stack.enter_context(sleeper()) for name in names}
        ids = {name: process.pid for name, process in processes.items()}
        inside(ids["router"], "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward; ip link set lo up")
        for number, (name, cidrs) in enumerate(HOSTS.items()):
            near, far = f"169.254.{number}.1", f"169.254.{number}.2"
            here = [f"ip link add name to-{name} type veth peer name eth0 netns {ids[name]}"]
            here += [f"ip addr add {near}/30 dev to-{name}", f"ip link set to-{name} up"]
            inside(ids["router"], "sh", "-ec", "; ".join(here))
            there = ["ip link set lo up", f"ip addr add {far}/30 dev eth0", "ip link set eth0 up"]
            there += [f"ip route add default via {near}", *(f"ip route add local {cidr} dev lo" for cidr in cidrs)]
            inside(ids[name], "sh", "-ec", "; ".join(there))
            inside(ids["router"], "sh", "-ec", "; ".join(f"ip route add {cidr} via {far}" for cidr in cidrs))
        yield ids


@contextmanager
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process in a network namespace of its own, there once it says so."""
    process = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 300"], stdout=subprocess.PIPE)
    try:
        if process.stdout:
            process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.wait()


def inside(pid: int, *command: str, stdin: str = "") -> str:
    arguments = ["nsenter", "-t", str(pid), "-n", *command]
    return subprocess.run(arguments, input=stdin, capture_output=True, text=True, check=True).stdout


def questions(name: str) -> list[Question]:
    """What leaves a VPC's namespace: the rest never sees the router."""
    own = [IPv4Network(cidr) for cidr in HOSTS[name]]
    targets = [target for target in TARGETS if not any(IPv4Network(target).subnet_of(cidr) for cidr in own)]
    return [(source, target, port) for source in SOURCES[name] for target in targets for port in PORTS]


def probed(ids: Mapping[str, int], asked: Mapping[str, list[Question]]) -> dict[str, set[Question]]:
    """Which connections were answered, of each namespace; all ask at once."""
    running = {}
    for name, those in asked.items():
        command = ["nsenter", "-t", str(ids[name]), "-n", sys.executable, "-c", PROBE, json.dumps(those)]
        running[name] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    answers = {name: process.communicate()[0] for name, process in running.items()}
    return {
        name: {(source, target, port) for source, target, port in json.loads(text)} for name, text in answers.items()
    }


@needs_nft
@pytest.mark.parametrize(
    "network", [Network(), three_vpcs(), full_network(), varied(0)], ids=["empty", "closed", "full", "varied"]
)
def test_nft_takes_the_ruleset_twice(network: Network) -> None:
    with sleeper() as process:
        for _number in range(2):
            inside(process.pid, "nft", "-f", "-", stdin=ruleset(network))


@needs_nft
def test_packets_pass_where_the_decision_says_so() -> None:
    open_network = full_network()
    open_all_groups(open_network)
    with router() as ids:
        for network in [full_network(), open_network, *(varied(seed) for seed in range(1, 4))]:
            inside(ids["router"], "nft", "-f", "-", stdin=ruleset(network))
            asked = {name: questions(name) for name in HOSTS}
            for name, arrived in probed(ids, asked).items():
                expected = {one for one in asked[name] if allowed(network, one[0], one[1], "tcp", one[2]).allowed}
                assert arrived == expected, sorted(arrived ^ expected)


def test_a_block_is_cut_where_a_route_begins_or_ends() -> None:
    pieces = cut(IPv4Network("10.0.0.0/24"), [IPv4Network("10.0.0.128/26"), IPv4Network("10.0.0.0/8")])
    assert [str(piece) for piece in pieces] == ["10.0.0.0/25", "10.0.0.128/26", "10.0.0.192/26"]
