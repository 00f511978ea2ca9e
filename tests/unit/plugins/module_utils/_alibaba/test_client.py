# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client over loopback HTTP: what it sends, what it sends again, and what it says when that does not help."""

from __future__ import annotations

import os
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import client as client_module
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import (
    Client,
    Options,
    client_token,
    flattened,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError, about
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._wait import Clock
from tests.unit.scripted_cloud import DROP, Script, refused, said, scripted

SECRET, TOKEN = "the-secret-key", "the-security-token"


class Slept:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def clock(self) -> Clock:
        return Clock(now=lambda: sum(self.pauses), sleep=self.pauses.append)


@pytest.fixture
def slept() -> Slept:
    return Slept()


def client(script: Script, slept: Slept, **options: t.Any) -> Client:
    who = {"access_key": "LTAI", "secret_key": SECRET, "region": "cn-beijing", "endpoints": script.endpoints, **options}
    return Client(Options(**who), clock=slept.clock())


def failure(*answers: t.Any, action: str = "DescribeVpcs", **parameters: t.Any) -> tuple[AlibabaError, list[float]]:
    slept = Slept()
    with scripted(*answers) as script, pytest.raises(AlibabaError) as caught:
        client(script, slept).call(action, **parameters)
    return caught.value, slept.pauses


def test_parameters_travel_flat_and_as_text() -> None:
    rules = [{"Policy": "accept", "Priority": 1, "Description": None}, {"Policy": "drop"}]
    flat = flattened({"Permissions": rules, "DryRun": True, "Off": False, "Ids": ["a", "b"], "None": None, "Empty": []})
    assert flat == {
        "Permissions.1.Policy": "accept",
        "Permissions.1.Priority": "1",
        "Permissions.2.Policy": "drop",
        "DryRun": "true",
        "Off": "false",
        "Ids.1": "a",
        "Ids.2": "b",
    }


def test_an_rpc_call_has_its_parameters_in_the_query_and_its_name_in_the_headers(slept: Slept) -> None:
    with scripted(said({"TotalCount": 0})) as script:
        client(script, slept).call("DescribeVSwitches", "ap-southeast-1", VpcId="vpc-1")
    call = script.calls[0]
    assert (call["method"], call["path"], call["body"]) == ("POST", "/", b"")
    assert call["query"] == {"VpcId": "vpc-1", "RegionId": "ap-southeast-1"}
    assert (call["headers"]["x-acs-action"], call["headers"]["x-acs-version"]) == ("DescribeVSwitches", "2016-04-28")
    assert call["headers"]["Authorization"].startswith("ACS3-HMAC-SHA256 Credential=LTAI,")


def test_a_roa_call_goes_to_its_path(slept: Slept) -> None:
    with scripted(said({"name": "east"})) as script:
        answer = client(script, slept).call(
            "DescribeClusterUserKubeconfig", path={"ClusterId": "c/1"}, PrivateIpAddress=True
        )
    assert answer == {"name": "east"}
    assert (script.calls[0]["method"], script.calls[0]["path"]) == ("GET", "/k8s/c%2F1/user_config")
    assert script.calls[0]["query"] == {"PrivateIpAddress": "true"}


def test_a_temporary_key_is_sent_with_its_token(slept: Slept) -> None:
    with scripted(said({})) as script:
        client(script, slept, security_token=TOKEN).call("DescribeVpcs")
    assert script.calls[0]["headers"]["x-acs-security-token"] == TOKEN


def test_pages_with_numbers_are_read_until_all_are_there(slept: Slept) -> None:
    first = {"Vpcs": {"Vpc": [{"VpcId": str(n)} for n in range(50)]}, "TotalCount": 51}
    with scripted(said(first), said({"Vpcs": {"Vpc": [{"VpcId": "50"}]}, "TotalCount": 51})) as script:
        assert len(client(script, slept).pages("DescribeVpcs", VpcId="vpc-1")) == 51
    assert [call["query"]["PageNumber"] for call in script.calls] == ["1", "2"]
    assert all(call["query"]["PageSize"] == "50" for call in script.calls)


def test_pages_end_where_one_is_empty_whatever_the_total_says(slept: Slept) -> None:
    with scripted(said({"Vpcs": {"Vpc": []}, "TotalCount": 9})) as script:
        assert client(script, slept).pages("DescribeVpcs") == []


def test_pages_with_a_token_are_read_until_it_ends(slept: Slept) -> None:
    first = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "a"}]}, "NextToken": "n1"}
    second = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "b"}]}, "NextToken": "n2"}
    last = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "c"}]}, "NextToken": ""}
    with scripted(said(first), said(second), said(last)) as script:
        assert [x["SecurityGroupId"] for x in client(script, slept).pages("DescribeSecurityGroups")] == ["a", "b", "c"]
    assert [call["query"].get("NextToken") for call in script.calls] == [None, "n1", "n2"]
    assert script.calls[0]["query"]["MaxResults"] == "100"


