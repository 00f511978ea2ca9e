# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ack_api_access_info against the lab's cloud, over HTTP."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_api_access import is_unread, run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from tests.lab.cloud.account import KEY, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.network import Balancer, Listener
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import Key
from tests.unit.scripted_cloud import Answer, refused, said, scripted

NAME = "ap-southeast-1"
NODES, PODS = "10.10.1.0/24", "10.101.0.0/16"
Info = t.Callable[..., dict[str, t.Any]]


def params(endpoints: dict[str, str], **options: t.Any) -> dict[str, t.Any]:
    who = {"alicloud_access_key": KEY.id, "alicloud_secret_key": KEY.secret, "endpoints": endpoints}
    asked = {
        "region": NAME,
        "cluster_id": cluster_id(NAME),
        "cluster": NAME,
        "api_server": "",
        "sources": [NODES, PODS],
    }
    return {**who, **asked, **options}


@pytest.fixture
def info(endpoint: Endpoint) -> Info:
    """What the module returns with these options."""

    def asked(**options: t.Any) -> dict[str, t.Any]:
        result = run(params(endpoint.endpoints, **options), False, print)
        assert result.pop("changed") is False
        return result

    return asked


@pytest.fixture
def balancer(cloud: Cloud) -> Balancer:
    return cloud.state.balancers[f"lb-{NAME}"]


def test_an_api_server_without_an_access_list_is_open(info: Info, cloud: Cloud) -> None:
    assert info() == {
        "load_balancer_id": f"lb-{NAME}",
        "kind": "none",
        "access_lists": [],
        "access": "open",
        "missing": [],
        "problem": "",
    }
    assert [call.action for call in cloud.calls] == ["DescribeClusterDetail", "DescribeLoadBalancerListeners"]
    assert cloud.calls[1].parameters["LoadBalancerId.1"] == f"lb-{NAME}"


def test_a_list_that_lacks_a_block_is_named_with_it(info: Info, balancer: Balancer) -> None:
    balancer.access = ["10.10.0.0/16"]
    found = info()
    assert (found["access"], found["kind"], found["missing"]) == ("missing", "white", [PODS])
    acl = {"id": f"acl-{NAME}", "name": f"list of lb-{NAME}", "entries": ["10.10.0.0/16"]}
    assert found["access_lists"] == [acl]
    assert f"cluster {NAME}: load balancer lb-{NAME} of its API server does not let in {PODS}" in found["problem"]
    balancer.access += ["10.101.0.0/17", "10.101.128.0/17"]
    assert (info()["access"], info()["problem"]) == ("held", "")


def test_all_pages_of_a_list_count_and_a_short_one_costs_one_call(info: Info, balancer: Balancer, cloud: Cloud) -> None:
    balancer.access = [f"192.0.2.{number}" for number in range(48)] + [NODES, PODS]
    assert info()["access"] == "held"
    assert [call.action for call in cloud.calls].count("DescribeAccessControlListAttribute") == 1
    balancer.access = [f"192.0.2.{number}" for number in range(120)] + [NODES, PODS]
    assert info()["access"] == "held"


def test_other_listeners_and_load_balancers_do_not_count(info: Info, balancer: Balancer, cloud: Cloud) -> None:
    balancer.listeners.insert(0, Listener(443))
    other = Balancer("lb-other", balancer.vpc, "10.20.1.200/32", balancer.interface, [Listener(6443)], access=[])
    cloud.state.balancers = {"lb-other": other, **cloud.state.balancers}
    assert info()["access"] == "open"


@pytest.mark.parametrize(
    "lacking",
    ["cs:DescribeClusterDetail", "slb:DescribeLoadBalancerListeners", "slb:DescribeAccessControlListAttribute"],
)
def test_a_permission_that_lacks_is_named_and_no_failure(
    info: Info, balancer: Balancer, cloud: Cloud, lacking: str
) -> None:
    balancer.access = [NODES]
    cloud.state.keys[KEY.id] = Key(KEY.id, KEY.secret, denied=frozenset({lacking}))
    found = info()
    assert (found["access"], found["kind"], found["missing"]) == ("unread", "", [])
    assert f"cluster {NAME}: " in found["problem"] and f"the RAM permission {lacking}." in found["problem"]
    assert f"has an access list, that has to let in {NODES}, {PODS}." in found["problem"]


