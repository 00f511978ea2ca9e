"""What is built or started, for how many seconds, and how many steps are left: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

HEARTBEAT_SECONDS = 15.0


@dataclass(eq=False)
class Step:
    """Something under way."""

    text: str
    began: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """How long it has been under way."""
        return time.monotonic() - self.began


class View(Protocol):
    """Where steps are shown. `left` is the number of announced steps that have neither ended nor started."""

    def started(self, step: Step, left: int) -> None: ...

    def ended(self, step: Step, failed: bool, left: int) -> None: ...

    def note(self, text: str) -> None: ...

    def close(self) -> None: ...


class Progress:
    """Steps, shown as they start and end; they may run in threads side by side. Use it as a context manager."""

    def __init__(self, view: View | None = None) -> None:
        self._view = view or (TerminalView() if sys.stdout.isatty() else LineView(sys.stdout))
        self._lock = threading.Lock()
        self._left = 0

    def expect(self, steps: int) -> None:
        """Announce so many further steps, for the count of what is left."""
        with self._lock:
            self._left += steps

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show `text` as under way until the block ends; a block that raises is shown as failed."""
        step = Step(text)
        with self._lock:
            self._left = max(0, self._left - 1)
            self._view.started(step, self._left)
        failed = True
        try:
            yield
            failed = False
        finally:
            with self._lock:
                self._view.ended(step, failed, self._left)

    def note(self, text: str) -> None:
        """One line that is not a step."""
        with self._lock:
            self._view.note(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._view.close()


class LineView:
    """One line where a step starts and ends, and a sign of life for long ones: for logs and CI."""

    def __init__(self, stream: TextIO, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._running: tuple[Step, ...] = ()
        self._closed = threading.Event()
        threading.Thread(target=self._signs_of_life, args=(heartbeat,), daemon=True).start()

    def started(self, step: Step, left: int) -> None:
        self._running += (step,)
        self.note(f"start  {step.text}{_and_left(left)}")

    def ended(self, step: Step, failed: bool, left: int) -> None:
        self._running = tuple(other for other in self._running if other is not step)
        self.note(f"{'FAILED' if failed else 'done  '} {step.text}, {step.seconds():.1f} s{_and_left(left)}")

    def note(self, text: str) -> None:
        print(f"[{time.monotonic() - self._began:4.0f} s] {text}", file=self._stream, flush=True)

    def close(self) -> None:
        self._closed.set()

    def _signs_of_life(self, heartbeat: float) -> None:
        while not self._closed.wait(heartbeat):
            for step in self._running:
                if step.seconds() >= heartbeat:
                    self.note(f"still  {step.text}, {step.seconds():.0f} s so far")


class TerminalView:
    """Running steps with a spinner and a clock at the bottom, ended ones above."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.fields[text]}", markup=False), TimeElapsedColumn())
        self._rich = RichProgress(*columns, console=Console(highlight=False), transient=True)
        self._tasks: dict[Step, TaskID] = {}
        self._rich.start()

    def started(self, step: Step, left: int) -> None:
        self._tasks[step] = self._rich.add_task("", total=None, text=step.text)

    def ended(self, step: Step, failed: bool, left: int) -> None:
        self._rich.remove_task(self._tasks.pop(step))
        mark = "[red]failed[/]" if failed else "[green]done[/]  "
        self._rich.console.print(f"{mark} {escape(step.text)} [dim]{step.seconds():.1f} s{_and_left(left)}[/]")

    def note(self, text: str) -> None:
        self._rich.console.print(text, markup=False)

    def close(self) -> None:
        self._rich.stop()


def _and_left(left: int) -> str:
    return f" ({left} left)" if left else ""
