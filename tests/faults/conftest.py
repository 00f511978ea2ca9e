"""What the tests of faults share: a pair of control planes of the lab, and the seed by which cases are drawn."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from tests.lab.inventory import KUBECONFIGS

from .runs import Pair, Undisturbed, Way, sweep

NAMES = os.environ.get("PAIR", "api-1 api-2").split()
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
FEW = int(
    os.environ.get("FEW") or 0
)  # so many variants of a test, each with so many cases, drawn by the seed; 0 is all
FEW_TESTS = 2  # of each file, then

Case = TypeVar("Case")


def pytest_report_header() -> str:
    """What has to be given for the same cases again."""
    return f"SEED={SEED} PAIR='{' '.join(NAMES)}'" + (f" FEW={FEW}" if FEW else "")


def dice(test: str) -> random.Random:
    """Chance of a test, whatever other tests ran before it."""
    return random.Random(f"{SEED} {test}")


def chosen(cases: Sequence[Case], test: str) -> list[Case]:
    """All cases, or the few that are to be tried, in their order."""
    numbers = range(len(cases))
    if FEW:
        numbers = sorted(dice(test).sample(numbers, min(FEW, len(cases))))  # type: ignore[assignment]
    return [cases[number] for number in numbers]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests, and of the others the variants, that were not drawn."""
    if not FEW:
        return
    files: dict[str, dict[str, list[pytest.Item]]] = {}
    for item in items:
        test = item.nodeid.partition("[")[0]
        files.setdefault(test.partition("::")[0], {}).setdefault(test, []).append(item)
    kept = []
    for file, tests in files.items():
        drawn = dice(file).sample(list(tests), min(FEW_TESTS, len(tests)))
        kept += [item for test in tests if test in drawn for item in chosen(tests[test], test)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The control planes, which have to be up."""
    missing = [name for name in NAMES if not (KUBECONFIGS / name).exists()]
    if missing:
        pytest.exit(f"{', '.join(missing)} not up: `make test-faults` raises them and runs these tests on them", 1)
    place = tmp_path_factory.mktemp("pair")
    os.environ["KUBECACHEDIR"] = str(
        place / "kinds"
    )  # what kubectl knows of other clusters of this address is not true here
    made = Pair(NAMES, place)
    yield made
    made.proxies.close()
    for plane in made.planes:
        sweep(plane.name)


@pytest.fixture(scope="session")
def known(pair: Pair) -> Callable[[Way], Undisturbed]:
    """What a way does undisturbed, found out once."""
    found: dict[str, Undisturbed] = {}

    def know(way: Way) -> Undisturbed:
        if way.name not in found:
            found[way.name] = pair.undisturbed(way)
        return found[way.name]

    return know
