# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook prerequisites on the lab's cloud: real runs of ansible-playbook over loopback HTTP, without any Kubernetes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from tests.lab.cloud.account import KEY
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import Key
from tests.unit.cloud_place import FAR, MESH, NEIGHBOUR, PRIMARY, TERWAY, Place

NODES = {PRIMARY: "10.10.1.10", NEIGHBOUR: "10.10.2.10", FAR: "10.20.1.10"}
PODS = {PRIMARY: "10.101.0.9", NEIGHBOUR: "10.103.0.9", FAR: "10.105.0.9"}


def api_is_reached(place: Place, name: str) -> bool:
    """Whether a pod of the primary reaches a cluster's API server."""
    return allowed(place.cloud.state, PODS[PRIMARY], NODES[name], "tcp", 6443).allowed


@pytest.fixture
def place(tmp_path: Path, cloud: Cloud, endpoint: Endpoint, client: Client) -> Iterator[Place]:
    yield Place(tmp_path, cloud, endpoint, client)


def test_closed_foretold_opened_left_alone_and_closed_again(place: Place) -> None:
    all_pairs = {(a, b) for a in MESH for b in MESH if a != b}
    assert not place.reached(PODS)

    # check mode on an account that has none of it
    foretold = place.run("--check", "--diff").succeeded()
    foretold.says(
        "The network of mesh mesh1 would be open.", "this costs money", "create: transit router in cn-beijing"
    )
    assert foretold.changed[PRIMARY] == 2
    assert not place.writes() and not place.reached(PODS)
    assert not (place.workplace.place / ".mesh").exists()

    opened = place.run("--diff").succeeded().says("The network of mesh mesh1 is open.")
    assert opened.changed == foretold.changed and opened.shown == foretold.shown
    assert place.reached(PODS) == all_pairs and place.reached(NODES) == all_pairs
    assert place.writes()["AuthorizeSecurityGroup"] == 6
    result = place.result()
    assert (result["stage"], result["provider"], result["failure"]) == ("prerequisites", "ack", "")
    assert {cost["kind"] for cost in result["network"]["costs"]} == {"attachment", "peer"}
    assert {name: len(groups) for name, groups in result["security_groups"].items()} == dict.fromkeys(MESH, 2)
    assert result["api_servers"][0]["sources"] == ["10.10.1.0/24", "10.101.0.0/16"]
    assert [x["access"] for x in result["api_servers"]] == ["open", "open"]
    assert "Access lists" not in opened.output

    place.cloud.calls.clear()
    place.run("--diff").unchanged().says("The network of mesh mesh1: nothing to change.")
    calls = len(place.cloud.calls)
    assert not place.writes()
    assert calls <= 12 * len(MESH) + 8 * 2, calls

    gone = place.run("-e", "network_prerequisites_state=absent").succeeded()
    gone.says("The network of mesh mesh1 is taken away.")
    assert place.writes()["DeleteCen"] == 1 and not place.reached(PODS)
    assert place.result()["security_groups"][FAR][0]["removed"]
    place.run("-e", "network_prerequisites_state=absent").unchanged()
    assert not place.writes()


def test_what_has_to_be_confirmed_stops_it_before_anything_is_written(place: Place) -> None:
    place.cloud.state.transit_router_service = False
    place.variables = {}
    place.run().refused("cross_border_approved", "open_service")
    assert not place.writes()
    assert "cross_border_approved" in place.result()["failure"]


def test_a_mesh_with_a_cluster_elsewhere_costs_no_call_where_nothing_else_is_asked_for(place: Place) -> None:
    place.hosts[FAR]["mesh_cluster_provider"] = "none"
    place.run().unchanged()
    assert not place.cloud.calls
    assert place.result()["provider"] == "none"
    place.run(network_prerequisites_provider="ack").succeeded()
    assert place.writes() == {"AuthorizeSecurityGroup": 4}
    rules = [rule["cidr"] for group in place.result()["security_groups"][PRIMARY] for rule in group["rules"]]
    assert "10.105.0.0/16" in rules


def test_variables_that_are_missing_are_named_with_their_hosts(place: Place) -> None:
    place.hosts[NEIGHBOUR]["mesh_cluster_security_group_ids"] = []
    place.hosts[FAR]["mesh_cluster_region"] = ""
    place.run().refused(
        f"Cluster {NEIGHBOUR}",
        "mesh_cluster_security_group_ids is not set",
        f"Set it for host {FAR}",
        "provider to none",
    )
    assert not place.cloud.calls


