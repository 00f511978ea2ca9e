# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cell of the table of address rules."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import RESERVED
from tests.unit.address_plans import IN_ONE_VPC, Overrides, check, found

# name of the cell: (east, west, external, {finding in a flat network}, {finding between networks})
CELLS: dict[str, tuple[Overrides, Overrides, tuple[str, ...], set[t.Any], set[t.Any]]] = {
    "own pod x own service": (
        {"service_cidrs": ("10.3.8.0/24",)}, {}, (),
        {("service_range", "error", "service", "pod")}, {("service_range", "error", "service", "pod")},
    ),
    "own pods in the VPC x own service": (
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",), "service_cidrs": ("10.1.2.0/28",)}, {}, (),
        {("service_range", "error", "service", "pod"), ("service_range", "error", "service", "vpc")},
        {("service_range", "error", "service", "pod"), ("service_range", "error", "service", "vpc")},
    ),
    "service x own VPC": (
        {"service_cidrs": ("10.1.8.0/24",)}, {}, (),
        {("service_range", "error", "service", "vpc")}, {("service_range", "error", "service", "vpc")},
    ),
    "service x own vSwitch": (
        {"vpc_cidrs": (), "service_cidrs": ("10.1.1.0/25",)}, {}, (),
        {("service_range", "error", "service", "vswitch")}, {("service_range", "error", "service", "vswitch")},
    ),
    "service x other's VPC": (
        {"service_cidrs": ("10.2.8.0/24",)}, {}, (),
        {("service_range", "error", "service", "vpc")}, {("service_range", "error", "service", "vpc")},
    ),
    "service x external": (
        {"service_cidrs": ("10.9.8.0/24",)}, {}, ("10.9.0.0/16",),
        {("service_range", "error", "service", "external")}, {("service_range", "error", "service", "external")},
    ),
    "pod outside the VPC x own VPC": (
        {"pod_cidrs": ("10.1.8.0/24",)}, {}, (),
        {("pod_range", "error", "pod", "vpc")}, {("pod_range", "error", "pod", "vpc")},
    ),
    "pod outside the VPC x other's VPC": (
        {"pod_cidrs": ("10.2.8.0/24",)}, {}, (),
        {("pod_range", "error", "pod", "vpc")}, {("pod_range", "error", "pod", "vpc")},
    ),
    "pod outside the VPC x other's vSwitch": (
        {"pod_cidrs": ("10.2.1.0/28",)}, {"vpc_cidrs": ()}, (),
        {("pod_range", "error", "pod", "vswitch")}, {("pod_range", "error", "pod", "vswitch")},
    ),
    "pod outside the VPC x external": (
        {"pod_cidrs": ("10.9.8.0/24",)}, {}, ("10.9.0.0/16",),
        {("pod_range", "error", "pod", "external")}, {("pod_range", "error", "pod", "external")},
    ),
    "pod said to be in the VPC but outside its blocks x other's VPC": (
        {"pods_in_vpc": True, "pod_cidrs": ("10.2.8.0/24",)}, {}, (),
        {("pod_range", "error", "pod", "vpc")}, {("pod_range", "error", "pod", "vpc")},
    ),
    "pod in the VPC x own VPC and vSwitch": ({**IN_ONE_VPC, "pod_cidrs": ("10.1.1.0/24",)}, {}, (), set(), set()),
    "pod in the VPC x external": ({**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",)}, {}, ("10.1.2.0/25",), set(), set()),
    "a vSwitch for the pods of two clusters of one VPC": (
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.1.0/24",)}, {**IN_ONE_VPC, "pod_cidrs": ("10.1.1.0/24",)}, (), set(), set(),
    ),
    "a vSwitch of one VPC for pods in two VPCs": (
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",)},
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",), "vpc_id": "vpc-2"}, (),
        {("between_clusters", "error", "pod", "pod"), ("between_vpcs", "error", "vpc", "vpc")},
        {("between_clusters", "error", "pod", "pod"), ("between_vpcs", "error", "vpc", "vpc")},
    ),
    "pod in the VPC x pod of the same VPC's blocks that is not": (
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",)},
        {**IN_ONE_VPC, "pod_cidrs": ("10.1.2.0/24",), "pods_in_vpc": False}, (),
        {("between_clusters", "error", "pod", "pod"), ("pod_range", "error", "pod", "vpc")},
        {("between_clusters", "error", "pod", "pod"), ("pod_range", "error", "pod", "vpc")},
    ),
    "pod x pod": (
        {"pod_cidrs": ("10.5.0.0/24",)}, {}, (),
        {("between_clusters", "error", "pod", "pod")}, {("between_clusters", "error", "pod", "pod")},
    ),
    "pod x service of another": (
        {"pod_cidrs": ("10.6.0.0/16",)}, {}, (),
        {("between_clusters", "error", "pod", "service")}, {("between_clusters", "error", "pod", "service")},
    ),
    "service x service": (
        {"service_cidrs": ("10.6.0.0/16",)}, {}, (),
        {("between_clusters", "error", "service", "service")}, {("between_clusters", "error", "service", "service")},
    ),
    "VPC x VPC of another id": (
        {"vpc_cidrs": ("10.1.0.0/16", "10.2.0.0/17")}, {}, (),
        {("between_vpcs", "error", "vpc", "vpc")}, {("between_vpcs", "error", "vpc", "vpc")},
    ),
    "vSwitch of a VPC without a block x VPC of another id": (
        {"vpc_cidrs": (), "vswitch_cidrs": ("10.2.9.0/24",)}, {}, (),
        {("between_vpcs", "error", "vswitch", "vpc")}, {("between_vpcs", "error", "vswitch", "vpc")},
    ),
    "pod in a VPC without a block x VPC of another id": (
        {"pods_in_vpc": True, "vpc_cidrs": (), "pod_cidrs": ("10.2.9.0/24",)}, {}, (),
        {("between_vpcs", "error", "pod", "vpc")}, {("between_vpcs", "error", "pod", "vpc")},
    ),
    "one VPC twice": ({}, {"vpc_id": "vpc-1", "vpc_cidrs": ("10.1.0.0/16",), "vswitch_cidrs": ()}, (), set(), set()),
    "one vSwitch twice": ({}, {"vpc_id": "vpc-1", "vpc_cidrs": (), "vswitch_cidrs": ("10.1.1.0/24",)}, (), set(), set()),
    "address in a peer's pod block": (
        {"addresses": ("10.5.0.9",)}, {}, (),
        {("address_in_range", "error", "address", "pod")}, {("address_in_range", "error", "address", "pod")},
    ),
    "address in a peer's service block": (
        {"addresses": ("10.6.0.9",)}, {}, (),
        {("address_in_range", "error", "address", "service")}, {("address_in_range", "error", "address", "service")},
    ),
    "address in a peer's VPC": (
        {"addresses": ("10.2.0.9",)}, {}, (),
        {("address_in_range", "error", "address", "vpc")}, {("address_in_range", "error", "address", "vpc")},
    ),
    "address in the VPC that both share": (
        {"addresses": ("10.1.0.9",)}, {"vpc_id": "vpc-1", "vpc_cidrs": ("10.1.0.0/16",)}, (), set(), set(),
    ),
    "address in an own block": ({"addresses": ("10.4.0.1",)}, {}, (), set(), set()),
}  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("network", ["flat", "gateway"])
def test_cell_of_the_table(cell: str, network: str) -> None:
    east, west, external, flat, gateway = CELLS[cell]
    networks = {"network": "n1" if network == "flat" else "n2"}
    assert found(check(east, {**west, **networks}, external)) == (flat if network == "flat" else gateway)


@pytest.mark.parametrize("cidr", RESERVED)
@pytest.mark.parametrize("kind", ["vpc", "vswitch", "pod", "service"])
def test_reserved_ranges_are_refused_for_every_kind(cidr: str, kind: str) -> None:
    plan = check({f"{kind}_cidrs": (cidr,)}, {})
    assert ("reserved_range", "error", kind, "reserved") in found(plan)


def test_a_block_that_holds_a_reserved_range_is_refused() -> None:
    findings = check({}, {}, ("126.0.0.0/7",)).findings
    assert [(x.rule, x.left.kind, x.overlap) for x in findings] == [("reserved_range", "external", "127.0.0.0/8")]


@pytest.mark.parametrize("cidr", ["100.64.0.0/10", "7.0.0.0/16"])
def test_ranges_of_alibaba_cloud_are_reserved_with_provider_ack_only(cidr: str) -> None:
    assert found(check({"pod_cidrs": (cidr,)}, {"provider": "ack"})) == set()
    assert found(check({"pod_cidrs": (cidr,), "provider": "ack"}, {})) == {
        ("reserved_range", "error", "pod", "reserved")
    }
    assert found(check({"provider": "ack"}, {}, (cidr,))) == {("reserved_range", "error", "external", "reserved")}


def test_an_address_that_alibaba_cloud_gave_is_not_reserved_but_loopback_is() -> None:
    assert found(check({"addresses": ("100.100.0.1",), "provider": "ack"}, {})) == set()
    assert found(check({"addresses": ("127.0.0.1",)}, {})) == {("reserved_range", "error", "address", "reserved")}


@pytest.mark.parametrize(
    ("east", "network", "severity"),
    [
        ({"service_cidrs": ("10.6.0.0/16",)}, "n1", "warning"),
        ({"pod_cidrs": ("10.6.0.0/16",)}, "n1", "error"),
        ({"pod_cidrs": ("10.5.0.0/16",)}, "n1", "error"),
        ({"service_cidrs": ("10.6.0.0/16",)}, "n2", "warning"),
        ({"pod_cidrs": ("10.6.0.0/16",)}, "n2", "warning"),
        ({"pod_cidrs": ("10.5.0.0/16",)}, "n2", "warning"),
    ],
)
def test_not_strict_keeps_errors_in_a_flat_network_for_all_but_service_x_service(
    east: Overrides, network: str, severity: str
) -> None:
    assert [x.severity for x in check(east, {"network": network}, strict=False).findings] == [severity]


def test_not_strict_changes_no_other_rule() -> None:
    plan = check({"service_cidrs": ("10.2.8.0/24",)}, {"network": "n2"}, strict=False)
    assert found(plan) == {("service_range", "error", "service", "vpc")}


def test_overlapping_vpcs_of_two_networks_are_a_warning_with_public_addresses() -> None:
    east = {"vpc_cidrs": ("10.2.0.0/16",), "vswitch_cidrs": ()}
    assert [x.severity for x in check(east, {"network": "n2"}, public_addresses=True).findings] == ["warning"]
    assert [x.severity for x in check(east, {}, public_addresses=True).findings] == ["error"]
