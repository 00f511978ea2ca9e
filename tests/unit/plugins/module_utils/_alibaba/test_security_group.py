# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ecs_security_group_rules against the lab's cloud: what is written, what is left alone, and what is said when it goes wrong."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import client as client_module
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba import security_group
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rules import Cluster, Options, plan_rules
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._retry import Backoff
from ansible_collections.multiregion.istio.plugins.modules.ecs_security_group_rules import argument_spec
from tests.lab.cloud.account import KEY, stamped
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.network import Rule
from tests.lab.cloud.server import Cloud

Object = dict[str, t.Any]
REGION = "cn-beijing"
GROUP, OTHER_GROUP = "sg-cn-beijing-1-1", "sg-cn-beijing-1-2"
MARK = "multiregion.istio mesh=mesh1"
WRITES = ("AuthorizeSecurityGroup", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroup", "RevokeSecurityGroupEgress")


@dataclass
class Account:
    """The lab's cloud, and the module run against it."""

    cloud: Cloud
    endpoints: dict[str, str]

    def run(self, *groups: Object, check_mode: bool = False, **options: t.Any) -> Object:
        """The module's result."""
        given = {
            "region": REGION,
            "mesh_id": "mesh1",
            "cluster": "cn-beijing-1",
            "alicloud_access_key": KEY.id,
            "alicloud_secret_key": KEY.secret,
            "endpoints": self.endpoints,
            "groups": list(groups),
        }
        valid = ArgumentSpecValidator(argument_spec()).validate({**given, **options})
        assert not valid.error_messages
        return security_group.run(valid.validated_parameters, check_mode, lambda _line: None)

    def rules(self, group: str = GROUP) -> list[Rule]:
        return self.cloud.state.groups[group].rules

    def ours(self, group: str = GROUP) -> list[str]:
        """Blocks of the rules that are marked."""
        return sorted(rule.peer[1] for rule in self.rules(group) if rule.description.startswith("multiregion.istio "))

    def add(self, cidr: str, group: str = GROUP, **fields: t.Any) -> None:
        """A rule that somebody else made."""
        rule = Rule("ingress", "TCP", "1/65535", ("SourceCidrIp", cidr))
        self.rules(group).append(stamped(self.cloud.state, replace(rule, **fields)))

    def fill(self, count: int, group: str = GROUP) -> None:
        """Let the group have so many rules."""
        for number in range(count - len(self.rules(group))):
            self.add(f"172.16.{number}.0/24", group)

    def counted(self) -> list[str]:
        """The calls since the last time, by name."""
        names = [call.action for call in self.cloud.calls]
        self.cloud.calls.clear()
        return names


@pytest.fixture
def account(cloud: Cloud, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Account:
    quick = Backoff(tries=3, first=0.01, longest=0.01, patience=0.1)
    monkeypatch.setattr(client_module, "Backoff", lambda: quick)
    monkeypatch.setattr(security_group, "LOOKS", (0, 0))
    return Account(cloud, endpoint.endpoints)


def blocks(count: int) -> list[str]:
    return [f"10.200.{number}.0/24" for number in range(count)]


def group(*rules: str | Object, name: str = GROUP) -> Object:
    """A group with rules, a block alone for one that lets TCP in from there."""
    return {"id": name, "rules": [{"cidr": rule} if isinstance(rule, str) else rule for rule in rules]}


def failure(account: Account, *groups: Object, **options: t.Any) -> MeshError:
    with pytest.raises(MeshError) as error:
        account.run(*groups, **options)
    return error.value


def test_what_is_missing_is_written_marked_and_then_nothing_is(account: Account) -> None:
    wanted = group(
        "10.103.0.0/16", {"cidr": "10.10.2.0/24", "protocol": "icmp", "description": "nodes of cn-beijing-2"}
    )
    before = list(account.rules())
    result = account.run(wanted)
    added = [rule for rule in account.rules() if rule not in before]
    assert {(x.direction, x.protocol.upper(), x.ports, x.peer, x.policy.lower(), x.description) for x in added} == {
        ("ingress", "TCP", "1/65535", ("SourceCidrIp", "10.103.0.0/16"), "accept", MARK),
        ("ingress", "ICMP", "-1/-1", ("SourceCidrIp", "10.10.2.0/24"), "accept", f"{MARK}: nodes of cn-beijing-2"),
    }
    assert result["changed"] and len(result["groups"][0]["added"]) == 2 and not result["warnings"]
    account.counted()
    again = account.run(wanted)
    assert not again["changed"] and again["diff"] == [] and again["groups"][0]["rules"] == result["groups"][0]["rules"]
    assert account.counted() == ["DescribeSecurityGroups", "DescribeSecurityGroupAttribute"]


def test_a_second_run_over_all_groups_of_a_cluster_reads_the_groups_once_and_each_ones_rules_once(
    account: Account,
) -> None:
    wanted = [group("10.103.0.0/16"), group("10.103.0.0/16", name=OTHER_GROUP)]
    account.run(*wanted)
    assert account.counted().count("AuthorizeSecurityGroup") == 2
    account.run(*wanted)
    assert account.counted() == ["DescribeSecurityGroups", *["DescribeSecurityGroupAttribute"] * 2]


def test_check_mode_tells_what_a_run_then_does(account: Account) -> None:
    account.add("10.1.0.0/16", description=MARK)
    before = list(account.rules())
    predicted = account.run(group("10.2.0.0/16"), purge=True, check_mode=True)
    assert account.rules() == before and not account.cloud.writes
    assert predicted == account.run(group("10.2.0.0/16"), purge=True)
    assert predicted["changed"] and account.ours() == ["10.2.0.0/16"]


def test_a_difference_tells_the_rules_before_and_after(account: Account) -> None:
    account.add("10.1.0.0/16", description=MARK)
    [diff] = account.run(group("10.2.0.0/16"), purge=True)["diff"]
    before, after = diff["before"].splitlines(), diff["after"].splitlines()
    assert set(before) - set(after) == {f"ingress accept tcp 1/65535 10.1.0.0/16 priority 1  # {MARK}"}
    assert set(after) - set(before) == {f"ingress accept tcp 1/65535 10.2.0.0/16 priority 1  # {MARK}"}
    assert f"ingress accept all {GROUP} priority 1" in after, "rules of others are shown too"


def test_many_rules_go_in_batches_of_a_hundred(account: Account) -> None:
    both = [
        {"cidr": cidr, "direction": way} for way, count in (("ingress", 150), ("egress", 40)) for cidr in blocks(count)
    ]
    account.run(group(*both))
    calls = {(call.action, len(rows_of(call.parameters, "Permissions"))) for call in account.cloud.writes}
    assert calls == {
        ("AuthorizeSecurityGroup", 100),
        ("AuthorizeSecurityGroup", 50),
        ("AuthorizeSecurityGroupEgress", 40),
    }
    account.cloud.calls.clear()
    account.run({"id": GROUP}, state="absent")
    calls = {(call.action, len(rows_of(call.parameters, "SecurityGroupRuleId"))) for call in account.cloud.writes}
    assert calls == {("RevokeSecurityGroup", 100), ("RevokeSecurityGroup", 50), ("RevokeSecurityGroupEgress", 40)}
    assert account.ours() == []


def rows_of(parameters: t.Mapping[str, str], name: str) -> set[str]:
    """Numbers of the elements of a list among a call's parameters."""
    return {key.split(".")[1] for key in parameters if key.startswith(f"{name}.")}


def test_purge_leaves_what_others_made(account: Account) -> None:
    account.add("10.1.0.0/16", description=MARK)
    account.add("10.2.0.0/16", description="by hand")
    account.add("10.3.0.0/16", description="multiregion.istio mesh=mesh2")
    others = [rule for rule in account.rules() if rule.description != MARK]
    result = account.run(group("10.2.0.0/16"), purge=True)
    assert account.rules() == others
    assert [rule["cidr"] for rule in result["groups"][0]["removed"]] == ["10.1.0.0/16"]
    assert [rule["cidr"] for rule in result["groups"][0]["of_others"]] == ["10.2.0.0/16"]


def test_a_part_of_a_meshs_rules_is_purged_without_the_others(account: Account) -> None:
    account.run(group("10.1.0.0/16"))
    account.run(group("10.2.0.0/16"), part="gateways", purge=True)
    account.run(group("10.3.0.0/16"), part="gateways", purge=True)
    assert account.ours() == ["10.1.0.0/16", "10.3.0.0/16"]
    account.run({"id": GROUP}, state="absent", part="gateways")
    assert account.ours() == ["10.1.0.0/16"]


def test_absent_undoes_what_present_did_and_no_more(account: Account) -> None:
    account.add("10.2.0.0/16")
    before = list(account.rules())
    account.run(group("10.1.0.0/16", "10.2.0.0/16"))
    assert account.run({"id": GROUP}, state="absent")["changed"]
    assert account.rules() == before
    account.counted()
    assert not account.run({"id": GROUP}, state="absent")["changed"]
    assert not set(account.counted()) & set(WRITES)


def test_a_group_that_is_gone_needs_nothing_taken_away(account: Account) -> None:
    result = account.run({"id": "sg-gone"}, {"id": GROUP}, state="absent")
    assert not result["changed"] and [x["id"] for x in result["groups"]] == [GROUP]


def test_more_groups_than_a_call_takes_are_all_found_and_told_in_the_order_given(account: Account) -> None:
    gone = [{"id": f"sg-gone-{number}"} for number in range(100)]
    for names in ([GROUP, OTHER_GROUP], [OTHER_GROUP, GROUP]):
        result = account.run(*gone, *({"id": name} for name in names), state="absent")
        assert [x["id"] for x in result["groups"]] == names


def test_without_adding_rules_are_only_taken_away_and_a_group_that_is_gone_needs_nothing(account: Account) -> None:
    account.run(group("10.1.0.0/16", "10.2.0.0/16"))
    account.run(group("10.1.0.0/16", "10.3.0.0/16"), group("10.1.0.0/16", name="sg-gone"), purge=True, add=False)
    assert account.ours() == ["10.1.0.0/16"]


def test_all_groups_of_a_vpc_are_looked_at_where_nobody_knows_which(account: Account) -> None:
    names = [
        name for name, one in account.cloud.state.groups.items() if one.vpc == account.cloud.state.groups[GROUP].vpc
    ]
    account.run(*(group("10.1.0.0/16", name=name) for name in names))
    vpc = account.cloud.state.groups[GROUP].vpc
    assert len(names) > 1
    result = account.run({"id": names[0]}, state="absent", vpc_id=vpc)
    assert sorted(x["id"] for x in result["groups"]) == sorted(names)
    assert not any(account.ours(name) for name in names)
    assert "vpc_id goes with state: absent" in str(failure(account, group("10.1.0.0/16"), vpc_id=vpc))


def test_only_enterprise_groups_get_egress_where_that_is_asked_for(account: Account) -> None:
    account.cloud.state.groups[OTHER_GROUP].kind = "enterprise"
    both = ("10.1.0.0/16", {"cidr": "10.1.0.0/16", "direction": "egress"})
    result = account.run(group(*both), group(*both, name=OTHER_GROUP), egress="enterprise")
    assert {x["id"]: (x["type"], len(x["added"])) for x in result["groups"]} == {
        GROUP: ("normal", 1),
        OTHER_GROUP: ("enterprise", 2),
    }
    assert [x.peer for x in account.rules(OTHER_GROUP) if x.description == MARK and x.direction == "egress"] == [
        ("DestCidrIp", "10.1.0.0/16")
    ]
    assert not account.run(group(*both), group(*both, name=OTHER_GROUP), egress="enterprise", purge=True)["changed"]


def test_the_plan_of_a_mesh_is_written_and_found_again(account: Account) -> None:
    clusters = [
        Cluster("cn-beijing-1", "n1", True, False, ("10.101.0.0/16",), ("10.10.1.0/24",), groups=(GROUP,)),
        Cluster("cn-beijing-2", "n1", False, False, ("10.103.0.0/16",), ("10.10.2.0/24",)),
        Cluster("ap-southeast-1", "n2", False, False, ("10.105.0.0/16",), ("10.20.1.0/24",), gateway_ports=(30443,)),
    ]
    rules = [rule.as_dict() for rule in plan_rules(clusters, Options(), "cn-beijing-1")[GROUP]]
    assert len(account.run({"id": GROUP, "rules": rules})["groups"][0]["added"]) == len(rules) > 10
    assert not account.run({"id": GROUP, "rules": rules}, purge=True)["changed"]


def test_a_rule_that_drops_what_is_wanted_is_warned_of(account: Account) -> None:
    account.add("0.0.0.0/0", policy="Drop", protocol="ALL", ports="-1/-1")
    [warning] = account.run(group("10.1.0.0/16"))["warnings"]
    assert warning.startswith(
        f"security group {GROUP}: the rule 'ingress drop all 0.0.0.0/0 priority 1' drops what 1 of"
    )
    assert not account.run(group("10.1.0.0/16"), state="absent")["warnings"]


def test_what_the_task_itself_drops_or_takes_away_is_not_warned_of(account: Account) -> None:
    account.add("10.1.2.0/24", policy="Drop", description=MARK)
    own = {"cidr": "10.1.3.0/24", "policy": "drop"}
    wanted = group("10.1.0.0/16", own)
    runs = [account.run(wanted, purge=True), account.run(wanted, purge=True)]
    assert [(x["changed"], x["warnings"]) for x in runs] == [(True, []), (False, [])]


def test_rules_for_what_goes_out_are_taken_from_basic_groups_too(account: Account) -> None:
    out = {"cidr": "10.1.0.0/16", "direction": "egress"}
    account.run(group(out))
    assert account.run(group(out), state="absent", egress="enterprise")["changed"]
    assert account.ours() == []


def test_a_group_that_does_not_exist_is_named_with_its_cluster_and_region(account: Account) -> None:
    said = str(failure(account, group("10.1.0.0/16"), group("10.1.0.0/16", name="sg-none")))
    assert said.startswith("cluster cn-beijing-1: no security group sg-none in cn-beijing")
    assert "mesh_cluster_security_group_ids" in said and not account.cloud.writes


def test_a_group_that_vanishes_between_two_reads_is_named(account: Account) -> None:
    account.cloud.faults.add(
        "error", "DescribeSecurityGroupAttribute", code="InvalidSecurityGroupId.NotFound", message="gone", status=404
    )
    said = str(failure(account, group("10.1.0.0/16")))
    assert "cluster cn-beijing-1" in said and GROUP in said and "InvalidSecurityGroupId.NotFound" in said


def test_a_group_without_room_is_told_with_the_count_before_any_group_is_written_to(account: Account) -> None:
    account.fill(198, OTHER_GROUP)
    error = failure(account, group("10.1.0.0/16"), group(*blocks(5), name=OTHER_GROUP))
    assert str(error).startswith("cluster cn-beijing-1: more rules than a security group may have")
    assert f"{OTHER_GROUP} has 198 rules, 5 are to be added and 0 removed, which makes 203 of at most 200" in str(error)
    assert error.details == {"over_quota": {OTHER_GROUP: 203}} and not account.cloud.writes
    with pytest.raises(MeshError, match="makes 203 of at most 200"):
        account.run(group(*blocks(5), name=OTHER_GROUP), check_mode=True)


def test_a_full_group_is_emptied_of_what_is_to_go_first(account: Account) -> None:
    account.fill(200)
    account.rules()[-1:] = [replace(account.rules()[-1], description=MARK)]
    account.run(group("10.1.0.0/16"), purge=True)
    assert [call.action for call in account.cloud.writes] == ["RevokeSecurityGroup", "AuthorizeSecurityGroup"]
    assert account.ours() == ["10.1.0.0/16"]


def test_where_there_is_room_for_both_the_new_rules_are_there_before_the_old_ones_go(account: Account) -> None:
    account.add("10.1.0.0/16", description=MARK)
    account.fill(199)
    account.run(group("10.2.0.0/16"), purge=True)
    assert [call.action for call in account.cloud.writes] == ["AuthorizeSecurityGroup", "RevokeSecurityGroup"]


def test_a_group_that_is_over_its_quota_already_can_still_lose_rules(account: Account) -> None:
    account.add("10.1.0.0/16", description=MARK)
    assert account.run(group(), purge=True, quota=2)["changed"]


def test_a_quota_that_is_less_than_said_is_told_with_the_count_and_a_later_run_converges(account: Account) -> None:
    account.cloud.faults.add("error", "AuthorizeSecurityGroup", code="AuthorizationLimitExceed", status=403, after=1)
    said = str(failure(account, group(*blocks(120)), quota=500))
    count = len(account.rules()) - 100
    assert f"The quota is less than 500: {GROUP} has {count} rules, 120 are to be added" in said
    assert "cluster cn-beijing-1" in said and "AuthorizationLimitExceed" in said
    assert len(account.run(group(*blocks(120)))["groups"][0]["added"]) == 20, "the first hundred are there"
    assert account.ours() == sorted(blocks(120))


@pytest.mark.parametrize("action", [*WRITES, "DescribeSecurityGroups", "DescribeSecurityGroupAttribute"])
def test_a_missing_permission_is_named_and_once_given_the_run_converges(account: Account, action: str) -> None:
    both = [{"cidr": "10.1.0.0/16", "direction": way} for way in ("ingress", "egress")]
    account.run(group(*({**rule, "cidr": "10.2.0.0/16"} for rule in both)))
    keys = account.cloud.state.keys
    keys[KEY.id] = replace(KEY, denied=frozenset({f"ecs:{action}"}))
    said = str(failure(account, group(*both), purge=True))
    assert said.startswith("cluster cn-beijing-1: ") and f"the RAM permission ecs:{action}" in said
    assert action in said and KEY.secret not in said
    assert [call.action for call in account.cloud.calls if call.code] == [action], "asked but once"
    keys[KEY.id] = KEY
    account.run(group(*both), purge=True)
    assert account.ours() == ["10.1.0.0/16"] * 2


def test_throttling_that_passes_is_waited_out(account: Account) -> None:
    account.cloud.faults.add("throttle", "AuthorizeSecurityGroup", times=2)
    account.run(group("10.1.0.0/16"))
    assert account.ours() == ["10.1.0.0/16"]


@pytest.mark.parametrize("action", ["DescribeSecurityGroupAttribute", "AuthorizeSecurityGroup"])
def test_throttling_that_lasts_is_told_with_the_call_and_what_to_do(account: Account, action: str) -> None:
    account.cloud.faults.add("throttle", action, times=99)
    said = str(failure(account, group("10.1.0.0/16")))
    assert "cluster cn-beijing-1" in said and f"{action} in cn-beijing (SecurityGroupId {GROUP}" in said
    assert "Throttling.User" in said and "run it again later" in said
    account.cloud.faults.replace([])
    account.run(group("10.1.0.0/16"))
    assert account.ours() == ["10.1.0.0/16"]


@pytest.mark.parametrize("kind", ["drop", "drop_done", "error"])
def test_a_write_that_breaks_off_is_done_once(account: Account, kind: str) -> None:
    account.add("10.2.0.0/16", description=MARK)
    for action in ("AuthorizeSecurityGroup", "RevokeSecurityGroup"):
        account.cloud.faults.add(kind, action)
    account.run(group(*blocks(3)), purge=True)
    assert account.ours() == blocks(3)


@pytest.mark.parametrize("action", ["AuthorizeSecurityGroup", "RevokeSecurityGroup"])
@pytest.mark.parametrize("kind", ["drop", "drop_done"])
def test_after_a_connection_that_stays_broken_a_run_converges_without_doubles(
    account: Account, kind: str, action: str
) -> None:
    account.add("10.2.0.0/16", description=MARK)
    account.cloud.faults.add(kind, action, times=99)
    assert "cluster cn-beijing-1" in str(failure(account, group(*blocks(3)), purge=True))
    account.cloud.faults.replace([])
    account.run(group(*blocks(3)), purge=True)
    assert account.ours() == blocks(3)


@pytest.mark.parametrize(
    ("gone", "refused"), [(["10.1.0.0/16"], [True, False]), (["10.1.0.0/16", "10.2.0.0/16"], [True])]
)
def test_rules_that_somebody_removes_meanwhile_do_not_keep_the_others(
    account: Account, monkeypatch: pytest.MonkeyPatch, gone: list[str], refused: list[bool]
) -> None:
    for cidr in ("10.1.0.0/16", "10.2.0.0/16"):
        account.add(cidr, description=MARK)
    check_quota = security_group.check_quota

    def meanwhile(groups: t.Any, quota: int) -> None:
        check_quota(groups, quota)
        account.rules()[:] = [rule for rule in account.rules() if rule.peer[1] not in gone]

    monkeypatch.setattr(security_group, "check_quota", meanwhile)
    account.run({"id": GROUP}, state="absent")
    assert account.ours() == []
    assert [call.code != "" for call in account.cloud.writes] == refused, "the first is refused for the unknown id"


def test_a_group_that_somebody_else_changes_back_is_told(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    write = security_group.write

    def undone(*given: t.Any) -> None:
        before = list(account.rules())
        write(*given)
        account.rules()[:] = before

    monkeypatch.setattr(security_group, "write", undone)
    said = str(failure(account, group("10.1.0.0/16")))
    assert f"security group {GROUP} is not as it was written: 1 rules are missing and 0 are still there" in said
    assert "10.1.0.0/16" in said


@pytest.mark.parametrize(
    ("groups", "options", "said"),
    [
        ([group("10.1.0.0/16"), group("10.2.0.0/16")], {}, f"security group {GROUP} is given twice"),
        ([{"id": GROUP}], {}, f"no rules are given for security group {GROUP}"),
        ([group("10.1.2.3/16")], {}, "no block of a rule: '10.1.2.3/16'"),
        ([group("10.1.0.0/16")], {"mesh_id": "mesh 1"}, "mesh_id 'mesh 1' cannot mark"),
        ([group("10.1.0.0/16")], {"region": ""}, "no region is given"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_call(
    account: Account, groups: list[Object], options: Object, said: str
) -> None:
    assert said in str(failure(account, *groups, **options))
    assert not account.cloud.calls


def test_no_secret_is_in_the_result(account: Account) -> None:
    assert KEY.secret not in json.dumps(account.run(group("10.1.0.0/16")))