def test_pages_without_an_end_are_an_error(slept: Slept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MOST_PAGES", 3)
    endless = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "a"}]}, "NextToken": "again"}
    with scripted(said(endless)) as script, pytest.raises(MeshError, match="goes on for more than 3 pages"):
        client(script, slept).pages("DescribeSecurityGroups")
    assert len(script.calls) == 3


def test_pages_of_clusters_are_named_as_that_product_names_them(slept: Slept) -> None:
    with scripted(said({"clusters": [{"name": "east"}], "page_info": {"total_count": 1}})) as script:
        assert client(script, slept).pages("DescribeClustersV1") == [{"name": "east"}]
    assert script.calls[0]["query"] == {"page_number": "1", "page_size": "50", "region_id": "cn-beijing"}


def test_a_list_without_pages_is_read_once(slept: Slept) -> None:
    with scripted(said({"nodepools": [{"a": 1}]})) as script:
        assert client(script, slept).pages("DescribeClusterNodePools", path={"ClusterId": "c1"}) == [{"a": 1}]
    assert script.calls[0]["query"] == {}


def test_a_call_without_a_list_has_no_pages(slept: Slept) -> None:
    with scripted(said({})) as script, pytest.raises(MeshError, match="no list of items"):
        client(script, slept).pages("DescribeClusterDetail")


@pytest.mark.parametrize(
    "answer",
    [refused("Throttling.User"), refused("Throttling", status=429), said({"message": "QPS Limit Exceeded"}, 400), DROP],
)
def test_a_read_is_repeated_after_what_passes(slept: Slept, answer: t.Any) -> None:
    with scripted(answer, answer, said({"VpcId": "vpc-1"})) as script:
        assert client(script, slept).call("DescribeVpcAttribute")["VpcId"] == "vpc-1"
    assert len(slept.pauses) == 2 and 0 < slept.pauses[0] < slept.pauses[1]


@pytest.mark.parametrize("answer", [refused("InternalError", status=500), refused("", status=503), DROP])
def test_a_write_with_a_token_is_repeated_as_the_same_write(slept: Slept, answer: t.Any) -> None:
    with scripted(answer, said({})) as script:
        client(script, slept).call("AuthorizeSecurityGroup", SecurityGroupId="sg-1")
    tokens = {call["query"]["ClientToken"] for call in script.calls}
    assert len(script.calls) == 2 and len(tokens) == 1
    nonces = {call["headers"]["x-acs-signature-nonce"] for call in script.calls}
    assert len(nonces) == 2, "the cloud refuses a signature that it has seen"


@pytest.mark.parametrize("answer", [refused("InternalError", status=500), refused("InternalError"), DROP])
def test_a_write_without_a_token_that_may_have_been_done_is_not_repeated(answer: t.Any) -> None:
    error, pauses = failure(answer, action="DeleteCen", CenId="cen-1")
    assert not pauses
    assert "CenId cen-1" in str(error)


@pytest.mark.parametrize("code", ["Throttling.User", "IncorrectStatus.Attachment", "Operation.Blocking"])
def test_a_write_without_a_token_is_repeated_where_nothing_was_done(slept: Slept, code: str) -> None:
    with scripted(refused(code), said({})) as script:
        client(script, slept).call("DeleteCen", CenId="cen-1")
    assert len(script.calls) == 2


def test_the_pause_that_the_cloud_asks_for_is_kept(slept: Slept) -> None:
    with scripted(refused("Throttling.Api", x_acs_retry_after="7000"), said({})) as script:
        client(script, slept).call("DescribeVpcs")
    assert slept.pauses == [7]


def test_throttling_that_does_not_end_is_told() -> None:
    error, pauses = failure(refused("Throttling.User", "slow down"))
    assert len(pauses) == 6 and sum(pauses) < 90
    assert str(error) == (
        "DescribeVpcs in cn-beijing was refused: Throttling.User: slow down (request R-1). The cloud went on limiting the"
        " calls of this account: run it again later, or run fewer things at once."
    )


@pytest.mark.parametrize(
    ("code", "status", "todo"),
    [
        ("InvalidAccessKeyId.NotFound", 404, "alicloud_access_key"),
        ("SignatureDoesNotMatch", 400, "alicloud_secret_key"),
        ("InvalidSecurityToken.Expired", 400, "has ended: get a new one"),
        ("InvalidTimeStamp.Expired", 400, "clock"),
        ("Forbidden.RAM", 403, "RAM permission vpc:DescribeVpcs"),
        ("NoPermission", 403, "RAM permission vpc:DescribeVpcs"),
        ("ImplicitDeny.RamPolicy", 403, "RAM permission vpc:DescribeVpcs"),
        ("AuthorizationLimitExceed", 403, "quota of rules"),
    ],
)
def test_an_error_says_what_to_do_and_is_not_repeated(code: str, status: int, todo: str) -> None:
    error, pauses = failure(refused(code, "some words", status))
    assert not pauses
    assert (error.code, error.status, error.request_id, error.action) == (code, status, "R-1", "DescribeVpcs")
    assert todo in error.todo and f"{code}: some words" in str(error)


