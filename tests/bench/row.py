"""One line of the benchmark: a work, how long it takes here and with what people use today."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TIMES = 5


@dataclass(frozen=True)
class Row:
    """Figures are medians of at least TIMES runs, in `unit`; `holds` is judged from them by `target`."""

    work: str
    ours: float
    target: str
    holds: bool
    peers: dict[str, float] = field(default_factory=dict)
    unit: str = "s"
    remark: str = ""
    """Where the target does not hold: the physical floor, as measured in the same run."""


def median_of(measure: Callable[[], float], times: int = TIMES) -> float:
    return statistics.median(measure() for number in range(times))


def in_turn(*measures: Callable[[], float]) -> list[float]:
    """The median of each, measured one after another and again: where the machine becomes slower meanwhile, all of them do."""
    rounds = [[measure() for measure in measures] for number in range(TIMES)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def timed(work: Callable[[], object]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
