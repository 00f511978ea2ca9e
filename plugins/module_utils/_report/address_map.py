# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address plan to scale: which block lies where, in numbers. Pure.

A row for each kind of block of each cluster. A VPC that several clusters share has one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .address_space import Bar, Space, Tick, interval_of
from .findings import MOST, Files
from .reading import Entry, inner, rows, text

ROW, HEAD, TOP, BOTTOM = 18, 26, 34, 8  # heights in pixels: of a row of bars, of a heading, of the scale, of the rest
KINDS = {"vpc": "VPC", "vswitch": "vSwitch", "pod": "pods", "service": "services"}
OUTSIDE = "Outside the mesh"

Overlaps: t.TypeAlias = "t.Mapping[Place, t.Sequence[tuple[str, str]]]"


class Place(t.NamedTuple):
    """A block and whose it is."""

    cluster: str
    kind: str
    cidr: str

    def __str__(self) -> str:
        """ "pods of east" """
        kind = f"{self.kind} {self.cidr}" if self.kind == "reserved" else KINDS.get(self.kind, self.kind)
        return f"{kind} of {self.cluster}" if self.cluster else kind


@dataclass(frozen=True)
class Clash:
    """A finding about one block or two. overlap is a CIDR, empty where one block alone is wrong."""

    severity: str
    left: Place
    right: Place | None
    overlap: str
    message: str


@dataclass(frozen=True)
class Row:
    """Blocks of one kind of one owner; y in pixels. clashes: what of them overlaps, others: with what."""

    label: str
    y: int
    bars: tuple[Bar, ...]
    clashes: tuple[Bar, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owner:
    """A VPC, a cluster or something outside, with its rows below its heading."""

    name: str
    y: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class AddressMap:
    """bands: what overlaps, across all rows. undrawn: blocks that are not IPv4."""

    owners: tuple[Owner, ...]
    ticks: tuple[Tick, ...]
    bands: tuple[Bar, ...]
    clashes: tuple[Clash, ...]
    more_clashes: int
    undrawn: int
    height: int


def address_map(files: Files) -> AddressMap | None:
    """The map of preflight.json; None without blocks."""
    plan = files.get("preflight", {})
    clashes = [clash(finding) for finding in rows(plan, "findings")]
    overlaps = by_place(clashes)
    addresses = [place for place in overlaps if place.kind == "address"]
    blocks = [*dict.fromkeys([*(place_of(row) for row in rows(plan, "blocks")), *addresses])]
    if not blocks:
        return None
    drawn = [block for block in blocks if interval_of(block.cidr)]
    space = Space([interval for block in drawn if (interval := interval_of(block.cidr))])
    owners, height = owners_of(drawn, rows(plan, "clusters"), space, overlaps)
    return AddressMap(
        owners=owners,
        ticks=tuple(space.ticks()),
        bands=bars(space, (clash.overlap for clash in clashes)),
        clashes=tuple(clashes[:MOST]),
        more_clashes=max(0, len(clashes) - MOST),
        undrawn=len(blocks) - len(drawn),
        height=height,
    )


def place_of(row: Entry) -> Place:
    return Place(text(row, "cluster"), text(row, "kind"), text(row, "cidr"))


def clash(finding: Entry) -> Clash:
    right = inner(finding, "right")
    return Clash(
        severity=text(finding, "severity"),
        left=place_of(inner(finding, "left")),
        right=place_of(right) if right else None,
        overlap=text(finding, "overlap"),
        message=text(finding, "message"),
    )


def by_place(clashes: t.Iterable[Clash]) -> dict[Place, list[tuple[str, str]]]:
    """Block: what of it overlaps, and whose block that is."""
    found: dict[Place, list[tuple[str, str]]] = {}
    for clash in clashes:
        if clash.right and clash.overlap:
            found.setdefault(clash.left, []).append((clash.overlap, str(clash.right)))
            found.setdefault(clash.right, []).append((clash.overlap, str(clash.left)))
    return found


def owners_of(
    blocks: t.Sequence[Place], clusters: t.Sequence[Entry], space: Space, overlaps: Overlaps
) -> tuple[tuple[Owner, ...], int]:
    """(owners with their rows one below the other, the height of all): by region and VPC, each VPC before its clusters."""
    vpcs = {text(row, "name"): (text(row, "region"), text(row, "vpc_id")) for row in clusters}
    kinds = [*KINDS]
    by_owner: dict[tuple[t.Any, ...], dict[str, list[Place]]] = {}
    for block in sorted(blocks, key=lambda x: (kinds.index(x.kind) if x.kind in kinds else len(kinds), x.kind)):
        region, vpc = vpcs.get(block.cluster, ("", ""))
        is_vpc = block.kind == "vpc" and vpc
        owner = f"VPC {vpc}" if is_vpc else block.cluster or OUTSIDE
        key = (not block.cluster, region, vpc, not is_vpc, owner)
        by_owner.setdefault(key, {}).setdefault(block.kind, []).append(block)
    y, owners = TOP, []
    for key in sorted(by_owner):
        top, y = y, y + HEAD
        listed = []
        for kind, own in by_owner[key].items():
            listed.append(row_of(kind, y, own, space, overlaps))
            y += ROW
        owners.append(Owner(key[-1], top, tuple(listed)))
    return tuple(owners), y + BOTTOM


def row_of(kind: str, y: int, blocks: t.Sequence[Place], space: Space, overlaps: Overlaps) -> Row:
    found = [overlap for block in blocks for overlap in overlaps.get(block, ())]
    return Row(
        label=KINDS.get(kind, kind),
        y=y,
        bars=bars(space, (block.cidr for block in blocks)),
        clashes=bars(space, (cidr for cidr, _other in found)),
        others=tuple(dict.fromkeys(other for _cidr, other in found)),
    )


def bars(space: Space, cidrs: t.Iterable[str]) -> tuple[Bar, ...]:
    """Each block once."""
    return tuple(filter(None, map(space.drawn, dict.fromkeys(cidrs))))
