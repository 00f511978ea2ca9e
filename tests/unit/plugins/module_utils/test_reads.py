# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many threads, and so connections, a number of independent reads gets."""

from __future__ import annotations

import threading
import typing as t
from functools import partial

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import apply
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.apply import in_parallel

SECONDS = 10


def threads_of(calls: int, at_least: int, **how: int) -> int:
    """The threads that so many calls are spread over, the first of which wait until that many threads are at work."""
    together = threading.Barrier(at_least)
    seen: set[int] = set()

    def call(number: int) -> int:
        if number < at_least:
            together.wait(SECONDS)
        seen.add(threading.get_ident())
        return number

    assert in_parallel([partial(call, number) for number in range(calls)], **how) == list(range(calls))
    return len(seen)


@pytest.mark.parametrize(("calls", "threads"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (24, 8), (99, 8)])
def test_three_reads_of_a_server_share_a_connection_and_there_are_never_more_than_eight(
    calls: int, threads: int
) -> None:
    assert threads_of(calls, threads) == threads


def test_reads_of_several_servers_wait_for_none_of_the_others() -> None:
    assert threads_of(2, 2, each=1) == 2


def test_without_anything_to_read_there_is_no_answer() -> None:
    assert in_parallel([]) == []


def fail(text: str) -> str:
    raise ValueError(text)


@pytest.mark.parametrize("limit", [1, 8])
def test_the_first_error_is_raised_and_one_after_another_the_answers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(apply, "THREADS", limit)
    assert in_parallel([partial(str, number) for number in range(9)]) == [str(number) for number in range(9)]
    calls: list[t.Callable[[], str]] = [str, partial(fail, "second"), partial(fail, "third"), str, str]
    with pytest.raises(ValueError, match="second"):
        in_parallel(calls)
