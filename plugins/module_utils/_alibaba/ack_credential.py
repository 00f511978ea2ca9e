# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig file of an ACK cluster: what its first line says, its entries renamed, and whether it has to be fetched anew.

Pure: no I/O. Every kubeconfig of ACK calls its cluster `kubernetes`, so two of them could not stand in one file.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .._errors import MeshError
from .._yaml import Error, dump, load
from .ack import Kind

Object = dict[str, t.Any]

SHORTEST, LONGEST = 15, 4320  # minutes, by DescribeClusterUserKubeconfig
MARK = re.compile(
    r"# Written by multiregion\.istio for ACK cluster (?P<cluster_id>\S+), (?P<kind>internal|public) API server"
    r" (?P<server>\S+), lifetime (?P<lifetime>\d+) min, ends (?P<ends>\S+)"
)
EARLY = 10  # minutes by which a certificate may end before it was asked to


@dataclass(frozen=True)
class Held:
    """What a file of ours says of itself, and the name of its entries; "" where it is not as we wrote it."""

    cluster_id: str
    name: str
    kind: str
    server: str
    lifetime: int
    ends: datetime


@dataclass(frozen=True)
class Wanted:
    """What a file is to be.

    name:     of the entries in it
    server:   the API server's URL as the cluster tells it now
    lifetime, renew_before: minutes
    """

    cluster_id: str
    name: str
    kind: Kind
    server: str
    lifetime: int
    renew_before: int

    def held_until(self, ends: datetime) -> Held:
        """The account of a file that is as wanted."""
        return Held(self.cluster_id, self.name, self.kind, self.server, self.lifetime, ends)


def held_in(text: str) -> Held | None:
    """The file's own account; None for one that is not ours."""
    found = MARK.fullmatch(text.partition("\n")[0])
    ends = time_of(found["ends"]) if found else None
    if not found or not ends:
        return None
    return Held(found["cluster_id"], name_in(text), found["kind"], found["server"], int(found["lifetime"]), ends)


def name_in(text: str) -> str:
    """The one name of all entries, "" where there are others."""
    try:
        config = load(text)
        listed = [entry["name"] for section in ("clusters", "users", "contexts") for entry in config[section]]
        (context,) = config["contexts"]
        names = {*listed, context["context"]["cluster"], context["context"]["user"], config["current-context"]}
    except (Error, LookupError, TypeError, ValueError):
        return ""
    return str(names.pop()) if len(names) == 1 and len(listed) == 3 else ""


def why_anew(held: Held, wanted: Wanted, now: datetime) -> str:
    """Why a credential has to be fetched, "" while the one in the file is as wanted and lives long enough."""
    left = int((held.ends - now).total_seconds() // 60)
    reasons = (
        (held.cluster_id != wanted.cluster_id, f"it was of the cluster {held.cluster_id}"),
        (held.kind != wanted.kind, f"it named the {held.kind} API server"),
        (held.server != wanted.server, f"the API server was {held.server}"),
        (held.name != wanted.name, "its entries had other names"),
        (held.lifetime != wanted.lifetime, f"its lifetime was {held.lifetime} minutes"),
        (left < 0, "it has ended"),
        (left <= wanted.renew_before, f"it ends in {left} minutes"),
    )
    return next((why for applies, why in reasons if applies), "")


def renamed(config_text: str, name: str, cluster: str) -> Object:
    """The current context of a kubeconfig alone, all its entries with one name. Raises MeshError, without quoting any of it."""
    try:
        config = load(config_text)
        context = entry(config, "contexts", config["current-context"])["context"]
        where = entry(config, "clusters", context["cluster"])["cluster"]
        who = entry(config, "users", context["user"])["user"]
        is_whole = isinstance(where, dict) and isinstance(who, dict) and bool(where.get("server"))
    except (Error, LookupError, TypeError):
        is_whole = False
    if not is_whole:
        todo = "Run it again; if it stays so, see what the console gives as this cluster's kubeconfig"
        raise MeshError("ACK gave a kubeconfig that cannot be read", cluster=cluster, todo=todo) from None
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": where}],
        "users": [{"name": name, "user": who}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def entry(config: Object, section: str, name: str) -> Object:
    """The entry of that name. Raises LookupError."""
    for item in config[section]:
        if item["name"] == name:
            return t.cast(Object, item)
    raise KeyError(name)


def text_of(config: Object, wanted: Wanted, ends: datetime) -> str:
    """The file: a line about it, then the kubeconfig."""
    line = (
        f"# Written by multiregion.istio for ACK cluster {wanted.cluster_id}, {wanted.kind} API server {wanted.server},"
        f" lifetime {wanted.lifetime} min, ends {shown(ends)}"
    )
    return f"{line}\n{dump(config)}"


def ends_of(expiration: t.Any, lifetime: int, now: datetime) -> datetime:
    """When a credential ends: as the cloud says, else after the lifetime that was asked for."""
    return time_of(str(expiration or "")) or now + timedelta(minutes=lifetime)


def granted_less(ends: datetime, wanted: Wanted, now: datetime) -> str:
    """A warning where the cloud cut the lifetime, as it does for a role whose session is shorter; "" where it did not."""
    granted = int((ends - now).total_seconds() // 60)
    if granted >= wanted.lifetime - EARLY:
        return ""
    return (
        f"The credential ends in {granted} minutes, not in {wanted.lifetime}: {shown(ends)} is what the cloud granted"
    )


def time_of(text: str) -> datetime | None:
    """A time in RFC 3339; None for anything else."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def shown(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def now_utc() -> datetime:
    return datetime.now(timezone.utc)
