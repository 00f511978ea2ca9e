# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ack_cluster_info against the lab's cloud, over HTTP."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_cluster_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from tests.lab.cloud.account import KEY, TERWAY_CLUSTER, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.network import VSwitch
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import Key

Facts = dict[str, t.Any]


@pytest.fixture
def info(endpoint: Endpoint, brief_pauses: None) -> t.Callable[..., list[Facts]]:
    """The clusters that the module returns with these options."""

    def clusters(**options: t.Any) -> list[Facts]:
        params = {"alicloud_access_key": KEY.id, "alicloud_secret_key": KEY.secret, "endpoints": endpoint.endpoints}
        result = run({**params, "name": None, "cluster_id": None, "api_server": "internal", **options}, False, print)
        assert result["changed"] is False
        return t.cast(list[Facts], result["clusters"])

    return clusters


def test_a_cluster_with_flannel_is_told_whole(info: t.Callable[..., list[Facts]]) -> None:
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert facts["variables"] == {
        "mesh_cluster_name": "cn-beijing-1",
        "mesh_cluster_provider": "ack",
        "mesh_cluster_region": "cn-beijing",
        "mesh_cluster_id": cluster_id("cn-beijing-1"),
        "mesh_cluster_vpc_id": "vpc-beijing",
        "mesh_cluster_security_group_ids": ["sg-cn-beijing-1-1", "sg-cn-beijing-1-2"],
        "mesh_cluster_vpc_cidrs": ["10.10.0.0/16"],
        "mesh_cluster_vswitch_cidrs": ["10.10.1.0/24"],
        "mesh_cluster_pod_cidrs": ["10.101.0.0/16"],
        "mesh_cluster_service_cidrs": ["10.102.0.0/16"],
        "mesh_cluster_pods_in_vpc": False,
        "mesh_cluster_api_server": "https://10.10.1.10:6443",
    }
    assert facts["workers"] == {"total": 3, "ready": 3}
    assert (facts["network_plugin"], facts["state"], facts["problems"]) == ("flannel", "running", [])
    assert facts["tags"] == {"mesh": "lab"}


def test_a_cluster_with_terway_has_its_pods_in_the_vpc(info: t.Callable[..., list[Facts]]) -> None:
    (facts,) = info(name=TERWAY_CLUSTER, region="ap-southeast-1")
    assert facts["network_plugin"] == "terway"
    assert facts["variables"]["mesh_cluster_pods_in_vpc"] is True
    assert facts["variables"]["mesh_cluster_pod_cidrs"] == ["10.50.16.0/20"]
    assert facts["variables"]["mesh_cluster_vswitch_cidrs"] == ["10.50.1.0/24"]


def test_an_address_that_a_cluster_does_not_have_is_a_problem(info: t.Callable[..., list[Facts]]) -> None:
    (facts,) = info(name=TERWAY_CLUSTER, region="ap-southeast-1", api_server="public")
    assert [problem["what"] for problem in facts["problems"]] == ["it has no public API server"]
    assert facts["api_servers"] == {"internal": "https://10.50.1.200:6443", "public": ""}


def test_a_name_is_matched_exactly_though_the_api_matches_a_part(
    info: t.Callable[..., list[Facts]], cloud: Cloud
) -> None:
    assert [facts["name"] for facts in info(name="ap-southeast-1", region="ap-southeast-1")] == ["ap-southeast-1"]
    with pytest.raises(
        MeshError, match="no ACK cluster of this name in cn-beijing: there are cn-beijing-1, cn-beijing-2"
    ):
        info(name="cn-beijing", region="cn-beijing")
    with pytest.raises(MeshError, match=f"of this name in any region: there are .*{TERWAY_CLUSTER}"):
        info(name="north")
    cloud.state.clusters.clear()
    with pytest.raises(MeshError, match="in cn-beijing: the account has none there"):
        info(name="cn-beijing-1", region="cn-beijing")


