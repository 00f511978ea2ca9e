"""The lab's long-running processes: started so that they outlive the command, recorded, found again, ended.

A process writes its id and its time of start, which together name it for as long as the machine runs, before it becomes
the program: there is no moment in which it runs unrecorded, even where the command that starts it is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import cgroups
from .host import GOGC, STATE, LabError, wait_until

BOOT = Path("/proc/sys/kernel/random/boot_id")
RECORDS = STATE / "run"
LOGS = STATE / "log"
# $1 is the record, then the cgroup.procs files up to --, then the command. Field 22 of stat is the 20th after the name.
RECORD_AND_BECOME = """
set -f
record=$1; shift
while [ "$1" != -- ]; do echo $$ >"$1" || exit 1; shift; done
shift
read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id
after=${stat##*) }
start=$(set -- $after; shift 19; echo "$1")
echo "$$ $start $boot" >"$record.new" && mv "$record.new" "$record" || exit 1
exec "$@"
"""


@dataclass(frozen=True)
class Identity:
    """A process, and no later one of the same id: `start` in clock ticks since the machine's boot."""

    pid: int
    start: int


@dataclass(frozen=True)
class Daemon:
    """A process of the lab: `owner` is its cluster or node, `mounts_of` a process whose mount namespace it shares."""

    owner: str
    name: str
    command: tuple[str | Path, ...]
    namespace: str
    mounts_of: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def record(self) -> Path:
        """The file that tells which process it is."""
        return RECORDS / self.owner / self.name

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return LOGS / self.owner / f"{self.name}.log"


def parse_stat(stat: str) -> tuple[int, str]:
    """(time of start, state) from the text of /proc/PID/stat. The name in it may contain blanks and parentheses."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[19]), fields[0]


def parse_record(record: str, boot: str) -> Identity | None:
    """The process of a record `PID START BOOT`; None where the machine was booted since, or the record is cut short."""
    fields = record.split()
    if len(fields) != 3 or fields[2] != boot.strip():
        return None
    return Identity(int(fields[0]), int(fields[1]))


def identify(pid: int) -> Identity | None:
    """The process that has this id now; None when there is none, or only what is left of one that ended."""
    try:
        start, state = parse_stat(Path(f"/proc/{pid}/stat").read_text())
    except OSError:
        return None
    return None if state in "ZX" else Identity(pid, start)


def running(daemon: Daemon) -> Identity | None:
    """The process of this daemon, if it runs, and in the namespace that has this name now, not in a removed one."""
    found = _find(daemon)
    try:
        home = (Path("/run/netns") / daemon.namespace).stat()
        return found if found and os.path.samestat(home, Path(f"/proc/{found.pid}/ns/net").stat()) else None
    except FileNotFoundError:
        return None


def stray(daemon: Daemon) -> Identity | None:
    """The process of this daemon where it runs in a namespace that has lost its name."""
    return None if running(daemon) else _find(daemon)


def _find(daemon: Daemon) -> Identity | None:
    """The recorded process of a daemon; where its record was lost, one of the same command, which is recorded then."""
    if found := of_record(daemon.record):
        return found
    command = [os.fspath(part) for part in daemon.command]
    for pid in cgroups.processes(daemon.owner):
        line = command_line(pid)
        # the end of the command alone where it begins with a program that becomes another, as unshare does
        if line and command[-len(line) :] == line and (found := identify(pid)):
            daemon.record.parent.mkdir(parents=True, exist_ok=True)
            daemon.record.write_text(f"{found.pid} {found.start} {BOOT.read_text()}")
            return found
    return None


def command_line(pid: int) -> list[str]:
    """The program and arguments of a process; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def of_record(record: Path) -> Identity | None:
    """The process of a record, if it still runs."""
    try:
        text = record.read_text()
    except FileNotFoundError:
        return None
    recorded = parse_record(text, BOOT.read_text())
    return recorded if recorded and identify(recorded.pid) == recorded else None


def start(daemon: Daemon) -> bool:
    """Start it unless it runs; true if it was started. It is in a session of its own and outlives the caller."""
    if running(daemon):
        return False
    if lost := stray(daemon):
        end([lost], grace=2)
    for file in (daemon.record, daemon.log):
        file.parent.mkdir(parents=True, exist_ok=True)
    daemon.record.unlink(missing_ok=True)
    enter = ["nsenter", f"--net=/run/netns/{daemon.namespace}"]
    if daemon.mounts_of is not None:
        enter += [f"--mount=/proc/{daemon.mounts_of}/ns/mnt"]
    groups = cgroups.entries(daemon.owner)
    record: list[str | Path] = ["sh", "-c", RECORD_AND_BECOME, daemon.name, daemon.record, *groups, "--"]
    command = [*enter, "--", *record, *daemon.command]  # recorded when it is where it belongs, not before
    with daemon.log.open("ab") as log:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/root", "GOGC": GOGC, **daemon.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_until(
        lambda: daemon.record.exists() or process.poll() is not None,
        30,
        f"{daemon.name} of {daemon.owner} started",
        lambda: log_end(daemon),
    )
    return True


def wait_ready(daemon: Daemon, ready: Callable[[], bool], seconds: float) -> None:
    """Wait until a daemon that was started does its work.

    :raises LabError: it ended, or is not ready in time; with the end of its log.
    """

    def ready_or_dead() -> bool:
        if not running(daemon):
            raise LabError(f"{daemon.name} of {daemon.owner} ended by itself. {log_end(daemon)}")
        return ready()

    wait_until(ready_or_dead, seconds, f"{daemon.name} of {daemon.owner} ready", lambda: log_end(daemon))


def log_end(daemon: Daemon) -> str:
    """Where the log is, and its last lines."""
    return last_lines(daemon.log)


def last_lines(log: Path) -> str:
    """A log's path and last lines."""
    lines = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
    return "\n  ".join([f"The end of {log}:", *lines])


def ended(*owners: str) -> dict[str, Path]:
    """The processes of these owners that were started and run no more: their logs by name."""
    records = [record for owner in owners for record in sorted((RECORDS / owner).glob("*"))]
    return {one.name: LOGS / one.parent.name / f"{one.name}.log" for one in records if not of_record(one)}


def recorded() -> list[Identity]:
    """All processes with a record that still run."""
    return [found for record in RECORDS.glob("*/*") if (found := of_record(record))]


def end(victims: Iterable[Identity], grace: float) -> list[Identity]:
    """Ask these processes to end, kill what still runs after `grace` seconds; what even then remains is returned."""
    alive = [victim for victim in victims if _signal(victim, signal.SIGTERM)]
    alive = _outlasting(alive, grace)
    for victim in alive:
        _signal(victim, signal.SIGKILL)
    return _outlasting(alive, 5.0)


def _outlasting(victims: list[Identity], seconds: float) -> list[Identity]:
    deadline = time.monotonic() + seconds
    while victims and time.monotonic() < deadline:
        time.sleep(0.05)
        victims = [victim for victim in victims if identify(victim.pid) == victim]
    return victims


def _signal(victim: Identity, number: signal.Signals) -> bool:
    """Signal this very process; false where it has ended. The descriptor holds the id, so no later process is hit."""
    try:
        descriptor = os.pidfd_open(victim.pid)
    except ProcessLookupError:
        return False
    try:
        if identify(victim.pid) != victim:
            return False
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
