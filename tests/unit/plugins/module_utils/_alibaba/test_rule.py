# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One form for a wanted rule and a described one, and the mark by which ours are known."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rule import (
    Mark,
    Rule,
    described,
    mark_of,
    permission_of,
    rule_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

Object = dict[str, t.Any]
# As ECS describes a rule: every key there, most of them empty.
PERMISSION = {
    "SecurityGroupRuleId": "sgr-1",
    "Direction": "ingress",
    "IpProtocol": "TCP",
    "PortRange": "1/65535",
    "SourcePortRange": "",
    "SourceCidrIp": "10.1.0.0/16",
    "Ipv6SourceCidrIp": "",
    "SourceGroupId": "",
    "SourcePrefixListId": "",
    "DestCidrIp": "",
    "Ipv6DestCidrIp": "",
    "DestGroupId": "",
    "DestPrefixListId": "",
    "PortRangeListId": "",
    "Policy": "Accept",
    "Priority": "1",
    "NicType": "intranet",
    "Description": "",
}
MARK = Mark("mesh1")


def options(**given: t.Any) -> Object:
    """The options of a rule with the defaults of the module."""
    defaults = {"direction": "ingress", "protocol": "tcp", "cidr": "10.1.0.0/16", "policy": "accept", "priority": 1}
    return {**defaults, "port_range": None, "description": None, **given}


@pytest.mark.parametrize(
    ("given", "permission"),
    [
        ({}, {}),
        ({"port_range": "443"}, {"PortRange": "443/443"}),
        ({"port_range": "8000-8100"}, {"PortRange": "8000/8100"}),
        ({"protocol": "icmp"}, {"IpProtocol": "ICMP", "PortRange": "-1/-1"}),
        ({"protocol": "all", "port_range": "-1/-1"}, {"IpProtocol": "ALL", "PortRange": "-1/-1"}),
        ({"policy": "drop", "priority": 100}, {"Policy": "Drop", "Priority": "100"}),
        ({"cidr": "10.1.0.0/16"}, {"SourceCidrIp": "10.1.2.3/16"}),
        ({"cidr": "fd00:1::/64"}, {"SourceCidrIp": "", "Ipv6SourceCidrIp": "FD00:1::/64"}),
        ({"direction": "egress"}, {"Direction": "egress", "SourceCidrIp": "", "DestCidrIp": "10.1.0.0/16"}),
        ({}, {"SourcePortRange": "-1/-1", "NicType": ""}),
        ({}, {"SourcePortRange": "1/65535"}),
        ({}, {"Priority": ""}),
        ({"protocol": "icmp"}, {"IpProtocol": "ICMP", "PortRange": ""}),
    ],
)
def test_a_wanted_rule_is_recognised_in_what_is_described(given: Object, permission: Object) -> None:
    assert rule_of(options(**given)) == described({**PERMISSION, **permission}).rule


@pytest.mark.parametrize(
    "permission",
    [
        {"PortRange": "80/80"},
        {"IpProtocol": "UDP"},
        {"SourceCidrIp": "10.2.0.0/16"},
        {"Direction": "egress", "SourceCidrIp": "", "DestCidrIp": "10.1.0.0/16"},
        {"Policy": "Drop"},
        {"Priority": "2"},
    ],
)
def test_rules_differ_by_all_that_decides_about_packets(permission: Object) -> None:
    assert rule_of(options()) != described({**PERMISSION, **permission}).rule


def test_descriptions_do_not_tell_rules_apart() -> None:
    assert rule_of(options(description="one")) == described({**PERMISSION, "Description": "other"}).rule


