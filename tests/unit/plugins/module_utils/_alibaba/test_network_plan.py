# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters network_plan and network_summary: whose the network is, what is missing, what a person reads."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.filter.network import network_plan
from ansible_collections.multiregion.istio.plugins.filter.security_group_rules import security_group_rules
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.network_summary import network_summary
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import cluster_of
from ansible_collections.multiregion.istio.plugins.modules.cen_network import argument_spec

Object = dict[str, t.Any]


def cluster(number: int, role: str = "remote", **given: t.Any) -> Object:
    variables = {
        "inventory_hostname": f"c{number}",
        "mesh_cluster_provider": "ack",
        "mesh_cluster_region": "cn-beijing",
        "mesh_cluster_vpc_id": f"vpc-{number}",
        "mesh_cluster_vpc_cidrs": f"10.{number}.0.0/16",
        "mesh_cluster_pod_cidrs": [f"172.{number}.0.0/16"],
        "mesh_cluster_security_group_ids": [f"sg-{number}"],
    }
    return cluster_of({**variables, **{f"mesh_cluster_{name}": value for name, value in given.items()}}, role)


MESH = [cluster(1, "primary"), cluster(2)]


def missing(clusters: list[Object], **options: t.Any) -> list[tuple[str, str]]:
    return [(x["cluster"], x["what"]) for x in network_plan(clusters, **options)["problems"]]


def eni_config(settings: t.Any) -> Object:
    return {"data": {"eni_conf": settings if isinstance(settings, str) else json.dumps(settings)}}


def service(name: str, *ports: int, kind: str = "LoadBalancer", ip: str = "", **spec: t.Any) -> Object:
    status = {"loadBalancer": {"ingress": [{"ip": ip}]}} if ip else {}
    return {
        "metadata": {"name": name},
        "spec": {"type": kind, "ports": [{"port": 443, "nodePort": port} for port in ports], **spec},
        "status": status,
    }


@pytest.mark.parametrize(
    ("asked", "providers", "found"),
    [
        ("auto", ("ack", "ack"), "ack"),
        ("auto", ("ack", "none"), "none"),
        ("auto", (), "none"),
        ("ack", ("ack", "none"), "ack"),
        ("none", ("ack", "ack"), "none"),
    ],
)
def test_a_network_is_looked_after_where_all_clusters_are_the_clouds_or_somebody_says_so(
    asked: str, providers: tuple[str, ...], found: str
) -> None:
    clusters = [cluster(number, provider=provider) for number, provider in enumerate(providers)]
    plan = network_plan(clusters, provider=asked)
    assert plan["provider"] == found
    cloud = [x["name"] for x in clusters if x["provider"] == "ack" and found == "ack"]
    assert [x["name"] for x in plan["cloud"]] == [x["cluster"] for x in plan["vpcs"]] == cloud
    assert [x["name"] for x in plan["clusters"]] == [x["name"] for x in clusters]


def test_vpcs_are_what_cen_network_takes() -> None:
    plan = network_plan(MESH, vswitch_ids={"vpc-2": ["vsw-1", "vsw-2"]})
    valid = ArgumentSpecValidator(argument_spec()).validate({"mesh_id": "mesh1", "vpcs": plan["vpcs"]})
    assert not valid.error_messages
    assert [x["vswitch_ids"] for x in plan["vpcs"]] == [[], ["vsw-1", "vsw-2"]]
    assert plan["is_joined"]


def test_clusters_of_one_vpc_are_not_joined() -> None:
    assert not network_plan([cluster(1, "primary", vpc_id="vpc-1"), cluster(2, vpc_id="vpc-1")])["is_joined"]


@pytest.mark.parametrize("name", ["region", "vpc_id", "security_group_ids", "vpc_cidrs", "pod_cidrs"])
def test_a_variable_without_a_value_is_named_with_its_host(name: str) -> None:
    problems = network_plan([MESH[0], cluster(2, **{name: ""})])["problems"]
    assert [(x["cluster"], x["what"]) for x in problems] == [("c2", f"mesh_cluster_{name} is not set")]
    assert "host c2" in problems[0]["todo"] and "network_prerequisites_provider to none" in problems[0]["todo"]


def test_less_has_to_be_known_to_take_the_network_away() -> None:
    bare = cluster(2, vpc_id="", vpc_cidrs="", pod_cidrs="")
    assert missing([MESH[0], bare], state="absent") == []
    assert missing([cluster(1, security_group_ids="")], state="absent") == [
        ("c1", "mesh_cluster_security_group_ids is not set")
    ]


