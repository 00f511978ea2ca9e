"""The plot of docs/performance.md: how many times as long as here the same work takes with what people use today."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, LEFT, BAR, GAP, HEAD = 900, 430, 16, 8, 34
COLOUR, GREY = "#2f6f9f", "#777777"  # to be seen on white and on black
DECADES = 3  # beyond it a bar only says its number


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """A plain SVG file: a bar for each peer of each row on a logarithmic scale, whose line at 1 is this collection."""
    bars = [
        (f"{row['work']} · {name}", value / row["ours"])
        for row in rows
        for name, value in row["peers"].items()
        if row["ours"] > 0 and value > 0
    ]
    height = HEAD + (BAR + GAP) * len(bars) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
        f'<text x="{LEFT}" y="14" fill="{GREY}">times as long as here (logarithmic; left of the line: less)</text>',
        f'<line x1="{at(1):.0f}" y1="{HEAD - 12}" x2="{at(1):.0f}" y2="{height}" stroke="{GREY}"/>',
    ]
    for number, (title, ratio) in enumerate(bars):
        top = HEAD + (BAR + GAP) * number
        begin, end = sorted((at(1), at(ratio)))
        parts += [
            f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end" fill="{GREY}">{escape(title)}</text>',
            f'<rect x="{begin:.0f}" y="{top}" width="{max(1, end - begin):.0f}" height="{BAR}" fill="{COLOUR}"/>',
            f'<text x="{end + 5:.0f}" y="{top + 12}" fill="{GREY}">{ratio:.2g}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def at(ratio: float) -> float:
    """Where a ratio is, 0.1 at the left end and 10 to the DECADES at the right."""
    room = WIDTH - LEFT - 60
    return LEFT + room * (min(max(math.log10(ratio), -1), DECADES) + 1) / (DECADES + 1)
