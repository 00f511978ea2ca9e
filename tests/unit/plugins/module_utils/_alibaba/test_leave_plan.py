# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter network_leave_plan: what is closed for a cluster that leaves, and what the others go on needing."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.filter.network import network_leave_plan
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import cluster_of

Object = dict[str, t.Any]
TERWAY: Object = {"pods_in_vpc": True, "pod_cidrs": ["10.9.128.0/20"]}


def cluster(number: int, role: str = "remote", **given: t.Any) -> Object:
    variables = {
        "provider": "ack",
        "region": "cn-beijing",
        "vpc_id": f"vpc-{number}",
        "vpc_cidrs": f"10.{number}.0.0/16",
        "pod_cidrs": [f"172.{number}.0.0/16"],
        "security_group_ids": [f"sg-{number}"],
        **given,
    }
    named = {f"mesh_cluster_{name}": value for name, value in variables.items()}
    return cluster_of({"inventory_hostname": f"c{number}", **named}, role)


def closings(plan: Object) -> list[tuple[str, str, list[str], str, bool]]:
    return [
        (x["name"], x["part"], [group["id"] for group in x["groups"]], x["vpc_id"], x["remaining"] is None)
        for x in plan["closings"]
    ]


def test_others_lose_what_was_for_it_and_its_own_groups_lose_all() -> None:
    plan = network_leave_plan([cluster(1, "primary"), cluster(2), cluster(3)], "c3")
    assert closings(plan) == [
        ("c1", "gateways", ["sg-1"], "", False),
        ("c2", "gateways", ["sg-2"], "", False),
        ("c3", "", ["sg-3"], "", True),
    ]
    remaining = plan["closings"][0]["remaining"]
    assert remaining["clusters"] == ["c1", "c2"]
    assert {"10.1.0.0/16", "10.2.0.0/16", "172.1.0.0/16", "172.2.0.0/16"} <= set(remaining["cidrs"])
    assert not [cidr for cidr in remaining["cidrs"] if ".3." in cidr]
    assert [vpc["vpc_id"] for vpc in plan["vpcs"]] == ["vpc-3"]
    assert [vpc["vpc_id"] for vpc in plan["remaining_vpcs"]] == ["vpc-1", "vpc-2"]
    assert plan["is_joined"]


def test_of_groups_that_a_remaining_cluster_uses_its_plan_decides() -> None:
    shared = cluster(3, security_group_ids=["sg-2", "sg-3"])
    plan = network_leave_plan([cluster(1, "primary"), cluster(2), shared], "c3")
    assert closings(plan)[-1] == ("c3", "", ["sg-3"], "", True)


def test_groups_that_only_terway_knows_are_looked_for_in_the_vpc() -> None:
    plan = network_leave_plan([cluster(1, "primary", **TERWAY), cluster(2), cluster(3, **TERWAY)], "c3")
    assert closings(plan) == [
        ("c1", "", ["sg-1"], "vpc-1", False),
        ("c2", "gateways", ["sg-2"], "", False),
        ("c3", "", ["sg-3"], "vpc-3", True),
    ]


def test_in_a_vpc_with_others_groups_that_only_terway_knows_may_be_theirs() -> None:
    plan = network_leave_plan([cluster(1, "primary"), cluster(2), cluster(3, vpc_id="vpc-2", **TERWAY)], "c3")
    assert closings(plan)[-2:] == [("c3", "", ["sg-3"], "", True), ("c3", "", [], "vpc-2", False)]
    named = cluster(3, vpc_id="vpc-2", pod_security_group_ids=["sg-4"], **TERWAY)
    plan = network_leave_plan([cluster(1, "primary"), cluster(2), named], "c3")
    assert closings(plan)[-1] == ("c3", "", ["sg-3", "sg-4"], "", True)


def test_a_cluster_elsewhere_that_leaves_has_no_vpc_to_part() -> None:
    plan = network_leave_plan([cluster(1, "primary"), cluster(2), cluster(3, provider="none")], "c3", provider="ack")
    assert [x[0] for x in closings(plan)] == ["c1", "c2"] and not plan["is_joined"]


def test_clusters_that_share_one_vpc_are_not_joined() -> None:
    plan = network_leave_plan([cluster(1, "primary"), cluster(2, vpc_id="vpc-1")], "c2")
    assert not plan["is_joined"]


def test_a_mesh_with_a_cluster_elsewhere_has_nothing_to_close() -> None:
    plan = network_leave_plan([cluster(1, "primary", provider="none"), cluster(2)], "c2")
    assert plan["provider"] == "none" and plan["closings"] == [] and not plan["is_joined"]


def test_clusters_elsewhere_of_which_no_block_is_known_have_nothing_to_close() -> None:
    unknown: dict[str, t.Any] = {
        "provider": "none",
        "vpc_cidrs": [],
        "vswitch_cidrs": [],
        "pod_cidrs": [],
        "service_cidrs": [],
    }
    plan = network_leave_plan([cluster(1, "primary", **unknown), cluster(2, **unknown), cluster(3, **unknown)], "c2")
    assert plan["problems"] == [] and plan["closings"] == []


def test_what_is_missing_is_named_and_nothing_is_planned() -> None:
    plan = network_leave_plan([cluster(1, "primary"), cluster(2, region="")], "c2")
    assert [(x["cluster"], x["what"]) for x in plan["problems"]] == [("c2", "mesh_cluster_region is not set")]
    assert plan["closings"] == [] and not plan["is_joined"]


def test_a_cluster_that_is_none_of_the_mesh_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="no cluster 'c9' in the mesh"):
        network_leave_plan([cluster(1, "primary")], "c9")
    with pytest.raises(AnsibleFilterError, match="network_leave_plan wants a list of clusters"):
        network_leave_plan([{}], "c9")
