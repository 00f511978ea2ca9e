# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The map of regions, VPCs and clusters: who is where, in pixels. Pure.

Regions stand one below the other, so that the map fits a narrow screen too; lines at their right join them.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .members import BAD, Member
from .network import Link

GAP, PAD, HEAD, CHIP = 12, 12, 30, 30  # pixels
LETTER, BOLD = 7.3, 9.0  # about the width of one in a chip, and in the title of a region
CHIP_REST = 52  # of a chip beside its letters: the mark, the edges
STATION, LANE, BADGE = 22, 22, 10  # between ports of a region, between lines; the radius of a number on a line
GUTTER = 0.3  # the share of the width that lines may take
MOST_LINES = 28


@dataclass(frozen=True)
class Box:
    """A rectangle with a title; lengths in pixels. `label` is the title as shown, cut where it is too long."""

    x: float
    y: float
    width: float
    height: float
    title: str
    label: str = ""


@dataclass(frozen=True)
class Chip:
    """A cluster. `label` is its name, cut where it is too long for the map."""

    x: float
    y: float
    width: float
    label: str
    member: Member


@dataclass(frozen=True)
class Line:
    """A link: from (x, y1) to (lane, y1), down to y2 and back. number is that of the link in the table."""

    number: int
    link: Link
    x: float
    lane: float
    y1: float
    y2: float


@dataclass(frozen=True)
class RegionMap:
    width: float
    height: float
    regions: tuple[Box, ...]
    vpcs: tuple[Box, ...]
    chips: tuple[Chip, ...]
    lines: tuple[Line, ...]
    undrawn: int


def region_map(members: t.Sequence[Member], links: t.Sequence[Link], width: float) -> RegionMap:
    """The map in a given width. Where there are very many links, those that work are not drawn."""
    numbered = list(enumerate(links, 1))
    if len(numbered) > MOST_LINES:
        numbered = [(n, link) for n, link in numbered if link.state == BAD][:MOST_LINES]
    lanes = lanes_of([link for _number, link in numbered], regions_in(members))
    gutter = min(width * GUTTER, (max(lanes, default=-1) + 1) * LANE + (GAP if lanes else 0))
    inner = width - gutter
    boxes, vpcs, chips, y = [], [], [], 0.0
    for region, own in regions_in(members).items():
        ports = sum(region in link.regions for _number, link in numbered)
        some_vpcs, some_chips, bottom = vpcs_of(own, y + HEAD, inner)
        height = max(bottom - y + PAD, ports * STATION + PAD)
        boxes.append(Box(0, y, inner, height, region, cut(region or "no region named", inner - 2 * PAD, BOLD)))
        vpcs += some_vpcs
        chips += some_chips
        y += height + GAP
    lines = lines_of(numbered, lanes, boxes, width)
    return RegionMap(
        width, max(0.0, y - GAP), tuple(boxes), tuple(vpcs), tuple(chips), tuple(lines), len(links) - len(lines)
    )


def regions_in(members: t.Sequence[Member]) -> dict[str, list[Member]]:
    """Members by region, in the order in which regions come up."""
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.region, []).append(member)
    return found


def vpcs_of(members: t.Sequence[Member], top: float, width: float) -> tuple[list[Box], list[Chip], float]:
    """(the VPCs of a region from left to right and line by line, their clusters, where they end)"""
    by_vpc: dict[str, list[Member]] = {}
    for member in members:
        by_vpc.setdefault(member.vpc_id, []).append(member)
    space = width - 2 * PAD
    boxes: list[Box] = []
    chips: list[Chip] = []
    x, y, deepest = float(PAD), top, top
    for vpc, own in by_vpc.items():
        widths = [chip_width(member, space - 2 * PAD) for member in own]
        label = f"VPC {vpc}" if vpc else "no VPC named"
        natural = max(sum(widths) + GAP * (len(widths) - 1), len(label) * LETTER) + 2 * PAD
        box_width = min(space, natural)
        if x > PAD and x + box_width > width - PAD:
            x, y = PAD, deepest + GAP
        placed, bottom = flow(own, widths, x + PAD, y + HEAD, box_width - 2 * PAD)
        boxes.append(Box(x, y, box_width, bottom + PAD - y, vpc, cut(label, box_width - 2 * PAD)))
        chips += placed
        x, deepest = x + box_width + GAP, max(deepest, bottom + PAD)
    return boxes, chips, deepest


def chip_width(member: Member, most: float) -> float:
    return min(most, len(label_of(member)) * LETTER + CHIP_REST)


def label_of(member: Member) -> str:
    return f"{member.name} (primary)" if member.role == "primary" else member.name


def flow(
    members: t.Sequence[Member], widths: t.Sequence[float], left: float, top: float, space: float
) -> tuple[list[Chip], float]:
    """(chips from left to right and line by line, where they end)"""
    chips = []
    x, y = left, top
    for member, width in zip(members, widths, strict=True):
        if x > left and x + width > left + space:
            x, y = left, y + CHIP + GAP / 2
        chips.append(Chip(x, y, width, cut(label_of(member), width - CHIP_REST), member))
        x += width + GAP
    return chips, y + CHIP


def cut(label: str, space: float, letter: float = LETTER) -> str:
    most = max(3, int(space / letter + 0.5))
    return label if len(label) <= most else f"{label[: most - 1]}…"


def lanes_of(links: t.Sequence[Link], regions: t.Iterable[str]) -> list[int]:
    """A lane for each link, in which no other passes the same regions; short ones are inside."""
    order = {region: position for position, region in enumerate(regions)}
    spans = [sorted(order.get(region, 0) for region in link.regions) for link in links]
    lanes = [0] * len(links)
    taken: list[list[list[int]]] = []
    for n in sorted(range(len(links)), key=lambda n: (spans[n][1] - spans[n][0], spans[n])):
        first, last = spans[n]
        free = (i for i, used in enumerate(taken) if all(end <= first or begin >= last for begin, end in used))
        lanes[n] = next(free, len(taken))
        if lanes[n] == len(taken):
            taken.append([])
        taken[lanes[n]].append(spans[n])
    return lanes


def lines_of(
    numbered: t.Sequence[tuple[int, Link]], lanes: t.Sequence[int], boxes: t.Sequence[Box], width: float
) -> list[Line]:
    """The lines. Each has a port of its own at both regions, in an order in which lines of one lane do not meet."""
    boxes_by_region = {box.title: box for box in boxes}
    order = {region: position for position, region in enumerate(boxes_by_region)}
    ends: dict[str, list[tuple[bool, int, int]]] = {region: [] for region in order}
    for number, link in numbered:
        for region, other in (link.regions, link.regions[::-1]):
            ends[region].append((order[other] > order[region], -order[other], number))
    ports = {
        (region, number): boxes_by_region[region].y + PAD + STATION * (place + 0.5)
        for region, listed in ends.items()
        for place, (*_order, number) in enumerate(sorted(listed))
    }
    lines = []
    lanes_in_all = max(lanes, default=0) + 1
    for (number, link), lane in zip(numbered, lanes, strict=True):
        begin, end = sorted(ports[region, number] for region in link.regions)
        right = boxes[0].width
        x = right + (width - right - BADGE - 1) * (lane + 1) / lanes_in_all
        lines.append(Line(number, link, right, x, begin, end))
    return lines
