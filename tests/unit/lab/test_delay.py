"""Packets between two regions are late by the figure, whole and in order; the cloud decides about them as ever; others are not delayed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from tests.lab import delay
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.ruleset import ruleset
from tests.lab.host import CHECKOUT, LabError
from tests.lab.topology import CLUSTERS, DELAY, Cluster, Vpc
from tests.unit.cloud_networks import BEIJING, SINGAPORE, let_in, open_all_groups
from tests.unit.lab.cloud.test_ruleset import HOSTS, full_network, has_nft, inside, probed, questions, router, varied

needs_tun = pytest.mark.skipif(
    not (has_nft and os.access("/dev/net/tun", os.W_OK)), reason="needs root, nft, ip, unshare and /dev/net/tun"
)
ROUND_TRIP = 80  # ms
SERVE = """
import itertools, socket, threading
def answer(connection):
    connection.sendall(b"".join(iter(lambda: connection.recv(65536), b"")))
    connection.close()
def count(numbers):
    for arrived in itertools.count():
        datagram, sender = numbers.recvfrom(100)
        numbers.sendto(datagram + b" %d" % arrived, sender)
numbers = socket.socket(type=socket.SOCK_DGRAM)
numbers.bind(("10.1.1.10", 8080))  # or answers would come from another of its addresses
threading.Thread(target=count, args=[numbers], daemon=True).start()
listener = socket.create_server(("0.0.0.0", 8080))
print(flush=True)
while True:
    threading.Thread(target=answer, args=[listener.accept()[0]], daemon=True).start()
"""
ASK = """
import hashlib, json, os, socket, sys, threading, time
source, target, size, datagrams = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
times = []
for attempt in range(5):  # the quickest counts: on a busy machine some are late by what others do
    began = time.monotonic()
    connection = socket.create_connection((target, 8080), 5, (source, 0))
    times.append(time.monotonic() - began)
sent = os.urandom(size)
connection.sendall(sent)
connection.shutdown(socket.SHUT_WR)
whole = b"".join(iter(lambda: connection.recv(65536), b"")) == sent
numbers = socket.socket(type=socket.SOCK_DGRAM)
numbers.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
numbers.bind((source, 0))
numbers.settimeout(2)
def send():
    for number in range(datagrams):
        numbers.sendto(b"%d" % number, (target, 8080))
        time.sleep(0.0005)
threading.Thread(target=send).start()
in_order = [numbers.recv(100) for number in range(datagrams)] == [b"%d %d" % (one, one) for one in range(datagrams)]
print(json.dumps({"ms": min(times) * 1000, "whole": whole, "in order": in_order}))
"""


def cluster(letter: str, region: str, number: int) -> Cluster:
    """One whose blocks are those of a VPC of the tests, behind the interface to-LETTER of their router."""
    block = IPv4Network(f"10.{number}.0.0/16")
    pods, services = IPv4Network(f"10.10{number}.0.0/16"), IPv4Network(f"10.20{number}.0.0/16")
    return Cluster(f"to-{letter}", Vpc(f"vpc-{letter}", region, block), "", block, pods, services)


@contextmanager
def delayed(pid: int, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The delay in the namespace of a process, between VPCs a and b in one region and c in another."""
    told = directory / "delay"
    told.write_text(str(ROUND_TRIP))
    command = ["nsenter", "-t", str(pid), "-n", sys.executable, "-m", "tests.lab.delay", str(told)]
    with subprocess.Popen(command, cwd=CHECKOUT) as process:
        try:
            deadline = time.monotonic() + delay.READY_SECONDS
            while f"{DELAY}:" not in inside(pid, "ip", "link", "show") and time.monotonic() < deadline:
                time.sleep(0.05)
            three = [cluster("a", BEIJING, 1), cluster("b", BEIJING, 2), cluster("c", SINGAPORE, 3)]
            wanted = [*delay.device(), *delay.rules(three)]
            inside(pid, "ip", "-batch", "-", stdin="\n".join(wanted) + "\n")
            yield process
        finally:
            process.terminate()


@contextmanager
def server(pid: int) -> Iterator[None]:
    """What comes to port 8080 in the namespace of a process goes back: bytes at their end, datagrams with the number of their arrival."""
    command = ["nsenter", "-t", str(pid), "-n", sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout:
                process.stdout.readline()
            yield
        finally:
            process.terminate()


def ask(pid: int, source: str, target: str, size: int = 1000, datagrams: int = 1) -> dict[str, float]:
    answer: dict[str, float] = json.loads(
        inside(pid, sys.executable, "-c", ASK, source, target, str(size), str(datagrams))
    )
    return answer


def test_what_goes_to_another_region_is_delayed_and_nothing_else() -> None:
    assert delay.rules(CLUSTERS) == [
        "rule add iif cn-beijing-1 to 10.20.0.0/16 lookup 40",
        "rule add iif cn-beijing-1 to 10.105.0.0/16 lookup 40",
        "rule add iif cn-beijing-2 to 10.20.0.0/16 lookup 40",
        "rule add iif cn-beijing-2 to 10.105.0.0/16 lookup 40",
        "rule add iif ap-southeast-1 to 10.10.0.0/16 lookup 40",
        "rule add iif ap-southeast-1 to 10.101.0.0/16 lookup 40",
        "rule add iif ap-southeast-1 to 10.103.0.0/16 lookup 40",
    ]


def test_one_region_has_no_delays() -> None:
    assert delay.rules(CLUSTERS[:2]) == []


@pytest.mark.parametrize("milliseconds", [-1, delay.MOST + 1])
def test_another_figure_is_refused(milliseconds: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 10000 ms"):
        delay.refuse(milliseconds)


def test_without_a_lab_there_is_no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delay, "ours", list[str])
    with pytest.raises(LabError, match="no lab on this machine"):
        delay.refuse(80)


@needs_tun
def test_the_cloud_decides_about_delayed_packets_as_about_others(tmp_path: Path) -> None:
    open_network = full_network()
    open_all_groups(open_network)
    with router() as ids, delayed(ids["router"], tmp_path):
        for network in [full_network(), open_network, *(varied(seed) for seed in range(1, 4))]:
            inside(ids["router"], "nft", "-f", "-", stdin=ruleset(network))
            asked = {name: questions(name) for name in HOSTS}
            for name, arrived in probed(ids, asked).items():
                expected = {one for one in asked[name] if allowed(network, one[0], one[1], "tcp", one[2]).allowed}
                assert arrived == expected, sorted(arrived ^ expected)


@needs_tun
def test_regions_are_apart_and_answers_come_back_whole_in_order_where_only_questions_are_let_in(tmp_path: Path) -> None:
    network = full_network()
    let_in(network, "sg-a", "10.3.0.0/16")
    let_in(network, "sg-a", "10.2.0.0/16")
    with router() as ids, server(ids["a"]):
        inside(ids["router"], "nft", "-f", "-", stdin=ruleset(network))
        with delayed(ids["router"], tmp_path) as process:
            far = ask(ids["c"], "10.3.1.10", "10.1.1.10", 2_000_000, 1000)
            assert ROUND_TRIP <= far["ms"] < 2 * ROUND_TRIP, far
            assert far["whole"]
            assert far["in order"]
            assert ask(ids["b"], "10.2.1.10", "10.1.1.10")["ms"] < ROUND_TRIP / 2
            process.kill()
            process.wait()
            assert ask(ids["c"], "10.3.1.10", "10.1.1.10")["ms"] < ROUND_TRIP / 2  # as the module says
