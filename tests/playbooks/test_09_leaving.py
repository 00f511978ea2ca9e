"""A member leaves: what was its own of the mesh goes, what was there before and what users made stays; and it may come again."""

from __future__ import annotations

import subprocess

import pytest

from .audit import Mark, Write, titles
from .clusters import (
    NAMESPACE,
    PRIMARY,
    REMOTES,
    apply,
    every,
    get,
    helm,
    kinds,
    kubectl,
    members,
    remaining,
    repair,
    stop_api_server,
    there,
)
from .conftest import ADOPTING
from .runs import Workplace

OTHER = REMOTES[0]
REJOIN = ("remotes", "--limit", ADOPTING)


def leave(cluster: str) -> tuple[str, ...]:
    """The playbook and arguments by which a cluster leaves."""
    return ("leave", "-e", f"mesh_leaving={cluster}")


def users_objects() -> dict[str, str]:
    """The version of each object that users have put into the cluster that leaves."""
    found = every(ADOPTING, "configmaps,namespaces", "--all-namespaces", "--selector", "team=users")
    return {one["metadata"]["uid"]: one["metadata"]["resourceVersion"] for one in found}


def assert_left(cluster: str) -> None:
    """The primary knows nothing more of a cluster."""
    assert cluster not in members()
    assert get(PRIMARY, "secret", cluster) is None


@pytest.mark.usefixtures("mesh")
def test_a_member_leaves_and_keeps_what_was_there_before_and_what_users_made(place: Workplace) -> None:
    users = {"labels": {"team": "users"}}
    apply(
        ADOPTING,
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "users", **users}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "users", **users}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": NAMESPACE, **users}},
    )
    kubectl(ADOPTING, "label", "namespace", "users", "istio-injection=enabled")
    before = users_objects()
    run = place.run(*leave(ADOPTING)).succeeded().says("Kept", f"{ADOPTING}: Namespace {NAMESPACE}")
    assert_left(ADOPTING)
    told = place.result("leave")
    assert remaining(ADOPTING) - {f"{one['kind']} {one['name']}" for one in told["left"]} == {"ConfigMap kept"}
    assert {one["kind"] for one in told["kept"]} == {"Namespace"}
    assert not [kind for kind in kinds(ADOPTING) if kind.endswith(".istio.io")]
    assert users_objects() == before
    assert "istio-injection" not in there(ADOPTING, "namespace", "default")["metadata"]["labels"]
    assert not [label for label in there(ADOPTING, "namespace", NAMESPACE)["metadata"]["labels"] if "istio" in label]
    assert told["failure"] == ""
    assert members() == {OTHER: "Available"}
    assert run.changed[ADOPTING] > 0


def test_to_leave_again_changes_nothing(place: Workplace) -> None:
    mark = Mark()
    assert place.run(*leave(ADOPTING)).succeeded().changed[ADOPTING] == 0
    assert [write.title for write in mark.writes(ADOPTING)] == []


def test_a_release_made_by_hand_keeps_it_from_coming_again_until_it_is_forced(place: Workplace) -> None:
    helm(ADOPTING, "install", "istio-base", "base")
    mark = Mark()
    place.run(*REJOIN).refused(ADOPTING, "istio-system/istio-base", "mesh_force")
    assert titles(mark.writes(ADOPTING)) == []
    place.run(*REJOIN, "-e", "mesh_force=true").succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")


def test_leaving_that_was_killed_is_finished_by_the_next_run_and_keeps_the_adopted_release(place: Workplace) -> None:
    def deleted(write: Write) -> bool:
        return write.verb == "delete"

    mark = Mark()
    with place.start(*leave(ADOPTING)) as run:
        mark.wait(deleted, "a deletion", run)
        run.kill()
    place.run(*leave(ADOPTING)).succeeded().says(f"Helm release {NAMESPACE}/istio-base", f"Namespace {NAMESPACE}")
    assert_left(ADOPTING)
    releases = every(ADOPTING, "secrets", "--namespace", NAMESPACE, "--selector", "owner=helm")
    assert {one["metadata"]["labels"]["name"] for one in releases} == {"istio-base"}
    assert get(ADOPTING, "deployment", "istio-ingressgateway") is None


def test_a_cluster_that_is_out_of_reach_leaves_and_the_rest_is_done_later_by_the_commands_told(
    place: Workplace,
) -> None:
    stop_api_server(OTHER)
    try:
        run = place.run(*leave(OTHER)).succeeded()
        assert_left(OTHER)
    finally:
        repair(OTHER)
    commands = [one["command"] for one in place.result("leave")["left"]]
    assert commands
    run.says(*commands)
    for command in commands:
        subprocess.run(command, shell=True, check=True, cwd=place.place)
    assert remaining(OTHER) == set()
