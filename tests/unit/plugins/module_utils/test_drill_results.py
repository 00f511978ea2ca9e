# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded from the requests of a failover drill."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_results import (
    Moments,
    Request,
    delay_of,
    duplicated,
    epoch,
    has_no_effect,
    lines_of,
    moment_of_cut,
    percentile,
    requests_of,
    row,
    timeline,
)

NEAR, FAR = "singapore", "beijing"
MOMENTS = Moments(100.0, 120.0)


def line(**fields: t.Any) -> str:
    result = {
        "attack": "get.load",
        "seq": 0,
        "code": 200,
        "timestamp": "1970-01-01T00:01:40.25Z",
        "latency": 2_000_000,
        "error": "",
        "headers": {"X-Answered-By": [NEAR]},
    }
    return json.dumps({**result, **fields})


def every(start: float, end: float, cluster: str, seconds: float = 0.002, *, ok: bool = True) -> list[Request]:
    """Ten requests a second."""
    count = round((end - start) * 10)
    why = "" if ok else "HTTP 503"
    return [Request(round(start + number / 10, 3), seconds, ok, cluster, why) for number in range(count)]


def test_a_request_is_fine_only_with_200_and_for_grpc_with_status_0() -> None:
    grpc = {"X-Answered-By": [NEAR], "Grpc-Status": ["14"]}
    log = [line(), line(code=503), line(code=0, error="timeout"), line(headers=grpc), "2026/11/29 a message of vegeta"]
    found = requests_of("\n".join(log))
    assert [(one.ok, one.why) for one in found] == [
        (True, ""),
        (False, "HTTP 503"),
        (False, "timeout"),
        (False, "gRPC status 14"),
    ]
    assert (found[0].start, found[0].seconds, found[0].cluster) == (100.25, 0.002, NEAR)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-02T00:00:00.5Z", 86400.5),
        ("1970-01-01T00:00:00.123456789Z", 0.123456789),
    ],
)
def test_times_are_read_to_the_nanosecond(text: str, seconds: float) -> None:
    assert epoch(text) == pytest.approx(seconds, abs=1e-9)


def test_lines_of_a_stream_that_do_not_come_back_have_failed_but_for_the_last() -> None:
    log = """
1970-01-01T00:01:40.00Z sent 5.00
1970-01-01T00:01:40.01Z echoed 5.00 5.01
1970-01-01T00:01:40.10Z sent 5.10
1970-01-01T00:01:43.00Z sent 8.00
1970-01-01T00:01:43.08Z echoed 8.00 8.08
1970-01-01T00:01:43.10Z sent 8.10
1970-01-01T00:01:43.11Z Terminated
"""
    found = lines_of(log)
    assert [(one.start, round(one.seconds, 2), one.ok) for one in found] == [
        (100.0, 0.01, True),
        (100.1, 3.0, False),
        (103.0, 0.08, True),
    ]


def test_redirected_is_when_another_region_answers_all_promptly() -> None:
    held_up = [Request(100.0, 5.0, True, FAR), Request(100.1, 0.9, True, FAR)]
    requests = (
        every(95, 100, NEAR) + held_up + every(100.2, 120, FAR, 0.08) + every(120, 125, FAR) + every(125, 130, NEAR)
    )
    found = row(requests, 0, MOMENTS, NEAR, delay=80)
    assert (found["redirect_seconds"], found["return_seconds"]) == (0.2, 5.0)
    assert found["answered"] == {NEAR: 100, FAR: 250}
    assert (found["requests"], found["failed"], found["max_ms"]) == (350, 0, 5000.0)
    assert [found[phase]["requests"] for phase in ("before", "during", "after")] == [50, 200, 100]


def test_one_late_failure_means_that_it_had_not_settled_before() -> None:
    requests = every(100, 110, FAR) + every(110, 110.1, "", ok=False) + every(110.1, 120, FAR)
    assert row(requests, 0, MOMENTS, NEAR, None)["redirect_seconds"] == 10.1
    assert row(requests, 0, MOMENTS, NEAR, None)["why"] == "HTTP 503"


@pytest.mark.parametrize("last", [every(119, 120, NEAR), every(119, 120, FAR, 0.6), every(119, 120, "", ok=False)])
def test_where_the_last_answers_are_wrong_it_never_settled(last: list[Request]) -> None:
    assert row(every(100, 119, FAR) + last, 0, MOMENTS, NEAR, None)["redirect_seconds"] is None


def test_nothing_sent_after_the_failure_tells_nothing() -> None:
    found = row(every(95, 100, NEAR), 0, MOMENTS, NEAR, None)
    assert (found["redirect_seconds"], found["during"]["p99_ms"]) == (None, None)


def test_a_workload_was_cut_off_at_its_last_answer() -> None:
    requests = every(98, 100.6, NEAR, 0.05) + [Request(100.3, 15, False, "", "timeout")] + every(121, 122, NEAR)
    assert moment_of_cut(requests, NEAR, 120.0, 99.0) == pytest.approx(100.55)
    assert moment_of_cut([], NEAR, 120.0, 99.0) == 99.0


def test_the_way_to_another_region_is_measured_by_what_it_adds() -> None:
    requests = every(95, 100, NEAR, 0.002) + every(100, 120, FAR, 0.083)
    assert delay_of(requests, NEAR, 100.0) == 81
    assert delay_of(every(95, 100, NEAR), NEAR, 100.0) is None


def test_each_time_after_the_first_that_a_request_is_worked_on_counts() -> None:
    assert duplicated(["post 1", "post 2", "post 2", "post 3", "post 2"]) == 2
    assert duplicated([]) == 0


def test_the_time_line_counts_from_the_failure() -> None:
    requests = every(99, 100, NEAR) + [Request(100.0, 15, False, "", "timeout")] + every(100.1, 101, FAR)
    assert timeline(requests, 100.0, NEAR) == [
        {"second": -1, "near": 10, "far": 0, "failed": 0, "max_ms": 2.0},
        {"second": 0, "near": 0, "far": 9, "failed": 1, "max_ms": 15000.0},
    ]


def test_a_failure_that_nobody_notices_is_told() -> None:
    assert has_no_effect(every(95, 130, NEAR), MOMENTS, NEAR)
    assert not has_no_effect(every(95, 104, NEAR) + every(104, 120, FAR), MOMENTS, NEAR)
    assert not has_no_effect(every(95, 120, NEAR, 8.0), MOMENTS, NEAR)


@pytest.mark.parametrize(("percent", "value"), [(50, 50.0), (99, 99.0), (100, 100.0)])
def test_percentiles_are_values_that_occurred(percent: int, value: float) -> None:
    assert percentile([float(number) for number in range(1, 101)], percent) == value
    assert percentile([], percent) is None
