"""Security groups in the lab's cloud, as the collection's client sees them over loopback."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.errors import AlibabaError
from tests.lab.cloud.account import TERWAY_CLUSTER
from tests.lab.cloud.decide import allowed
from tests.lab.cloud.network import SecurityGroup
from tests.lab.cloud.server import Cloud

GROUP = "sg-cn-beijing-1-1"
SAME_VPC, OTHER_VPC = "sg-cn-beijing-2-1", f"sg-{TERWAY_CLUSTER}-1"
HTTPS = {"IpProtocol": "tcp", "PortRange": "443/443", "SourceCidrIp": "10.20.0.0/16"}
ACKS_OWN = 4  # rules that ACK makes in a group


def authorize(client: Client, *rows: dict[str, t.Any], group: str = GROUP) -> None:
    client.call("AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=list(rows))


def revoke(client: Client, **parameters: t.Any) -> None:
    client.call("RevokeSecurityGroup", SecurityGroupId=GROUP, **parameters)


def described(client: Client, group: str = GROUP, **parameters: t.Any) -> list[dict[str, t.Any]]:
    return client.pages("DescribeSecurityGroupAttribute", SecurityGroupId=group, **parameters)


def refused(client: Client, *rows: dict[str, t.Any], group: str = GROUP) -> tuple[str, int]:
    with pytest.raises(AlibabaError) as caught:
        authorize(client, *rows, group=group)
    return caught.value.code, caught.value.status


def test_a_rule_comes_back_in_the_clouds_own_case(client: Client) -> None:
    authorize(client, {**HTTPS, "Policy": "drop", "Priority": 7, "Description": "mine"})
    rule = described(client, Direction="ingress")[-1]
    assert rule["SecurityGroupRuleId"].startswith("sgr-")
    assert {key: rule[key] for key in ("IpProtocol", "Policy", "Priority", "PortRange", "NicType", "Description")} == {
        "IpProtocol": "TCP",
        "Policy": "Drop",
        "Priority": "7",
        "PortRange": "443/443",
        "NicType": "intranet",
        "Description": "mine",
    }
    assert rule["SourceCidrIp"] == "10.20.0.0/16"
    assert rule["SourceGroupId"] == ""


def test_a_rule_that_is_there_is_authorised_again_without_effect(client: Client) -> None:
    authorize(client, HTTPS, HTTPS)
    before = described(client)
    authorize(client, {**HTTPS, "IpProtocol": "TCP", "Policy": "Accept", "Priority": "1", "Description": "another"})
    assert described(client) == before
    assert len(before) == ACKS_OWN + 1


@pytest.mark.parametrize(
    "other",
    [
        {"PortRange": "443/444"},
        {"Priority": 2},
        {"Policy": "drop"},
        {"IpProtocol": "udp"},
        {"DestCidrIp": "10.10.0.0/16"},
    ],
)
def test_rules_that_differ_are_two(client: Client, other: dict[str, t.Any]) -> None:
    authorize(client, HTTPS, {**HTTPS, **other})
    assert len(described(client)) == ACKS_OWN + 2


def test_revoking_what_is_not_there_succeeds(client: Client) -> None:
    authorize(client, HTTPS)
    revoke(client, Permissions=[{**HTTPS, "PortRange": "444/444"}])
    assert len(described(client)) == ACKS_OWN + 1
    revoke(client, Permissions=[HTTPS])
    assert len(described(client)) == ACKS_OWN


def test_revoking_by_id_takes_that_rule_and_knows_no_other(client: Client) -> None:
    authorize(client, HTTPS)
    rule = described(client)[-1]["SecurityGroupRuleId"]
    with pytest.raises(AlibabaError) as caught:
        revoke(client, SecurityGroupRuleId=[rule, "sgr-unknown"])
    assert caught.value.status == 404
    assert len(described(client)) == ACKS_OWN + 1
    revoke(client, SecurityGroupRuleId=[rule])
    assert len(described(client)) == ACKS_OWN


def test_egress_has_calls_of_its_own(client: Client) -> None:
    row = {"IpProtocol": "all", "PortRange": "-1/-1", "DestCidrIp": "10.20.0.0/16"}
    client.call("AuthorizeSecurityGroupEgress", SecurityGroupId=GROUP, Permissions=[row])
    assert described(client, Direction="egress")[-1]["DestCidrIp"] == "10.20.0.0/16"
    assert len(described(client, Direction="ingress")) == ACKS_OWN - 1
    client.call("RevokeSecurityGroupEgress", SecurityGroupId=GROUP, Permissions=[row])
    assert len(described(client, Direction="egress")) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"IpProtocol": "sctp"}, "InvalidIpProtocol.ValueNotSupported"),
        ({"PortRange": "-1/-1"}, "InvalidPortRange.Malformed"),
        ({"PortRange": "0/80"}, "InvalidPortRange.Malformed"),
        ({"PortRange": "90/80"}, "InvalidPortRange.Malformed"),
        ({"PortRange": "80"}, "InvalidPortRange.Malformed"),
        ({"IpProtocol": "icmp"}, "InvalidPortRange.Malformed"),
        ({"Policy": "allow"}, "InvalidPolicy.Malformed"),
        ({"Priority": "0"}, "InvalidPriority.ValueNotSupported"),
        ({"Priority": "101"}, "InvalidPriority.ValueNotSupported"),
        ({"NicType": "internet"}, "InvalidNicType.ValueNotSupported"),
        ({"SourceCidrIp": "10.20.1.1/16"}, "InvalidSourceCidrIp.Malformed"),
        ({"SourceCidrIp": None}, "MissingParameter.Source"),
        ({"SourceCidrIp": None, "SourceGroupId": "sg-none"}, "InvalidSourceGroupId.NotFound"),
        ({"SourceCidrIp": None, "SourceGroupId": OTHER_VPC}, "InvalidSourceGroupId.Mismatch"),
        ({"Description": "x" * 513}, "InvalidDescription.Malformed"),
    ],
)
def test_a_rule_that_is_not_valid_is_refused_with_all_of_its_call(
    client: Client, change: dict[str, t.Any], code: str
) -> None:
    assert refused(client, HTTPS, {**HTTPS, **change})[0] == code
    assert len(described(client)) == ACKS_OWN


def test_both_forms_of_a_call_must_not_be_mixed(client: Client) -> None:
    with pytest.raises(AlibabaError) as caught:
        client.call("AuthorizeSecurityGroup", SecurityGroupId=GROUP, Permissions=[HTTPS], Policy="accept")
    assert caught.value.code == "InvalidParamter.Conflict"


def test_a_basic_group_names_groups_of_its_vpc(client: Client) -> None:
    authorize(client, {"IpProtocol": "all", "PortRange": "-1/-1", "SourceGroupId": SAME_VPC})
    assert described(client)[-1]["SourceGroupId"] == SAME_VPC


@pytest.mark.parametrize("which", [GROUP, SAME_VPC])
def test_an_enterprise_group_names_none_and_is_not_named(cloud: Cloud, client: Client, which: str) -> None:
    cloud.state.groups[which].kind = "enterprise"
    assert (
        refused(client, {"IpProtocol": "all", "PortRange": "-1/-1", "SourceGroupId": SAME_VPC})[0] == "OperationDenied"
    )


def test_a_cidr_beats_a_group_where_both_are_given(client: Client) -> None:
    authorize(client, {**HTTPS, "SourceGroupId": SAME_VPC})
    assert (described(client)[-1]["SourceCidrIp"], described(client)[-1]["SourceGroupId"]) == ("10.20.0.0/16", "")


def ports(first: int, number: int) -> list[dict[str, t.Any]]:
    return [{**HTTPS, "PortRange": f"{port}/{port}"} for port in range(first, first + number)]


def test_a_group_has_200_rules_in_both_directions(client: Client) -> None:
    authorize(client, *ports(1000, 100))
    authorize(client, *ports(2000, 96))
    assert len(described(client)) == 200
    assert refused(client, HTTPS) == ("AuthorizationLimitExceed", 403)
    authorize(client, *ports(1000, 100))  # they are there already


def test_a_call_has_at_most_100_rules(client: Client) -> None:
    assert refused(client, *ports(1000, 101))[0] == "InvalidParameter"


def test_at_most_20_groups_are_named(cloud: Cloud, client: Client) -> None:
    vpc, rows = cloud.state.groups[GROUP].vpc, []
    for number in range(20):
        cloud.state.groups[f"sg-{number}"] = SecurityGroup(f"sg-{number}", "", vpc, "cn-beijing")
        rows.append({"IpProtocol": "all", "PortRange": "-1/-1", "SourceGroupId": f"sg-{number}"})
    authorize(client, *rows[:19])  # ACK's own rule names the group itself
    assert refused(client, rows[19]) == ("AuthorizationLimitExceed", 403)


def test_rules_come_in_pages(cloud: Cloud, client: Client) -> None:
    authorize(client, *ports(1000, 20))
    cloud.calls.clear()
    assert len(described(client, MaxResults=10)) == ACKS_OWN + 20
    assert len(cloud.calls) == 3
    with pytest.raises(AlibabaError):
        described(client, MaxResults=9)


def test_groups_are_found_by_what_is_asked_for(cloud: Cloud, client: Client) -> None:
    cloud.state.groups[SAME_VPC].kind, cloud.state.groups[SAME_VPC].tags = "enterprise", {"team": "mesh"}

    def found(**parameters: t.Any) -> list[str]:
        return [group["SecurityGroupId"] for group in client.pages("DescribeSecurityGroups", **parameters)]

    beijing = [f"sg-cn-beijing-{cluster}-{pool}" for cluster in (1, 2) for pool in (1, 2)]
    assert found() == beijing
    assert found(MaxResults=3) == beijing
    assert found(SecurityGroupIds=json.dumps([GROUP, OTHER_VPC])) == [GROUP]
    assert found(SecurityGroupType="enterprise") == [SAME_VPC]
    assert found(Tag=[{"Key": "team", "Value": "mesh"}]) == [SAME_VPC]
    assert found(Tag=[{"Key": "team", "Value": "other"}]) == []
    assert found(VpcId="vpc-none") == []


def test_a_groups_row_counts_its_rules_and_members(client: Client) -> None:
    group = client.pages("DescribeSecurityGroups", SecurityGroupIds=json.dumps(["sg-cn-beijing-1-2"]))[0]
    assert (group["RuleCount"], group["GroupToGroupRuleCount"], group["EcsCount"]) == (ACKS_OWN, 1, 2)
    assert group["SecurityGroupType"] == "normal"


def test_the_number_of_all_groups_is_told_with_page_numbers_only(client: Client) -> None:
    assert client.call("DescribeSecurityGroups", PageNumber=2, PageSize=3)["TotalCount"] == 4
    assert "TotalCount" not in client.call("DescribeSecurityGroups", MaxResults=3)


@pytest.mark.parametrize("ids", ["sg-1", json.dumps(["sg"] * 101)])
def test_ids_are_a_json_list_of_at_most_100(client: Client, ids: str) -> None:
    with pytest.raises(AlibabaError) as caught:
        client.call("DescribeSecurityGroups", SecurityGroupIds=ids)
    assert caught.value.code == "InvalidParameter"


@pytest.mark.parametrize("group", ["sg-none", OTHER_VPC])
def test_a_group_of_nowhere_or_of_another_region_is_not_found(client: Client, group: str) -> None:
    assert refused(client, HTTPS, group=group) == ("InvalidSecurityGroupId.NotFound", 404)


def test_a_rule_made_by_a_call_lets_packets_in(cloud: Cloud, client: Client) -> None:
    node, other = "10.10.1.10", "10.10.2.10"
    assert not allowed(cloud.state, other, node, "tcp", 443).allowed
    authorize(client, {**HTTPS, "SourceCidrIp": "10.10.2.0/24"})
    assert allowed(cloud.state, other, node, "tcp", 443).allowed
    revoke(client, Permissions=[{**HTTPS, "SourceCidrIp": "10.10.2.0/24"}])
    assert not allowed(cloud.state, other, node, "tcp", 443).allowed
