# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an address plan must say, and what its findings say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import (
    RESERVED,
    RESERVED_BY_ACK,
    Cluster,
)
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.check import check_plan
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.rules import RULES, Policy
from tests.unit.address_plans import EAST, IN_ONE_VPC, WEST, check, found


def test_a_plan_without_overlaps_has_no_findings() -> None:
    assert check({}, {}, ("192.168.0.0/16",)).findings == []


def test_a_missing_vpc_id_is_an_error_and_the_pair_is_not_guessed_at() -> None:
    plan = check({"vpc_cidrs": ("10.2.0.0/16",), "vswitch_cidrs": (), "vpc_id": ""}, {})
    assert found(plan) == {("missing_vpc_id", "error", "vpc", "")}
    assert "mesh_cluster_vpc_id" in plan.findings[0].message


def test_a_missing_vpc_id_does_not_matter_to_a_single_cluster() -> None:
    assert check_plan([replace(EAST, vpc_id="")], (), Policy()).findings == []


def test_pods_in_the_vpc_of_a_cluster_without_vpc_id_are_judged_by_its_own_blocks() -> None:
    alone = replace(EAST, **{**IN_ONE_VPC, "vpc_id": "", "pod_cidrs": ("10.1.2.0/24",)})
    assert check_plan([alone], (), Policy()).findings == []


@pytest.mark.parametrize("kind", ["pod", "service"])
def test_a_missing_kind_of_block_is_an_error(kind: str) -> None:
    findings = check({f"{kind}_cidrs": ()}, {}).findings
    assert [(x.rule, x.left.cluster, x.left.kind) for x in findings] == [("missing_block", "east", kind)]
    assert f"mesh_cluster_{kind}_cidrs" in findings[0].message


def test_nodes_need_a_vpc_or_a_vswitch_block() -> None:
    assert found(check({"vpc_cidrs": ()}, {})) == set()
    assert found(check({"vpc_cidrs": (), "vswitch_cidrs": ()}, {})) == {("missing_block", "error", "vpc", "")}


def test_pods_in_the_vpc_need_no_block_of_their_own() -> None:
    assert found(check({"pods_in_vpc": True, "pod_cidrs": ()}, {})) == set()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("10.0.0.1/8", "host bits are set (10.0.0.0/8 is the block that holds it)"),
        ("2001:db8::1/64", "host bits are set (2001:db8::/64 is the block that holds it)"),
        ("10.0.0.0/33", "not an IPv4 or IPv6 block"),
        ("10.0.0.0", "not of the form address/prefix length"),
        ("10.0.0.0/255.0.0.0", "not of the form address/prefix length"),
        ("10.0.0.0/08", "not of the form address/prefix length"),
        ("", "not of the form address/prefix length"),
        ("10.0.0.0/8\n", "not of the form address/prefix length"),
        ("ten", "not of the form address/prefix length"),
    ],
)
def test_a_block_that_cannot_be_read_is_an_error_with_cluster_kind_and_reason(text: str, reason: str) -> None:
    findings = check({"pod_cidrs": (text,)}, {}).findings
    assert [(x.rule, x.severity, x.left) for x in findings] == [("invalid_block", "error", ("east", "pod", text))]
    assert f"pod block {text!r} of cluster east is not valid: {reason}." in findings[0].message


@pytest.mark.parametrize("text", ["gateway.example.com", "10.2.0.9/32", "10.2.0.256", ""])
def test_an_address_that_is_not_one_is_an_error(text: str) -> None:
    assert found(check({"addresses": (text,)}, {})) == {("invalid_address", "error", "address", "")}


def test_a_block_given_twice_is_an_error_and_is_compared_once() -> None:
    plan = check({"pod_cidrs": ("10.5.0.0/16", "10.5.0.0/16")}, {})
    assert sorted(x.rule for x in plan.findings) == ["between_clusters", "duplicate_block"]


def test_an_address_given_twice_is_one() -> None:
    assert found(check({"addresses": ("10.1.0.9", "10.1.0.9")}, {})) == set()