@pytest.mark.parametrize(
    ("name", "said_so"),
    [
        ("", "ACK names no load balancer of its API server"),
        ("nlb-1abc", "its API server is behind nlb-1abc, a Network Load Balancer, which is not read"),
        ("lb-gone", "load balancer lb-gone of its API server has no TCP listener at 6443"),
    ],
)
def test_a_load_balancer_that_cannot_be_read_is_told(info: Info, cloud: Cloud, name: str, said_so: str) -> None:
    cloud.state.clusters[cluster_id(NAME)].balancer = name
    found = info()
    assert found["access"] == "unread"
    assert found["problem"].startswith(f"cluster {NAME}: {said_so}.")


@pytest.mark.parametrize(
    ("server", "is_read"),
    [
        ("", True),
        ("https://10.20.1.10:6443", True),
        ("https://api.example.com:6443", True),
        ("https://47.1.2.3:6443", False),
        ("https://10.10.1.77:6443", False),
    ],
)
def test_an_api_server_that_is_reached_another_way_is_not_compared(info: Info, server: str, is_read: bool) -> None:
    found = info(api_server=server)
    assert (found["access"] == "open") == is_read
    if not is_read:
        assert (
            f"cluster {NAME}: its API server is reached at {server}, not at https://10.20.1.10:6443" in found["problem"]
        )
        assert NODES not in found["problem"]


def test_a_cluster_that_is_not_there_is_a_failure(info: Info) -> None:
    with pytest.raises(MeshError, match="cluster c9: .*ErrorClusterNotFound.* Check cluster_id and region"):
        info(cluster_id="c0", cluster="c9")


DETAIL = said({"cluster_id": "c1", "region_id": "cn-beijing", "external_loadbalancer_id": "lb-1"})


def listener(**fields: t.Any) -> Answer:
    return said({"Listeners": [{"LoadBalancerId": "lb-1", "ListenerPort": 6443, **fields}], "TotalCount": 1})


def entries(*cidrs: str) -> Answer:
    rows = [{"AclEntryIP": cidr} for cidr in cidrs]
    return said({"AclName": "office", "AclEntrys": {"AclEntry": rows}, "TotalAclEntry": len(rows)})


def scripted_run(*answers: t.Any) -> dict[str, t.Any]:
    with scripted(*answers) as script:
        return run(params(script.endpoints), False, print)


def test_a_blacklist_shuts_out_what_it_has() -> None:
    found = scripted_run(DETAIL, listener(AclStatus="on", AclType="black", AclId="acl-9"), entries("10.101.7.0/24"))
    assert (found["access"], found["kind"], found["missing"]) == ("missing", "black", [PODS])
    assert "acl-9 (office), a blacklist, has 10.101.7.0/24" in found["problem"]


def test_several_lists_of_a_listener_are_all_read() -> None:
    on = listener(AclStatus="on", AclType="white", AclId="acl-1", AclIds=["acl-1", "acl-2"])
    found = scripted_run(DETAIL, on, entries(NODES), entries(PODS))
    assert (found["access"], [x["id"] for x in found["access_lists"]]) == ("held", ["acl-1", "acl-2"])


@pytest.mark.parametrize("fields", [{"AclType": "grey", "AclId": "acl-1"}, {"AclType": "white"}])
def test_access_control_of_an_unknown_kind_is_told_as_unread(fields: dict[str, str]) -> None:
    found = scripted_run(DETAIL, listener(AclStatus="on", **fields))
    assert found["access"] == "unread" and "See in the console what it is" in found["problem"]


def test_a_refusal_that_is_no_matter_of_permissions_is_a_failure() -> None:
    with pytest.raises(MeshError, match="cluster ap-southeast-1: DescribeLoadBalancerListeners"):
        scripted_run(DETAIL, refused("InvalidParameter"))


@pytest.mark.parametrize(
    ("fields", "is_so"),
    [({"status": 0}, True), ({"status": 503, "passing": True}, True), ({"status": 400, "code": "InvalidX"}, False)],
)
def test_no_answer_and_a_cloud_that_fails_only_keep_from_reading(fields: dict[str, t.Any], is_so: bool) -> None:
    assert is_unread(AlibabaError("no", **fields)) is is_so
    assert not is_unread(MeshError("the key is not there"))
