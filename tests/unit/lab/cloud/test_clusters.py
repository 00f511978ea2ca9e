"""ACK in the lab's cloud, as the collection's client sees it over loopback."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.account import TERWAY_CLUSTER, cluster_id
from tests.lab.cloud.server import Cloud

PRIMARY = {"ClusterId": cluster_id("cn-beijing-1")}
TERWAY = {"ClusterId": cluster_id(TERWAY_CLUSTER)}


def names(items: list[dict[str, t.Any]]) -> list[str]:
    return [item["name"] for item in items]


def test_a_name_is_matched_fuzzily_and_a_region_exactly(client: Client) -> None:
    assert names(client.pages("DescribeClustersV1", name="beijing")) == ["cn-beijing-1", "cn-beijing-2"]
    found = client.pages("DescribeClustersV1", "ap-southeast-1", name="ap-southeast-1")
    assert names(found) == ["ap-southeast-1", TERWAY_CLUSTER]


def test_clusters_come_in_pages(cloud: Cloud, client: Client) -> None:
    assert names(client.pages("DescribeClustersV1", page_size=1)) == ["cn-beijing-1", "cn-beijing-2"]
    assert [call.parameters["page_number"] for call in cloud.calls] == ["1", "2"]
    answer = client.call("DescribeClustersV1", page_size=1, page_number=3)
    assert answer == {"clusters": [], "page_info": {"page_number": 3, "page_size": 1, "total_count": 2}}


def test_json_comes_in_strings_and_strings_in_that_json(client: Client) -> None:
    flannel = client.call("DescribeClusterDetail", path=PRIMARY)
    assert json.loads(flannel["master_url"])["api_server_endpoint"] == "https://10.10.1.10:6443"
    assert json.loads(flannel["meta_data"])["Capabilities"]["Network"] == "Flannel"
    assert json.loads(flannel["meta_data"])["PodVswitchId"] == ""
    assert flannel["container_cidr"] == "10.101.0.0/16"
    terway = client.call("DescribeClusterDetail", path=TERWAY)
    assert json.loads(terway["master_url"])["api_server_endpoint"] == ""
    assert json.loads(json.loads(terway["meta_data"])["PodVswitchId"]) == {"ap-southeast-1a": ["vsw-10-50-16-0"]}
    assert terway["container_cidr"] == ""


def test_size_is_not_the_number_of_workers(client: Client) -> None:
    assert client.call("DescribeClusterDetail", path=PRIMARY)["size"] == 0
    pools = client.pages("DescribeClusterNodePools", path=PRIMARY)
    assert [pool["status"]["healthy_nodes"] for pool in pools] == [1, 2]
    nodes = client.pages("DescribeClusterNodes", path=PRIMARY, pageSize=2, state="running")
    assert [node["ip_address"] for node in nodes] == [["10.10.1.10"], ["10.10.1.11"], ["10.10.1.12"]]


def test_the_second_pool_has_a_group_of_its_own(client: Client) -> None:
    detail = client.call("DescribeClusterDetail", path=PRIMARY)
    pools = client.pages("DescribeClusterNodePools", path=PRIMARY)
    groups = [pool["scaling_group"]["security_group_ids"] for pool in pools]
    assert groups == [[detail["security_group_id"]], ["sg-cn-beijing-1-2"]]


def test_a_clusters_network_is_known_from_its_addons_too(client: Client) -> None:
    assert "kube-flannel-ds" in names(client.pages("ListClusterAddonInstances", path=PRIMARY))
    assert "terway-eniip" in names(client.pages("ListClusterAddonInstances", path=TERWAY))


def test_every_kubeconfig_calls_its_cluster_kubernetes(cloud: Cloud, client: Client) -> None:
    cloud.state.clock = lambda: 0
    answer = client.call("DescribeClusterUserKubeconfig", path=PRIMARY, TemporaryDurationMinutes=15)
    config = yaml.safe_load(answer["config"])
    assert [cluster["name"] for cluster in config["clusters"]] == ["kubernetes"]
    assert config["current-context"] == f"{cloud.state.account}-{PRIMARY['ClusterId']}"
    assert answer["expiration"] == "1970-01-01T00:15:00Z"


def test_a_kubeconfig_has_the_endpoint_that_is_asked_for(client: Client) -> None:
    answer = client.call("DescribeClusterUserKubeconfig", path=TERWAY, PrivateIpAddress=True)
    assert yaml.safe_load(answer["config"])["clusters"][0]["cluster"]["server"] == "https://10.50.1.200:6443"
    with pytest.raises(AlibabaError) as caught:
        client.call("DescribeClusterUserKubeconfig", path=TERWAY)
    assert caught.value.status == 404


def test_a_real_clusters_kubeconfig_has_its_credentials(cloud: Cloud, client: Client) -> None:
    cluster = {"name": "lab", "cluster": {"server": "https://10.10.1.10:6443", "certificate-authority-data": "Y2E="}}
    user = {"name": "admin", "user": {"client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"}}
    cloud.state.clusters[PRIMARY["ClusterId"]].kubeconfig = yaml.safe_dump({"clusters": [cluster], "users": [user]})
    config = yaml.safe_load(client.call("DescribeClusterUserKubeconfig", path=PRIMARY)["config"])
    assert config["users"] == [{"name": cloud.state.account, "user": user["user"]}]
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == "Y2E="


@pytest.mark.parametrize("minutes", [14, 4321])
def test_a_kubeconfigs_lifetime_has_limits(client: Client, minutes: int) -> None:
    with pytest.raises(AlibabaError) as caught:
        client.call("DescribeClusterUserKubeconfig", path=PRIMARY, TemporaryDurationMinutes=minutes)
    assert caught.value.code == "InvalidParameter"


def test_an_unknown_cluster_is_refused_in_acks_shape(client: Client) -> None:
    with pytest.raises(AlibabaError) as caught:
        client.call("DescribeClusterDetail", path={"ClusterId": "c0"})
    assert (caught.value.code, caught.value.status) == ("ErrorClusterNotFound", 404)
    assert "cluster (c0) not found" in str(caught.value)


def test_a_cluster_that_is_being_made_has_no_endpoint(cloud: Cloud, client: Client) -> None:
    cloud.state.clusters[PRIMARY["ClusterId"]].state = "initial"
    assert client.call("DescribeClusterDetail", path=PRIMARY)["master_url"] == ""
