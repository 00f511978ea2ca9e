# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals and threads around something that has to be cleared away whatever happens.

Ansible sends SIGINT or SIGTERM to the process that executes a task, be it the worker itself or a module, and would end it at once.
"""

from __future__ import annotations

import os
import signal
import threading
import types
import typing as t
from concurrent.futures import ThreadPoolExecutor

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")

SIGNALS = (signal.SIGINT, signal.SIGTERM)
THREADS = 64


class Interrupts:
    """A context manager: the first signal raises KeyboardInterrupt in it, unless defer() was called before; all others wait.

    When it is left, the handlers are those from before and the first signal is sent to this process again.
    """

    def __init__(self) -> None:
        self._received: list[int] = []
        self._deferred = False
        self._previous: dict[int, t.Any] = {}

    @property
    def received(self) -> bool:
        return bool(self._received)

    def defer(self) -> None:
        """From now on a signal is only remembered."""
        self._deferred = True

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():  # signals go there and may only be set there
            self._previous = {number: signal.signal(number, self._handle) for number in SIGNALS}
        return self

    def __exit__(self, *_exception: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        if self._received:
            os.kill(os.getpid(), self._received[0])

    def _handle(self, number: int, _frame: types.FrameType | None) -> None:
        self._received.append(number)
        if not self._deferred:
            self._deferred = True
            raise KeyboardInterrupt


def for_each(
    function: t.Callable[[Item], Result], items: t.Sequence[Item], stop: threading.Event, threads: int = THREADS
) -> list[Result]:
    """function(item) for all items at once, in order. Whatever ends the wait early sets `stop`, which the functions obey."""
    pool = ThreadPoolExecutor(max_workers=max(1, min(threads, len(items))))
    try:
        return [future.result() for future in [pool.submit(function, item) for item in items]]
    except BaseException:
        stop.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
