"""How time and the controller's memory grow with the number of members that join at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from . import mesh
from .join import ready
from .place import REMOTES, Place
from .row import Row, median_of
from .ways import ours

MANY = 60
MEGABYTES, TIMES_LINEAR = 60.0, 1.1
PAUSE = 0.2


def rows() -> Iterator[Row]:
    """On the same control planes, of which each stands for three members."""
    seconds = {}
    for count in (REMOTES, MANY):
        with ready(count) as place:
            seconds[count] = median_of(partial(once, place))
            if count == MANY:
                memory = median_of(partial(peak, place)) / MANY
    linear = seconds[REMOTES] * MANY / REMOTES
    yield Row(
        f"join {MANY} clusters",
        seconds[MANY],
        f"linear from {REMOTES}: at most {TIMES_LINEAR:g} times {MANY // REMOTES} joins of {REMOTES}",
        seconds[MANY] <= TIMES_LINEAR * linear,
        {f"{MANY // REMOTES} x join of {REMOTES}": linear},
        remark=f"{REMOTES} API servers stand for {MANY}",
    )
    target = f"at most {MEGABYTES:g} MB a fork"
    remark = f"the most that all processes of a run with {MANY} forks have at once (PSS), a fork"
    yield Row(f"controller's memory, {MANY} clusters", memory, target, memory <= MEGABYTES, unit="MB", remark=remark)


def once(place: Place) -> float:
    mesh.empty()
    return ours(place)


def peak(place: Place) -> float:
    """The most megabytes that ansible-playbook and its workers have at once in a join."""
    mesh.empty()
    most, stop = [0.0], threading.Event()

    def look() -> None:
        while not stop.wait(PAUSE):
            most[0] = max(most[0], megabytes(place.directory))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        ours(place)
    finally:
        stop.set()
        watcher.join()
    return most[0]


def megabytes(directory: Path) -> float:
    """What all processes that were started in a directory have of the memory, shared pages divided among those that share."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if Path.readlink(process / "cwd") == directory:
                text = (process / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024
