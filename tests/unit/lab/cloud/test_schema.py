"""Parameters that a call does not take, lacks, or takes in another form are refused; what it takes is what the official clients have."""

from __future__ import annotations

import json

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.actions import ACTIONS
from tests.lab.cloud.describe import described_call
from tests.lab.cloud.errors import Refused
from tests.lab.cloud.handlers import HANDLERS
from tests.lab.cloud.schema import FILE, calls, check
from tests.unit.lab.cloud.official import mismatches

RULE = {"RegionId": "cn-beijing", "SecurityGroupId": "sg-1", "Permissions.1.Policy": "accept"}
ATTACHMENT = {"VpcId": "vpc-1", "ZoneMappings.1.ZoneId": "a", "ZoneMappings.1.VSwitchId": "vsw-1"}
CLUSTER = {"ClusterId": "c1"}


@pytest.mark.parametrize("name", json.loads(FILE.read_text(encoding="utf-8")))
def test_a_call_is_described_as_the_official_client_has_it(name: str) -> None:
    assert json.loads(FILE.read_text(encoding="utf-8"))[name] == described_call(name)


def test_every_call_that_is_answered_is_described() -> None:
    assert HANDLERS.keys() <= calls().keys()


def test_a_call_is_of_the_product_that_the_collection_asks() -> None:
    for name in ACTIONS.keys() & calls().keys():
        assert calls()[name].product == ACTIONS[name].product


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("AuthorizeSecurityGroup", RULE),
        ("AuthorizeSecurityGroup", {**RULE, "Permissions.2.Policy": "drop", "ClientToken": "t"}),
        ("RevokeSecurityGroup", {"RegionId": "r", "SecurityGroupId": "sg-1", "SecurityGroupRuleId.1": "sgr-1"}),
        ("DescribeVpcs", {"RegionId": "cn-beijing", "PageSize": "50", "IsDefault": "False"}),
        ("CreateTransitRouterVpcAttachment", {**ATTACHMENT, "AutoPublishRouteEnabled": "true"}),
        ("CreateTransitRouterVpcAttachment", {**ATTACHMENT, "TransitRouterVPCAttachmentOptions": '{"a": "b"}'}),
        ("DescribeClusterUserKubeconfig", {**CLUSTER, "PrivateIpAddress": "True", "TemporaryDurationMinutes": "15"}),
        ("DescribeCens", {"Filter.1.Key": "CenId", "Filter.1.Value.1": "cen-1", "Tag.1.Key": "a", "Tag.1.Value": "b"}),
    ],
)
def test_what_a_call_takes_is_accepted(action: str, parameters: dict[str, str]) -> None:
    check(calls()[action], parameters)


@pytest.mark.parametrize(
    ("action", "parameters", "code", "named"),
    [
        ("DescribeVpcs", {"RegionId": "r", "VpcIds": "vpc-1"}, "InvalidParameter", "VpcIds"),
        ("DescribeVpcs", {"RegionId": "r", "regionId": "r"}, "InvalidParameter", "regionId"),
        ("DescribeVpcs", {}, "MissingParameter", '"RegionId"'),
        ("DescribeVpcs", {"RegionId": ""}, "MissingParameter", '"RegionId"'),
        ("DescribeVpcs", {"RegionId": "r", "PageSize": "many"}, "InvalidParameter", "PageSize"),
        ("DescribeVpcs", {"RegionId": "r", "IsDefault": "yes"}, "InvalidParameter", "IsDefault"),
        ("AuthorizeSecurityGroup", {**RULE, "Permissions.1.Cidr": "x"}, "InvalidParameter", "Permissions.1.Cidr"),
        ("AuthorizeSecurityGroup", {**RULE, "Permissions.3.Policy": "x"}, "InvalidParameter", "Permissions"),
        ("AuthorizeSecurityGroup", {**RULE, "Permissions": "[]"}, "InvalidParameter", "Permissions"),
        ("AuthorizeSecurityGroup", {**RULE, "Permissions.1": "x"}, "InvalidParameter", "Permissions.1"),
        ("RevokeSecurityGroup", {**RULE, "SecurityGroupRuleId.0": "x"}, "InvalidParameter", "SecurityGroupRuleId"),
        ("RevokeSecurityGroup", {**RULE, "SecurityGroupRuleId": "x"}, "InvalidParameter", "SecurityGroupRuleId"),
        ("CreateTransitRouterVpcAttachment", {"VpcId": "vpc-1"}, "MissingParameter", '"ZoneMappings"'),
        (
            "CreateTransitRouterVpcAttachment",
            {"VpcId": "vpc-1", "ZoneMappings.1.ZoneId": "a"},
            "MissingParameter",
            '"ZoneMappings.1.VSwitchId"',
        ),
        (
            "CreateTransitRouterVpcAttachment",
            {**ATTACHMENT, "TransitRouterVPCAttachmentOptions": "[]"},
            "InvalidParameter",
            "Options",
        ),
        ("DescribeVpcs", {"RegionId.1": "r"}, "InvalidParameter", "RegionId"),
    ],
)
def test_what_a_call_does_not_take_is_refused(action: str, parameters: dict[str, str], code: str, named: str) -> None:
    with pytest.raises(Refused) as caught:
        check(calls()[action], parameters)
    assert caught.value.code == code
    assert named in caught.value.message


def test_an_answer_that_the_official_models_do_not_have_is_found() -> None:
    assert mismatches("DescribeVpcs", {"Vpcs": {"Vpc": [{"VpcId": "vpc-1"}]}, "TotalCount": 1}) == []
    assert set(mismatches("DescribeVpcs", {"Vpcs": [], "TotalCount": "1", "Total": 1})) == {
        "DescribeVpcs.Total is not known",
        "DescribeVpcs.TotalCount is no integer: '1'",
        "DescribeVpcs.Vpcs is no object: []",
    }
    assert mismatches("DescribeVpcs", {"Vpcs": {"Vpc": {}}}) == ["DescribeVpcs.Vpcs.Vpc is no list: {}"]
