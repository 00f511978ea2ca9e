# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the load of a failover drill noted: requests, and what they say of the failover. Pure.

Times are seconds since 1970 by the clock of the node that sends.
"""

from __future__ import annotations

import calendar
import json
import statistics
import time
import typing as t
from collections import Counter
from dataclasses import dataclass

from .drill_workload import CLUSTER_HEADER, GRPC_STATUS, LINGER

Row = dict[str, t.Any]

PROMPT = 0.5  # seconds; an answer that takes longer, beside the way between the regions, was held up by the failure
UNFINISHED = 1.0  # seconds before the end in which a line on the stream may still be on its way


@dataclass(frozen=True)
class Request:
    """One request, or one line of a stream. `cluster` is who answered, where the answer tells."""

    start: float
    seconds: float
    ok: bool
    cluster: str = ""
    why: str = ""

    @property
    def end(self) -> float:
        return self.start + self.seconds


@dataclass(frozen=True)
class Moments:
    """When the near workload failed, and when it was put right again."""

    broken: float
    mended: float


def requests_of(log: str) -> list[Request]:
    """The requests in the order of their start, from what vegeta wrote: a JSON object a line. Other lines are its messages."""
    found = [_request(json.loads(line)) for line in log.splitlines() if line.startswith("{")]
    return sorted(found, key=lambda request: request.start)


def _request(result: Row) -> Request:
    headers = {name.lower(): values[0] for name, values in (result.get("headers") or {}).items() if values}
    status = headers.get(GRPC_STATUS, "0")
    why = result["error"] or (f"HTTP {result['code']}" if result["code"] != 200 else "")
    if not why and status != "0":
        why = f"gRPC status {status}"
    return Request(
        start=epoch(result["timestamp"]),
        seconds=result["latency"] / 1e9,
        ok=not why,
        cluster=headers.get(CLUSTER_HEADER, ""),
        why=why,
    )


def lines_of(log: str) -> list[Request]:
    """The lines of a stream, from a log with times: "TIME sent UPTIME", and when it came back "TIME echoed UPTIME NOW"."""
    sent: dict[str, float] = {}
    back: dict[str, float] = {}
    ages: list[float] = []
    for when, what, *uptimes in (line.split() for line in log.splitlines() if line.count(" ") > 1):
        if what == "sent":
            sent[uptimes[0]] = float(uptimes[0])
            ages.append(epoch(when) - float(uptimes[0]))
        elif what == "echoed":
            back[uptimes[0]] = float(uptimes[1])
    if not sent:
        return []
    boot, last = statistics.median(ages), max(sent.values())
    found = [
        Request(boot + uptime, back.get(text, last) - uptime, text in back, why="" if text in back else "not sent back")
        for text, uptime in sent.items()
        if text in back or uptime < last - UNFINISHED
    ]
    return sorted(found, key=lambda request: request.start)


def epoch(text: str) -> float:
    """Seconds since 1970 of a time such as 2026-11-29T17:19:38.153902752Z."""
    whole, _point, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{fraction or 0}")


def moment_of_cut(requests: t.Iterable[Request], near: str, mended: float, asked: float) -> float:
    """When the near workload was cut off: its last answer before it was put right; `asked` where it had none."""
    ends = [request.end for request in requests if request.cluster == near and request.ok and request.end < mended]
    return max(ends, default=asked)


def row(requests: t.Sequence[Request], duplicated: int, moments: Moments, near: str, delay: int | None) -> Row:
    """The figures of one kind in one run, as failover.json has them."""
    phases = {
        "before": [one for one in requests if one.start < moments.broken],
        "during": [one for one in requests if moments.broken <= one.start < moments.mended],
        "after": [one for one in requests if one.start >= moments.mended],
    }
    slow = PROMPT + (delay or 0) / 1000
    return {
        "delay_ms": delay,
        "duplicated": duplicated,
        "redirect_seconds": settled(phases["during"], moments.broken, lambda one: one.cluster != near, slow),
        "return_seconds": settled(phases["after"], moments.mended, lambda one: one.cluster in (near, ""), slow),
        "answered": dict(Counter(one.cluster for one in requests if one.ok and one.cluster)),
        "why": next((one.why for one in requests if one.why), ""),
        **figures(requests),
        **{name: figures(ones) for name, ones in phases.items()},
    }


def settled(
    requests: t.Sequence[Request], since: float, right: t.Callable[[Request], bool], slow: float
) -> float | None:
    """Seconds from `since` to the first request from which on all were answered promptly by whom they should be.

    None where the last one was not, or none was sent.
    """
    wrong = [number for number, one in enumerate(requests) if not (one.ok and right(one) and one.seconds <= slow)]
    first = wrong[-1] + 1 if wrong else 0
    return round(max(0.0, requests[first].start - since), 2) if first < len(requests) else None


def figures(requests: t.Sequence[Request]) -> Row:
    """Counts and times in milliseconds; a request that failed took as long as its client waited."""
    times = sorted(1000 * request.seconds for request in requests)
    return {
        "requests": len(requests),
        "failed": sum(not request.ok for request in requests),
        "p50_ms": percentile(times, 50),
        "p99_ms": percentile(times, 99),
        "max_ms": percentile(times, 100),
    }


def percentile(ordered: t.Sequence[float], percent: int) -> float | None:
    """By nearest rank; None of nothing."""
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 1) if ordered else None


def delay_of(requests: t.Sequence[Request], near: str, broken: float) -> int | None:
    """How many milliseconds longer an answer of another region takes than a near one; None where one of them is missing."""
    close = [one.seconds for one in requests if one.ok and one.cluster == near and one.start < broken]
    far = [one.seconds for one in requests if one.ok and one.cluster not in (near, "")]
    return round(1000 * max(0.0, statistics.median(far) - statistics.median(close))) if close and far else None


def duplicated(notes: t.Iterable[str]) -> int:
    """How many times a request was worked on that had been worked on before, from the workloads' notes of all clusters."""
    return sum(times - 1 for times in Counter(notes).values())


def timeline(requests: t.Sequence[Request], broken: float, near: str) -> list[Row]:
    """Second by second, by when requests were sent: how many each side answered, how many failed, and the slowest."""
    seconds: dict[int, list[Request]] = {}
    for request in requests:
        seconds.setdefault(int((request.start - broken) // 1), []).append(request)
    return [
        {
            "second": second,
            "near": sum(one.ok and one.cluster == near for one in ones),
            "far": sum(one.ok and one.cluster != near for one in ones),
            "failed": sum(not one.ok for one in ones),
            "max_ms": round(1000 * max(one.seconds for one in ones), 1),
        }
        for second, ones in sorted(seconds.items())
    ]


def has_no_effect(requests: t.Sequence[Request], moments: Moments, near: str) -> bool:
    """Whether the near workload went on answering as if nothing had happened."""
    late = [one for one in requests if moments.broken + LINGER + 1 < one.start < moments.mended]
    return bool(late) and all(one.ok and one.cluster == near and one.seconds <= PROMPT for one in late)
