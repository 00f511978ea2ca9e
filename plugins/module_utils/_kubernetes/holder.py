# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run of Ansible this process belongs to, and whether another run of this machine is gone: read from /proc.

Without /proc (macOS), or where no process above is an Ansible command (a module executed over SSH), a run is known by its
user and host alone, and nothing is ever judged to be gone.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

COMMANDS = ("ansible-playbook", "ansible", "ansible-console")
PROC = Path("/proc")
MACHINE_ID = Path("/etc/machine-id")
OUTERMOST = "pid:[4026531836]"  # the PID namespace of a machine itself, by its number in every kernel


@dataclass(frozen=True)
class Process:
    """`ticks` is when it started, in clock ticks after boot: with the number the name of a process until the next boot."""

    pid: int
    parent: int
    ticks: int
    is_dead: bool
    command: tuple[str, ...]


@dataclass(frozen=True)
class Holder:
    """One run of Ansible: in words, and as it can be compared ("" where that is not known)."""

    text: str
    process: str = ""

    def is_same(self, text: str, process: str) -> bool:
        return self.process == process if self.process and process else self.text == text


def this_run() -> Holder:
    """The run that this process belongs to, be it a forked worker or an executed module."""
    text = f"{_user()}@{socket.gethostname()}"
    run = run_above(os.getpid())
    if run is None:
        return Holder(text)
    started = _started(run)
    text += f" process {run.pid}" + (f" started {started:%Y-%m-%dT%H:%M:%SZ}" if started else "")
    return Holder(text, f"{place()}/{run.pid}/{run.ticks}" if place() else "")


def run_above(pid: int) -> Process | None:
    """The first process upwards that is an Ansible command; of its forks, which share its command line, the topmost."""
    found = None
    while pid > 0:
        process = read_process(pid)
        if process is None or (found and process.command != found.command):
            break
        if any(Path(argument).name in COMMANDS for argument in process.command[:4]):
            found = process
        pid = process.parent
    return found


def is_gone(process: str) -> bool:
    """Whether the process of a Holder is certainly gone: seen from where its number means something."""
    machine, boot, room, pid, ticks = process.split("/") if process.count("/") == 4 else ("",) * 5
    here = place().split("/")
    if not pid.isdigit() or len(here) != 3:
        return False
    if [boot, room] == here[1:]:
        return _has_ended(int(pid), ticks)
    # After a reboot; a container may share name and machine id with one of another machine.
    return bool(machine) and machine == here[0] and boot != here[1] and room == here[2] == OUTERMOST


def place() -> str:
    """ "machine/boot/PID namespace": where process numbers mean the same. "" where it is not known."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        room = str((PROC / "self/ns/pid").readlink())
    except OSError:
        return ""
    try:
        machine = f"{socket.gethostname()} {MACHINE_ID.read_text(encoding='utf-8')}"
    except OSError:
        return f"/{boot}/{room}"
    return f"{hashlib.sha256(machine.encode()).hexdigest()[:16]}/{boot}/{room}"  # the id itself is not to be published


def read_process(pid: int) -> Process | None:
    """One process; None where there is none, or it is hidden from us."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        command = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return None
    fields = stat.rpartition(")")[
        2
    ].split()  # proc(5): the name before it may hold anything; the third field comes first
    arguments = tuple(argument.decode(errors="replace") for argument in command.split(b"\0")[:-1])
    return Process(pid, parent=int(fields[1]), ticks=int(fields[19]), is_dead=fields[0] in "ZX", command=arguments)


def _has_ended(pid: int, ticks: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass  # another user's, which /proc may hide
    process = read_process(pid)
    return process is not None and (process.is_dead or str(process.ticks) != ticks)


def _started(process: Process) -> datetime | None:
    """When a process started, in UTC."""
    try:
        lines = (PROC / "stat").read_text(encoding="utf-8").splitlines()
        booted = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
    except (OSError, StopIteration):
        return None
    return datetime.fromtimestamp(booted + process.ticks / os.sysconf("SC_CLK_TCK"), tz=timezone.utc)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without an entry, as containers have them
        return str(os.getuid())