@pytest.mark.parametrize(
    "permission",
    [
        {"SourceCidrIp": ""},
        {"SourceCidrIp": "no block"},
        {"SourceCidrIp": "", "SourceGroupId": "sg-2"},
        {"SourceCidrIp": "", "SourcePrefixListId": "pl-1"},
        {"SourceGroupId": "sg-2"},
        {"PortRangeListId": "prl-1"},
        {"SourcePortRange": "53/53"},
        {"DestCidrIp": "10.9.0.1/32"},
        {"NicType": "internet"},
    ],
)
def test_a_rule_that_says_anything_but_a_block_is_never_taken_for_a_wanted_one(permission: Object) -> None:
    found = described({**PERMISSION, **permission, "Description": str(MARK)})
    assert found.rule is None and found.description == "" and found.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cidr": "10.1.2.3/16"}, "host bits"),
        ({"cidr": "pods"}, "no block of a rule: 'pods'"),
        ({"priority": 0}, "priority 0 is not within 1 to 100"),
        ({"priority": 101}, "priority 101 is not within 1 to 100"),
        ({"port_range": "0"}, "port_range '0' is neither"),
        ({"port_range": "90/80"}, "port_range '90/80' is neither"),
        ({"port_range": "1/65536"}, "port_range '1/65536' is neither"),
        ({"port_range": "-1/-1"}, "port_range '-1/-1' is neither"),
        ({"protocol": "icmp", "port_range": "80"}, "icmp has no ports"),
        ({"protocol": "icmp", "cidr": "fd00::/64"}, "icmp does not go with an IPv6 block"),
        ({"protocol": "icmpv6"}, "icmpv6 does not go with an IPv4 block"),
    ],
)
def test_a_rule_that_ecs_would_refuse_is_an_error_that_names_it(given: Object, said: str) -> None:
    with pytest.raises(MeshError) as error:
        rule_of(options(**given))
    assert said in str(error.value) and options(**given)["cidr"] in str(error.value)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("ingress", "tcp", "443/443", "10.1.0.0/16"),
        Rule("egress", "icmp", "-1/-1", "10.1.0.0/16", priority=7),
        Rule("ingress", "icmpv6", "-1/-1", "fd00:1::/64", "drop"),
        Rule("egress", "all", "-1/-1", "fd00:1::/64"),
    ],
)
def test_what_is_written_is_what_is_read_back(rule: Rule) -> None:
    written = permission_of(MARK.on(rule))
    again = described({**dict.fromkeys(PERMISSION, ""), **written, "Direction": rule.direction})
    assert again.rule == rule and MARK.is_on(again.description)


def test_a_rule_is_written_in_the_words_of_ecs() -> None:
    assert permission_of(MARK.on(Rule("egress", "icmpv6", "-1/-1", "fd00:1::/64", "drop", 7))) == {
        "IpProtocol": "ICMPv6",
        "PortRange": "-1/-1",
        "Policy": "drop",
        "Priority": "7",
        "NicType": "intranet",
        "Ipv6DestCidrIp": "fd00:1::/64",
        "Description": str(MARK),
    }


def test_a_rule_of_a_mesh_is_known_by_the_beginning_of_its_description() -> None:
    rule = Rule("ingress", "tcp", "1/65535", "10.1.0.0/16", description="same network: c2")
    assert MARK.on(rule).description == "multiregion.istio mesh=mesh1: same network: c2"
    assert len(MARK.on(Rule("ingress", "tcp", "1/1", "10.0.0.0/8", description="x" * 600)).description) == 512


@pytest.mark.parametrize(
    ("description", "whole", "part"),
    [
        ("multiregion.istio mesh=mesh1", True, False),
        ("multiregion.istio mesh=mesh1: pods", True, False),
        ("multiregion.istio mesh=mesh1 part=gateways", True, True),
        ("multiregion.istio mesh=mesh1 part=gateways: c2", True, True),
        ("multiregion.istio mesh=mesh1 part=gateways2", True, False),
        ("multiregion.istio mesh=mesh10", False, False),
        ("multiregion.istio mesh=mesh1:0", False, False),
        ("multiregion.istio mesh=mesh2: not mesh=mesh1", False, False),
        ("see multiregion.istio mesh=mesh1", False, False),
        ("", False, False),
    ],
)
def test_marks_of_meshes_and_their_parts_are_kept_apart(description: str, whole: bool, part: bool) -> None:
    assert MARK.is_on(description) is whole
    assert Mark("mesh1", "gateways").is_on(description) is part


@pytest.mark.parametrize(
    ("mesh_id", "part"), [("", ""), ("a b", ""), ("mesh1", "a: b"), ("x" * 64, ""), ("-a", ""), ("a:b", "")]
)
def test_words_that_could_not_be_read_back_do_not_become_a_mark(mesh_id: str, part: str) -> None:
    with pytest.raises(MeshError, match="cannot mark the rules of a mesh"):
        mark_of(mesh_id, part)


def test_a_part_may_be_left_out() -> None:
    assert mark_of("mesh1", "") == MARK
