# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: acceptors, what is told meanwhile, and how it ends."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._wait import (
    Acceptor,
    Clock,
    Wait,
    check_expression,
    wait_until,
)

State = dict[str, t.Any]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> Clock:
        return Clock(now=lambda: self.seconds, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def status(value: str, message: str = "") -> State:
    return {"status": {"Status": value, "ErrorMessage": message}}


WAIT = Wait(
    what="RemoteIstio east",
    acceptors=(
        Acceptor("status.Status == 'Broken'", "failure"),
        Acceptor("status.Status == 'Available'"),
    ),
    status="status.Status",
    reason="status.ErrorMessage",
    cluster="primary",
    todo="Look at the operator's log",
    timeout=10,
    interval=2,
)


def wait(states: t.Sequence[State | ApiError], how: Wait = WAIT) -> tuple[State, list[str], float]:
    """(the last state, the lines told, seconds that went by); the last of `states` lasts."""
    lines: list[str] = []
    time = Time()
    left = list(states)

    def read() -> State:
        state = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(state, ApiError):
            raise state
        return state

    return wait_until(read, how, lines.append, time.clock()), lines, time.seconds


def test_success_ends_the_wait_at_once() -> None:
    state, lines, seconds = wait([status("Available")])
    assert (state, seconds) == (status("Available"), 0)
    assert lines == ["RemoteIstio east: Available"]


def test_each_change_is_told_once() -> None:
    states = [status("Created"), status("Reconciling"), status("Reconciling"), status("ReconcileFailed", "no gateway")]
    _state, lines, seconds = wait([*states, status("Available")])
    told = ("Created", "Reconciling", "ReconcileFailed (no gateway)", "Available")
    assert lines == [f"RemoteIstio east: {value}" for value in told]
    assert seconds == 8


def test_who_waits_for_what_comes_soon_looks_more_often_at_first() -> None:
    soon = replace(WAIT, soon=True)
    assert wait([status("Created"), status("Available")], soon)[2] == 0.25
    assert wait([status("Created")] * 2 + [status("Available")], soon)[2] == 0.5625
    with pytest.raises(MeshError, match="did not come about in 10 s"):
        wait([status("Created")], soon)


def test_failure_ends_the_wait_with_its_reason() -> None:
    with pytest.raises(MeshError, match="will not come about: last status: Broken, last reason given: beyond repair"):
        wait([status("Created"), status("Broken", "beyond repair")])


def test_the_time_out_quotes_the_last_status_and_the_last_reason_even_if_it_is_gone() -> None:
    with pytest.raises(MeshError) as raised:
        wait([status("ReconcileFailed", "no gateway"), status("Reconciling")])
    assert str(raised.value) == (
        "cluster primary: RemoteIstio east did not come about in 10 s: "
        "last status: Reconciling, last reason given: no gateway. Look at the operator's log."
    )


def test_nothing_read_until_the_time_out() -> None:
    with pytest.raises(MeshError, match="last status: none"):
        wait([{}])


@pytest.mark.parametrize("code", [0, 429, 500, 503])
def test_an_answer_that_may_pass_is_waited_out(code: int) -> None:
    state, _lines, seconds = wait([ApiError("cannot read", status=code, why="busy"), status("Available")])
    assert (state, seconds) == (status("Available"), 2)


def test_the_time_out_tells_why_nothing_could_be_read() -> None:
    with pytest.raises(MeshError, match="last reason given: connection refused"):
        wait([ApiError("cannot read", status=0, why="connection refused")])


@pytest.mark.parametrize("code", [401, 403, 404])
def test_an_answer_that_stays_ends_the_wait(code: int) -> None:
    with pytest.raises(ApiError, match="forbidden"):
        wait([ApiError("cannot read", status=code, why="forbidden")])


@pytest.mark.parametrize("path", ["", "status.Status ==", "foo(", "'"])
def test_what_is_no_expression_is_refused_by_the_name_of_its_option(path: str) -> None:
    check_expression("wait_success", "status.Status == 'Available'")
    with pytest.raises(MeshError, match="wait_success .* is no JMESPath expression"):
        check_expression("wait_success", path)
