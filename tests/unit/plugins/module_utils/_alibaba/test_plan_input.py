# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter security_group_rules: what it takes from clusters and options, and that its result is what the module takes."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, fields
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.filter.security_group_rules import security_group_rules
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rule import rule_of
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rules import Options
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import cluster_of
from ansible_collections.multiregion.istio.plugins.modules.ecs_security_group_rules import argument_spec

Object = dict[str, t.Any]
DOCUMENTATION = Path(__file__).parents[5] / "plugins" / "filter" / "security_group_rules.yml"


def cluster(number: int, role: str = "remote", network: str = "", **given: t.Any) -> Object:
    """A cluster as a playbook has it: by the filter `cluster`, with what else is known of it."""
    variables = {
        "inventory_hostname": f"c{number}",
        "mesh_cluster_network": network,
        "mesh_cluster_vpc_cidrs": f"10.{number}.0.0/16",
        "mesh_cluster_pod_cidrs": [f"172.{number}.0.0/16"],
    }
    return {**cluster_of(variables, role), "security_group_ids": [f"sg-{number}"], **given}


def test_the_plan_is_what_the_module_takes() -> None:
    groups = security_group_rules([cluster(1, "primary"), cluster(2)])
    valid = ArgumentSpecValidator(argument_spec()).validate({"mesh_id": "mesh1", "groups": groups})
    assert not valid.error_messages
    [one, two] = valid.validated_parameters["groups"]
    assert (one["id"], two["id"]) == ("sg-1", "sg-2")
    assert {rule_of(rule).cidr for rule in one["rules"]} == {"10.2.0.0/16", "172.2.0.0/16"}
    assert one["rules"][0]["description"] == "control plane: c2; same network: c2"


def test_one_cluster_is_planned_by_name() -> None:
    assert [group["id"] for group in security_group_rules([cluster(1), cluster(2)], "c2")] == ["sg-2"]


def test_what_is_known_of_a_cluster_counts() -> None:
    known: Object = {
        "security_group_ids": "sg-1, sg-9",
        "gateway_ports": ["30443"],
        "gateway_addresses": ["10.1.0.7"],
    }
    plan = security_group_rules(
        [cluster(1, network="n1", **known), cluster(2, network="n2", gateway_sources="47.1.2.3")]
    )
    rules = {group["id"]: group["rules"] for group in plan}
    assert rules["sg-1"] == rules["sg-9"]
    assert {(x["port_range"], x["cidr"]) for x in rules["sg-1"] if x["direction"] == "ingress"} == {
        ("30443/30443", "47.1.2.3/32"),
        ("30443/30443", "100.64.0.0/10"),
    }
    assert {x["cidr"] for x in rules["sg-2"]} == {"10.1.0.7/32"}


def test_pods_with_groups_of_their_own_get_what_is_for_gateways() -> None:
    pods: Object = {"pods_in_vpc": True, "pod_security_group_ids": ["sg-pods"]}
    plan = security_group_rules([cluster(1, network="n1", **pods), cluster(2, network="n2")], gateway_ports=[15443])
    rules = {group["id"]: group["rules"] for group in plan}
    assert {x["port_range"] for x in rules["sg-pods"] if x["direction"] == "ingress"} == {"15443/15443"}
    assert not [x for x in rules["sg-1"] if x["direction"] == "ingress"]


def test_every_option_is_documented_with_its_default() -> None:
    documented = yaml.safe_load(DOCUMENTATION.read_text(encoding="utf-8"))["DOCUMENTATION"]["options"]
    defaults = {name: list(x) if isinstance(x, tuple) else x for name, x in asdict(Options()).items()}
    assert {name: documented[name]["default"] for name in defaults} == defaults
    assert documented.keys() - defaults.keys() == {"_input", "cluster"}


@pytest.mark.parametrize("name", [x.name for x in fields(Options) if isinstance(x.default, bool)])
def test_a_row_can_be_left_out(name: str) -> None:
    clusters = [cluster(1, "primary", "n1", gateway_ports=[30443]), cluster(2), cluster(3, network="n1")]
    without: Object = {name: False}
    plan = [rule for group in security_group_rules(clusters, **without) for rule in group["rules"]]
    assert plan and not [x for x in plan if name.replace("_", " ") in x["description"]]


@pytest.mark.parametrize(
    ("clusters", "given", "said"),
    [
        ("c1", {}, "wants a list of clusters"),
        ([{"name": "c1"}], {}, "wants a list of clusters"),
        ([cluster(1)], {"gateway": True}, "no such option of a plan of rules: gateway. There are same_network"),
        ([cluster(1)], {"node_blocks": "zone"}, "node_blocks is 'zone'. Give one of vswitch, vpc"),
        ([cluster(1)], {"gateway_ports": ["https"]}, "gateway_ports is ['https'], not a list of ports"),
        ([cluster(1, gateway_ports=[70000])], {}, "cluster c1: gateway_ports is [70000], not a list of ports"),
        ([cluster(1, security_group_ids={"a": 1})], {}, "cluster c1: security_group_ids is {'a': 1}, not a list"),
        ([cluster(1, vpc_cidrs=[])], {}, "cluster c1: no block of the nodes is known"),
    ],
)
def test_what_cannot_be_meant_is_said(clusters: t.Any, given: Object, said: str) -> None:
    with pytest.raises(AnsibleFilterError) as error:
        security_group_rules(clusters, **given)
    assert said in str(error.value)
