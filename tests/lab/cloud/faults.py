"""What goes wrong on request: the next calls of a name are throttled, fail, wait, or lose their connection."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .errors import Refused

DROPS = ("drop", "drop_done")
KINDS = ("throttle", "error", "latency", *DROPS)


@dataclass
class Fault:
    """One thing that goes wrong.

    kind:    throttle, error (code, message, status), latency, drop (before the call is done) or drop_done (it is done, but
             nobody hears of it)
    action:  which calls, a pattern of a shell; Authorize*
    times:   how many of these calls
    after:   how many of these calls pass before
    seconds: of latency, or that a throttled caller is asked to wait
    """

    kind: str
    action: str = "*"
    times: int = 1
    after: int = 0
    code: str = "InternalError"
    message: str = "The request processing has failed due to some unknown error, exception or failure."
    status: int = 500
    seconds: float = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault is one of {', '.join(KINDS)}, not {self.kind!r}")

    def refusal(self) -> Refused | None:
        if self.kind == "throttle":
            text = "Request was denied due to user flow control."
            return Refused("Throttling.User", text, retry_after=self.seconds)
        return Refused(self.code, self.message, self.status) if self.kind == "error" else None


@dataclass
class Faults:
    """All that is still to go wrong. May be used by several threads."""

    waiting: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, action: str = "*", **settings: object) -> None:
        """As Fault takes them."""
        self.replace([*self.waiting, Fault(kind, action, **settings)])  # type: ignore[arg-type]

    def replace(self, faults: Iterable[Fault]) -> None:
        with self.lock:
            self.waiting = list(faults)

    def of(self, action: str) -> list[Fault]:
        """Those that befall a call that has just arrived."""
        with self.lock:
            return [fault for fault in self.waiting if fnmatchcase(action, fault.action) and befalls(fault)]


def befalls(fault: Fault) -> bool:
    """Count a call of the fault's."""
    if fault.after > 0:
        fault.after -= 1
        return False
    fault.times -= 1
    return fault.times >= 0
