"""The run that completes the mesh, watched: what it makes is what check mode foretold, and no secret comes out of it anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from . import leaks, processes
from .audit import CREATED, Write, made, unlocked
from .clusters import PRIMARY, REMOTES, kinds, members
from .conftest import Foretold
from .runs import Finished, Workplace

PROBE = "multiregion-istio-probe"


@dataclass(frozen=True)
class Whole:
    """A run of site.yml at -vvvv, and what `ps` showed of it."""

    place: Workplace
    run: Finished
    shown_by_ps: set[bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, foretold: Foretold) -> Iterator[Whole]:
    """The run that completes what the killed ones began."""
    place = Workplace(tmp_path_factory.mktemp("whole"))
    log = {"ANSIBLE_LOG_PATH": str(place.place / "logs/ansible.log")}
    with place.start("site", "--diff", "-vvvv", environment=log) as run, processes.watched(run.mark) as seen:
        finished = run.wait()
    yield Whole(place, finished, seen)


def objects(writes: set[tuple[str, str, str, str]]) -> Counter[str]:
    """Objects as the headers of diffs name them, with in how many clusters they are, without what passes or is Helm's own record."""
    names = kinds(PRIMARY)
    lasting = [
        (names[resource], namespace, name)
        for _cluster, resource, namespace, name in writes
        if not (namespace or name).startswith(PROBE) and not name.startswith("sh.helm.release.")
    ]
    return Counter(f"{kind} {namespace}{'/' if namespace else ''}{name}" for kind, namespace, name in lasting)


def changed(writes: list[Write]) -> set[tuple[str, str, str, str]]:
    """The objects that were there and were changed."""
    return {
        (one.cluster, one.resource, one.namespace, one.name)
        for one in writes
        if one.verb in ("patch", "update") and one.code != CREATED and not one.subresource
    }


def test_the_next_run_completes_the_mesh(whole: Whole) -> None:
    whole.run.succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
    assert [pair for pair in whole.place.result("verify")["requests"] if pair["ok"] != pair["sent"]] == []


def test_check_mode_has_foretold_every_object_and_no_other(whole: Whole, foretold: Foretold) -> None:
    writes = unlocked(foretold.ended.writes())
    told = Counter(
        header.removeprefix("labels of ") for header in foretold.run.shown if not header.startswith("status of ")
    )
    assert objects(made(writes)) - told == Counter(), "made and not foretold"
    assert told - objects(made(writes) | changed(writes)) == Counter(), "foretold and not made"


def test_no_secret_of_the_clusters_comes_out_of_it(whole: Whole) -> None:
    secrets = leaks.in_clusters([PRIMARY, *REMOTES])
    assert len(secrets) > 10
    texts = leaks.files(whole.place.place) | {f"ps {number}": text for number, text in enumerate(whole.shown_by_ps)}
    assert len(whole.shown_by_ps) > 10
    assert any(path.endswith("ansible.log") for path in texts)
    assert leaks.found_in(texts, secrets) == []
