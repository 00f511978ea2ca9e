"""What is told of the rows: .lab/bench.json, a table on the screen, and the generated part of docs/performance.md with its plot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.lab.host import CHECKOUT, OUTPUT

from .plot import plot
from .row import TIMES, Row
from .times import site_table

JSON = OUTPUT / "bench.json"
PAGE = CHECKOUT / "docs/performance.md"
PLOT = CHECKOUT / "docs/performance.svg"
BEGIN, END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"


def write(rows: Sequence[Row]) -> None:
    """Tell of these rows, and of those of other rooms from earlier runs."""
    if not rows:
        return
    known = merged(rows)
    OUTPUT.mkdir(exist_ok=True)
    JSON.write_text(json.dumps({"rows": known}, indent=2) + "\n")
    Console(width=160).print(table(rows))
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(known)}\n{END}{after}")
    PLOT.write_text(plot(known))


def merged(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """All rows that are known, each as of the last time when it was measured."""
    before = json.loads(JSON.read_text())["rows"] if JSON.exists() else []
    found = {row["work"]: row for row in before}
    return list({**found, **{row.work: asdict(row) for row in rows}}.values())


def line(row: Row) -> str:
    """One row in one line."""
    theirs = ", ".join(f"{name} {figure(value, row.unit)}" for name, value in row.peers.items())
    verdict = "holds" if row.holds else "DOES NOT HOLD"
    return f"{row.work}: {figure(row.ours, row.unit)} ({row.target}: {verdict}); {theirs or 'no peer'}"


def figure(value: float, unit: str) -> str:
    """ "2.31 s", "28 requests"."""
    return f"{value:.0f} {unit}" if value >= 100 or unit == "requests" else f"{value:.3g} {unit}"


def table(rows: Sequence[Row]) -> Table:
    shown = Table("work", "here", "with what people use today", "target", "")
    for row in rows:
        theirs = "\n".join(theirs_of(asdict(row)))
        shown.add_row(row.work, figure(row.ours, row.unit), theirs, row.target, "holds" if row.holds else "NOT")
    return shown


def theirs_of(row: dict[str, Any]) -> list[str]:
    """ "kubernetes.core 35 s (11 times)" for each peer."""
    return [
        f"{name} {figure(value, row['unit'])} ({times(value / row['ours'])} times)"
        for name, value in row["peers"].items()
    ]


def times(ratio: float) -> str:
    """ "0.35", "2.6", "220"."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The generated part of the page."""
    lines = ["| work | here | with what people use today (ratio to here) | target | |", "|---|---|---|---|---|"]
    for row in rows:
        verdict = "holds" if row["holds"] else "**does not hold**"
        theirs = "; ".join(theirs_of(row))
        lines.append(f"| {row['work']} | {figure(row['ours'], row['unit'])} | {theirs} | {row['target']} | {verdict} |")
    remarks = [f"- {row['work']}: {row['remark']}." for row in rows if row["remark"]]
    command = (
        f"Each figure is the median of at least {TIMES} runs, all on one machine, each as of the last `make bench` that measured it, "
        "which repeats them."
    )
    drawn = f"![How many times longer than here]({PLOT.name})"
    return "\n".join([*lines, "", command, "", drawn, "", *remarks, "", *site_table()])
