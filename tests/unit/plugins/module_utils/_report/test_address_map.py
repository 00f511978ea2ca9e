# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address plan as drawn: to scale, whole, and with what overlaps where it is."""

from __future__ import annotations

import typing as t
from itertools import pairwise
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._report.address_map import AddressMap, address_map
from ansible_collections.multiregion.istio.plugins.module_utils._report.address_space import (
    CUT,
    NARROWEST,
    WIDTH,
    Interval,
    Space,
    interval_of,
    merged,
)
from tests.unit.result_files import healthy, large, overlapping

Dict = dict[str, t.Any]


def space(*cidrs: str) -> Space:
    return Space([interval for cidr in cidrs if (interval := interval_of(cidr))])


def drawn(
    *blocks: tuple[str, str, str], findings: t.Sequence[Dict] = (), clusters: t.Sequence[Dict] = ()
) -> AddressMap:
    listed = [{"cluster": cluster, "kind": kind, "cidr": cidr} for cluster, kind, cidr in blocks]
    found = address_map({"preflight": {"blocks": listed, "findings": [*findings], "clusters": [*clusters]}})
    assert found
    return found


def test_blocks_of_one_size_are_of_one_width_wherever_they_are() -> None:
    bars = [space("10.0.0.0/16", "10.7.0.0/16", "192.168.0.0/16").drawn(x) for x in ("10.0.0.0/16", "192.168.0.0/16")]
    assert bars[0] and bars[1] and bars[0].width == bars[1].width


def test_a_block_is_as_wide_as_its_share_of_what_is_used() -> None:
    both = space("10.0.0.0/16", "10.1.0.0/17")
    whole, half = both.drawn("10.0.0.0/16"), both.drawn("10.1.0.0/17")
    assert whole and half and whole.width == pytest.approx(2 * half.width, abs=0.02)
    assert half.x == pytest.approx(whole.width, abs=0.02) and half.x + half.width == pytest.approx(WIDTH, abs=0.02)


def test_a_block_in_another_is_drawn_in_it() -> None:
    both = space("10.0.0.0/8", "10.64.0.0/10")
    inner = both.drawn("10.64.0.0/10")
    assert inner and (inner.x, inner.width) == (25.0, 25.0)


def test_a_gap_between_used_parts_is_cut_and_a_short_one_is_not() -> None:
    far = space("10.0.0.0/16", "172.16.0.0/16")
    assert [part.first for part in far.parts] == [10 << 24, (172 << 24) + (16 << 16)]
    second = far.drawn("172.16.0.0/16")
    assert second and second.x == pytest.approx((WIDTH - CUT) / 2 + CUT, abs=0.02)
    assert len(space("10.0.0.0/16", "10.1.1.0/24", "10.2.0.0/16").parts) == 2
    assert len(space("10.0.0.0/16", "10.1.1.0/24").parts) == 1


def test_many_gaps_leave_most_of_the_width_to_blocks() -> None:
    many = space(*(f"{10 + n}.0.0.0/16" for n in range(100)))
    assert len(many.parts) == 100 and (WIDTH - many.cut * 99) >= 0.8 * WIDTH - 0.01


def test_a_small_block_can_be_seen_and_stays_within_the_scale() -> None:
    last = space("10.0.0.0/16", "10.255.255.0/24").drawn("10.255.255.0/24")
    assert last and last.width == NARROWEST and last.x + last.width <= WIDTH


@pytest.mark.parametrize("text", ["", "east", "10.0.0.0/99", "10.0.0.1/16", "2001:db8::/32", "<script>"])
def test_what_is_no_ipv4_block_is_not_drawn(text: str) -> None:
    assert interval_of(text) is None and space("10.0.0.0/16").drawn(text) is None


def test_intervals_that_touch_become_one() -> None:
    assert merged([Interval(5, 9), Interval(0, 5), Interval(2, 3), Interval(12, 13)], 0) == [(0, 9), (12, 13)]
    assert merged([Interval(0, 5), Interval(7, 9)], 2) == [(0, 9)]


