"""What clusters tell the cloud decides about packets; the table of the namespace follows, also where only time passes."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.lab.cloud.account import cluster_id
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.enforcement import LOOK_AGAIN, Enforcement, seconds_to_next
from tests.lab.cloud.network import Cen, Relation
from tests.lab.cloud.server import Cloud
from tests.lab.topology import CLUSTERS
from tests.unit import cloud_networks

HERE, NEIGHBOUR = CLUSTERS[:2]
BALANCED = "10.10.1.193"


def told(**services: list[tuple[int, int]]) -> dict[str, Any]:
    """A report in which the nodes' blocks are dealt out from the last node to the first."""
    nodes = [HERE.node, *HERE.hollow_nodes]
    pods = {node: f"10.101.{number}.0/24" for number, node in enumerate(reversed(nodes))}
    return {"pods": pods, "services": {address.replace("_", "."): ports for address, ports in services.items()}}


def tell(endpoint: Endpoint, content: dict[str, Any], name: str = HERE.name) -> str:
    """What the cloud finds missing."""
    request = urllib.request.Request(f"{endpoint.url}/_lab/clusters/{name}", json.dumps(content).encode(), method="PUT")
    try:
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["message"])
    except urllib.error.HTTPError as refused:
        return str(json.load(refused)["message"])


def reported(endpoint: Endpoint) -> list[str]:
    with urllib.request.urlopen(f"{endpoint.url}/_lab/clusters") as answer:
        return list(json.load(answer)["clusters"])


def let_in(cloud: Cloud, cidr: str, ports: str) -> None:
    """A rule of somebody for the group of the first node."""
    cloud_networks.let_in(cloud.state, cloud.state.clusters[cluster_id(HERE.name)].group, cidr, ports, "TCP")


def test_pods_are_behind_the_node_that_has_their_block(cloud: Cloud, endpoint: Endpoint) -> None:
    assert tell(endpoint, told()) == ""
    assert reported(endpoint) == [HERE.name]
    let_in(cloud, "10.103.0.0/24", "1/65535")
    first_node, last_node = "10.101.2.5", "10.101.0.5"
    assert allowed(cloud.state, "10.103.0.5", first_node, "tcp", 80).allowed
    assert not allowed(cloud.state, "10.103.0.5", last_node, "tcp", 80).allowed
    entries = [entry for entry in cloud.state.system_table(HERE.vpc.name).entries if entry.cidr.startswith("10.101")]
    assert {entry.cidr: entry.hop for entry in entries}["10.101.2.0/24"] == f"i-{HERE.node}"
    assert len(entries) == 3


def test_a_load_balancer_leads_to_a_node_port_once_health_checks_reach_it(cloud: Cloud, endpoint: Endpoint) -> None:
    tell(endpoint, told(**{BALANCED.replace(".", "_"): [(15012, 30111)]}))
    let_in(cloud, "10.103.0.0/24", "30111/30111")
    source = "10.103.0.5"
    assert "health checks" in allowed(cloud.state, source, BALANCED, "tcp", 15012).why
    let_in(cloud, "100.64.0.0/10", "30111/30111")
    assert allowed(cloud.state, source, BALANCED, "tcp", 15012).allowed
    tell(endpoint, told())
    assert not allowed(cloud.state, source, BALANCED, "tcp", 15012).allowed


def test_a_report_without_a_nodes_block_changes_nothing(cloud: Cloud, endpoint: Endpoint) -> None:
    content = told()
    content["pods"][HERE.node] = ""
    before = [list(at.cidrs) for at in cloud.state.interfaces.values()]
    assert tell(endpoint, content) == f"no block of pods yet for {HERE.node}"
    assert tell(endpoint, told(), "elsewhere") == "no cluster elsewhere"
    assert [at.cidrs for at in cloud.state.interfaces.values()] == before
    assert reported(endpoint) == []


def test_an_api_server_is_behind_a_load_balancer_that_no_group_closes(cloud: Cloud) -> None:
    assert allowed(cloud.state, "10.103.0.5", str(HERE.attachment.address), "tcp", 6443).allowed
    assert not allowed(cloud.state, "10.103.0.5", str(HERE.attachment.address), "tcp", 10250).allowed
    far = str(CLUSTERS[2].attachment.address)
    assert not allowed(cloud.state, "10.103.0.5", far, "tcp", 6443).allowed  # no route


@pytest.fixture
def loaded(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that nft was given."""
    given: list[str] = []
    monkeypatch.setattr("subprocess.run", lambda command, **options: given.append(options["input"]))
    Enforcement(cloud).load()
    return given


def test_the_table_is_loaded_again_after_what_changes_it_and_only_then(
    cloud: Cloud, endpoint: Endpoint, loaded: list[str]
) -> None:
    assert len(loaded) == 1
    tell(endpoint, told())
    assert len(loaded) == 2 and loaded[0] != loaded[1]
    tell(endpoint, told())
    assert len(loaded) == 2


def test_the_next_look_is_when_the_first_state_ends_that_has_not_been_seen(cloud: Cloud) -> None:
    state = cloud.state
    state.clock = lambda: 100.0
    assert seconds_to_next(state, 100.0) == LOOK_AGAIN
    state.cens["cen-1"] = Cen("cen-1", status="Creating", becomes="Active", at=107.0)
    state.associations.append(Relation("tr-attach-1", "vtb-1", status="Associating", becomes="Active", at=103.0))
    assert seconds_to_next(state, 100.0) == 3.0
    assert seconds_to_next(state, 103.0) == 7.0
    state.clock = lambda: 108.0  # it took long to load what was at 104
    assert seconds_to_next(state, 104.0) == 0.0
