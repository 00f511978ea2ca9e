# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster's facts out of the API's answers: every place where one thing may stand, and what is told when it stands nowhere."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack import (
    FLANNEL,
    TERWAY,
    Network,
    Workers,
    cluster_of,
    network_of,
    variables,
    workers_of_nodes,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_problems import problems_of
from ansible_collections.multiregion.istio.plugins.module_utils._problems import ERROR, WARNING

Answer = dict[str, t.Any]

URLS = {"api_server_endpoint": "https://203.0.113.1:6443", "intranet_api_server_endpoint": "https://10.10.1.10:6443"}
NETWORK = Network(("10.10.0.0/16",), {"vsw-1": ("10.10.1.0/24",), "vsw-2": ("10.10.2.0/24",)})


def meta(**fields: t.Any) -> str:
    return json.dumps({"Capabilities": {"Network": "Flannel", "TerwayEniip": True}, **fields})


def terway(**fields: t.Any) -> str:
    return meta(Capabilities={"Network": "terway-eniip"}, **fields)


NO_INTERNAL = {**URLS, "intranet_api_server_endpoint": ""}
TERWAY_LOST = terway(PodVswitchId=json.dumps({"cn-beijing-a": ["vsw-1", "vsw-9"]}))


def detail(**fields: t.Any) -> Answer:
    """A sound cluster with Flannel, as DescribeClusterDetail tells it."""
    return {
        "cluster_id": "c1",
        "name": "east",
        "region_id": "cn-beijing",
        "state": "running",
        "current_version": "1.34.10-aliyun.1",
        "vpc_id": "vpc-1",
        "vswitch_ids": ["vsw-1"],
        "security_group_id": "sg-1",
        "service_cidr": "10.102.0.0/16",
        "container_cidr": "10.101.0.0/16",
        "master_url": json.dumps(URLS),
        "meta_data": meta(),
        "parameters": {},
        "size": 0,
        **fields,
    }


def pool(total: int = 2, healthy: int = 2, **group: t.Any) -> Answer:
    return {"scaling_group": group, "status": {"total_nodes": total, "healthy_nodes": healthy, "serving_nodes": 9}}


def whats(answer: Answer, network: Network = NETWORK, pools: t.Sequence[Answer] = ()) -> list[str]:
    return [problem.what for problem in problems_of(cluster_of(answer, pools), network, "internal")]


@pytest.mark.parametrize(
    ("fields", "plugin"),
    [
        ({"meta_data": meta()}, FLANNEL),
        ({"meta_data": meta(Capabilities={"Network": "terway"})}, TERWAY),
        ({"meta_data": meta(Capabilities={"Network": "Terway-ENI"})}, TERWAY),
        ({"meta_data": terway()}, TERWAY),
        ({"meta_data": "", "parameters": {"Network": "terway-eniip"}}, TERWAY),
        ({"meta_data": "no JSON", "parameters": {"Network": "Flannel"}}, FLANNEL),
        ({"meta_data": meta(Capabilities={"TerwayEniip": True})}, ""),
        ({"meta_data": None, "parameters": None}, ""),
    ],
)
def test_the_network_plugin_is_told_by_the_cluster(fields: Answer, plugin: str) -> None:
    assert cluster_of(detail(**fields)).plugin == plugin


@pytest.mark.parametrize(
    ("name", "plugin"),
    [("kube-flannel-ds", FLANNEL), ("terway-eni", TERWAY), ("terway-eniip", TERWAY), ("coredns", "")],
)
def test_the_network_plugin_is_told_by_the_addons_at_last(name: str, plugin: str) -> None:
    assert cluster_of(detail(meta_data=""), addons=[{"name": "metrics"}, {"name": name}]).plugin == plugin
    assert cluster_of(detail(), addons=[{"name": name}]).plugin == FLANNEL, "its own word counts"


@pytest.mark.parametrize(
    "fields",
    [
        {"container_cidr": "10.5.0.0/16", "subnet_cidr": "10.6.0.0/16"},
        {"container_cidr": "", "subnet_cidr": "10.5.0.0/16"},
        {"container_cidr": None, "parameters": {"ContainerCIDR": "10.5.0.0/16"}},
    ],
)
def test_flannels_block_is_found_wherever_it_stands(fields: Answer) -> None:
    cluster = cluster_of(detail(**fields))
    assert variables(cluster, NETWORK, "internal")["mesh_cluster_pod_cidrs"] == ["10.5.0.0/16"]
    assert not cluster.pods_in_vpc


