"""The lab's control groups (version 1 or 2): every process of the lab is in one, so none is lost when its record is."""

from __future__ import annotations

import os
import time
from pathlib import Path

PARENT = "multiregion-istio-lab"
JOINED = {"cpu", "memory", "pids"}  # of version 1; containers make their own in the others


def hierarchies(mounts: str) -> list[tuple[Path, bool]]:
    """The mounted hierarchies in the text of /proc/mounts: (where, whether the lab's own processes join it)."""
    found = []
    for line in mounts.splitlines():
        _device, where, kind, options = line.split()[:4]
        if kind == "cgroup2":
            found.append((Path(where), True))
        elif kind == "cgroup":
            found.append((Path(where), bool(JOINED & set(options.split(",")))))
    return found


def name(owner: str) -> str:
    """The name of an owner's group, the same in every hierarchy; a kubelet puts its pods' groups into its node's."""
    return f"/{PARENT}/{owner}"


def entries(owner: str) -> list[Path]:
    """Make an owner's groups; the files that one of its processes writes its id into to be there."""
    files = []
    for root, joined in _mounted():
        group = root / PARENT / owner
        group.mkdir(parents=True, exist_ok=True)
        for ancestor in (root, root / PARENT):
            _pass_on_controllers(ancestor)
        if joined:
            system = group / "system"
            system.mkdir(exist_ok=True)
            files.append(system / "cgroup.procs")
    return files


def processes(owner: str = "") -> set[int]:
    """The ids of all processes in the lab's groups, or in those of one owner."""
    found: set[int] = set()
    for group in _groups(owner):
        try:
            found |= {int(line) for line in (group / "cgroup.procs").read_text().split()}
        except OSError:  # a group that is going away
            continue
    return found


def remove(seconds: float = 5.0) -> list[Path]:
    """Remove the lab's groups, innermost first; what is still there after so many seconds is returned."""
    deadline = time.monotonic() + seconds
    while groups := _groups():
        for group in groups:
            try:
                group.rmdir()
            except OSError:  # the last process is still on its way out
                continue
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return _groups()


def _pass_on_controllers(group: Path) -> None:
    """With version 2 a group has the controllers that its parent passes on, and a kubelet wants all there are."""
    available = group / "cgroup.controllers"
    if available.exists() and (controllers := available.read_text().split()):
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{controller}" for controller in controllers))


def _mounted() -> list[tuple[Path, bool]]:
    return hierarchies(Path("/proc/mounts").read_text())


def _groups(owner: str = "") -> list[Path]:
    """All groups of the lab or of an owner, innermost first."""
    found = []
    for root, _joined in _mounted():
        found += [Path(where) for where, _directories, _files in os.walk(root / PARENT / owner, topdown=False)]
    return found
