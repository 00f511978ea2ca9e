# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an istiod pod shows of itself beyond the clusters that it reads: endpoints, gateways into networks, its proxies.

Answers of /debug/endpointShardz, /debug/networkz and /debug/syncz (istio/istio, pilot/pkg/xds/debug.go).
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .._errors import MeshError
from .._kubernetes.port_forward import Answer, PortForward

Object = dict[str, t.Any]

REGISTRY = "Kubernetes/"
SECRET_EVENTS = "remote_cluster_secret_events_total"
IN_TIME, STALE, NEVER = "in time", "stale", "never acknowledged"
# Seconds that a proxy may take to acknowledge what it was sent.
PATIENCE = 10
LONG = 200


@dataclass(frozen=True)
class Endpoints:
    """What istiod has of one cluster: Services with endpoints there, as namespace/name, and how many addresses in all."""

    services: frozenset[str] = frozenset()
    addresses: int = 0


@dataclass(frozen=True)
class Proxy:
    """A proxy that gets its configuration from this pod, as name.namespace, and whether it took the last one.

    refusal: what it said against it, "" where it said nothing
    """

    cluster: str
    name: str
    state: str
    refusal: str = ""


@dataclass(frozen=True)
class Views:
    """One istiod pod's: endpoints by cluster, addresses of gateways by network, proxies. None is not known; `unread` says why.

    secret_events: how often it heard of a member's Secret since it runs
    """

    endpoints: t.Mapping[str, Endpoints] | None = None
    gateways: t.Mapping[str, tuple[str, ...]] | None = None
    proxies: tuple[Proxy, ...] | None = None
    secret_events: int | None = None
    unread: tuple[str, ...] = ()


def read_views(forward: PortForward, *, counting: bool = False) -> Views:
    """Ask over an open port-forward, `counting` for its metrics too. Never raises: what does not answer is not known."""
    unread: list[str] = []

    def ask(path: str, parse: t.Callable[[Answer], t.Any]) -> t.Any:
        try:
            return parse(forward.get(path))
        except MeshError as error:
            unread.append(f"{path}: {error.why or error.what}")
        except (ValueError, TypeError, AttributeError) as error:  # of another shape than istiod's
            unread.append(f"{path}: {error}")
        return None

    return Views(
        endpoints=ask("/debug/endpointShardz", parse_endpoints),
        gateways=ask("/debug/networkz", parse_gateways),
        proxies=ask("/debug/syncz", parse_proxies),
        secret_events=ask("/metrics", parse_secret_events) if counting else None,
        unread=tuple(unread),
    )


def content_of(answer: Answer) -> t.Any:
    """The JSON of an answer. Raises ValueError where it is none."""
    if answer.status != 200:
        raise ValueError(f"HTTP {answer.status}: {answer.body[:200].decode(errors='replace').strip()}")
    return json.loads(answer.body)


def parse_endpoints(answer: Answer) -> dict[str, Endpoints]:
    """{host: {namespace: {"Shards": {"Kubernetes/east": [{"Addresses": ["10.1.0.5"], ...}]}}}}, an entry for each port."""
    services: dict[str, set[str]] = {}
    addresses: dict[str, set[str]] = {}
    for host, rooms in (content_of(answer) or {}).items():
        for room, found in rooms.items():
            for shard, entries in (found.get("Shards") or {}).items():
                if not shard.startswith(REGISTRY) or not entries:
                    continue
                cluster = shard.removeprefix(REGISTRY)
                services.setdefault(cluster, set()).add(f"{room}/{host.partition('.')[0]}")
                known = addresses.setdefault(cluster, set())
                known.update(address for entry in entries for address in entry.get("Addresses") or [])
    return {cluster: Endpoints(frozenset(names), len(addresses[cluster])) for cluster, names in services.items()}


def parse_gateways(answer: Answer) -> dict[str, tuple[str, ...]]:
    """[{"Network": "net1", "Cluster": "east", "Addr": "10.1.1.7", "Port": 15443}], or null in a flat mesh."""
    found: dict[str, set[str]] = {}
    for entry in content_of(answer) or []:
        found.setdefault(entry.get("Network") or "", set()).add(str(entry.get("Addr")))
    return {network: tuple(sorted(addresses)) for network, addresses in found.items()}


def parse_secret_events(answer: Answer) -> int | None:
    """The sum over a counter, in lines as `remote_cluster_secret_events_total{event="update"} 2`; None where it is not there."""
    lines = [line for line in answer.body.decode().splitlines() if line.startswith(SECRET_EVENTS)]
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines) if lines else None


def parse_proxies(answer: Answer) -> tuple[Proxy, ...]:
    """[{"cluster_id": "east", "proxy": "web-1.shop", "resources": {type: {"sent", "acked", "sentTime", "lastError"}}}].

    The time of the answer is by istiod's clock, as that of the sending is.
    """
    try:
        now = parsedate_to_datetime(answer.headers["date"]).astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError):  # something on the way took the header out
        now = datetime.now(timezone.utc)
    return tuple(proxy(entry, now) for entry in content_of(answer) or [])


def proxy(entry: Object, now: datetime) -> Proxy:
    """A proxy by the worst of all that it was sent: each has sent and acked (nonces), and lastError until one is taken again."""
    overdue = [
        part
        for part in (entry.get("resources") or {}).values()
        if part.get("sent") and part["sent"] != part.get("acked") and (part.get("lastError") or is_late(part, now))
    ]
    never = any(not part.get("acked") for part in overdue)
    refusals = [str(part["lastError"]) for part in overdue if part.get("lastError")]
    state = NEVER if never else STALE if overdue else IN_TIME
    return Proxy(str(entry.get("cluster_id") or ""), str(entry.get("proxy")), state, "; ".join(refusals)[:LONG])


def is_late(part: Object, now: datetime) -> bool:
    """Whether what was sent is overdue; what tells no time is not."""
    sent = part.get("sentTime")
    return bool(sent) and (now - datetime.fromisoformat(str(sent))).total_seconds() > PATIENCE