@pytest.mark.parametrize(
    "fields",
    [
        {"service_cidr": "10.7.0.0/16", "parameters": {"ServiceCIDR": "10.8.0.0/16"}},
        {"service_cidr": "", "parameters": {"ServiceCIDR": "10.7.0.0/16"}},
        {"service_cidr": None, "meta_data": meta(ServiceCIDR="10.7.0.0/16")},
    ],
)
def test_the_block_of_services_is_found_wherever_it_stands(fields: Answer) -> None:
    assert cluster_of(detail(**fields)).service_cidrs == ("10.7.0.0/16",)


def test_blocks_of_both_families_are_two() -> None:
    cluster = cluster_of(detail(container_cidr="10.5.0.0/16,fd00:5::/56", service_cidr="10.7.0.0/16, fd00:7::/112"))
    assert cluster.pod_cidrs == ("10.5.0.0/16", "fd00:5::/56")
    assert cluster.service_cidrs == ("10.7.0.0/16", "fd00:7::/112")


def test_terways_blocks_are_those_of_the_vswitches_of_its_pods() -> None:
    by_zone = json.dumps({"cn-beijing-a": ["vsw-2"], "cn-beijing-b": ["vsw-3"]})
    answer = detail(
        meta_data=terway(PodVswitchId=by_zone),
        container_cidr="",
        parameters={"PodVswitchIds": '["vsw-3", "vsw-4"]', "ContainerCIDR": "172.20.0.0/16"},
    )
    cluster = cluster_of(answer)
    assert cluster.pod_vswitch_ids == ("vsw-2", "vsw-3", "vsw-4")
    found = variables(cluster, NETWORK, "internal")
    assert found["mesh_cluster_pod_cidrs"] == ["10.10.2.0/24"], "never the block that Flannel would have had"
    assert found["mesh_cluster_pods_in_vpc"] is True
    assert found["mesh_cluster_vswitch_cidrs"] == ["10.10.1.0/24"]
    assert cluster_of(detail(meta_data=meta(PodVswitchId=by_zone))).pod_vswitch_ids == (), "Flannel has none"


def test_groups_and_vswitches_are_those_of_all_node_pools() -> None:
    pools = [
        pool(security_group_ids=["sg-2", "sg-1", "sg-4"], security_group_id="sg-2", vswitch_ids=["vsw-1"]),
        pool(security_group_ids=None, security_group_id="sg-3", vswitch_ids=["vsw-2"]),
    ]
    cluster = cluster_of(detail(), pools)
    assert cluster.security_group_ids == ("sg-1", "sg-2", "sg-4", "sg-3")
    assert cluster.vswitch_ids == ("vsw-1", "vsw-2")


def test_the_deprecated_list_of_vswitches_counts_where_the_new_one_is_empty() -> None:
    assert cluster_of(detail(vswitch_ids=[], vswitch_id="vsw-1,vsw-2")).vswitch_ids == ("vsw-1", "vsw-2")


def test_workers_are_those_of_the_node_pools_whatever_the_size_says() -> None:
    assert cluster_of(detail(size=9), [pool(3, 2), pool(1, 1)]).workers == Workers(total=4, ready=3)
    assert cluster_of(detail(size=9), []).workers is None
    assert cluster_of(detail(size=9), [pool(), {"scaling_group": {}}]).workers is None


def test_workers_of_nodes_leave_out_masters() -> None:
    nodes = [{"instance_role": role, "node_status": status} for role, status in WORKERS]
    assert workers_of_nodes(nodes) == Workers(total=3, ready=1)


WORKERS = [("Master", "Ready"), ("Worker", "Ready"), ("Worker", "NotReady"), ("Worker", "Offline")]


