"""Load balancers of the lab's cloud: what decides about packets is what is told of access lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.decide import allowed
from tests.unit.lab.cloud.official import CheckedCloud

BALANCER = "lb-cn-beijing-2"


def test_every_api_server_has_a_load_balancer_without_an_access_list(cloud: CheckedCloud, client: Client) -> None:
    for cluster in cloud.state.clusters.values():
        detail = client.call("DescribeClusterDetail", path={"ClusterId": cluster.id})
        (listener,) = client.pages(
            "DescribeLoadBalancerListeners", cluster.region, LoadBalancerId=[detail["external_loadbalancer_id"]]
        )
        assert (listener["ListenerPort"], listener["AclStatus"]) == (6443, "off")
        assert "AclId" not in listener


def test_the_list_that_is_told_decides_about_packets(cloud: CheckedCloud, client: Client) -> None:
    node, server = "10.10.1.10", "10.10.2.10"
    assert allowed(cloud.state, node, server, "tcp", 6443).allowed
    cloud.state.balancers[BALANCER].access = ["10.101.0.0/16"]
    assert not allowed(cloud.state, node, server, "tcp", 6443).allowed
    (listener,) = client.pages("DescribeLoadBalancerListeners", LoadBalancerId=[BALANCER], ListenerPort=6443)
    entries = client.pages("DescribeAccessControlListAttribute", AclId=listener["AclId"])
    assert [x["AclEntryIP"] for x in entries] == ["10.101.0.0/16"]


def test_entries_come_in_pages(cloud: CheckedCloud, client: Client) -> None:
    cloud.state.balancers[BALANCER].access = [f"192.0.2.{number}/32" for number in range(120)]
    assert len(client.pages("DescribeAccessControlListAttribute", AclId="acl-cn-beijing-2")) == 120
    assert len(cloud.calls) == 3


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.pages("DescribeAccessControlListAttribute", AclId="acl-cn-beijing-1"),
        lambda client: client.pages("DescribeAccessControlListAttribute", "ap-southeast-1", AclId="acl-cn-beijing-2"),
    ],
)
def test_a_list_that_is_not_there_is_refused(
    cloud: CheckedCloud, client: Client, ask: Callable[[Client], object]
) -> None:
    cloud.state.balancers[BALANCER].access = ["10.0.0.0/8"]
    with pytest.raises(AlibabaError, match="AclNotExist"):
        ask(client)


def test_listeners_are_picked_by_port_balancer_and_region(client: Client) -> None:
    assert client.pages("DescribeLoadBalancerListeners", LoadBalancerId=[BALANCER], ListenerPort=443) == []
    assert client.pages("DescribeLoadBalancerListeners", "ap-southeast-1", LoadBalancerId=[BALANCER]) == []
    assert len(client.pages("DescribeLoadBalancerListeners")) == 2