def test_the_apis_own_filter_by_name_saves_pages(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    info(name="cn-beijing-1", region="cn-beijing")
    assert cloud.calls[0].parameters["name"] == "cn-beijing-1"


def test_a_cluster_that_is_deleted_is_none(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    old = cloud.state.clusters[cluster_id("cn-beijing-2")]
    old.name, old.state = "cn-beijing-1", "deleted"
    assert [facts["cluster_id"] for facts in info(name="cn-beijing-1")] == [cluster_id("cn-beijing-1")]
    assert len(info()) == 3


def test_two_clusters_of_one_name_are_an_error_with_their_ids(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id("cn-beijing-2")].name = "cn-beijing-1"
    with pytest.raises(MeshError, match="2 ACK clusters have this name in any region") as caught:
        info(name="cn-beijing-1")
    assert cluster_id("cn-beijing-2") in caught.value.why and "cluster_id" in caught.value.todo
    assert [facts["cluster_id"] for facts in info(cluster_id=cluster_id("cn-beijing-1"))] == [
        cluster_id("cn-beijing-1")
    ]


def test_an_id_that_is_not_there_is_told(info: t.Callable[..., list[Facts]]) -> None:
    with pytest.raises(MeshError, match="cluster c0: DescribeClusterDetail .*ErrorClusterNotFound.*Check cluster_id"):
        info(cluster_id="c0")


def test_all_clusters_of_all_regions_take_few_calls(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    assert len(info()) == 4
    actions = [call.action for call in cloud.calls]
    assert actions.count("DescribeClustersV1") == 1
    vpcs = {call.region: call.parameters["VpcId"] for call in cloud.calls if call.action == "DescribeVpcs"}
    assert vpcs == {"cn-beijing": "vpc-beijing", "ap-southeast-1": "vpc-singapore,vpc-terway"}
    assert actions.count("DescribeVpcs") == 2, "one a region"
    assert actions.count("DescribeVSwitches") == 3, "one a VPC"
    assert len(actions) == 1 + 4 * 2 + 2 + 3
    assert not cloud.writes


def test_secondary_blocks_are_blocks_of_the_vpc(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    cloud.state.vpcs["vpc-beijing"].secondary.append("172.16.0.0/16")
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert facts["variables"]["mesh_cluster_vpc_cidrs"] == ["10.10.0.0/16", "172.16.0.0/16"]


def test_more_vswitches_than_a_page_are_all_read(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    for number in range(60):
        name = f"vsw-a{number:02}"
        cloud.state.vswitches[name] = VSwitch(name, "vpc-beijing", "cn-beijing-a", f"10.10.200.{number * 4}/30")
    cloud.state.clusters[cluster_id("cn-beijing-1")].vswitches = [f"vsw-a{number:02}" for number in range(60)]
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert len(facts["variables"]["mesh_cluster_vswitch_cidrs"]) == 61


def test_a_cluster_without_node_pools_is_counted_by_nodes(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id("cn-beijing-1")].pools = []
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert facts["workers"] == {"total": 0, "ready": 0}
    (asked,) = [call.parameters for call in cloud.calls if call.action == "DescribeClusterNodes"]
    assert asked["state"] == "running"
    cloud.calls.clear()
    cloud.state.clusters[cluster_id("cn-beijing-1")].state = "upgrading"
    assert info(name="cn-beijing-1", region="cn-beijing")[0]["workers"] is None
    assert "DescribeClusterNodes" not in [call.action for call in cloud.calls], "only of a cluster that runs"


def test_a_cluster_by_its_id_is_asked_for_once(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    info(cluster_id=cluster_id("cn-beijing-1"), region="cn-beijing")
    assert [call.action for call in cloud.calls].count("DescribeClusterDetail") == 1


@pytest.mark.parametrize("which", [{"name": "cn-beijing-1"}, {"cluster_id": cluster_id("cn-beijing-1")}])
@pytest.mark.parametrize("action", ["DescribeClusterDetail", "DescribeClusterNodePools"])
def test_what_a_cluster_does_not_tell_is_an_error_that_names_it(
    info: t.Callable[..., list[Facts]], cloud: Cloud, which: Facts, action: str
) -> None:
    cloud.state.keys = {KEY.id: Key(KEY.id, KEY.secret, denied=frozenset({f"cs:{action}"}))}
    name = cluster_id("cn-beijing-1") if action == "DescribeClusterDetail" and "cluster_id" in which else "cn-beijing-1"
    with pytest.raises(MeshError, match=f"^cluster {name}: {action} .*RAM permission cs:{action}"):
        info(**which)


def test_addons_are_asked_only_where_nothing_else_tells_the_plugin(
    info: t.Callable[..., list[Facts]], cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    info(name="cn-beijing-1", region="cn-beijing")
    assert "ListClusterAddonInstances" not in [call.action for call in cloud.calls]
    monkeypatch.setattr("tests.lab.cloud.cs.meta_data", lambda cluster: "")
    monkeypatch.setattr("tests.lab.cloud.cs.parameters_of", lambda cluster: {})
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert facts["network_plugin"] == "flannel"


def test_a_cluster_that_does_not_run_is_told_with_what_to_do(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id("cn-beijing-1")].state = "upgrading"
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert facts["problems"] == [
        {
            "severity": "error",
            "what": "it is upgrading, not running",
            "why": "",
            "todo": "Run it again when the cluster is running",
            "cluster": "cn-beijing-1",
        }
    ]


def test_a_vpc_that_is_gone_is_a_problem_of_its_cluster(info: t.Callable[..., list[Facts]], cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id("cn-beijing-1")].vpc = "vpc-gone"
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert [problem["what"] for problem in facts["problems"]] == ["its VPC vpc-gone is not found"]
    cloud.calls.clear()
    cloud.state.clusters[cluster_id("cn-beijing-1")].vpc = ""
    (facts,) = info(name="cn-beijing-1", region="cn-beijing")
    assert [problem["what"] for problem in facts["problems"]] == ["its VPC (none) is not found"]
    assert "DescribeVpcs" not in [call.action for call in cloud.calls]


@pytest.mark.parametrize("kind", ["throttle", "error", "drop", "drop_done"])
def test_a_fault_that_passes_is_not_noticed(info: t.Callable[..., list[Facts]], cloud: Cloud, kind: str) -> None:
    cloud.faults.add(kind, "Describe*", times=2)
    assert [facts["name"] for facts in info(name="cn-beijing-1", region="cn-beijing")] == ["cn-beijing-1"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (Key(KEY.id, "other"), "SignatureDoesNotMatch.*alicloud_secret_key"),
        (Key("LTAIother", KEY.secret), "InvalidAccessKeyId.*alicloud_access_key"),
        (Key(KEY.id, KEY.secret, denied=frozenset({"cs:GetClusters"})), "RAM permission cs:GetClusters"),
        (Key(KEY.id, KEY.secret, denied=frozenset({"vpc:DescribeVpcs"})), "RAM permission vpc:DescribeVpcs"),
    ],
)
def test_a_key_that_is_wrong_or_may_not_is_told(
    info: t.Callable[..., list[Facts]], cloud: Cloud, key: Key, words: str
) -> None:
    cloud.state.keys = {key.id: key}
    with pytest.raises(MeshError, match=words) as caught:
        info(name="cn-beijing-1", region="cn-beijing")
    assert KEY.secret not in str(caught.value)


def test_a_temporary_key_that_has_ended_is_told(endpoint: Endpoint, cloud: Cloud) -> None:
    key = Key("STS.lab", "its-secret", "its-token", expires=0)
    cloud.state.keys[key.id] = key
    params = {"alicloud_access_key": key.id, "alicloud_secret_key": key.secret, "alicloud_security_token": key.token}
    with pytest.raises(MeshError, match="temporary credential has ended") as caught:
        run({**params, "endpoints": endpoint.endpoints, "name": None, "cluster_id": "c1"}, False, print)
    assert key.token not in str(caught.value)


def test_the_region_of_the_task_limits_what_is_read(client: Client, info: t.Callable[..., list[Facts]]) -> None:
    assert sorted(facts["name"] for facts in info(region="cn-beijing")) == ["cn-beijing-1", "cn-beijing-2"]
