"""kill -9 of a run and all its processes: at every write, before it reaches the server and before its answer arrives; at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from .conftest import chosen, dice
from .runs import MODULE, PLAYBOOKS, RELEASE, STEPS, Pair, Step, Undisturbed, Way

Known = Callable[[Way], Undisturbed]
When = Literal["before", "after"]
WHENS: tuple[When, When] = ("before", "after")
MOMENTS = ((MODULE, 20), (PLAYBOOKS, 20), (RELEASE, 10))


@pytest.mark.parametrize("way", [MODULE, PLAYBOOKS], ids=lambda way: way.name)
def test_a_run_killed_at_a_write(pair: Pair, known: Known, subtests: pytest.Subtests, way: Way) -> None:
    undisturbed = known(way)
    cases: list[tuple[int, When, Step]] = [
        (number, when, step)
        for number in range(1, max(map(undisturbed.writes, STEPS)) + 1)
        for when in WHENS
        for step in STEPS
        if number <= undisturbed.writes(step)
    ]
    assert len(cases) >= 4 * 4
    for number, when, step in chosen(cases, f"writes {way.name}"):
        with subtests.test(step=step, write=number, when=when):
            pair.survives(undisturbed, step, lambda arguments: pair.killed_at(arguments, number, when))  # noqa: B023


@pytest.mark.parametrize(("way", "times"), MOMENTS, ids=[way.name for way, times in MOMENTS])
def test_a_run_killed_at_any_moment(pair: Pair, known: Known, subtests: pytest.Subtests, way: Way, times: int) -> None:
    undisturbed = known(way)
    chance = dice(f"moments {way.name}")
    cases = [(chance.random(), step) for number in range(times // 2) for step in STEPS]
    for share, step in chosen(cases, f"moments {way.name}"):
        seconds = share * undisturbed.seconds[step]
        with subtests.test(step=step, seconds=round(seconds, 2)):
            pair.survives(undisturbed, step, lambda arguments: pair.killed_after(arguments, seconds))  # noqa: B023
