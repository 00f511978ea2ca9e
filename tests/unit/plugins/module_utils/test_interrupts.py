# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What signals and errors do to work that has to be cleared away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._interrupts import Interrupts, for_each

SCRIPT = """
import os, signal, time
from ansible_collections.multiregion.istio.plugins.module_utils._interrupts import Interrupts
with Interrupts() as interrupts:
    try:
        os.kill(os.getpid(), {number})
        time.sleep(5)
        print("went on")
    finally:
        os.kill(os.getpid(), {number})
        interrupts.defer()
        os.kill(os.getpid(), {number})
        print("cleared away", interrupts.received)
print("not reached")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_work_but_not_the_clearing_away_and_then_ends_the_process(number: int) -> None:
    code = SCRIPT.format(number=int(number))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=10, check=False, env=environment()
    )
    assert done.stdout == "cleared away True\n"
    assert done.returncode == -number


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUNBUFFERED": "1"}


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts() as interrupts:
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
    assert not interrupts.received


def test_results_come_in_order_and_items_are_worked_on_at_once() -> None:
    together = threading.Barrier(3, timeout=5)

    def work(item: int) -> int:
        together.wait()
        return item * 2

    assert for_each(work, [3, 1, 2], threading.Event()) == [6, 2, 4]


def test_an_error_stops_the_others() -> None:
    stop = threading.Event()
    ended: list[t.Any] = []

    def work(item: str) -> None:
        if item == "bad":
            raise ValueError(item)
        ended.append(stop.wait(5))

    with pytest.raises(ValueError, match="bad"):
        for_each(work, ["bad", "good"], stop)
    assert ended == [True]


def test_nothing_to_do_is_fine() -> None:
    assert for_each(str, [], threading.Event()) == []
