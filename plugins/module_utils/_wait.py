# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting as data: what is success and what is failure are JMESPath expressions over the state that is read.

Documented for users in plugins/doc_fragments/_wait.py.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass

from ._errors import ApiError, MeshError

with contextlib.suppress(ImportError):  # main() answers with missing_required_lib
    import jmespath

State = dict[str, t.Any]
Progress = t.Callable[[str], None]

# Answers after which the next look may succeed: none at all, too many requests, a server that starts or fails over.
PASSING_STATUS = (0, 429, 500, 502, 503, 504)
FIRST_PAUSE = 0.25


@dataclass(frozen=True)
class Acceptor:
    """`path` is a JMESPath expression; the wait ends with `outcome` as soon as it is true of the state."""

    path: str
    outcome: t.Literal["success", "failure"] = "success"


@dataclass(frozen=True)
class Clock:
    """Seconds that only go forward, and sleeping. Tests give another."""

    now: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Wait:
    """What is waited for and for how long.

    what:      completes "waiting for ..." in messages
    acceptors: the first that is true ends the wait
    status:    JMESPath of the text that tells how things stand; a progress line at each change, quoted at the end
    reason:    JMESPath of the reason of a bad state, told with it; its last value is quoted at the time-out, even when it is gone
    timeout, interval: seconds
    soon:      look more often at first, for what comes in a moment as a rule
    """

    what: str
    acceptors: tuple[Acceptor, ...]
    status: str
    reason: str = ""
    cluster: str = ""
    todo: str = ""
    timeout: float = 600
    interval: float = 2
    soon: bool = False


def wait_options() -> dict[str, dict[str, t.Any]]:
    """The argument spec of a module that can wait."""
    return {
        "wait": {"type": "bool", "default": False},
        "wait_timeout": {"type": "int", "default": 600},
        "wait_interval": {"type": "float", "default": 2},
    }


def check_expression(option: str, path: str) -> None:
    """Raise MeshError where an option holds no JMESPath expression."""
    try:
        jmespath.compile(path)
    except jmespath.exceptions.JMESPathError as error:
        why = str(error).split("\n", 1)[0]
        todo = "See https://jmespath.org: strings stand in single quotes, as in status.Status == 'Available'"
        raise MeshError(f"{option} {path!r} is no JMESPath expression", why=why, todo=todo) from error


def wait_until(read: t.Callable[[], State], wait: Wait, progress: Progress, clock: Clock | None = None) -> State:
    """Read until an acceptor is true; the state that ended the wait.

    Raises MeshError for an acceptor of failure and at the time-out. A read that fails for a passing reason is repeated.
    """
    clock = clock or Clock()
    began = clock.now()
    end = began + wait.timeout
    shown = status = reason = now = ""
    while True:
        try:
            state = read()
        except ApiError as error:
            if error.status not in PASSING_STATUS:
                raise
            state, reason = {}, error.why
        else:
            status, now = _text(wait.status, state), _text(wait.reason, state)
            reason = now or reason
        if state:
            outcome = _outcome(wait.acceptors, state)
            line = (status or "nothing yet") + (f" ({now})" if now else "")
            if line != shown:
                progress(f"{wait.what}: {line}")
                shown = line
            if outcome == "success":
                return state
            if outcome == "failure":
                raise _ended("will not come about", wait, status, reason)
        pause = soon(clock.now() - began, wait.interval) if wait.soon else wait.interval
        if clock.now() + pause > end:
            raise _ended(f"did not come about in {wait.timeout:g} s", wait, status, reason)
        clock.sleep(pause)


def soon(waited: float, interval: float) -> float:
    """Seconds until the next look at what comes in a moment as a rule: few at first."""
    return min(interval, FIRST_PAUSE + waited / 4)


def _outcome(acceptors: tuple[Acceptor, ...], state: State) -> str:
    for acceptor in acceptors:
        if jmespath.search(acceptor.path, state):
            return acceptor.outcome
    return ""


def _text(path: str, state: State) -> str:
    value = jmespath.search(path, state) if path else None
    return "" if value is None else str(value)


def _ended(how: str, wait: Wait, status: str, reason: str) -> MeshError:
    last = f"last status: {status or 'none'}" + (f", last reason given: {reason}" if reason else "")
    return MeshError(f"{wait.what} {how}", cluster=wait.cluster, why=last, todo=wait.todo)