def test_the_missing_permission_is_the_one_that_the_cloud_names() -> None:
    body = {"Code": "NoPermission", "Message": "no", "AccessDeniedDetail": {"AuthAction": "vpc:SomethingElse"}}
    error, pauses = failure(said(body, 403))
    assert error.todo.endswith("vpc:SomethingElse") and not pauses


def test_a_parameter_that_is_refused_with_403_lacks_no_permission() -> None:
    error, pauses = failure(refused("InvalidParamter.Conflict", status=403))
    assert (error.denied, error.todo, pauses) == ("", "", [])


@pytest.mark.parametrize(
    ("action", "permission"), [("DescribeClustersV1", "cs:GetClusters"), ("CreateCen", "cen:CreateCen")]
)
def test_permissions_are_called_as_ram_calls_them(action: str, permission: str) -> None:
    assert failure(refused("Forbidden.RAM", status=403), action=action)[0].todo.endswith(permission)


def test_an_error_of_the_product_for_clusters_is_read_though_it_is_written_otherwise() -> None:
    body = {"code": "ErrorClusterNotFound", "message": "not there", "requestId": "R-2"}
    error, pauses = failure(said(body, 404), action="DescribeClusterDetail", path={"ClusterId": "c1"})
    assert (error.code, error.status, error.request_id) == ("ErrorClusterNotFound", 404, "R-2")
    assert str(error).startswith("DescribeClusterDetail in cn-beijing (ClusterId c1) was refused") and not pauses


def test_what_was_signed_is_not_quoted() -> None:
    text = f"bad signature, server string to sign is:GET&SecurityToken={TOKEN}"
    assert TOKEN not in str(failure(refused("SignatureDoesNotMatch", text))[0])


def test_an_answer_of_a_proxy_is_told_as_such() -> None:
    error, pauses = failure(said("<html>Bad Gateway</html>", 502))
    assert len(pauses) == 6 and "no JSON" in str(error) and "127.0.0.1" in str(error)


def test_a_connection_that_cannot_be_made_is_told_with_the_endpoint(slept: Slept) -> None:
    with scripted(said({})) as script:
        url = script.url
    with pytest.raises(AlibabaError, match="got no answer from 127.0.0.1:.*Connection refused") as caught:
        client(script, slept).call("DeleteCen", CenId="cen-1")
    assert len(slept.pauses) == 6, "nobody can have seen it, so any call is repeated"
    assert url.removeprefix("http://") in str(caught.value) and caught.value.status == 0


def test_secrets_are_in_no_error_and_in_no_text_of_the_client(slept: Slept) -> None:
    with scripted(refused("SignatureDoesNotMatch")) as script:
        one = client(script, slept, security_token=TOKEN)
        with pytest.raises(AlibabaError) as caught:
            one.call("DescribeVpcs")
    for text in (str(caught.value), repr(caught.value), repr(one.options)):
        assert SECRET not in text and TOKEN not in text


def test_a_proxy_of_the_environment_is_used_unless_no_proxy_names_the_host(
    slept: Slept, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with scripted(said({"VpcId": "proxied"})) as proxy, scripted(said({"VpcId": "direct"})) as script:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert client(script, slept).call("DescribeVpcAttribute")["VpcId"] == "proxied"
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
        assert client(script, slept).call("DescribeVpcAttribute")["VpcId"] == "direct"
        assert os.environ["HTTP_PROXY"] == proxy.url


def test_a_token_of_a_write_is_stable_within_a_run_and_new_in_the_next() -> None:
    one = client_token("CreateCen", "", {"Name": "a"}, "run-1")
    assert one == client_token("CreateCen", "", {"Name": "a"}, "run-1")
    others = [
        client_token("CreateCen", "", {"Name": "b"}, "run-1"),
        client_token("CreateCen", "", {"Name": "a"}, "run-2"),
    ]
    assert one not in others and len(one) <= 64 and one.isascii()


def test_a_token_that_the_caller_gives_is_kept(slept: Slept) -> None:
    with scripted(said({})) as script:
        client(script, slept).call("CreateCen", ClientToken="mine")
    assert script.calls[0]["query"]["ClientToken"] == "mine"


def test_half_a_key_is_refused_before_anything_is_called(slept: Slept) -> None:
    with scripted(said({})) as script, pytest.raises(MeshError, match="one half of an access key"):
        client(script, slept, secret_key="").call("DescribeVpcs")
    assert not script.calls


def test_no_credential_at_all_is_told_with_the_ways_to_give_one(slept: Slept, tmp_path: t.Any) -> None:
    with scripted(said({})) as script, pytest.raises(MeshError, match="no credential for Alibaba Cloud") as caught:
        client(script, slept, access_key="", secret_key="", profile="nobody").call("DescribeVpcs")
    assert "alicloud_access_key" in caught.value.todo and not script.calls


def test_an_error_is_about_the_cluster_that_it_happened_to() -> None:
    with pytest.raises(MeshError, match="^cluster east: it broke") as caught, about("east"):
        raise MeshError("it broke")
    assert caught.value.cluster == "east"
