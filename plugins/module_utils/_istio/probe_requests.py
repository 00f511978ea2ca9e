# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests from one member to another through the probe of the first, counted."""

from __future__ import annotations

import statistics
import threading
import time
import typing as t
from dataclasses import dataclass

from .._errors import ApiError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.port_forward import Answer, PortForward
from .._problems import printable
from .probe import REQUEST_TIMEOUT, SEND_PORT, send_path
from .probe_pod import DURATION_HEADER, probe_name

RETRY_INTERVAL = 0.1  # times the tries so far, up to LONGEST
LONGEST = 0.5
FORWARD_TIMEOUT = REQUEST_TIMEOUT + 5


@dataclass(frozen=True)
class Outcome:
    """What came of one ordered pair. Milliseconds as Envoy in the probe measured them, None where nothing was answered.

    `sent` counts the requests after the first answer; where no answer ever came, all that were tried.
    """

    source: str
    target: str
    sent: int = 0
    ok: int = 0
    p50_ms: int | None = None
    max_ms: int | None = None
    why: str = ""

    def is_fine(self, count: int) -> bool:
        return self.ok == count

    def as_dict(self) -> dict[str, t.Any]:
        """The pair's entry in the task's result."""
        return {
            "from": self.source,
            "to": self.target,
            "sent": self.sent,
            "ok": self.ok,
            "p50_ms": self.p50_ms,
            "max_ms": self.max_ms,
            "why": self.why,
        }


class Line:
    """The way into a member's probe: a port-forward, opened when needed and anew after an error. A context manager."""

    def __init__(self, client: KubernetesClient, namespace: str, cluster: str) -> None:
        self._client = client
        self._namespace = namespace
        self._pod = probe_name(cluster)
        self._forward: PortForward | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._hang_up()

    def get(self, path: str) -> Answer:
        """One request. Raises ApiError."""
        try:
            if self._forward is None:
                self._forward = PortForward(
                    self._client, self._namespace, self._pod, SEND_PORT, read_timeout=FORWARD_TIMEOUT
                )
            return self._forward.get(path)
        except ApiError:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        if self._forward is not None:
            self._forward.close()
            self._forward = None


def measure(line: Line, source: str, target: str, count: int, timeout: float, stop: threading.Event) -> Outcome:
    """Wait for the first answer of a pair, then send `count` requests one after another; all within `timeout` seconds.

    A new endpoint takes a moment to reach the sidecars, so what fails before the first answer counts only if none comes.
    """
    end = time.monotonic() + timeout
    tried, (_duration, why) = 1, ask(line, target)
    while why:
        if stop.wait(min(RETRY_INTERVAL * tried, LONGEST)) or time.monotonic() > end:
            return Outcome(source, target, sent=tried, why=why)
        tried, (_duration, why) = tried + 1, ask(line, target)
    durations: list[int] = []
    failures: list[str] = []
    while len(durations) + len(failures) < count and time.monotonic() < end and not stop.is_set():
        duration, why = ask(line, target)
        if why:
            failures.append(why)
        else:
            durations.append(duration)
    return summary(source, target, durations, failures, count, timeout)


def summary(source: str, target: str, durations: list[int], failures: list[str], count: int, timeout: float) -> Outcome:
    """The Outcome of the counted requests of a pair."""
    sent = len(durations) + len(failures)
    why = f"{len(failures)} of {sent} failed, the last one with {failures[-1]}" if failures else ""
    if sent < count:
        why = "; ".join(filter(None, (why, f"only {sent} of {count} could be sent in {timeout:g} s")))
    return Outcome(
        source,
        target,
        sent=sent,
        ok=len(durations),
        p50_ms=round(statistics.median(durations)) if durations else None,
        max_ms=max(durations, default=None),
        why=why,
    )


def ask(line: Line, target: str) -> tuple[int, str]:
    """One request: (milliseconds, "") or (0, why it failed)."""
    try:
        answer = line.get(send_path(target))
    except ApiError as error:
        return 0, f"{error.what}: {error.why}" if error.why else error.what
    return judge(answer, target)


def judge(answer: Answer, target: str) -> tuple[int, str]:
    """Whether an answer is the target's own, as in ask()."""
    text = printable(answer.body[:200].decode(errors="replace").strip())
    if answer.status != 200:
        return 0, f"HTTP {answer.status}" + (f" ({text})" if text else "")
    if text != target:
        return 0, f"an answer of somebody else ({text})"
    duration = answer.headers.get(DURATION_HEADER, "")
    return (int(duration) if duration.isdigit() else 0), ""