def test_of_a_cluster_elsewhere_only_its_blocks_are_needed() -> None:
    elsewhere = {"provider": "none", "region": "", "vpc_id": "", "security_group_ids": ""}
    assert missing([MESH[0], cluster(2, **elsewhere)], provider="ack") == []
    assert missing([MESH[0], cluster(2, **elsewhere, pod_cidrs="")], provider="ack") == [
        ("c2", "mesh_cluster_pod_cidrs is not set")
    ]


def test_nothing_is_missing_where_nothing_is_done_and_a_cloud_without_clusters_is() -> None:
    nowhere = [cluster(1, provider="none", region="")]
    assert missing(nowhere) == []
    assert missing(nowhere, provider="ack") == [("", "network_prerequisites_provider is ack and no cluster is")]


@pytest.mark.parametrize(
    ("settings", "groups"),
    [
        ({"security_group": "sg-a"}, ["sg-a"]),
        ({"security_groups": ["sg-a", "sg-b"], "security_group": "sg-a"}, ["sg-a", "sg-b"]),
        ({"security_groups": None}, []),
        ("", []),
    ],
)
def test_terways_pods_are_in_the_groups_that_their_cluster_tells(settings: t.Any, groups: list[str]) -> None:
    plan = network_plan([cluster(1, pods_in_vpc=True)], eni_configs={"c1": [eni_config(settings)]})
    assert plan["cloud"][0]["pod_security_group_ids"] == groups
    assert [x["id"] for x in plan["cloud"][0]["groups"]] == ["sg-1", *groups]


def test_groups_of_pods_that_are_given_count_alone() -> None:
    given = cluster(1, pod_security_group_ids="sg-x")
    plan = network_plan([given], eni_configs={"c1": [eni_config({"security_group": "sg-a"})]})
    assert plan["clusters"][0]["pod_security_group_ids"] == ["sg-x"]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_configmap_that_cannot_be_read_names_its_cluster(text: str) -> None:
    with pytest.raises(AnsibleFilterError, match="cluster c1: ConfigMap kube-system/eni-config"):
        network_plan([cluster(1, pods_in_vpc=True)], eni_configs={"c1": [eni_config(text)]})


def test_nodeports_of_load_balancers_are_what_gateways_are_reached_by() -> None:
    services = [
        service("istio-eastwestgateway", 30001, 30002, ip="10.1.0.9", healthCheckNodePort=30009),
        service("other", 30003, ip="10.1.0.10"),
        service("istiod", 30004, kind="ClusterIP"),
        {"metadata": {"name": "new"}, "spec": {"type": "LoadBalancer"}},
    ]
    one = network_plan(MESH, services={"c1": services})["clusters"][0]
    assert one["gateway_ports"] == [30001, 30002, 30003, 30009]
    assert one["gateway_addresses"] == ["10.1.0.10", "10.1.0.9"]
    named = network_plan(MESH, services={"c1": services}, service_names=["other"])["clusters"][0]
    assert (named["gateway_ports"], named["gateway_addresses"]) == ([30003], ["10.1.0.10"])


def test_gateways_of_terway_have_the_ports_of_their_pods() -> None:
    terway = cluster(1, pods_in_vpc=True, network="other", security_group_ids="sg-n", pod_security_group_ids="sg-p")
    clusters = network_plan([terway, cluster(2)], services={"c1": [service("gateway", 30001)]})["clusters"]
    rows = {"same_network": False, "control_plane": False}
    planned = {x["id"]: x["rules"] for x in security_group_rules(clusters, cluster="c1", **rows)}
    ports = {x["port_range"] for x in planned["sg-p"] if x["direction"] == "ingress"}
    assert ports == {"15443/15443", "15012/15012", "15017/15017", "15021/15021"}
    assert not [x for x in planned["sg-n"] if x["direction"] == "ingress"]


SERVER = "https://10.2.0.1:6443"


def api_server(*, read: Object | None = None, **given: t.Any) -> Object:
    """The one API server of a plan with a primary and another cluster."""
    primary = cluster(1, "primary", vswitch_cidrs="10.1.1.0/24")
    clusters = [primary, cluster(2, **{"id": "c-id", "api_server": SERVER, **given})]
    (found,) = network_plan(clusters, api_access={"c2": read} if read else {})["api_servers"]
    return t.cast(Object, found)


def test_access_lists_of_api_servers_need_the_blocks_of_the_primary() -> None:
    assert api_server() == {
        "cluster": "c2",
        "cluster_id": "c-id",
        "region": "cn-beijing",
        "api_server": SERVER,
        "sources": ["10.1.1.0/24", "172.1.0.0/16"],
        "is_readable": True,
        "access": "unread",
        "missing": [],
        "problem": "",
    }
    assert network_plan([cluster(2)])["api_servers"] == []


