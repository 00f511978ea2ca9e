# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod of one cluster is to reach in another, tried from inside that pod until it is reached or the time is over."""

from __future__ import annotations

import re
import threading
import time
import typing as t
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .._errors import ApiError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.port_forward import Answer, PortForward
from .._problems import printable
from .network_probe_pod import ANSWER, CONNECT_TIMEOUT, PAYLOAD, PLAIN, REQUEST_TIMEOUT, SEND_PORT, TLS, send_path
from .probe_pod import DURATION_HEADER, probe_name

RETRY_INTERVAL = 1.0
FORWARD_TIMEOUT = REQUEST_TIMEOUT + 5

What = t.Literal["pod", "api_server"]
TO_POD: What = "pod"
TO_API_SERVER: What = "api_server"
# How far a pair came: not even into the probe, not to the target, not with the payload there, not with the payload back.
Step = t.Literal["", "probe", "reach", "send", "receive"]

# Envoy's code for what went wrong (names and numbers of errors, as its versions have them): the same in words.
MEANINGS = (
    (r"connection_timeout", f"no connection within {CONNECT_TIMEOUT:g} s: its packets are dropped or have no way"),
    (r"connect_error:_(Connection_refused|111\b)", "the connection was refused"),
    (r"connect_error:_(No_route|Network_is_unr|Network_unr|101\b|113\b)", "there is no route to it"),
    (r"TLS_error", "it was connected, and TLS is not what is spoken there"),
    (r"dns_resolution_failure", "its name is not found"),
    (r"response_timeout", f"it was connected, and no answer came within {REQUEST_TIMEOUT:g} s"),
)


@dataclass(frozen=True)
class Target:
    """Where a request goes. `address` and `port` are of the address that is connected to, `path` is asked for."""

    cluster: str
    what: What
    address: str
    port: int
    way: str = PLAIN
    path: str = ANSWER

    @property
    def host(self) -> str:
        """The Host header by which the probe sends it there."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Pair:
    """What came of one target seen from one cluster. `ok` is None where it was not tried; `step` says where it ended."""

    source: str
    target: Target
    ok: bool | None = None
    step: Step = ""
    why: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """The pair's entry in the task's result."""
        return {
            "from": self.source,
            "to": self.target.cluster,
            "what": self.target.what,
            "address": self.target.address,
            "port": self.target.port,
            "ok": self.ok,
            "why": self.why,
        }


class Forward(t.Protocol):
    """What is used of a PortForward."""

    def request(
        self, method: str, path: str, headers: t.Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer: ...


def api_server_target(cluster: str, url: str) -> Target:
    """The API server, or the proxy before it, of that URL."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    path = f"{parts.path.rstrip('/')}/version"
    return Target(cluster, TO_API_SERVER, parts.hostname or "", port, TLS if is_tls else PLAIN, path)


def measure(
    client: KubernetesClient, namespace: str, target: Target, payload: bytes, timeout: float, stop: threading.Event
) -> Pair:
    """Try it until it is reached, for `timeout` seconds at most; what is the matter is what was it at last.

    Rules and routes take a moment to come into force.
    """
    end = time.monotonic() + timeout
    while True:
        pair = attempt(client, namespace, target, payload)
        if pair.ok or time.monotonic() + RETRY_INTERVAL > end or stop.wait(RETRY_INTERVAL):
            return pair


def attempt(client: KubernetesClient, namespace: str, target: Target, payload: bytes) -> Pair:
    """Try it once, over a connection of its own into the probe."""
    source = client.cluster
    try:
        with PortForward(client, namespace, probe_name(source), SEND_PORT, read_timeout=FORWARD_TIMEOUT) as forward:
            step, why = ask(forward, target, payload)
    except ApiError as error:
        step, why = "probe", reason(error)
    return Pair(source, target, not step, step, why)


def ask(forward: Forward, target: Target, payload: bytes) -> tuple[Step, str]:
    """The requests of one attempt, in the order in which less and less is needed to fail: (the step that failed, why)."""
    steps: list[tuple[Step, str, str, bytes | None, bytes | None]] = [("reach", "GET", target.path, None, None)]
    if target.what == TO_POD:
        name = target.cluster.encode()
        steps = [
            ("reach", "GET", ANSWER, None, name),
            ("send", "POST", ANSWER, payload, name),
            ("receive", "GET", PAYLOAD, None, payload),
        ]
    for step, method, path, body, wanted in steps:
        try:
            answer = forward.request(method, send_path(target.way, path), {"Host": target.host}, body)
        except ApiError as error:
            return "probe" if step == "reach" else step, reason(error)
        why = judge(answer, wanted)
        if why:
            return step, why
    return "", ""


def judge(answer: Answer, wanted: bytes | None) -> str:
    """Why an answer is not what was wanted; None for any that somebody behind the probe gave."""
    if DURATION_HEADER not in answer.headers:
        return meaning(answer)
    if wanted is None or (answer.status, answer.body) == (200, wanted):
        return ""
    return f"somebody else answered: HTTP {answer.status}, {len(answer.body)} bytes ({text_of(answer)})"


def meaning(answer: Answer) -> str:
    """The words for an answer that Envoy in the probe gave itself."""
    text = text_of(answer)
    return next((words for pattern, words in MEANINGS if re.search(pattern, text)), f"HTTP {answer.status} ({text})")


def text_of(answer: Answer) -> str:
    return printable(answer.body[:200].decode(errors="replace").strip())


def reason(error: ApiError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what


def untried(pair: Pair, why: str) -> Pair:
    """A pair that could not be tried, for a reason that is told elsewhere."""
    return replace(pair, ok=False, why=why)
