# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the access list of a load balancer's listener lets blocks in. No I/O.

A list counts as a whitelist or as a blacklist. Either of them without entries lets everybody in (CLB's documentation of AclType).
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from .._errors import MeshError

OPEN, HELD, MISSING, UNREAD = "open", "held", "missing", "unread"
NONE, WHITE, BLACK = "none", "white", "black"
Object = dict[str, t.Any]


@dataclass(frozen=True)
class AccessList:
    """An access control list of CLB. Entries are addresses or blocks, as they were written."""

    id: str
    name: str
    entries: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclass(frozen=True)
class Access:
    """What guards a listener: no list, or lists that count together.

    kind: none, white or black
    """

    load_balancer: str
    kind: str = NONE
    lists: tuple[AccessList, ...] = ()

    @property
    def entries(self) -> list[IPv4Network | IPv6Network]:
        return [block_of(entry, f"access list {each}") for each in self.lists for entry in each.entries]

    def as_dict(self) -> Object:
        lists = [{**asdict(each), "entries": list(each.entries)} for each in self.lists]
        return {"load_balancer_id": self.load_balancer, "kind": self.kind, "access_lists": lists}


def judged(access: Access, sources: t.Sequence[str], cluster: str) -> Object:
    """{access, missing, problem}: open, held or missing, which of the sources are shut out, and the text for a person.

    Raises MeshError for a source or an entry that is no block.
    """
    missing = shut_out(access, sources)
    state = MISSING if missing else HELD if access.entries else OPEN
    return {"access": state, "missing": missing, "problem": problem(access, missing, cluster) if missing else ""}


def shut_out(access: Access, sources: t.Sequence[str]) -> list[str]:
    """The sources that do not come in whole. A list is of one family, that of its load balancer: those of the other never get there."""
    entries = access.entries
    families = {entry.version for entry in entries}
    wanted = [block for source in sources if (block := block_of(source, "sources")).version in families]
    if access.kind == WHITE:
        return [str(block) for block in wanted if not is_covered(block, entries)]
    return [str(block) for block in wanted if any(entry.overlaps(block) for entry in same_family(block, entries))]


def is_covered(block: IPv4Network | IPv6Network, entries: t.Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether the entries together hold a block. Neighbours are put together first, so one of the results holds it or none does."""
    return any(block.subnet_of(each) for each in collapse_addresses(same_family(block, entries)))


def same_family(block: IPv4Network | IPv6Network, entries: t.Iterable[IPv4Network | IPv6Network]) -> list[t.Any]:
    return [entry for entry in entries if entry.version == block.version]


def block_of(text: str, where: str) -> IPv4Network | IPv6Network:
    """An address or a block, whose host bits do not count."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise MeshError(f"{where} has {text!r}, which is no block", todo="Give blocks such as 10.0.0.0/16") from error


def problem(access: Access, missing: t.Sequence[str], cluster: str) -> str:
    named = ", ".join(map(str, access.lists))
    if access.kind == WHITE:
        why = f"its access list {named}, a whitelist, has no entries for that"
        todo = f"Add it to {named}"
    else:
        hit = [entry for entry in access.entries if any(entry.overlaps(x) for x in map(ip_network, missing))]
        why = f"its access list {named}, a blacklist, has {', '.join(map(str, hit))}"
        todo = f"Remove these from {named}"
    what = f"load balancer {access.load_balancer} of its API server does not let in {', '.join(missing)}"
    where = "in the console (Classic Load Balancer, Access Control) or by its API, and run it again"
    return str(MeshError(what, cluster=cluster, why=why, todo=f"{todo} {where}"))


def unread(problem: str = "") -> Object:
    """{access, missing, problem} of what was not read. Without a problem, nobody has asked yet."""
    return {"access": UNREAD, "missing": [], "problem": problem}


def wanted(sources: t.Sequence[str]) -> str:
    """What a person has to see to where a list was not read."""
    return f"If its load balancer has an access list, that has to let in {', '.join(sources)}."
