# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module cloud_probe: each fact is looked for at each of its places, and becomes one row."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import MeshError
from .._problems import printable
from .._wait import Progress
from . import cloud_probe_cen, cloud_probe_looks
from .cloud_probe_account import Account, Cluster
from .cloud_probe_facts import AS_ASSUMED, DIFFERS, FACTS, NOT_SEEN, Fact, Look, Sight, Sights
from .errors import AlibabaError
from .options import options_of

Object = dict[str, t.Any]
TOLD = 3  # details of a row
LOOKS = {look.__name__: look for look in (*cloud_probe_looks.LOOKS, *cloud_probe_cen.LOOKS)}


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError where nothing could be asked for."""
    clusters = [
        Cluster(**{**row, "security_group_ids": tuple(row["security_group_ids"])}) for row in params["clusters"]
    ]
    if not clusters:
        raise MeshError("no cluster on Alibaba Cloud is given", todo="Set mesh_cluster_provider of the clusters to ack")
    for cluster in clusters:
        if not cluster.region:
            raise MeshError("no region is given", cluster=cluster.name, todo="Set mesh_cluster_region")
    account = Account(options_of(params), clusters)
    rows = [row_of(fact, account) for fact in FACTS]
    errors = account.client.errors
    if errors and not account.client.answered and not any(error.denied for error in errors):
        raise errors[0]
    return {"changed": False, "facts": rows, "summary": summary(rows)}


def row_of(fact: Fact, account: Account) -> Object:
    """The row of a fact: the strongest of what was seen, which is a difference."""
    sights = list(sights_of(fact, account))
    seen = next((x for x in (DIFFERS, AS_ASSUMED) if x in [sight.seen for sight in sights]), NOT_SEEN)
    strongest = [sight for sight in sights if sight.seen == seen]
    details = list(dict.fromkeys(printable(sight.detail) for sight in strongest))
    more = [f"and {len(details) - TOLD} more"] if len(details) > TOLD else []
    first = strongest[0] if seen != NOT_SEEN else Sight(seen, "")
    return {
        "fact": fact.name,
        "about": fact.about,
        "assumed": fact.assumed,
        "seen": seen,
        "detail": "; ".join([fact.unseen] * (seen == NOT_SEEN) + details[:TOLD] + more),
        "call": fact.call,
        "region": first.region,
        "cluster": first.cluster,
    }


def sights_of(fact: Fact, account: Account) -> Sights:
    """All that is seen of a fact. A call that fails is told in its place, and does not stop the other places."""
    try:
        places = places_of(fact, account)
    except AlibabaError as error:
        yield unread(error)
        return
    for place in places:
        region, cluster = (place.region, place.name) if isinstance(place, Cluster) else ("", "")
        for sight in looked(LOOKS[fact.name], account, place):
            yield replace(sight, region=sight.region or region, cluster=cluster)


def looked(look: Look, account: Account, place: t.Any) -> Sights:
    try:
        yield from look(account, place)
    except AlibabaError as error:
        yield unread(error)
    except (LookupError, TypeError, ValueError, AttributeError) as error:  # such answers are what it is to find
        yield Sight(DIFFERS, f"an answer cannot be read: {error!r}")


def places_of(fact: Fact, account: Account) -> t.Sequence[t.Any]:
    if fact.place == "cen":
        return account.cens()
    return account.clusters if fact.place == "cluster" else [""] if fact.place == "account" else []


def unread(error: AlibabaError) -> Sight:
    """What a failed call shows: nothing, and why. Without the cloud's own words, which name accounts."""
    if error.denied:
        return Sight(NOT_SEEN, f"{error.action} is denied: the RAM permission {error.denied} is missing")
    return Sight(NOT_SEEN, f"{error.action} failed: {error.code or 'no answer'} (HTTP {error.status})")


def summary(rows: t.Iterable[Object]) -> list[str]:
    """A table for a terminal, differences first."""
    order = (DIFFERS, AS_ASSUMED, NOT_SEEN)
    listed = sorted(rows, key=lambda row: order.index(row["seen"]))
    return [f"{row['seen']:<11}{row['fact']:<27}{row['detail']}" for row in listed]