def test_of_one_vpc_each_cluster_that_fails_is_named_and_a_second_run_adds_the_rules_alone(place: Place) -> None:
    place.members = (PRIMARY, NEIGHBOUR)
    hidden = {name: place.cloud.state.groups.pop(name) for name in ("sg-cn-beijing-1-1", "sg-cn-beijing-2-2")}
    place.run().refused(
        "cluster cn-beijing-1: no security group sg-cn-beijing-1-1", "cluster cn-beijing-2: no security group"
    )
    assert not place.writes()
    place.cloud.state.groups.update(hidden)
    place.run().succeeded()
    assert place.writes() == {"AuthorizeSecurityGroup": 4}
    assert place.reached(PODS) == {(PRIMARY, NEIGHBOUR), (NEIGHBOUR, PRIMARY)}
    assert place.result()["network"] == {}


def test_terways_pods_have_groups_of_their_own(place: Place) -> None:
    place.members = (PRIMARY, TERWAY)
    place.hosts[TERWAY]["mesh_cluster_pod_security_group_ids"] = ["sg-ap-southeast-1-1"]
    place.run("--check", "--tags", "network_prerequisites_rules", "-v").succeeded().says('"id": "sg-ap-southeast-1-1"')


def test_parts_are_run_by_their_tags(place: Place) -> None:
    place.run("--tags", "network_prerequisites_cen").succeeded()
    assert "AuthorizeSecurityGroup" not in place.writes() and place.cloud.state.cens
    place.run("--tags", "network_prerequisites_rules").succeeded()
    assert set(place.writes()) == {"AuthorizeSecurityGroup"}
    assert len(place.reached(PODS)) == 6
    place.run("--tags", "network_prerequisites_api_access").unchanged()
    assert {call.action for call in place.cloud.calls} == {"DescribeClusterDetail", "DescribeLoadBalancerListeners"}


def test_an_api_server_that_shuts_the_primary_out_is_named_once_the_network_is_open(place: Place) -> None:
    balancer = place.cloud.state.balancers[f"lb-{FAR}"]
    balancer.access = ["10.10.0.0/16"]
    wanted = (
        f"cluster {FAR}: load balancer lb-{FAR}",
        f"does not let in 10.101.0.0/16: its access list acl-{FAR} (list of lb-{FAR})",
    )
    place.run("--check").refused(*wanted)
    assert not place.writes()

    place.run().refused(*wanted, "Add it to acl-")
    assert place.writes()["AuthorizeSecurityGroup"] == 6 and len(place.reached(PODS)) == 6
    assert not api_is_reached(place, FAR) and api_is_reached(place, NEIGHBOUR)
    result = place.result()
    assert f"acl-{FAR}" in result["failure"]
    assert {x["cluster"]: (x["access"], x["missing"]) for x in result["api_servers"]} == {
        NEIGHBOUR: ("open", []),
        FAR: ("missing", ["10.101.0.0/16"]),
    }

    balancer.access += ["10.101.0.0/17", "10.101.128.0/17"]
    place.run().unchanged().says("nothing to change")
    assert not place.writes() and api_is_reached(place, FAR)
    assert {x["cluster"]: x["access"] for x in place.result()["api_servers"]} == {NEIGHBOUR: "open", FAR: "held"}


def test_an_access_list_that_may_not_be_read_is_told_and_stops_nothing(place: Place) -> None:
    denied = frozenset({"slb:DescribeLoadBalancerListeners"})
    place.cloud.state.keys[KEY.id] = Key(KEY.id, KEY.secret, denied=denied)
    place.hosts[FAR]["mesh_cluster_id"] = ""
    run = place.run().succeeded()
    run.says("Access lists in front of API servers", "RAM permission slb:DescribeLoadBalancerListeners")
    run.says(
        f"cluster {FAR}: the access list of its API server was not read: mesh_cluster_id is not set. Set it for host {FAR}."
    )
    assert [x["access"] for x in place.result()["api_servers"]] == ["unread", "unread"]
    assert place.writes()["AuthorizeSecurityGroup"] == 6


def test_a_key_among_the_variables_is_not_shown(place: Place) -> None:
    access = {"endpoints": dict(place.endpoint.endpoints), "access_key": "LTAIother", "secret_key": "s3cr3t-of-another"}
    run = place.run("-vvv", mesh_alibaba_access=access).refused("InvalidAccessKeyId")
    assert "s3cr3t-of-another" not in run.output
    assert "s3cr3t-of-another" not in json.dumps(place.result())
