"""What every call to the lab's cloud goes through, whatever it does."""

from __future__ import annotations

import json
import typing as t
import urllib.request
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from ansible_collections.multiregion.istio.plugins.module_utils._retry import Backoff
from tests.lab.cloud.account import KEY, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.errors import Refused
from tests.lab.cloud.handlers import HANDLERS
from tests.lab.cloud.request import Request
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import State

GROUP = "sg-cn-beijing-1-1"
WRITE: dict[str, t.Any] = {"SecurityGroupId": GROUP}
ROUTER: dict[str, t.Any] = {"CenId": "cen-1", "RegionId": "cn-beijing"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What has been done by a write that stands for all: AuthorizeSecurityGroup and CreateTransitRouter."""
    done: list[Request] = []

    def write(state: State, request: Request) -> dict[str, t.Any]:
        if request.get("SecurityGroupId", GROUP) != GROUP:
            raise Refused("InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.", 404)
        state.issued += 1
        done.append(request)
        return {}

    monkeypatch.setitem(HANDLERS, "AuthorizeSecurityGroup", write)
    monkeypatch.setitem(HANDLERS, "CreateTransitRouter", write)
    return done


@pytest.fixture
def once(options: Options) -> Client:
    """A client that does not repeat itself."""
    return Client(options, backoff=Backoff(tries=1))


def code_of(client: Client, action: str, **parameters: t.Any) -> str:
    with pytest.raises(AlibabaError) as caught:
        client.call(action, **parameters)
    return str(caught.value.code)


def test_an_error_has_the_shape_of_its_product(cloud: Cloud, once: Client, written: list[Request]) -> None:
    with pytest.raises(AlibabaError) as caught:
        once.call("AuthorizeSecurityGroup", SecurityGroupId="sg-other")
    assert (caught.value.code, caught.value.status) == ("InvalidSecurityGroupId.NotFound", 404)
    assert caught.value.request_id
    cluster = {"ClusterId": cluster_id("none")}
    with pytest.raises(AlibabaError) as caught:
        once.call("DescribeClusterDetail", path=cluster)
    assert (caught.value.code, caught.value.status) == ("ErrorClusterNotFound", 404)
    assert caught.value.request_id
    assert not written


def test_calls_are_logged_with_region_parameters_and_refusal(
    cloud: Cloud, once: Client, written: list[Request]
) -> None:
    once.call("AuthorizeSecurityGroup", "ap-southeast-1", **WRITE)
    code_of(once, "AuthorizeSecurityGroup", SecurityGroupId="sg-other")
    once.call("DescribeClustersV1")
    assert [(call.action, call.region, call.code) for call in cloud.calls] == [
        ("AuthorizeSecurityGroup", "ap-southeast-1", ""),
        ("AuthorizeSecurityGroup", "cn-beijing", "InvalidSecurityGroupId.NotFound"),
        ("DescribeClustersV1", "cn-beijing", ""),
    ]
    assert cloud.writes == cloud.calls[:2]
    assert cloud.calls[0].parameters["SecurityGroupId"] == GROUP


def test_a_call_that_the_cloud_does_not_have_is_refused(once: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(HANDLERS, "DescribeClustersV1")
    assert code_of(once, "DescribeClustersV1") == "InvalidAction.NotFound"


def test_parameters_are_checked_before_anything_is_done(once: Client, written: list[Request]) -> None:
    assert code_of(once, "AuthorizeSecurityGroup", **WRITE, Unknown="x") == "InvalidParameter"
    assert code_of(once, "AuthorizeSecurityGroup") == "MissingParameter"
    assert code_of(once, "AuthorizeSecurityGroup", **WRITE, ClientToken="x" * 65) == "InvalidParameter"
    assert not written


def test_a_missing_permission_is_named(cloud: Cloud, once: Client, written: list[Request]) -> None:
    denied = frozenset({"ecs:AuthorizeSecurityGroup", "cs:GetClusters", "cen:CreateTransitRouter"})
    cloud.state.keys[KEY.id] = replace(KEY, denied=denied)
    calls: list[tuple[str, dict[str, t.Any], str]] = [
        ("AuthorizeSecurityGroup", WRITE, "ecs:AuthorizeSecurityGroup"),
        ("DescribeClustersV1", {}, "cs:GetClusters"),
        ("CreateTransitRouter", ROUTER, "cen:CreateTransitRouter"),
    ]
    for action, parameters, named in calls:
        with pytest.raises(AlibabaError) as caught:
            once.call(action, **parameters)
        assert caught.value.status == 403
        assert named in str(caught.value)
    assert not written


def test_a_client_token_makes_a_write_happen_once(cloud: Cloud, once: Client, written: list[Request]) -> None:
    once.call("AuthorizeSecurityGroup", **WRITE, ClientToken="a")
    once.call("AuthorizeSecurityGroup", **WRITE, ClientToken="a")
    assert len(written) == 1
    once.call("AuthorizeSecurityGroup", **WRITE, ClientToken="b")
    assert len(written) == 2
    other = {**WRITE, "Description": "x", "ClientToken": "a"}
    assert code_of(once, "AuthorizeSecurityGroup", **other) == "IdempotentParameterMismatch"


def test_a_refused_write_is_not_remembered_by_its_token(cloud: Cloud, once: Client, written: list[Request]) -> None:
    cloud.faults.add("error", "AuthorizeSecurityGroup", code="InternalError", status=500)
    assert code_of(once, "AuthorizeSecurityGroup", **WRITE, ClientToken="a") == "InternalError"
    once.call("AuthorizeSecurityGroup", **WRITE, ClientToken="a")
    assert len(written) == 1


def test_a_dry_run_changes_nothing(cloud: Cloud, once: Client, written: list[Request]) -> None:
    before = cloud.state.issued
    assert code_of(once, "CreateTransitRouter", **ROUTER, DryRun=True) == "DryRunOperation"
    assert cloud.state.issued == before
    once.call("CreateTransitRouter", **ROUTER)
    assert cloud.state.issued == before + 1


def test_a_throttled_caller_is_told_how_long_to_wait(cloud: Cloud, once: Client) -> None:
    cloud.faults.add("throttle", "Describe*", times=2, seconds=1.5)
    with pytest.raises(AlibabaError) as caught:
        once.call("DescribeClustersV1")
    assert (caught.value.code, caught.value.asked) == ("Throttling.User", 1.5)
    assert code_of(once, "DescribeClustersV1") == "Throttling.User"
    assert once.call("DescribeClustersV1")["clusters"]


def test_a_fault_may_begin_later_and_is_for_calls_of_its_pattern(cloud: Cloud, once: Client) -> None:
    cloud.faults.add("error", "DescribeClusterD*", after=1, code="ServiceUnavailable", status=503)
    path = {"ClusterId": cluster_id("cn-beijing-1")}
    assert once.call("DescribeClustersV1")
    assert once.call("DescribeClusterDetail", path=path)
    assert code_of(once, "DescribeClusterDetail", path=path) == "ServiceUnavailable"
    assert once.call("DescribeClusterDetail", path=path)


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("drop_done", 1)])
def test_a_connection_is_dropped_before_or_after_a_write(
    cloud: Cloud, once: Client, written: list[Request], kind: str, done: int
) -> None:
    cloud.faults.add(kind, "Authorize*")
    assert code_of(once, "AuthorizeSecurityGroup", **WRITE) == ""
    assert len(written) == done
    assert [call.dropped for call in cloud.calls] == [True]


def test_the_collections_client_gets_over_a_dropped_write_without_doubling_it(
    cloud: Cloud, options: Options, written: list[Request]
) -> None:
    cloud.faults.add("drop_done", "Authorize*")
    Client(options, backoff=Backoff(first=0.01)).call("AuthorizeSecurityGroup", **WRITE)
    assert (len(cloud.calls), len(written)) == (2, 1)


def test_latency_is_waited_for(cloud: Cloud, once: Client) -> None:
    waited: list[float] = []
    cloud.sleep = waited.append
    cloud.faults.add("latency", seconds=3, times=2)
    once.call("DescribeClustersV1")
    assert waited == [3]


def test_a_fault_that_does_not_exist_is_an_error(cloud: Cloud) -> None:
    with pytest.raises(ValueError, match="throttle, error, latency"):
        cloud.faults.add("flood")


def asked(endpoint: Endpoint, method: str, path: str, data: t.Any = None) -> t.Any:
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{endpoint.url}{path}", body, method=method)) as answer:
        return json.loads(answer.read())


def test_another_process_reads_the_calls_and_orders_faults(cloud: Cloud, endpoint: Endpoint, once: Client) -> None:
    asked(endpoint, "POST", "/_lab/faults", [{"kind": "throttle", "action": "Describe*"}])
    code_of(once, "DescribeClustersV1")
    found = asked(endpoint, "GET", "/_lab/calls")["calls"]
    assert [(call["action"], call["code"]) for call in found] == [("DescribeClustersV1", "Throttling.User")]
    asked(endpoint, "DELETE", "/_lab/calls")
    assert asked(endpoint, "GET", "/_lab/calls") == {"calls": []}
