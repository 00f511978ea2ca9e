"""An API server dies in the middle of a join: the other joins, this one is told with what was done, and the next run completes it."""

from __future__ import annotations

from .audit import Mark, Write
from .clusters import NAMESPACE, PRIMARY, REMOTES, get, members, repair, stop_api_server
from .runs import Workplace

DYING, OTHER = REMOTES
NO_ANSWER = "no answer from https://"


def first_of_join(write: Write) -> bool:
    """Whether a write is the first of the join itself: that of the token's Secret."""
    return write.cluster == DYING and write.resource == "secrets" and "token" in write.name


def test_the_cluster_whose_api_server_dies_fails_and_the_other_joins(place: Workplace) -> None:
    mark = Mark()
    with place.start("remotes", "-e", "mesh_force=true") as running:
        mark.wait(first_of_join, "the Secret of the token", running)
        stop_api_server(DYING)
        run = running.wait()
    run.refused(DYING, NO_ANSWER)
    assert run.failed == {DYING}
    assert members()[OTHER] == "Available"
    outcome = {one["name"]: one for one in place.result("remotes")["members"]}
    assert outcome[OTHER]["failure"] == ""
    failure = outcome[DYING]["failure"]
    assert NO_ANSWER in failure
    # The first where the server dies before the join has looked at it for the last time.
    assert any(f"{kind} {NAMESPACE}/" in failure for kind in ("Secret", "Helm release"))


def test_the_next_run_completes_the_join_and_the_mesh_works(place: Workplace) -> None:
    repair(DYING)
    place.run("site").succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
    assert get(PRIMARY, "secret", DYING) is not None
