"""How long a join takes, of one cluster and of twenty, and a run that finds nothing to do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_istio import run
from ansible_collections.multiregion.istio.plugins.modules.remote_istio import argument_spec

from . import mesh
from .floor import answered_at_once, floor
from .operator import answering
from .place import PRIMARY, REMOTES, Member, Place, members, primary_kubeconfig
from .row import Row, in_turn, median_of, timed
from .ways import PEERS_OF_A_JOIN, SCRIPTS, TASKS, Way, ours

ONE_SECONDS, ALL_SECONDS, AGAIN_SECONDS = 1.5, 3.0, 2.5
BY_SCRIPTS, BY_TASKS = 3.0, 11.0  # how many times faster
CHECKS = "ours and kubernetes.core wait for the operator; ours also checks what it is about to change, confirms the token and keeps a lock"
LOGIC = "for the logic of the module alone, in threads of one process"


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

    with answered_at_once(partial(ours, place)) as ansible:
        joins = [partial(measure, way) for way in (ours, logic, *PEERS_OF_A_JOIN.values())]
        without_modules, mine, alone, *peers = in_turn(ansible, *joins)
    theirs = dict(zip(PEERS_OF_A_JOIN, peers, strict=True))
    several = len(place.members) > 1
    target = f"at most {limit:g} s"
    holds = mine <= limit
    if several:
        target += f", {BY_SCRIPTS:g} times faster than scripts, {BY_TASKS:g} than kubernetes.core"
        holds = holds and theirs[SCRIPTS] >= BY_SCRIPTS * mine and theirs[TASKS] >= BY_TASKS * mine
    return Row(work, mine, target, holds, theirs, remark=f"{CHECKS}; {floor(without_modules, alone, LOGIC)}")


def logic(place: Place) -> float:
    """What the tasks of all hosts do, without Ansible."""
    spec = ArgumentSpecValidator(argument_spec())
    primary = {"name": "primary", "kubeconfig": str(primary_kubeconfig()), "context": PRIMARY.name}
    given = {"mesh_id": "bench", "primary": primary, "rules": "operator", "wait": True}

    def join(one: Member) -> None:
        own = {"name": one.name, "kubeconfig": str(one.kubeconfig), "context": one.plane, "api_server": one.server}
        run(spec.validate({**given, **own}).validated_parameters, False, lambda line: None)

    with ThreadPoolExecutor(len(place.members)) as pool:
        return timed(lambda: list(pool.map(join, place.members)))


def again(place: Place) -> Row:
    """Members that are as they are to be."""

    def measure(way: Way) -> float:
        mesh.empty()
        way(place)
        return median_of(lambda: way(place))

    alone = measure(logic)
    ours(place)
    with answered_at_once(partial(ours, place)) as ansible:
        mine, without_modules = in_turn(lambda: ours(place), ansible)
    theirs = {name: measure(way) for name, way in PEERS_OF_A_JOIN.items()}
    work = f"run again, nothing to do, {len(place.members)} clusters"
    target = f"at most {AGAIN_SECONDS:g} s"
    remark = f"ours with mesh_serial {len(place.members)}; {CHECKS}; {floor(without_modules, alone, LOGIC)}"
    return Row(work, mine, target, mine <= AGAIN_SECONDS, theirs, remark=remark)
