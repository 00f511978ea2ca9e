# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters of the mesh, as all result files together tell of them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from .findings import Files
from .reading import Entry, count, flag, inner, lines, moment, rows, shown, text, texts

GOOD, CONCERN, BAD, UNKNOWN = "good", "concern", "bad", "unknown"
AVAILABLE = "Available"


@dataclass(frozen=True)
class Member:
    """One cluster. `state` is one of the words above; texts are empty where no file tells.

    workers: "3 of 3" that are Ready; status: of its RemoteIstio; endpoints: how many istiod has of it; proxies: "9" that are connected,
    "9, 1 stale" where some do not take their configuration; remarks: what else is worth a look, in a few words each
    """

    name: str
    region: str = ""
    vpc_id: str = ""
    network: str = ""
    role: str = ""
    kubernetes: str = ""
    workers: str = ""
    status: str = ""
    state: str = UNKNOWN
    istiod: str = ""
    endpoints: str = ""
    proxies: str = ""
    addresses: tuple[str, ...] = ()
    verified: datetime | None = None
    remarks: tuple[str, ...] = ()
    is_verified: bool = False

    @property
    def standing(self) -> str:
        """The status, and what has to be said beside it."""
        if self.state == BAD and self.status in ("", AVAILABLE):
            return f"{self.status}, with errors".removeprefix(", ")
        return self.status or {CONCERN: "with warnings"}.get(self.state, "no member yet")


def members_of(files: Files, bad: t.Collection[str], concerned: t.Collection[str]) -> list[Member]:
    """All clusters that any file names: those of the plan first, in its order.

    bad, concerned: names of clusters with an error or a warning of their own
    """
    planned = by_name(rows(files.get("preflight", {}), "clusters"))
    primary = inner(files.get("primary", {}), "cluster")
    joined = by_name(rows(files.get("remotes", {}), "members"))
    seen = by_name(rows(files.get("verify", {}), "members"))
    installed = {text(primary, "name"): {**primary, **entrances(files["primary"])}} if text(primary, "name") else {}
    left = text(files.get("leave", {}), "cluster")
    names = [name for name in dict.fromkeys([*planned, *installed, *joined, *seen]) if name != left or name in planned]
    members = []
    for name in names:
        sources = [source.get(name, {}) for source in (seen, joined, installed, planned)]
        members.append(member(name, *sources, is_bad=name in bad, is_concern=name in concerned))
    return members


def by_name(entries: t.Iterable[Entry]) -> dict[str, Entry]:
    return {text(entry, "name"): entry for entry in entries}


def member(
    name: str, seen: Entry, joined: Entry, installed: Entry, planned: Entry, *, is_bad: bool, is_concern: bool
) -> Member:
    def first(key: str) -> str:
        return next((value for source in (seen, joined, installed, planned) if (value := text(source, key))), "")

    status = text(seen, "status") or text(joined, "status")
    return Member(
        name=name,
        region=first("region"),
        vpc_id=first("vpc_id"),
        network=first("network"),
        role=first("role") or ("primary" if installed else "remote"),
        kubernetes=text(planned, "kubernetes"),
        workers=workers_of(planned),
        status=status,
        state=state_of(status, planned, is_bad=is_bad, is_concern=is_concern),
        istiod=", ".join(sorted({text(row, "status") for row in rows(seen, "sync")} - {""})),
        endpoints=str(count(seen, "endpoints")) if seen.get("endpoints") is not None else "",
        proxies=proxies_of(seen),
        addresses=tuple(addresses_of(seen) or texts(joined or installed, "gateway_addresses")),
        verified=moment(seen, "last_verified"),
        remarks=tuple(remarks_of(seen, joined, planned)),
        is_verified=bool(seen),
    )


def workers_of(planned: Entry) -> str:
    workers = inner(planned, "workers")
    return f"{count(workers, 'ready')} of {count(workers, 'total')}" if workers else ""


def entrances(primary: Entry) -> Entry:
    """The addresses in primary.json, as remotes.json has them of a member."""
    return {"gateway_addresses": [x for key in ("ingress_address", "eastwest_address") if (x := text(primary, key))]}


def proxies_of(seen: Entry) -> str:
    proxies = inner(seen, "proxies")
    late = count(proxies, "stale") + count(proxies, "never_acknowledged")
    return (f"{count(proxies, 'connected')}" + (f", {late} stale" if late else "")) if proxies else ""


def addresses_of(seen: Entry) -> list[str]:
    """ "10.10.1.193 (istio-ingressgateway)" for every address of a gateway."""
    return [f"{x} ({text(one, 'name')})" for one in rows(seen, "gateways") for x in texts(one, "addresses")]


def state_of(status: str, planned: Entry, *, is_bad: bool, is_concern: bool) -> str:
    if is_bad or count(planned, "errors") or status not in ("", AVAILABLE):
        return BAD
    if is_concern:
        return CONCERN
    return GOOD if status else UNKNOWN


def remarks_of(seen: Entry, joined: Entry, planned: Entry) -> t.Iterator[str]:
    """What is not as it should be, or was changed."""
    if planned and flag(planned, "contacted") and not flag(planned, "reachable"):
        yield "its API server did not answer"
    errors = count(planned, "errors")
    if errors:
        yield f"{errors} error{'' if errors == 1 else 's'} in the preflight"
    injection = inner(seen, "injection")
    if text(injection, "why"):
        yield f"injection: {text(injection, 'why')}"
    waiting = [text(pod, "name") for pod in rows(seen, "pods") if not flag(pod, "ready")]
    if waiting:
        yield f"not Ready: {', '.join(waiting)}"
    days = inner(seen, "credential").get("days_left")
    if isinstance(days, (int, float)):
        yield f"credential ends in {shown(str(days))} days"
    if lines(joined, "failure"):
        yield "the last run failed here"
    changes = len(joined.get("changes") or []) if isinstance(joined.get("changes"), list) else 0
    if changes:
        yield f"{changes} change{'' if changes == 1 else 's'} in the last run"
