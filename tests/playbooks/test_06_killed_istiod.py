"""istiod is killed while a run changes or looks at the mesh: the run waits for the next or says what it lacks; one more is well."""

from __future__ import annotations

import pytest

from .audit import Mark, Write
from .clusters import NAMESPACE, PRIMARY, REMOTES, kubectl, members, patch, there
from .runs import Finished, Workplace

FIRST = REMOTES[0]
NETWORK = "topology.istio.io/network"

pytestmark = pytest.mark.usefixtures("mesh")


def lock(write: Write) -> bool:
    """Whether a write is that of the lock."""
    return write.resource == "leases.coordination.k8s.io"


def killed_istiod(place: Workplace, *arguments: str) -> Finished:
    """A run at whose beginning all of the primary's istiod are killed."""
    mark = Mark()
    with place.start(*arguments) as run:
        mark.wait(lock, "the lock", run)
        kubectl(PRIMARY, "delete", "pods", "-l", "app=istiod", "-n", NAMESPACE, "--force", "--grace-period=0")
        return run.wait()


def test_remotes_is_brought_to_its_end_or_says_what_it_lacks(place: Workplace) -> None:
    patch(FIRST, "namespace", NAMESPACE, {"metadata": {"labels": {NETWORK: "by-hand"}}})
    run = killed_istiod(place, "remotes")
    if run.code:
        run.refused("istiod")
    place.run("remotes").succeeded()
    assert there(FIRST, "namespace", NAMESPACE)["metadata"]["labels"][NETWORK] == "lab"
    assert members() == dict.fromkeys(REMOTES, "Available")
    place.run("remotes", "--diff").unchanged()


def test_verify_says_what_is_wrong_and_the_next_finds_all_well(place: Workplace) -> None:
    run = killed_istiod(place, "verify")
    if run.code:
        run.refused("istiod")
    place.run("verify").succeeded()
