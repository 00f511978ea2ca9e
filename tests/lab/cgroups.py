"""The lab's control groups (version 1 or 2): every process of the lab is in one, so none is lost when its record is."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .host import LabError

PARENT = "multiregion-istio-lab"
PASSED_ON = Path("/run/mrlab-cgroup-controllers")  # what the root did not pass on before; the next boot forgets both
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
        if changed := pass_on_controllers(root):
            PASSED_ON.write_text(" ".join(changed))
        pass_on_controllers(root / PARENT)
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
    if PASSED_ON.exists():
        _pass_on_no_more(PASSED_ON.read_text().split())
        PASSED_ON.unlink()
    return _groups()


def pass_on_controllers(group: Path) -> list[str]:
    """With version 2 a group has the controllers that its parent passes on, and a kubelet wants all there are.

    Returns those that the parent did not pass on before.

    :raises LabError: the kernel does not allow it, as for a group that has processes of its own.
    """
    available, passed_on = group / "cgroup.controllers", group / "cgroup.subtree_control"
    if not available.exists() or "memory" not in available.read_text().split():
        return []  # version 1, or a version 2 beside it that has nothing a kubelet looks for
    missing = sorted(set(available.read_text().split()) - set(passed_on.read_text().split()))
    try:
        if missing:
            passed_on.write_text(" ".join(f"+{controller}" for controller in missing))
    except OSError as error:
        raise LabError(f"cannot pass on the controllers {', '.join(missing)} in {group}: {error.strerror}") from error
    return missing


def _pass_on_no_more(controllers: list[str]) -> None:
    for root, _joined in _mounted():
        for controller in controllers:
            try:
                (root / "cgroup.subtree_control").write_text(f"-{controller}")
            except OSError:  # version 1, or somebody else uses it by now
                continue


def _mounted() -> list[tuple[Path, bool]]:
    return hierarchies(Path("/proc/mounts").read_text())


def _groups(owner: str = "") -> list[Path]:
    """All groups of the lab or of an owner, innermost first."""
    found = []
    for root, _joined in _mounted():
        found += [Path(where) for where, _directories, _files in os.walk(root / PARENT / owner, topdown=False)]
    return found
