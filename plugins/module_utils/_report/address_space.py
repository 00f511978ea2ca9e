# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The used parts of the IPv4 space side by side, to one scale; what lies between them and is used by nobody is cut out. Pure."""

from __future__ import annotations

import typing as t
from bisect import bisect_right
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

WIDTH = 100.0  # of the scale; all lengths here are per cent
CUT = 2.0  # what is left of a gap, and of all gaps together:
CUTS = 20.0
SHORT = 0.05  # gaps up to this share of the used addresses are not cut
NARROWEST = 0.5  # of a bar
APART_WIDE, APART_NARROW = (
    12.0,
    34.0,
)  # of labels, on a wide and on a narrow screen; from AT_END on they stand left of their place
AT_END = 68.0


class Interval(t.NamedTuple):
    """Addresses as integers, the last one not included."""

    first: int
    end: int


@dataclass(frozen=True)
class Bar:
    """A block as drawn: x and width in per cent."""

    cidr: str
    x: float
    width: float


@dataclass(frozen=True)
class Tick:
    """A label of the scale. priority 0 is shown on narrow screens too. is_cut: addresses are left out before it."""

    address: str
    x: float
    priority: int
    is_cut: bool
    at_end: bool


class Space:
    """The used parts of the address space, and where on the scale each address is."""

    def __init__(self, used: t.Sequence[Interval]) -> None:
        total = sum(end - first for first, end in merged(used, 0))
        self.parts = merged(used, int(total * SHORT))
        self.total = sum(end - first for first, end in self.parts)
        gaps = max(0, len(self.parts) - 1)
        self.cut = min(CUT, CUTS / gaps) if gaps else 0.0
        self.scale = (WIDTH - gaps * self.cut) / max(1, self.total)
        self.starts = [part.first for part in self.parts]
        self.offsets: list[float] = []
        x = 0.0
        for part in self.parts:
            self.offsets.append(x)
            x += (part.end - part.first) * self.scale + self.cut

    def drawn(self, cidr: str) -> Bar | None:
        """A block as drawn, None for what is no IPv4 block. A small one is drawn as wide as can be seen."""
        interval = interval_of(cidr)
        if not interval or not self.parts:
            return None
        part = max(0, bisect_right(self.starts, interval.first) - 1)
        x = self.offsets[part] + (interval.first - self.starts[part]) * self.scale
        width = min(WIDTH, max(NARROWEST, (interval.end - interval.first) * self.scale))
        return Bar(cidr, round(max(0.0, min(x, WIDTH - width)), 2), round(width, 2))

    def ticks(self) -> t.Iterator[Tick]:
        """A label where each part begins, as far as there is room for it."""
        last_wide = last_narrow = -WIDTH
        for n, (part, x) in enumerate(zip(self.parts, self.offsets, strict=True)):
            at_end = x >= AT_END
            room = 2 if at_end else 1
            priority = 2
            if x - last_wide >= room * APART_WIDE:
                priority = 0 if x - last_narrow >= room * APART_NARROW else 1
            last_wide = x if priority < 2 else last_wide
            last_narrow = x if priority == 0 else last_narrow
            yield Tick(dotted(part.first), round(x, 2), priority, n > 0, at_end)


def merged(intervals: t.Iterable[Interval], gap: int) -> list[Interval]:
    """The same addresses in as few intervals as possible; those at most `gap` apart become one."""
    result: list[Interval] = []
    for interval in sorted(intervals):
        if result and interval.first <= result[-1].end + gap:
            result[-1] = Interval(result[-1].first, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return result


def dotted(address: int) -> str:
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def interval_of(cidr: str) -> Interval | None:
    """The addresses of an IPv4 block or of one IPv4 address; None for everything else."""
    try:
        network = ip_network(cidr)
    except ValueError:
        return None
    if not isinstance(network, IPv4Network):
        return None
    return Interval(int(network.network_address), int(network.broadcast_address) + 1)