def test_the_blocks_of_a_vpc_are_all_that_it_has() -> None:
    vpc = {
        "CidrBlock": "10.10.0.0/16",
        "SecondaryCidrBlocks": {"SecondaryCidrBlock": ["172.16.0.0/16"]},
        "Ipv6CidrBlock": "2408:4005::/56",
        "Ipv6CidrBlocks": {"Ipv6CidrBlock": [{"Ipv6CidrBlock": "2408:4005::/56"}, {"Ipv6CidrBlock": "2408:4006::/56"}]},
    }
    network = network_of(vpc, [{"VSwitchId": "vsw-1", "CidrBlock": "10.10.1.0/24", "Ipv6CidrBlock": "2408:4005::/64"}])
    assert network.vpc_cidrs == ("10.10.0.0/16", "172.16.0.0/16", "2408:4005::/56", "2408:4006::/56")
    assert network.vswitches == {"vsw-1": ("10.10.1.0/24", "2408:4005::/64")}
    assert network_of({"Ipv6CidrBlock": "2408:4005::/56"}, []).vpc_cidrs == ("2408:4005::/56",)
    assert not network_of(None, []).found


def test_the_variables_are_those_of_an_inventory() -> None:
    assert variables(cluster_of(detail(current_version="v1.20.11-aliyun.1"), [pool()]), NETWORK, "public") == {
        "mesh_cluster_name": "east",
        "mesh_cluster_provider": "ack",
        "mesh_cluster_region": "cn-beijing",
        "mesh_cluster_id": "c1",
        "mesh_cluster_vpc_id": "vpc-1",
        "mesh_cluster_security_group_ids": ["sg-1"],
        "mesh_cluster_vpc_cidrs": ["10.10.0.0/16"],
        "mesh_cluster_vswitch_cidrs": ["10.10.1.0/24"],
        "mesh_cluster_pod_cidrs": ["10.101.0.0/16"],
        "mesh_cluster_service_cidrs": ["10.102.0.0/16"],
        "mesh_cluster_pods_in_vpc": False,
        "mesh_cluster_api_server": "https://203.0.113.1:6443",
    }


def test_a_version_is_told_without_the_v_of_old_ones() -> None:
    assert cluster_of(detail(current_version="v1.20.11-aliyun.1")).version == "1.20.11-aliyun.1"


def test_a_sound_cluster_has_no_problems() -> None:
    assert whats(detail(), pools=[pool()]) == []


@pytest.mark.parametrize(
    ("fields", "severity", "what", "todo"),
    [
        ({"state": "upgrading"}, ERROR, "it is upgrading, not running", "Run it again when"),
        ({"state": "inactive"}, ERROR, "it is inactive, not running", "Start it"),
        ({"state": ""}, ERROR, "it is in no known state, not running", "Run it again when"),
        ({"state": "initial", "master_url": ""}, ERROR, "it is initial, not running", "Run it again when"),
        ({"master_url": json.dumps(NO_INTERNAL)}, ERROR, "it has no internal API server", "Look at its API server's"),
        ({"meta_data": ""}, ERROR, "nothing tells its network plugin", "Set mesh_cluster_pod_cidrs, and"),
        ({"container_cidr": ""}, ERROR, "nothing tells the block of its pods (flannel)", "Set mesh_cluster_pod_cidrs"),
        ({"meta_data": terway()}, WARNING, "nothing tells the vSwitches of its pods (Terway)", "Set mesh_cluster_pod_"),
        ({"service_cidr": ""}, ERROR, "nothing tells the block of its services", "Set mesh_cluster_service_cidrs"),
        ({"vswitch_ids": ["vsw-1", "vsw-9"]}, WARNING, "its vSwitches vsw-9 are not in vpc-1", "Set mesh_cluster_vsw"),
        ({"meta_data": TERWAY_LOST}, WARNING, "its vSwitches vsw-9 are not in vpc-1", "Set mesh_cluster_vswitch_cidrs"),
    ],
)
def test_what_a_mesh_would_miss_is_a_problem(fields: Answer, severity: str, what: str, todo: str) -> None:
    (problem,) = problems_of(cluster_of(detail(**fields)), NETWORK, "internal")
    assert (problem.severity, problem.what, problem.cluster) == (severity, what, "east")
    assert problem.todo.startswith(todo)


def test_a_vpc_that_is_not_there_is_one_problem() -> None:
    assert whats(detail(), Network(found=False)) == ["its VPC vpc-1 is not found"]
    assert whats(detail(vpc_id=""), Network(found=False)) == ["its VPC (none) is not found"]


def test_no_healthy_worker_is_a_warning() -> None:
    (problem,) = problems_of(cluster_of(detail(), [pool(2, 0)]), NETWORK, "internal")
    assert (problem.severity, problem.what) == (WARNING, "none of its 2 workers is healthy")
    assert whats(detail(), pools=[pool(0, 0)]) == ["it has no workers"]
