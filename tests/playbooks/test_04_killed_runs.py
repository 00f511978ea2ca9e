"""The way to the first mesh, killed by kill -9 at three places, and tried by two runs at once."""

from __future__ import annotations

import getpass
import socket

from .audit import Mark, Write, release
from .clusters import PRIMARY
from .conftest import QUICK, Foretold
from .runs import Workplace

TAKEN_UP = ("a run was interrupted", "the lock of mesh lab is taken over from")


def lock(write: Write) -> bool:
    """Whether a write is that of the lock."""
    return write.resource == "leases.coordination.k8s.io"


def member(write: Write) -> bool:
    """Whether a write records a member."""
    return write.resource.startswith("remoteistios.")


def test_a_run_is_killed_while_helm_installs_the_crds(place: Workplace, foretold: Foretold) -> None:
    mark = Mark()
    with place.start("primary") as run:
        mark.wait(release("istio-base", PRIMARY), "the release istio-base", run)
        run.kill()


def test_the_next_takes_the_lock_over_and_keeps_a_second_run_out_until_it_is_killed_itself(place: Workplace) -> None:
    mark = Mark()
    with place.start("site", *QUICK) as run:
        mark.wait(lock, "the lock", run)
        second = place.run("primary")
        mark.wait(release("istio-ingressgateway", PRIMARY), "the release of the primary's gateway", run)
        killed = run.kill()
    second.refused(getpass.getuser(), socket.gethostname(), str(run.process.pid))
    killed.says("istio-base", *TAKEN_UP)


def test_the_next_finishes_the_gateway_and_is_killed_in_the_middle_of_a_join(place: Workplace) -> None:
    mark = Mark()
    with place.start("site", *QUICK) as run:
        mark.wait(member, "a RemoteIstio", run)
        killed = run.kill()
    killed.says("istio-ingressgateway", *TAKEN_UP)
