"""The end of the lab: everything that is its own goes, by what was recorded and by what is found, whatever was lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import cgroups, inventory, limits, network, processes
from .host import STATE, LabError, run
from .processes import Identity
from .progress import Progress

GRACE_SECONDS = 3.0


def down(progress: Progress) -> None:
    """End all processes of the lab and remove its namespaces, mounts, control groups, routes and files.

    :raises LabError: something does not go; with what it is.
    """
    progress.expect(3)
    with progress.step("ending the lab's processes"):
        end_processes()
    with progress.step("removing its namespaces, routes and control groups"):
        network.remove()
        limits.restore()
        if left := cgroups.remove():
            raise LabError(f"control groups do not go, something is in them: {', '.join(map(str, left))}")
    with progress.step("removing its files"):
        for mount in mounts_below(Path("/proc/mounts").read_text(), STATE):
            run("umount", "--lazy", mount)
        shutil.rmtree(STATE)
        inventory.remove()


def end_processes() -> None:
    """End them: kubelets and servers first ask for nothing new, then what they started goes with what is left.

    :raises LabError: one does not end, not even when killed.
    """
    left = processes.end(processes.recorded(), GRACE_SECONDS)
    left += processes.end(found(), grace=1)
    if left := left and found():
        raise LabError(f"processes do not end even when killed: {', '.join(str(one.pid) for one in left)}")


def found() -> list[Identity]:
    """All processes in the lab's control groups and network namespaces."""
    pids = (cgroups.processes() | network.process_ids()) - {os.getpid()}
    return [one for pid in pids if (one := processes.identify(pid))]


def mounts_below(mounts: str, directory: Path) -> list[str]:
    """The mount points under a directory in the text of /proc/mounts, innermost first."""
    points = [line.split()[1].encode().decode("unicode_escape") for line in mounts.splitlines()]
    return sorted((point for point in points if Path(point).is_relative_to(directory)), key=len, reverse=True)
