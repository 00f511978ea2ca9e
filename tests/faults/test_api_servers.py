"""API servers and etcd that are killed before, in the middle of and after a run, and come back, also with a new certificate."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tests.playbooks.runs import Finished

from .conftest import chosen, dice
from .listing import differences
from .proxy import Fault, Seen
from .runs import MODULE, PLAYBOOKS, STEPS, Pair, Step, Undisturbed, Way

Known = Callable[[Way], Undisturbed]
TIMES = 3


def down_before(pair: Pair, cluster: str) -> Callable[[Sequence[str]], Finished]:
    """A run while the API server of a cluster is down."""

    def run(arguments: Sequence[str]) -> Finished:
        pair.stop(cluster, "kube-apiserver")
        try:
            return pair.run(arguments)
        finally:
            pair.repair()

    return run


def killed_during(
    pair: Pair, stop: Callable[[str], None], number: int, *, restarted: bool
) -> Callable[[Sequence[str]], Finished]:
    """A run at whose n-th request something of the cluster that it goes to is stopped, and started again at once or afterwards."""

    def run(arguments: Sequence[str]) -> Finished:
        repairs: list[threading.Thread] = []

        def kill(cluster: str) -> None:
            stop(cluster)
            if restarted:
                repairs.append(threading.Thread(target=pair.repair))
                repairs[0].start()

        def at(seen: Seen) -> Fault:
            return Fault(call=lambda: kill(seen.cluster)) if seen.number == number else Fault()

        try:
            return pair.run(arguments, at)
        finally:
            for repair in repairs:
                repair.join()
            pair.repair()

    return run


@pytest.mark.parametrize("way", [MODULE, PLAYBOOKS], ids=lambda way: way.name)
@pytest.mark.parametrize("side", ["primary", "remote"])
def test_an_api_server_is_down(pair: Pair, known: Known, way: Way, side: str) -> None:
    cluster = pair.primary.name if side == "primary" else pair.remote.name
    undisturbed = known(way)
    before = undisturbed.after["leave"]

    def refused(arguments: Sequence[str]) -> Finished:
        ended = down_before(pair, cluster)(arguments)
        assert not differences(before, pair.listing()), ended.story("changed something")
        return ended

    pair.survives(undisturbed, "join", refused).refused(cluster, "no answer from")
    left = pair.survives(undisturbed, "leave", down_before(pair, cluster))
    if side == "primary":
        left.refused(cluster, "no answer from")
    else:  # a lost cluster can leave; the next run takes from it what the first could not
        left.succeeded().says(cluster, "the cluster was not reached")


@pytest.mark.parametrize(
    ("program", "restarted"), [("kube-apiserver", False), ("kube-apiserver", True), ("etcd", True)]
)
def test_a_program_is_killed_during_a_run(
    pair: Pair, known: Known, subtests: pytest.Subtests, program: str, restarted: bool
) -> None:
    undisturbed = known(MODULE)
    name = f"{program} {restarted}"
    chance = dice(name)
    drawn = [(chance.randint(1, len(undisturbed.seen[step])), step) for time in range(TIMES) for step in STEPS]
    cases: list[tuple[int, Step]] = chosen(drawn, name)
    for number, step in cases:
        with subtests.test(step=step, request=number):
            disturbed = killed_during(pair, partial(pair.stop, program=program), number, restarted=restarted)
            pair.survives(undisturbed, step, disturbed)


def test_a_serving_certificate_is_renewed_during_a_run(pair: Pair, known: Known, subtests: pytest.Subtests) -> None:
    undisturbed = known(MODULE)
    for step in chosen(STEPS, "certificate"):
        number = dice(f"certificate {step}").randint(1, len(undisturbed.seen[step]))
        with subtests.test(step=step, request=number):
            before = certificates(pair)
            pair.survives(undisturbed, step, killed_during(pair, pair.renew_certificate, number, restarted=True))
            assert len(certificates(pair) - before) == 1


def certificates(pair: Pair) -> set[str]:
    """What the API servers show who connects. Which of the two has the n-th request is another each time, as they are asked at once."""
    return {ssl.get_server_certificate((str(plane.address), 6443)) for plane in pair.planes}


def test_an_api_server_restarts_between_two_runs(pair: Pair, known: Known) -> None:
    undisturbed = known(MODULE)
    for step in chosen(STEPS, "restart between"):
        pair.survives(undisturbed, step, pair.run)
        for plane in pair.planes:
            pair.stop(plane.name, "kube-apiserver")
        pair.repair()
        pair.run(undisturbed.way.arguments(step)).unchanged()
