# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds overlapping blocks with one sorted sweep."""

from __future__ import annotations

import itertools
import typing as t

from .blocks import Block, Range
from .rules import Nature

# The blocks of one range, by nature.
Group = dict[Nature, list[Block]]


def grouped(blocks: t.Iterable[tuple[Block, Nature]]) -> dict[Range, Group]:
    groups: dict[Range, Group] = {}
    for block, nature in blocks:
        group = groups.get(block.range)
        if group is None:
            groups[block.range] = {nature: [block]}
        else:
            group.setdefault(nature, []).append(block)
    return groups


def overlapping_pairs(
    groups: dict[Range, Group], worth: t.Callable[[Nature, Nature], bool]
) -> t.Iterator[tuple[tuple[Block, Nature], tuple[Block, Nature]]]:
    """Every unordered pair of overlapping blocks, the one with the larger range first; pairs of natures not `worth` it are left out.

    CIDR blocks hold each other or are disjoint, so in sorted order all ranges that overlap the next one lie on a stack,
    which is never deeper than an address has bits.
    """
    stack: list[Range] = []
    for inner in sorted(groups):
        while stack and not stack[-1].holds(inner):
            stack.pop()
        for outer in stack:
            for a, b in itertools.product(groups[outer], groups[inner]):
                if worth(a, b):
                    yield from (((x, a), (y, b)) for x, y in itertools.product(groups[outer][a], groups[inner][b]))
        if len(groups[inner]) > 1 or any(len(blocks) > 1 for blocks in groups[inner].values()):
            yield from equal_pairs(groups[inner], worth)
        stack.append(inner)


def equal_pairs(
    group: Group, worth: t.Callable[[Nature, Nature], bool]
) -> t.Iterator[tuple[tuple[Block, Nature], tuple[Block, Nature]]]:
    """The pairs within one range."""
    for a, b in itertools.combinations(group, 2):
        if worth(a, b):
            yield from (((x, a), (y, b)) for x, y in itertools.product(group[a], group[b]))
    for a, blocks in group.items():
        if worth(a, a):
            yield from (((x, a), (y, a)) for x, y in itertools.combinations(blocks, 2))
