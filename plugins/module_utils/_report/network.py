# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network between the clusters: what joins them, what of it costs money, who reached whom. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from itertools import combinations

from .findings import MOST, Files
from .members import BAD, GOOD, UNKNOWN, Member
from .reading import Entry, count, flag, inner, number, rows, shown, text, texts

ATTACHED = "Attached"
WHAT = {"pod": "pod", "api_server": "API server"}


class Pair(t.NamedTuple):
    """Something that was tried from one cluster to another. cell: the result in a word."""

    source: str
    target: str
    is_fine: bool
    cell: str
    why: str


@dataclass(frozen=True)
class Matrix:
    """Rows send, columns answer. cells: by (source, target); failed: pairs with a reason, `more` are left out."""

    names: tuple[str, ...]
    cells: t.Mapping[tuple[str, str], Pair]
    failed: tuple[Pair, ...]
    more: int

    @property
    def answered(self) -> int:
        return sum(pair.is_fine for pair in self.cells.values())


@dataclass(frozen=True)
class Link:
    """What joins two regions. `what` says of the line between them, `proof` what went over it."""

    regions: tuple[str, str]
    state: str
    what: str
    proof: str


def requests_of(files: Files) -> Matrix | None:
    """The matrix of verify.json: median times, or how many were answered where it is not all of them."""
    return matrix(request(row) for row in rows(files.get("verify", {}), "requests"))


def request(row: Entry) -> Pair:
    sent, answered = count(row, "sent"), count(row, "ok")
    median = number(row, "p50_ms")
    is_fine = sent > 0 and sent == answered and not text(row, "why")
    if not sent:
        cell = "none sent"
    elif not is_fine:
        cell = f"{answered} of {sent}"
    else:
        cell = "ok" if median is None else f"{median:.0f}" if median >= 1 else "<1"
    return Pair(text(row, "from"), text(row, "to"), is_fine, cell, text(row, "why"))


def proof_of(files: Files) -> Matrix | None:
    """The matrix of prerequisites.json: what packets did not reach, or "ok"."""
    tried: dict[tuple[str, str], list[Entry]] = {}
    for row in rows(inner(files.get("prerequisites", {}), "probe"), "pairs"):
        tried.setdefault((text(row, "from"), text(row, "to")), []).append(row)
    return matrix(packets(*names, tried[names]) for names in tried)


def packets(source: str, target: str, tried: t.Sequence[Entry]) -> Pair:
    missed = [row for row in tried if not flag(row, "ok")]
    names = [WHAT.get(text(row, "what"), text(row, "what")) for row in missed]
    reasons = [
        f"{name} {text(row, 'address')}:{text(row, 'port')}: {text(row, 'why')}"
        for name, row in zip(names, missed, strict=True)
    ]
    return Pair(source, target, not missed, f"no {', '.join(names)}" if missed else "ok", "; ".join(reasons))


def matrix(pairs: t.Iterable[Pair]) -> Matrix | None:
    cells = {(pair.source, pair.target): pair for pair in pairs}
    failed = [pair for pair in cells.values() if not pair.is_fine]
    names = tuple(dict.fromkeys(name for pair in cells for name in pair))
    return Matrix(names, cells, tuple(failed[:MOST]), max(0, len(failed) - MOST)) if cells else None


def links_of(files: Files, members: t.Sequence[Member]) -> list[Link]:
    """The pairs of regions that something joins, or that something was tried between."""
    network = inner(files.get("prerequisites", {}), "network")
    peers = {tuple(sorted(texts(row, "regions"))): row for row in rows(network, "peers")}
    regions = {member.name: member.region for member in members}
    matrices = [("requests", requests_of(files)), ("packets", proof_of(files))]
    links = []
    for pair in combinations(sorted({*regions.values()} - {""}), 2):
        tried = [(what, between(found, regions, pair)) for what, found in matrices if found]
        results = [(what, pairs) for what, pairs in tried if pairs]
        peer = peers.get(pair)
        if peer or results:
            links.append(link(pair, peer, results))
    return links


def between(found: Matrix, regions: t.Mapping[str, str], pair: tuple[str, str]) -> list[Pair]:
    return [
        one for one in found.cells.values() if {regions.get(one.source, ""), regions.get(one.target, "")} == {*pair}
    ]


def link(regions: tuple[str, str], peer: Entry | None, results: t.Sequence[tuple[str, list[Pair]]]) -> Link:
    what = f"peer attachment {text(peer, 'status')}, {text(peer, 'bandwidth')} Mbit/s" if peer else "routed by others"
    fine = [one.is_fine for _what, pairs in results for one in pairs]
    is_down = bool(peer) and text(peer or {}, "status") != ATTACHED
    proof = ", ".join(f"{what}: {sum(x.is_fine for x in pairs)} of {len(pairs)} pairs" for what, pairs in results)
    state = BAD if is_down or not all(fine) else GOOD if fine else UNKNOWN
    return Link(regions, state, what, proof or "nothing was sent yet")


@dataclass(frozen=True)
class Network:
    """What prerequisites.json tells beside its problems. rows: (what, state, how it is charged or by whom)"""

    provider: str
    state: str
    costs: tuple[tuple[str, str, bool], ...]
    changes: tuple[tuple[str, str], ...]
    joins: tuple[tuple[str, str, str], ...]
    groups: tuple[tuple[str, str, int, int, int], ...]
    access: tuple[tuple[str, str, tuple[str, ...]], ...]
    kept: tuple[str, ...]
    missing_routes: tuple[str, ...]


def network_of(files: Files) -> Network | None:
    """None where prerequisites has not run."""
    file = files.get("prerequisites")
    if file is None:
        return None
    network = inner(file, "network")
    groups = inner(file, "security_groups")
    return Network(
        provider=text(file, "provider"),
        state=text(file, "state"),
        costs=tuple((text(x, "what"), text(x, "charged"), flag(x, "new")) for x in rows(network, "costs")),
        changes=tuple((text(x, "change"), text(x, "text")) for x in rows(network, "changes")),
        joins=tuple(joins(network)),
        groups=tuple(group for cluster in groups for group in groups_of(shown(cluster), rows(groups, cluster))),
        access=tuple(
            (text(x, "cluster"), text(x, "api_server"), tuple(texts(x, "sources"))) for x in rows(file, "api_servers")
        ),
        kept=tuple(texts(network, "kept")),
        missing_routes=tuple(texts(network, "missing_routes")),
    )


def joins(network: Entry) -> t.Iterator[tuple[str, str, str]]:
    """(what, id, state) of each part of the CEN."""
    cen = inner(network, "cen")
    if text(cen, "cen_id"):
        yield "CEN", text(cen, "cen_id"), whose(cen)
    for row in rows(network, "transit_routers"):
        yield f"transit router in {text(row, 'region')}", text(row, "transit_router_id"), whose(row)
    for row in rows(network, "attachments"):
        yield f"attachment of {text(row, 'vpc_id')}", text(row, "attachment_id"), f"{text(row, 'status')}, {whose(row)}"
    for row in rows(network, "peers"):
        regions = " – ".join(texts(row, "regions"))
        yield f"peer attachment {regions}", text(row, "attachment_id"), f"{text(row, 'status')}, {whose(row)}"


def whose(row: Entry) -> str:
    return "the mesh's own" if flag(row, "ours") else "of others"


def groups_of(cluster: str, found: t.Sequence[Entry]) -> t.Iterator[tuple[str, str, int, int, int]]:
    """(cluster, group, rules in it, added, removed)"""
    for row in found:
        yield cluster, text(row, "id"), count(row, "rule_count"), len(rows(row, "added")), len(rows(row, "removed"))
