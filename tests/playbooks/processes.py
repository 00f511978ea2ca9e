"""A run's processes, workers and helm included: found by a mark in their environment, watched, ended by kill -9.

Ansible puts each worker into a session of its own, so neither a process group nor a session has them all.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "MESH_PLAYBOOK_TEST"
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_TO_DIE = 10.0


def marked(mark: str) -> dict[int, bytes]:
    """The processes of a run that live: their environment by process id."""
    sign = f"{MARK}={mark}".encode()
    found = {}
    for directory in Path("/proc").glob("[0-9]*"):
        if sign in (environment := content(directory / "environ")).split(b"\0"):
            found[int(directory.name)] = environment
    return found


def content(path: Path) -> bytes:
    """What a file of /proc holds; nothing where the process has ended."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def kill(mark: str) -> None:
    """kill -9 of all of a run's processes, until there is none."""
    deadline = time.monotonic() + SECONDS_TO_DIE
    while found := marked(mark):
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes outlive kill -9: {sorted(found)}")
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)


@contextmanager
def watched(mark: str) -> Iterator[set[bytes]]:
    """What `ps` shows of a run's processes, sampled while the context lasts: every command line and environment seen."""
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(SECONDS_BETWEEN_LOOKS):
            for pid, environment in marked(mark).items():
                seen.add(environment)
                seen.add(content(Path(f"/proc/{pid}/cmdline")).replace(b"\0", b" "))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
