"""How long a join takes, of one cluster and of twenty, and a run that finds nothing to do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from . import mesh
from .operator import answering
from .place import REMOTES, Place, members
from .row import Row, median_of
from .ways import PEERS_OF_A_JOIN, SCRIPTS, TASKS, Way, ours

ONE_SECONDS, ALL_SECONDS, AGAIN_SECONDS = 1.5, 3.0, 2.5
BY_SCRIPTS, BY_TASKS = 3.0, 11.0  # how many times faster
CHECKS = "ours and kubernetes.core wait for the operator; ours also checks what it is about to change, confirms the token and keeps a lock"


def rows() -> Iterator[Row]:
    """On twenty control planes and a primary."""
    with ready(1) as place:
        yield first("join 1 cluster", place, ONE_SECONDS)
    with ready(REMOTES) as place:
        yield first(f"join {REMOTES} clusters", place, ALL_SECONDS)
        yield again(place)


@contextmanager
def ready(count: int) -> Iterator[Place]:
    """A place with so many clusters that are no members yet, and an operator; whatever was joined is taken out after it."""
    with tempfile.TemporaryDirectory() as directory:
        mesh.ready()
        with answering():
            yield Place(Path(directory), members(count))
        mesh.empty()


def first(work: str, place: Place, limit: float) -> Row:
    """The join of clusters that are not members."""

    def measure(way: Way) -> float:
        mesh.empty()
        return way(place)

    mine = median_of(lambda: measure(ours))
    theirs = {name: median_of(partial(measure, way)) for name, way in PEERS_OF_A_JOIN.items()}
    several = len(place.members) > 1
    target = f"at most {limit:g} s"
    holds = mine <= limit
    if several:
        target += f", {BY_SCRIPTS:g} times faster than scripts, {BY_TASKS:g} than kubernetes.core"
        holds = holds and theirs[SCRIPTS] >= BY_SCRIPTS * mine and theirs[TASKS] >= BY_TASKS * mine
    return Row(work, mine, target, holds, theirs, remark=CHECKS)


def again(place: Place) -> Row:
    """Members that are as they are to be."""

    def measure(way: Way) -> float:
        mesh.empty()
        way(place)
        return median_of(lambda: way(place))

    mine = measure(ours)
    theirs = {name: measure(way) for name, way in PEERS_OF_A_JOIN.items()}
    work = f"run again, nothing to do, {len(place.members)} clusters"
    return Row(
        work, mine, f"at most {AGAIN_SECONDS:g} s", mine <= AGAIN_SECONDS, theirs, remark="ours with mesh_serial 20"
    )
