"""What the lab consists of fits together: no two blocks overlap, names are those that people type."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

import pytest

from tests.lab.topology import (
    CLUSTERS,
    CONTROL_PLANES_BLOCK,
    MOST_CONTROL_PLANES,
    OLD,
    control_plane,
    named,
    old_control_plane,
    routed_blocks,
)


def test_no_two_routed_blocks_overlap() -> None:
    for left, right in combinations(routed_blocks().items(), 2):
        assert not left[1].overlaps(right[1]), (left, right)


def test_no_block_of_services_overlaps_another_block() -> None:
    services = [cluster.services for cluster in CLUSTERS]
    services += [control_plane(number).services for number in (1, MOST_CONTROL_PLANES)]
    services.append(old_control_plane().services)
    for left, right in combinations([*services, *routed_blocks().values()], 2):
        assert not left.overlaps(right), (left, right)


def test_two_clusters_share_a_vpc_and_the_third_is_in_another_region() -> None:
    first, second, third = CLUSTERS
    assert first.vpc == second.vpc
    assert third.vpc.region != first.vpc.region
    assert all(cluster.vswitch.subnet_of(cluster.vpc.block) for cluster in CLUSTERS)


def test_load_balancer_addresses_are_of_the_vswitch_and_no_node_has_one() -> None:
    for cluster in CLUSTERS:
        assert cluster.balanced.subnet_of(cluster.vswitch)
        assert {cluster.attachment.address, *cluster.hollow_nodes.values()}.isdisjoint(cluster.balanced)


def test_the_routers_interface_names_fit_into_linux() -> None:
    assert all(len(cluster.attachment.device) <= 15 for cluster in CLUSTERS)


def test_control_planes_have_an_address_each_within_their_block() -> None:
    planes = [old_control_plane(), *(control_plane(number) for number in range(1, MOST_CONTROL_PLANES + 1))]
    assert len({plane.address for plane in planes}) == 1 + MOST_CONTROL_PLANES
    assert all(plane.address in CONTROL_PLANES_BLOCK for plane in planes)
    assert CONTROL_PLANES_BLOCK.broadcast_address not in {plane.address for plane in planes}


def test_names_are_clusters_or_numbered_control_planes_each_once() -> None:
    clusters, planes = named(["api-2", "cn-beijing-2", "api-2"])
    assert [cluster.name for cluster in clusters] == ["cn-beijing-2"]
    assert [plane.name for plane in planes] == ["api-2"]
    assert planes[0].api_server == "https://10.30.1.22:6443"


def test_an_old_kubernetes_runs_only_where_it_is_named() -> None:
    _clusters, planes = named(["api-1", OLD])
    assert [(plane.name, plane.release) for plane in planes] == [("api-1", ""), ("old-1", "1.24")]


@pytest.mark.parametrize("name", ["old-2", "cn-bejing-1", "api-0", "api-201", "api-01", "api-", ""])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"no cluster|from 1 to 200"):
        named([name])


def test_dns_has_kubeadms_address() -> None:
    assert CLUSTERS[0].dns == IPv4Address("10.102.0.10")
    assert CLUSTERS[0].balanced == IPv4Network("10.10.1.192/26")