def test_labels_of_the_scale_keep_apart() -> None:
    ticks = list(space(*(f"{10 + n}.0.0.0/16" for n in range(40))).ticks())
    shown = [tick.x for tick in ticks if tick.priority < 2]
    assert len(ticks) == 40 and all(b - a >= 12 for a, b in pairwise(shown))
    always = [tick.x for tick in ticks if tick.priority == 0]
    assert always[0] == 0 and all(b - a >= 34 for a, b in pairwise(always))


def test_a_row_for_each_kind_of_each_cluster_and_one_for_a_vpc_that_two_share() -> None:
    found = address_map(healthy())
    assert found
    assert {owner.name: [row.label for row in owner.rows] for owner in found.owners} == {
        "VPC vpc-singapore": ["VPC"],
        "ap-southeast-1": ["vSwitch", "pods", "services"],
        "VPC vpc-beijing": ["VPC"],
        "cn-beijing-1": ["vSwitch", "pods", "services"],
        "cn-beijing-2": ["vSwitch", "pods", "services"],
    }
    assert found.clashes == () and found.bands == ()


def test_rows_do_not_touch() -> None:
    found = address_map(healthy())
    assert found
    tops = [y for owner in found.owners for y in (owner.y, *(row.y for row in owner.rows))]
    assert all(b - a >= 18 for a, b in pairwise(tops)) and found.height > tops[-1] + 12


def test_what_overlaps_is_marked_on_both_sides_and_names_the_other(tmp_path: Path) -> None:
    found = address_map(overlapping(tmp_path))
    assert found
    marked = {
        (owner.name, row.label): ([clash.cidr for clash in row.clashes], row.others)
        for owner in found.owners
        for row in owner.rows
        if row.others
    }
    assert marked == {
        ("shop-east", "pods"): (["10.11.0.0/16"], ("pods of shop-west",)),
        ("shop-west", "pods"): (["10.11.0.0/16"], ("pods of shop-east",)),
        ("VPC vpc-shop-west", "VPC"): (["10.20.64.0/20"], ("services of shop-north",)),
        ("shop-north", "services"): (["10.20.64.0/20"], ("VPC of shop-west",)),
    }
    assert {band.cidr for band in found.bands} == {"10.11.0.0/16", "10.20.64.0/20"}
    assert [clash.message for clash in found.clashes if not clash.right][0].startswith("pod block '10.31.0.1/16'")


def test_the_marked_part_lies_in_the_block_that_it_is_a_part_of(tmp_path: Path) -> None:
    found = address_map(overlapping(tmp_path))
    assert found
    vpc = found.owners[0].rows[0]
    block, part = vpc.bars[0], vpc.clashes[0]
    assert block.x < part.x and part.x + part.width < block.x + block.width


def test_reserved_ranges_and_addresses_are_named_where_a_block_meets_them() -> None:
    pods = {"cluster": "east", "kind": "pod", "cidr": "100.64.0.0/16"}
    reserved = {"cluster": "", "kind": "reserved", "cidr": "100.64.0.0/10"}
    address = {"cluster": "west", "kind": "address", "cidr": "100.64.0.9"}
    findings = [
        {"severity": "error", "left": pods, "right": reserved, "overlap": "100.64.0.0/16", "message": ""},
        {"severity": "error", "left": address, "right": pods, "overlap": "100.64.0.9", "message": ""},
    ]
    found = drawn(("east", "pod", "100.64.0.0/16"), findings=findings)
    rows = {(owner.name, row.label): row.others for owner in found.owners for row in owner.rows}
    assert rows == {
        ("east", "pods"): ("reserved 100.64.0.0/10", "address of west"),
        ("west", "address"): ("pods of east",),
    }


def test_blocks_outside_come_last_and_ipv6_is_counted() -> None:
    found = drawn(("", "external", "192.168.0.0/16"), ("east", "pod", "10.0.0.0/16"), ("east", "service", "fd00::/108"))
    assert [owner.name for owner in found.owners] == ["east", "Outside the mesh"]
    assert found.undrawn == 1


def test_without_blocks_there_is_no_map() -> None:
    assert address_map({}) is None and address_map({"preflight": {"blocks": []}}) is None


def test_findings_of_many_clusters_are_counted_where_they_are_not_listed(tmp_path: Path) -> None:
    found = address_map(large(tmp_path, 10, alike=True))
    assert found and len(found.clashes) == 20 and found.more_clashes == 45 - 20