@pytest.mark.parametrize("outer_first", [True, False])
def test_a_block_in_a_larger_one_is_found_from_both_sides(outer_first: bool) -> None:
    large, small = {"pod_cidrs": ("10.8.0.0/16",)}, {"pod_cidrs": ("10.8.8.0/24",)}
    plan = check(large, small) if outer_first else check(small, large)
    assert [(x.rule, x.overlap, x.left.cluster) for x in plan.findings] == [("between_clusters", "10.8.8.0/24", "east")]


def test_ipv4_and_ipv6_never_overlap() -> None:
    assert found(check({"pod_cidrs": ("::a05:0/112",)}, {"pod_cidrs": ("10.5.0.0/16",)})) == set()


def test_two_clusters_of_one_name_are_two_clusters() -> None:
    assert found(check({"name": "west", "pod_cidrs": ("10.5.0.0/16",)}, {})) == {
        ("between_clusters", "error", "pod", "pod")
    }


def test_three_networks_are_judged_pair_by_pair() -> None:
    third = replace(EAST, name="third", network="n2", vpc_id="vpc-3", vpc_cidrs=("10.7.0.0/16",), vswitch_cidrs=())
    plan = check_plan([EAST, replace(third, service_cidrs=("10.8.0.0/16",)), WEST], (), Policy(strict=False))
    assert [(x.severity, x.left.cluster, x.right) for x in plan.findings] == [
        ("warning", "east", ("third", "pod", "10.3.0.0/16"))
    ]


def test_a_message_says_both_owners_and_what_to_do() -> None:
    (finding,) = check({"pod_cidrs": ("10.5.0.0/24",)}, {}).findings
    assert finding.message == (
        "pod block 10.5.0.0/24 of cluster east overlaps pod block 10.5.0.0/16 of cluster west. "
        "The same address would mean different endpoints in two members of the mesh. "
        "Give one of the clusters another block; it is set when a cluster is created."
    )


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_what_to_do(rule: str) -> None:
    assert RULES[rule][1] or rule == "missing_block"  # says which variable to set


def test_the_readme_of_the_role_has_every_rule_and_every_reserved_range() -> None:
    readme = (Path(__file__).parents[4] / "roles" / "mesh_preflight" / "README.md").read_text(encoding="utf-8")
    ranges = [cidr.removesuffix("/128") for cidr in (*RESERVED, *RESERVED_BY_ACK)]
    assert [text for text in (*(f"`{rule}`" for rule in RULES), *ranges) if text not in readme] == []


def test_errors_come_before_warnings_and_the_order_of_input_does_not_matter() -> None:
    east = replace(EAST, service_cidrs=("10.6.0.0/24",), pod_cidrs=("10.2.0.0/24",))
    plan = check_plan([east, WEST], ("10.9.0.0/16",), Policy(strict=False))
    assert [x.severity for x in plan.findings] == ["error", "warning"]
    assert check_plan([WEST, east], ("10.9.0.0/16",), Policy(strict=False)) == plan


def test_blocks_are_listed_in_canonical_form() -> None:
    plan = check({"pod_cidrs": ("2001:DB8:0::/48",), "addresses": ("10.1.0.9",)}, {}, ("192.168.0.0/16",))
    assert ("east", "pod", "2001:db8::/48") in plan.blocks
    assert plan.blocks[0] == ("", "external", "192.168.0.0/16")
    assert all(place.kind != "address" for place in plan.blocks)


def test_ten_thousand_blocks_are_compared_without_looking_at_each_pair() -> None:
    """Fifty million pairs would take minutes."""

    def subnet(first: int, number: int) -> tuple[str, ...]:
        return (f"{first}.{number // 256}.{number % 256}.0/24",)

    apart = [
        Cluster(f"c{n}", "m", "none", f"v{n}", False, subnet(10, n), subnet(10, n), subnet(11, n), subnet(12, n))
        for n in range(2500)
    ]
    one_vpc = [replace(cluster, vpc_id="v", vpc_cidrs=("10.0.0.0/8",)) for cluster in apart]
    for clusters in (apart, one_vpc):
        plan = check_plan(clusters, (), Policy())
        assert plan.findings == []
        assert len(plan.blocks) == 10_000
