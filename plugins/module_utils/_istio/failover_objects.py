# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects by which a host fails over: a DestinationRule for both policies, for quick a VirtualService too. No I/O.

safe ejects endpoints that fail and resends nothing beyond Istio's own retries, which never resend an HTTP request that may have
reached its workload. quick resends what may be sent twice (GET, HEAD, OPTIONS) whatever became of it, and all else only where
it cannot have reached a workload.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._kubernetes.kinds import Kind
from .supported_versions import parse_istio

Object = dict[str, t.Any]

API_VERSION = "networking.istio.io/v1"
DESTINATION_RULE = Kind(API_VERSION, "DestinationRule", "destinationrules")
VIRTUAL_SERVICE = Kind(API_VERSION, "VirtualService", "virtualservices")
SAFE, QUICK = "safe", "quick"
# What we make for other purposes carries our other labels too.
COMPONENT_LABEL, COMPONENT = "app.kubernetes.io/component", "failover-policy"

# The least milliseconds and the round trips that a connection may take, by policy: a region that is gone answers none, and quick
# is to have found that out within a second. The TLS handshake is part of it and takes three round trips.
CONNECT = {SAFE: (1000, 5), QUICK: (500, 4)}
MOST_RTT_MS, LEAST_TRY, MOST_TRY = 10_000, 0.001, 3600
ATTEMPTS = 2  # Istio's own number of retries
IDEMPOTENT_METHODS = ("GET", "HEAD", "OPTIONS")
RETRY_IDEMPOTENT = "gateway-error,connect-failure,refused-stream,reset"
RETRY_OTHERS = "connect-failure,refused-stream,reset-before-request"

# An application's own 500 says nothing about its region, so only 502, 503, 504 and failed connections count. All endpoints
# of a region may be ejected; the rule counts for nothing only where fewer than a tenth of all regions' endpoints are left.
OUTLIER_DETECTION: Object = {
    "consecutive5xxErrors": 0,
    "consecutiveGatewayErrors": 5,
    "splitExternalLocalOriginErrors": True,
    "consecutiveLocalOriginFailures": 3,
    "interval": "1s",
    "baseEjectionTime": "30s",
    "maxEjectionPercent": 100,
    "minHealthPercent": 10,
}
# A connection of HTTP/2 carries many requests at once, so none of them would open a new one into a region that is gone. Pings find that
# out; DestinationRules know them since Istio 1.31.
PING_SECONDS, PINGS_SINCE = 3, (1, 31)
# An idle connection into a region that is gone is found after 25 seconds.
KEEPALIVE: Object = {"time": "10s", "interval": "5s", "probes": 3}


@dataclass(frozen=True)
class Timing:
    """`rtt_ms`: round trip between the farthest members; `per_try_timeout`: seconds for the headers of an answer under quick.

    pings: whether Istio can send them on connections of HTTP/2
    """

    rtt_ms: int
    per_try_timeout: float
    pings: bool = True


def timing_of(rtt_ms: int, per_try_timeout: float, istio_version: str) -> Timing:
    """Raises MeshError for what no network has and what Istio refuses. A version that is no release is taken for an old one."""
    for name, value, least, most in (
        ("failover_policy_rtt_ms", rtt_ms, 0, MOST_RTT_MS),
        ("failover_policy_per_try_timeout", per_try_timeout, LEAST_TRY, MOST_TRY),
    ):
        if not least <= value <= most:
            raise MeshError(f"{name} is {value:g}", todo=f"Set it to a number from {least} to {most}")
    return Timing(rtt_ms, per_try_timeout, (parse_istio(istio_version) or ()) >= PINGS_SINCE)


def traffic_policy(timing: Timing, policy: str) -> Object:
    """The trafficPolicy of a host."""
    least, round_trips = CONNECT[policy]
    patience = seconds(max(least, round_trips * timing.rtt_ms) / 1000)
    pool: Object = {"tcp": {"connectTimeout": patience, "tcpKeepalive": KEEPALIVE}}
    if timing.pings:
        pool["http"] = {"http2KeepAlive": {"interval": seconds(PING_SECONDS), "timeout": patience}}
    return {"connectionPool": pool, "outlierDetection": OUTLIER_DETECTION}


def idempotent_retries(timing: Timing) -> Object:
    """Retries of what may be sent twice; the last one goes to another region."""
    return {
        "attempts": ATTEMPTS,
        "perTryTimeout": seconds(timing.per_try_timeout),
        "retryOn": RETRY_IDEMPOTENT,
        "retryRemoteLocalities": True,
    }


def other_retries() -> Object:
    """Retries of what must not be sent twice: no time-out for a try, since it would end one that is being worked on."""
    return {"attempts": ATTEMPTS, "retryOn": RETRY_OTHERS, "retryRemoteLocalities": True}


def destination_rule(name: str, namespace: str, host: str, timing: Timing, policy: str) -> Object:
    return body(DESTINATION_RULE, name, namespace, {"host": host, "trafficPolicy": traffic_policy(timing, policy)})


def virtual_service(name: str, namespace: str, host: str, timing: Timing) -> Object:
    """Two routes to a host, from within the mesh. Without a port each goes to the port that is asked for."""
    route = [{"destination": {"host": host}}]
    methods = [{"method": {"exact": method}} for method in IDEMPOTENT_METHODS]
    routes = [
        {"name": "idempotent", "match": methods, "route": route, "retries": idempotent_retries(timing)},
        {"name": "others", "route": route, "retries": other_retries()},
    ]
    return body(VIRTUAL_SERVICE, name, namespace, {"hosts": [host], "http": routes})


def body(kind: Kind, name: str, namespace: str, spec: Object) -> Object:
    """Seen by clients in all namespaces, whatever the mesh has as its default."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {COMPONENT_LABEL: COMPONENT}},
        "spec": {**spec, "exportTo": ["*"]},
    }


def seconds(value: float) -> str:
    """ "1s", "1.25s": whole milliseconds, as Istio wants them."""
    return f"{round(value, 3):g}s"
