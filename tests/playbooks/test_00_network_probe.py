"""network_probe on clusters without Istio: what is open is reached, what the router drops is named by side, port and direction."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.lab.binaries import ISTIO_VERSION
from tests.lab.network import ROUTER
from tests.lab.topology import CLUSTERS

from .clusters import kubeconfig, kubectl

EAST, WEST, NORTH = CLUSTERS
ROOM = "multiregion-istio-network-probe"
TABLE = "inet network_probe"
GIVEN = [
    {
        "name": cluster.name,
        "kubeconfig": str(kubeconfig(cluster.name)),
        "network": "lab",
        "api_server": cluster.control_plane.api_server,
        "security_group_ids": [f"sg-{cluster.name}"],
    }
    for cluster in CLUSTERS
]
Result = dict[str, Any]


def probe(**options: Any) -> Result:
    """The module's result, that of a failed task, too."""
    image = f"lab.local/istio/proxyv2:{ISTIO_VERSION}"
    arguments = {"clusters": GIVEN, "image": image, "pair_timeout": 12, **options}
    command = ["ansible", "localhost", "-m", "multiregion.istio.network_probe", "-a", json.dumps(arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    found = done.stdout.partition("=>")[2]
    assert found, done.stdout + done.stderr
    result: Result = json.loads(found)
    return result


@contextmanager
def dropping(*what: str) -> Iterator[None]:
    """The lab's router drops these packets meanwhile."""
    rules = "".join(f"{one} counter drop;" for one in what)
    router(f"table {TABLE} {{ chain forward {{ type filter hook forward priority 0; {rules} }}; }}")
    try:
        yield
    finally:
        router(f"delete table {TABLE}")


def router(commands: str) -> None:
    subprocess.run(
        ["nsenter", f"--net=/run/netns/{ROUTER}", "nft", "-f", "-"], input=commands, text=True, check=True, timeout=30
    )


def unreached(result: Result) -> set[tuple[str, str, str]]:
    return {(pair["from"], pair["to"], pair["what"]) for pair in result["pairs"] if not pair["ok"]}


def problem(result: Result) -> dict[str, str]:
    """The one problem of a failed run."""
    assert "Network between the clusters: 1 error." in result.get("msg", ""), result
    (found,) = result["problems"]
    return dict(found)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """After each run no cluster has the namespace of the probes."""
    yield
    for cluster in CLUSTERS:
        assert kubectl(cluster.name, "get", "namespace", ROOM, "--ignore-not-found") == ""


def test_all_pairs_are_reached_where_nothing_is_closed() -> None:
    result = probe()
    assert unreached(result) == set() and len(result["pairs"]) == 12 and len(result["reached"]) == 6, result


def test_a_port_that_one_side_does_not_let_in_is_named() -> None:
    with dropping(f"ip saddr {EAST.pods} ip daddr {WEST.pods} tcp dport 8080"):
        result = probe()
    assert unreached(result) == {(EAST.name, WEST.name, "pod")}
    found = problem(result)
    assert found["cluster"] == WEST.name and "on TCP port 8080" in found["what"]
    assert "The other way works" in found["todo"] and f"sg-{WEST.name}" in found["todo"]


def test_another_port_can_be_taken_where_only_some_are_open() -> None:
    with dropping(f"ip saddr {EAST.pods} ip daddr {WEST.pods} tcp dport 8080"):
        assert unreached(probe(port=15443)) == set()


def test_large_packets_that_get_lost_are_told_from_both_ends() -> None:
    with dropping(f"ip saddr {EAST.pods} ip daddr {NORTH.pods} meta length > 1000"):
        result = probe()
    assert unreached(result) == {(EAST.name, NORTH.name, "pod"), (NORTH.name, EAST.name, "pod")}
    assert {found["cluster"] for found in result["problems"]} == {EAST.name}
    start = f"100 KB do not get from a pod of {EAST.name} to one of {NORTH.name}"
    assert all(found["what"].startswith(start) for found in result["problems"])


def test_an_api_server_that_lets_nobody_in_is_named() -> None:
    with dropping(f"ip saddr {NORTH.pods} ip daddr {EAST.attachment.address} tcp dport 6443"):
        result = probe()
    assert unreached(result) == {(NORTH.name, EAST.name, "api_server")}
    assert f"reach the API server of {EAST.name} on TCP port 6443" in problem(result)["what"]


def test_between_networks_pods_are_not_asked_for() -> None:
    apart = [{**given, "network": given["name"]} for given in GIVEN]
    closed = [f"ip saddr {one.pods} ip daddr {other.pods}" for one in CLUSTERS for other in CLUSTERS if one != other]
    with dropping(*closed):
        result = probe(clusters=apart)
    assert unreached(result) == set() and {pair["what"] for pair in result["pairs"]} == {"api_server"}, result
