"""`python -m tests.lab.check_down`: whether `down` leaves nothing, also after kills; in a sandbox, apart from the machine's lab."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import cgroups, cleanup, delay, footprint, network, processes
from .host import CHECKOUT, STATE

LAB = (sys.executable, "-m", __package__)
SANDBOX = Path(__file__).parent / "sandbox.sh"
SEED = 3


class Unexpected(Exception):
    """A scenario did not go as it should, before `down`."""


def main() -> int:
    """Run every scenario in a sandbox of its own kind of machine; 0 where nothing was left by any."""
    if sys.argv[1:] != ["inside"]:
        directory = tempfile.mkdtemp(prefix="mrlab-check-", dir="/var/tmp")
        try:
            inside = (sys.executable, "-m", f"{__package__}.check_down", "inside")
            return subprocess.run(["sh", SANDBOX, directory, *inside], cwd=CHECKOUT, check=False).returncode
        finally:
            shutil.rmtree(directory)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell begins with Ctrl-C ignored
    failed = [scenario.__name__ for scenario in SCENARIOS if not holds(scenario)]
    print(f"FAILED: {', '.join(failed)}" if failed else f"nothing left by any of {len(SCENARIOS)} scenarios")
    return 1 if failed else 0


def holds(scenario: Callable[[], None]) -> bool:
    """Whether the machine is as before after a scenario and `down`; prints what is not."""
    print(f"--- {scenario.__name__}: {scenario.__doc__}", flush=True)
    before = footprint.read()
    try:
        scenario()
    except (Unexpected, subprocess.CalledProcessError) as error:
        print(f"NOT AS EXPECTED: {error}", flush=True)
        lab("down")
        return False
    began = time.monotonic()
    lab("down")
    left = footprint.differences(before, footprint.read())
    print(f"down took {time.monotonic() - began:.1f} s; left: {len(left)}", *left, sep="\n  ", flush=True)
    return not left


def nothing() -> None:
    """There is no lab."""


def plain() -> None:
    """A cluster and two control planes come up, twice."""
    lab("up", "cn-beijing-1", "api-1", "api-2")
    lab("up", "cn-beijing-1", "api-1", "api-2")


def delayed() -> None:
    """Regions are apart: by another figure after the process was killed, not at all with 0, and in the end `down` ends it."""
    lab("up", "cn-beijing-1")
    before = router()
    lab("delay", "80")
    lab("status")
    if found := processes.running(delay.daemon()):
        processes.end([found], grace=0)
    lab("delay", "20")
    if not processes.running(delay.daemon()):
        raise Unexpected("a delay that was killed is not repaired")
    lab("delay", "0")
    if left := footprint.differences(before, router()):
        raise Unexpected(f"delay 0 leaves {left}")
    lab("delay", "80")


def killed_daemons() -> None:
    """A third of its processes is killed, then the same again after `up` has repaired it."""
    lab("up", "cn-beijing-1")
    kill_some()
    lab("up", "cn-beijing-1")
    lab("status")
    kill_some()


def killed_up() -> None:
    """`up` is killed again and again, at every second of its way."""
    for seconds in (0.5, 2, 4, 6, 8, 11):
        up = subprocess.Popen([*LAB, "up", "cn-beijing-1", "api-1"], cwd=CHECKOUT, start_new_session=True)
        time.sleep(seconds)
        up.kill()
        up.wait()


def interrupted_up() -> None:
    """Ctrl-C while it starts."""
    up = subprocess.Popen([*LAB, "up", "cn-beijing-1", "api-1"], cwd=CHECKOUT)
    time.sleep(5)
    up.send_signal(signal.SIGINT)
    if up.wait(30) != 130:
        raise Unexpected(f"up ended with {up.returncode} after Ctrl-C, not 130")


def lost_records() -> None:
    """The records of half of the processes are lost; `up` finds these processes again."""
    lab("up", "cn-beijing-1")
    running = {record: processes.of_record(record) for record in sorted(processes.RECORDS.glob("*/*"))}
    for record in list(running)[::2]:
        record.unlink()
    lab("up", "cn-beijing-1")
    if replaced := [name for name, before in running.items() if processes.of_record(name) != before]:
        raise Unexpected(f"up replaced processes that ran: {replaced}")


def lost_state() -> None:
    """The whole state directory is lost."""
    lab("up", "cn-beijing-1", "api-1")
    shutil.rmtree(STATE, ignore_errors=True)


def lost_namespace() -> None:
    """The router and the cluster's namespace are removed under it; `up` repairs that."""
    lab("up", "cn-beijing-1")
    lab("delay", "80")
    for name in ("mrlab-router", "mrlab-cn-beijing-1"):
        subprocess.run(["ip", "netns", "delete", name], check=True)
    lab("up", "cn-beijing-1")


def power_loss() -> None:
    """Everything but the files is gone, as after a reboot; `up` starts the same cluster again."""
    lab("up", "cn-beijing-1")
    cleanup.end_processes()
    network.remove()
    cgroups.remove()
    lab("up", "cn-beijing-1")


SCENARIOS = (
    nothing,
    plain,
    delayed,
    killed_daemons,
    killed_up,
    interrupted_up,
    lost_records,
    lost_state,
    lost_namespace,
    power_loss,
)


def lab(*arguments: str) -> None:
    """Run a command of the lab; it must succeed."""
    subprocess.run([*LAB, *arguments], cwd=CHECKOUT, check=True)


def router() -> set[str]:
    """The router's interfaces, rules, routes and processes, one line each."""
    inside = ("-brief link show", "rule show", "-4 route show table all")
    commands = [f"ip netns pids {network.ROUTER}", *(f"ip -n {network.ROUTER} {one}" for one in inside)]
    done = [subprocess.run(one.split(), capture_output=True, text=True, check=True) for one in commands]
    return {line for one in done for line in one.stdout.splitlines()}


def kill_some() -> None:
    """Kill a third of the lab's processes, chosen by a fixed seed, the ones in pods too."""
    chosen = random.Random(SEED)
    for pid in chosen.sample(sorted(cgroups.processes()), len(cgroups.processes()) // 3):
        if found := processes.identify(pid):
            processes.end([found], grace=0)


if __name__ == "__main__":
    sys.exit(main())
