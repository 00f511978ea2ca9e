"""The cloud's own typed clients work with the lab's cloud: one call of each product."""

from __future__ import annotations

import importlib
import typing as t

from tests.lab.cloud.account import KEY, cluster_id
from tests.lab.cloud.describe import PACKAGES
from tests.lab.cloud.endpoint import Endpoint
from tests.unit.lab.cloud.official import CheckedCloud


def official(product: str, endpoint: Endpoint) -> t.Any:
    from alibabacloud_tea_openapi.models import Config

    config = Config(
        access_key_id=KEY.id,
        access_key_secret=KEY.secret,
        region_id="cn-beijing",
        endpoint=f"{endpoint.host}:{endpoint.port}",
        protocol="HTTP",
    )
    return importlib.import_module(f"{PACKAGES[product]}.client").Client(config)


def model(product: str, name: str, /, **fields: t.Any) -> t.Any:
    return getattr(importlib.import_module(f"{PACKAGES[product]}.models"), name)(**fields)


def test_of_ack(cloud: CheckedCloud, endpoint: Endpoint) -> None:
    client = official("cs", endpoint)
    request = model("cs", "DescribeClustersV1Request", region_id="cn-beijing", page_size=1)
    body = client.describe_clusters_v1(request).body
    assert [cluster.name for cluster in body.clusters] == ["cn-beijing-1"]
    assert body.page_info.total_count == 2
    assert client.describe_cluster_detail(cluster_id("cn-beijing-2")).body.service_cidr == "10.104.0.0/16"


def test_of_ecs(cloud: CheckedCloud, endpoint: Endpoint) -> None:
    request = model("ecs", "DescribeSecurityGroupsRequest", region_id="cn-beijing", vpc_id="vpc-beijing")
    body = official("ecs", endpoint).describe_security_groups(request).body
    assert "sg-cn-beijing-1-1" in [group.security_group_id for group in body.security_groups.security_group]


def test_of_vpc(cloud: CheckedCloud, endpoint: Endpoint) -> None:
    request = model("vpc", "DescribeVpcsRequest", region_id="cn-beijing", is_default=False, vpc_id="vpc-beijing")
    body = official("vpc", endpoint).describe_vpcs(request).body
    assert [vpc.cidr_block for vpc in body.vpcs.vpc] == ["10.10.0.0/16"]


def test_of_cen(cloud: CheckedCloud, endpoint: Endpoint) -> None:
    client = official("cbn", endpoint)
    made = client.create_cen(model("cbn", "CreateCenRequest", name="mesh", client_token="one")).body
    body = client.describe_cens(model("cbn", "DescribeCensRequest")).body
    assert [cen.cen_id for cen in body.cens.cen] == [made.cen_id]


def test_of_clb(cloud: CheckedCloud, endpoint: Endpoint) -> None:
    cloud.state.balancers["lb-cn-beijing-2"].access = ["10.10.1.0/24"]
    client = official("slb", endpoint)
    request = model(
        "slb", "DescribeLoadBalancerListenersRequest", region_id="cn-beijing", load_balancer_id=["lb-cn-beijing-2"]
    )
    (listener,) = client.describe_load_balancer_listeners(request).body.listeners
    assert (listener.listener_port, listener.acl_status, listener.acl_type) == (6443, "on", "white")
    request = model("slb", "DescribeAccessControlListAttributeRequest", region_id="cn-beijing", acl_id=listener.acl_id)
    body = client.describe_access_control_list_attribute(request).body
    assert [entry.acl_entry_ip for entry in body.acl_entrys.acl_entry] == ["10.10.1.0/24"]
