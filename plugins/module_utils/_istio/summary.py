# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verification found, as text for a terminal. Pure."""

from __future__ import annotations

import typing as t

from .._problems import Problem, printable, report
from .gateways import INGRESS, PUBLIC

Result = t.Mapping[str, t.Any]

COLUMNS = ["member", "region", "role", "status", "istiod", "endpoints", "proxies", "token", "load balancers"]
FEW = 2


def mesh_summary(found: Result) -> str:
    """What went wrong first, then the members and who reached whom. `found` is the content of verify.json."""
    problems = [Problem(**problem) for problem in found["problems"]]
    head = f"Mesh {found['mesh_id']}"
    parts = [f"{head}: {found['failure']}"] if found["failure"] else []
    if problems or not parts:
        parts.append(report(head, problems) if problems else f"{head}: no problems.")
    if found["members"]:
        parts.append(table([COLUMNS, *map(_member, found["members"])]))
    if found["requests"]:
        parts.append("Requests answered\n" + matrix(found["requests"]))
    return "\n\n".join(parts)


def matrix(requests: t.Sequence[Result]) -> str:
    """Rows send, columns answer: "20/20, 62 ms" with the median time, "none sent" where there was no probe."""
    names = list(dict.fromkeys(name for pair in requests for name in (pair["from"], pair["to"])))
    cells = {(pair["from"], pair["to"]): _cell(pair) for pair in requests}
    rows = [[source, *(cells.get((source, target), "-") for target in names)] for source in names]
    return table([["from \\ to", *names], *rows])


def table(rows: t.Sequence[t.Sequence[str]]) -> str:
    """Columns side by side, as wide as their widest cell."""
    texts = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts
    )


def _member(member: Result) -> list[str]:
    statuses = sorted({seen["status"] for seen in member["sync"]})
    return [
        member["name"],
        member["region"] or "-",
        member["role"],
        member["status"] or "-",
        ", ".join(statuses) or "-",
        "-" if member["endpoints"] is None else str(member["endpoints"]),
        _proxies(member["proxies"]),
        _token(member["credential"]),
        _addresses(member["gateways"]),
    ]


def _proxies(counts: Result | None) -> str:
    """How many, and how many of them do not listen."""
    if counts is None:
        return "-"
    late = counts["stale"] + counts["never_acknowledged"]
    return f"{counts['connected']}, {late} stale" if late else str(counts["connected"])


def _token(credential: Result) -> str:
    """How long the primary's credential lasts; the primary has none for itself."""
    if not credential["present"]:
        return "-"
    return "no end" if credential["days_left"] is None else f"{credential['days_left']} d"


def _addresses(gateways: t.Sequence[Result]) -> str:
    """As many as there is room for, those that users come by first."""
    users_first = sorted(gateways, key=lambda gateway: gateway["purpose"] != INGRESS)
    pairs = [pair for each in users_first for pair in zip(each["addresses"], each["kinds"], strict=True)]
    shown = [f"{address} (public)" if kind == PUBLIC else address for address, kind in pairs[:FEW]]
    more = [f"+{len(pairs) - FEW}"] if pairs[FEW:] else []
    return ", ".join([*shown, *more]) or "-"


def _cell(pair: Result) -> str:
    if not pair["sent"]:
        return "none sent"
    answered = f"{pair['ok']}/{pair['sent']}"
    return answered if pair["p50_ms"] is None else f"{answered}, {pair['p50_ms'] or '<1'} ms"