def test_what_was_read_of_access_lists_is_in_the_plan() -> None:
    read = {
        "access": "missing",
        "missing": ["172.1.0.0/16"],
        "problem": "cluster c2: no",
        "kind": "white",
        "changed": False,
    }
    found = api_server(read=read)
    assert (found["access"], found["missing"], found["problem"]) == ("missing", ["172.1.0.0/16"], "cluster c2: no")
    assert "kind" not in found


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"id": ""}, "mesh_cluster_id is not set. Set it for host c2. If its load balancer has an access list"),
        (
            {"api_server_proxy": "http://10.2.0.9:3128"},
            "mesh_cluster_api_server_proxy is set. If there is one, it has to",
        ),
    ],
)
def test_an_access_list_that_cannot_be_compared_is_told(given: Object, text: str) -> None:
    found = api_server(**given)
    assert (found["is_readable"], found["access"], found["missing"]) == (False, "unread", [])
    assert found["problem"].startswith("cluster c2: the access list of its API server was not read: ")
    assert text in found["problem"]
    assert ("172.1.0.0/16" in found["problem"]) == (given == {"id": ""})


def test_what_is_no_cluster_and_no_provider_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="wants a list of clusters"):
        network_plan([{"name": "c1"}])
    with pytest.raises(AnsibleFilterError, match="provider is 'aws'"):
        network_plan(MESH, provider="aws")


GROUP = {"id": "sg-1", "added": [{}, {}], "removed": [{}], "rule_count": 14}
CHANGE = {"change": "create", "text": "transit router in cn-beijing"}
COST = {"what": "attachment of VPC vpc-1", "charged": "by the hour", "new": True}


def summary(**fields: t.Any) -> str:
    found = {
        "mesh_id": "mesh1",
        "check_mode": False,
        "state": "present",
        "provider": "ack",
        "failure": "",
        "network": {},
        "security_groups": {},
        "api_servers": [],
        "probe": {"pairs": []},
    }
    return network_summary({**found, **fields})


def test_changes_and_costs_are_lists() -> None:
    servers = [{"problem": "cluster c2: no RAM permission."}, {"problem": ""}]
    network = {"changes": [CHANGE], "costs": [COST], "missing_routes": ["10.1.0.0/16 in vtb-1"]}
    assert summary(network=network, security_groups={"c1": [GROUP]}, api_servers=servers, check_mode=True) == (
        "The network of mesh mesh1 would be open.\n"
        "\n"
        "To be changed\n"
        "  create: transit router in cn-beijing\n"
        "  security group sg-1 (c1): 2 added and 1 removed, 14 rules then\n"
        "\n"
        "Costs money\n"
        "  attachment of VPC vpc-1: by the hour (new)\n"
        "\n"
        "Routes that a table lacks\n"
        "  10.1.0.0/16 in vtb-1\n"
        "\n"
        "Access lists in front of API servers\n"
        "  cluster c2: no RAM permission."
    )


def test_an_access_list_that_the_failure_names_is_told_once() -> None:
    servers = [{"problem": "cluster c2: lacks it."}, {"problem": "cluster c3: lacks it too."}]
    text = summary(failure="cluster c2: lacks it.", api_servers=servers)
    assert "cluster c2" not in text and text.endswith("  cluster c3: lacks it too.")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "The network of mesh mesh1: nothing to change."),
        ({"network": {"changes": [CHANGE]}}, "The network of mesh mesh1 is open."),
        ({"network": {"changes": [CHANGE]}, "state": "absent"}, "The network of mesh mesh1 is taken away."),
        ({"failure": "cluster c1: no."}, "The network of mesh mesh1 is not as it has to be"),
        ({"provider": "none"}, "The network of mesh mesh1 is left to you"),
        (
            {"security_groups": {"c1": [{**GROUP, "added": [], "removed": []}]}},
            "The network of mesh mesh1: nothing to change.",
        ),
    ],
)
def test_the_first_sentence_says_how_it_went(fields: Object, text: str) -> None:
    assert summary(**fields).startswith(text)


def test_what_is_taken_away_lists_what_stays_and_no_access_lists() -> None:
    servers = [{"problem": "cluster c2: mesh_cluster_id is not set."}]
    text = summary(state="absent", network={"kept": ["transit router tr-1: others are attached"]}, api_servers=servers)
    assert "Kept, because others use it\n  transit router tr-1: others are attached" in text
    assert "Access list" not in text


def test_the_ways_that_are_open_are_counted() -> None:
    pairs = [{"ok": True}, {"ok": True}, {"ok": False}]
    assert "Proven by packets\n  2 of 3 ways between clusters" in summary(probe={"pairs": pairs})
    assert "Proven" not in summary()
