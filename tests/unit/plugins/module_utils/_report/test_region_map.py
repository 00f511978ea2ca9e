# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of regions: everything has its place within the width, whatever the names and however many."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._report.members import Member, members_of
from ansible_collections.multiregion.istio.plugins.module_utils._report.network import Link, links_of
from ansible_collections.multiregion.istio.plugins.module_utils._report.region_map import (
    Box,
    RegionMap,
    cut,
    lanes_of,
    region_map,
)
from tests.unit.result_files import broken, healthy, large


def link(one: str, other: str, state: str = "good") -> Link:
    return Link((one, other), state, "", "")


def members(*places: tuple[str, str, str]) -> list[Member]:
    return [Member(name, region=region, vpc_id=vpc) for name, region, vpc in places]


def is_within(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def check(drawn: RegionMap) -> None:
    chips = [Box(chip.x, chip.y, chip.width, 30, chip.label) for chip in drawn.chips]
    for boxes, outer in ((drawn.vpcs, drawn.regions), (chips, drawn.vpcs)):
        assert all(sum(is_within(box, around) for around in outer) == 1 for box in boxes)
    for boxes in (drawn.regions, drawn.vpcs, chips):
        assert all(apart(one, other) for one, other in combinations(boxes, 2))
    assert all(box.x >= 0 and box.x + box.width <= drawn.width for box in drawn.regions)
    for one, other in combinations(drawn.lines, 2):
        assert one.lane != other.lane or one.y2 < other.y1 or other.y2 < one.y1
    assert all(line.x < line.lane <= drawn.width - 10 and 0 < line.y1 < line.y2 < drawn.height for line in drawn.lines)


@pytest.mark.parametrize("width", [340.0, 860.0])
@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_everything_has_its_place(size: int, width: float, tmp_path: Path) -> None:
    files = large(tmp_path, size)
    everybody = members_of(files, (), ())
    drawn = region_map(everybody, links_of(files, everybody), width)
    check(drawn)
    assert sorted(chip.member.name for chip in drawn.chips) == sorted(member.name for member in everybody)


def test_long_names_are_cut_to_the_width() -> None:
    drawn = region_map(members(("n" * 63, "r" * 200, "v" * 300)), [], 340)
    check(drawn)
    assert drawn.chips[0].label.endswith("…") and len(drawn.chips[0].label) < 40
    assert len(drawn.regions[0].label) < 50 and len(drawn.vpcs[0].label) < 50
    assert drawn.chips[0].member.name == "n" * 63


def test_a_name_that_fits_is_whole() -> None:
    assert cut("cn-beijing-1", 100) == "cn-beijing-1" and cut("cn-beijing-1", 40) == "cn-b…"


def test_clusters_of_a_vpc_are_in_one_box() -> None:
    drawn = region_map(members(("a", "r1", "v1"), ("b", "r2", "v2"), ("c", "r1", "v1"), ("d", "r1", "v3")), [], 860)
    check(drawn)
    assert [box.title for box in drawn.regions] == ["r1", "r2"]
    assert [box.title for box in drawn.vpcs] == ["v1", "v3", "v2"]
    places = {
        chip.member.name: next(
            box.title for box in drawn.vpcs if is_within(Box(chip.x, chip.y, chip.width, 30, ""), box)
        )
        for chip in drawn.chips
    }
    assert places == {"a": "v1", "c": "v1", "d": "v3", "b": "v2"}


def test_lines_that_pass_the_same_regions_have_lanes_of_their_own() -> None:
    links = [link("a", "d"), link("a", "b"), link("b", "c"), link("c", "d"), link("b", "d")]
    assert lanes_of(links, "abcd") == [2, 0, 0, 0, 1]


def test_each_line_has_a_place_of_its_own_at_a_region() -> None:
    everybody = members(*((name, name, name) for name in "abcd"))
    drawn = region_map(everybody, [link(a, b) for a, b in combinations("abcd", 2)], 860)
    check(drawn)
    ends = [y for line in drawn.lines for y in (line.y1, line.y2)]
    assert len(ends) == len(set(ends)) == 12


def test_lines_from_one_region_do_not_cross() -> None:
    everybody = members(*((name, name, name) for name in "abcd"))
    for links in ([link("a", other) for other in "bcd"], [link(other, "d") for other in "abc"]):
        lines = region_map(everybody, links, 860).lines
        for one, other in permutations(lines, 2):
            passes = other.lane < one.lane and any(other.y1 < y < other.y2 for y in (one.y1, one.y2))
            assert not passes, (one, other)


def test_of_very_many_links_only_those_that_do_not_work_are_drawn() -> None:
    names = [f"r{n}" for n in range(12)]
    links = [link(a, b, "bad" if (a, b) == ("r3", "r7") else "good") for a, b in combinations(names, 2)]
    drawn = region_map(members(*((name, name, name) for name in names)), links, 860)
    assert [line.link.regions for line in drawn.lines] == [("r3", "r7")]
    assert drawn.lines[0].number == links.index(drawn.lines[0].link) + 1 and drawn.undrawn == len(links) - 1


def test_links_tell_what_joins_regions_and_what_went_over_it() -> None:
    everybody = members_of(healthy(), (), ())
    expected = "peer attachment Attached, 100 Mbit/s", "requests: 4 of 4 pairs, packets: 4 of 4 pairs"
    assert links_of(healthy(), everybody) == [Link(("ap-southeast-1", "cn-beijing"), "good", *expected)]
    assert [(x.state, x.proof) for x in links_of(broken(), everybody)] == [
        ("bad", "requests: 0 of 4 pairs, packets: 0 of 4 pairs")
    ]


def test_a_link_that_is_not_attached_does_not_work_and_one_that_was_not_tried_is_unknown() -> None:
    files = healthy()
    del files["verify"], files["prerequisites"]["probe"]
    everybody = members_of(files, (), ())
    assert [x.state for x in links_of(files, everybody)] == ["unknown"]
    files["prerequisites"]["network"]["peers"][0]["status"] = "Detaching"
    assert [x.state for x in links_of(files, everybody)] == ["bad"]
    assert links_of({"preflight": files["preflight"]}, everybody) == []


def test_regions_without_a_cen_are_joined_by_others() -> None:
    files = healthy()
    del files["prerequisites"]
    assert [(x.what, x.state) for x in links_of(files, members_of(files, (), ()))] == [("routed by others", "good")]
