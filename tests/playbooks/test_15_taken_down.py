"""A whole mesh is taken down: each cluster is as it was before there was one, but for what users made and the commands that are told."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from .audit import Mark, Write
from .clusters import PRIMARY, REMOTES, Object, apply, everything, get, kubectl, members
from .conftest import QUICK
from .disasters import empty
from .runs import Workplace

CLUSTERS = (PRIMARY, *REMOTES)
TAKE_DOWN = ("teardown", "-e", "mesh_teardown=lab", "-e", "mesh_teardown_ca=true")
ROOM = "users"
ROUTE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "of-users", "namespace": ROOM},
    "spec": {"hosts": ["of-users"], "http": [{"route": [{"destination": {"host": "of-users"}}]}]},
}
DEFINITION = "virtualservices.networking.istio.io"
Listing = dict[str, set[str]]


def do_what_is_told(place: Workplace) -> None:
    """Run the commands for what is left."""
    for one in place.result("teardown")["left"]:
        subprocess.run(one["command"], shell=True, check=True, cwd=place.place)


@pytest.fixture(scope="module")
def before(place: Workplace) -> Iterator[Listing]:
    """All that there is in each cluster without a mesh, but with a room of users."""
    empty(*CLUSTERS)
    place.run(*TAKE_DOWN).succeeded()
    do_what_is_told(place)
    for cluster in CLUSTERS:
        apply(cluster, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ROOM}})
    yield {cluster: everything(cluster) for cluster in CLUSTERS}
    for cluster in CLUSTERS:
        kubectl(cluster, "delete", "namespace", ROOM)


def test_without_its_name_and_for_a_part_of_it_nothing_is_taken_down(place: Workplace, before: Listing) -> None:
    place.run("site", *QUICK).succeeded()
    mark = Mark()
    place.run("teardown").refused("mesh_teardown is not set", "Nothing was changed", REMOTES[0], PRIMARY)
    place.run("teardown", "-e", "mesh_teardown=mesh2").refused("mesh_teardown is mesh2, and this is mesh lab")
    place.run(*TAKE_DOWN, "--limit", REMOTES[0]).refused(f"{PRIMARY}", "--limit")
    place.run(*TAKE_DOWN, "--check").succeeded().says("Mesh lab would be taken down.")
    assert [write.title for write in mark.writes()] == []
    assert members() == dict.fromkeys(REMOTES, "Available")


def test_a_run_that_was_killed_is_finished_by_the_next_and_users_keep_what_they_made(
    place: Workplace, before: Listing
) -> None:
    apply(PRIMARY, ROUTE)

    def is_deleted(write: Write) -> bool:
        return write.verb == "delete"

    mark = Mark()
    with place.start(*TAKE_DOWN) as run:
        mark.wait(is_deleted, "a deletion", run)
        run.kill()
    place.run(*TAKE_DOWN).succeeded().says(
        "Mesh lab is taken down.", f"CustomResourceDefinition {DEFINITION}", f"{ROOM}/of-users"
    )
    kept: list[Object] = place.result("teardown")["kept"]
    assert [(one["cluster"], one["name"]) for one in kept] == [(PRIMARY, DEFINITION)]
    assert get(PRIMARY, DEFINITION, "of-users", ROOM)


def test_then_each_cluster_is_as_it_was_before(place: Workplace, before: Listing) -> None:
    kubectl(PRIMARY, "delete", "crd", DEFINITION)
    do_what_is_told(place)
    assert {cluster: everything(cluster) for cluster in CLUSTERS} == before


def test_to_take_it_down_again_changes_nothing(place: Workplace, before: Listing) -> None:
    mark = Mark()
    run = place.run(*TAKE_DOWN).succeeded().says("There was nothing to remove.")
    assert sum(run.changed.values()) == 0
    assert [
        write.title for write in mark.writes() if not write.resource.startswith("leases.")
    ] == []  # but for the lock
    assert {cluster: everything(cluster) for cluster in CLUSTERS} == before
