"""The lab as a whole: up, down, status."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager

from . import (
    certificates,
    cleanup,
    cloud_daemon,
    control_plane,
    delay,
    hollow,
    inventory,
    limits,
    network,
    node,
    parts,
    processes,
    services,
)
from .host import OUTPUT, STATE, LabError, stopping, wait_until
from .parts import Parts
from .progress import Progress
from .topology import CONTROL_PLANES, Cluster, ControlPlane

AT_ONCE = 4  # more at the same time would only wait for each other
STEPS_PER_CLUSTER = 4


def up(clusters: Sequence[Cluster], planes: Sequence[ControlPlane], progress: Progress) -> None:
    """Start what of these does not run, and tell this checkout about them. What runs is left alone.

    :raises LabError: something is in the way or did not start.
    """
    made = parts.ensure(progress, OUTPUT / "bin", old=any(plane.release for plane in planes))
    with only_one(progress):
        network.refuse_conflicts()
        progress.expect(1 + bool(clusters) + STEPS_PER_CLUSTER * len(clusters) + len(planes))
        with progress.step("network"):
            limits.raise_limit()
            join(clusters, planes)
        if clusters:
            with progress.step("cloud"):
                cloud_daemon.start()
        side_by_side(
            [
                *(lambda cluster=cluster: raise_cluster(cluster, made, progress) for cluster in clusters),
                *(lambda plane=plane: raise_plane(plane, made, progress) for plane in planes),
            ]
        )
        inventory.write([*(one.name for one in clusters), *(one.name for one in planes)], made.charts)


def down(progress: Progress) -> None:
    """End everything, also what a crash left behind."""
    with only_one(progress):
        cleanup.down(progress)


def delay_regions(milliseconds: int, progress: Progress) -> None:
    """Let packets between two regions take so long there and back.

    :raises LabError: there is no lab, or the process did not start.
    :raises ValueError: no delay that the lab can make.
    """
    delay.refuse(milliseconds)  # before there is a state directory, where there is no lab
    with only_one(progress):
        progress.expect(1)
        with progress.step(f"{milliseconds} ms between two regions and back"):
            delay.change(milliseconds)


def join(clusters: Sequence[Cluster], planes: Sequence[ControlPlane]) -> None:
    """The network for these."""
    end_lost()
    network.raise_router()
    for cluster in clusters:
        network.attach(cluster.attachment, cluster.hollow_nodes.values())
    if planes:
        network.attach(CONTROL_PLANES, [plane.address for plane in planes])


def end_lost() -> None:
    """End the router's processes where its namespace has lost its name: they would keep the old one alive, and the links of all."""
    if lost := [found for one in (cloud_daemon.daemon(), delay.daemon()) if (found := processes.stray(one))]:
        processes.end(lost, grace=2)
        wait_until(
            lambda: network.HOST_LINK not in network.read_host().links, 10, "the end of the lost router's links", str
        )


def raise_cluster(cluster: Cluster, made: Parts, progress: Progress) -> None:
    """A cluster with nodes, ready for use."""
    with progress.step(f"{cluster.name}: control plane"):
        certificates.make(cluster.control_plane, (cluster.node, *cluster.hollow_nodes), made.programs)
        control_plane.start(cluster.control_plane, made.programs)
    with progress.step(f"{cluster.name}: nodes"):
        held = node.start(cluster, made.programs)
        hollow.start_all(cluster, held, made.programs)
    with progress.step(f"{cluster.name}: images"):
        node.import_images(cluster, held, made.images)
    with progress.step(f"{cluster.name}: DNS, load balancers, everything Ready"):
        services.start(cluster, made.programs)
        services.wait_ready(cluster, made.programs)


def raise_plane(plane: ControlPlane, made: Parts, progress: Progress) -> None:
    """A control plane without nodes."""
    with progress.step(f"{plane.name}: control plane"):
        certificates.make(plane, (), made.programs)
        control_plane.start(plane, made.programs)


def side_by_side(tasks: Sequence[Callable[[], None]]) -> None:
    """Run these in threads; the first failure, or Ctrl-C, makes the others give up, and is raised when they have."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            done, _waiting = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stopping.set()
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def only_one(progress: Progress) -> Iterator[None]:
    """One command at a time changes the machine's lab; the second waits. The lock is the state directory itself."""
    if os.geteuid() != 0:
        raise LabError("the lab makes network namespaces, so it must be run as root")
    while True:
        STATE.mkdir(parents=True, exist_ok=True, mode=0o711)
        descriptor = os.open(STATE, os.O_RDONLY)
        try:
            _lock(descriptor, progress)
            if _is_still(descriptor):
                yield
                return
        finally:
            os.close(descriptor)


def _lock(descriptor: int, progress: Progress) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with progress.step("waiting for another command of the lab to end"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_still(descriptor: int) -> bool:
    """Whether the directory is the one at its path: `down`, which we may have waited for, removes it."""
    try:
        return os.path.samestat(os.fstat(descriptor), STATE.stat())
    except FileNotFoundError:
        return False
