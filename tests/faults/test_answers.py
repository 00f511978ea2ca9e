"""API servers that are slow, reset connections, ask to come later, or answer that they are broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from tests.playbooks.runs import Finished

from .conftest import chosen, dice
from .proxy import Fault, Plan, Seen
from .runs import MODULE, PLAYBOOKS, STEPS, Pair, Step, Undisturbed, Way

Known = Callable[[Way], Undisturbed]
TIMES = 8
SHARE = 0.1  # of requests that are answered by an error
BROKEN = (500, 502, 503, 504)


def disturb(pair: Pair, known: Undisturbed, step: Step, plan: Plan) -> Finished:
    """A run under a plan; where it fails, it says of which cluster."""
    ended = pair.survives(known, step, lambda arguments: pair.run(arguments, plan))
    if ended.code:
        ended.refused()
        assert pair.primary.name in ended.reasons or pair.remote.name in ended.reasons, ended.story("names no cluster")
    return ended


@pytest.mark.parametrize("way", [MODULE, PLAYBOOKS], ids=lambda way: way.name)
def test_slow_servers_are_waited_for(pair: Pair, known: Known, way: Way) -> None:
    for step in chosen(STEPS, "slow"):
        disturb(pair, known(way), step, lambda seen: Fault(delay=0.3)).succeeded()


@pytest.mark.parametrize("way", [MODULE, PLAYBOOKS], ids=lambda way: way.name)
def test_a_server_that_asks_to_come_later_is_asked_again(pair: Pair, known: Known, way: Way) -> None:
    def busy(seen: Seen) -> Fault:
        return Fault(status=429, headers={"Retry-After": "1"}) if seen.number % 4 == 0 else Fault()

    for step in chosen(STEPS, "busy"):
        disturb(pair, known(way), step, busy).succeeded()


def test_a_connection_reset_at_a_request(pair: Pair, known: Known, subtests: pytest.Subtests) -> None:
    undisturbed = known(MODULE)
    cases: list[tuple[int, bool, Step]] = [
        (number, after, step)
        for number in range(1, max(len(undisturbed.seen[step]) for step in STEPS) + 1)
        for after in (False, True)
        for step in STEPS
        if number <= len(undisturbed.seen[step])
    ]

    def at(number: int, *, after: bool) -> Plan:
        when: Literal["before", "after"] = "after" if after else "before"
        return lambda seen: Fault(cut=True, when=when) if seen.number == number else Fault()

    for number, after, step in chosen(cases, "resets"):
        with subtests.test(step=step, request=number, after=after):
            disturb(pair, undisturbed, step, at(number, after=after))


@pytest.mark.parametrize("way", [MODULE, PLAYBOOKS], ids=lambda way: way.name)
def test_servers_that_are_broken_now_and_then(pair: Pair, known: Known, subtests: pytest.Subtests, way: Way) -> None:
    undisturbed = known(way)
    for number, step in chosen([(time, step) for time in range(TIMES) for step in STEPS], f"errors {way.name}"):
        chance = dice(f"errors {way.name} {number} {step}")

        def broken(seen: Seen) -> Fault:
            return Fault(status=chance.choice(BROKEN)) if chance.random() < SHARE else Fault()  # noqa: B023

        with subtests.test(number=number, step=step):
            disturb(pair, undisturbed, step, broken)
