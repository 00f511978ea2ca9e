# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run a process belongs to, and whether another run is gone: by a /proc made of files."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import holder
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.holder import Holder, is_gone, this_run

PLAYBOOK = ("python3", "/usr/bin/ansible-playbook", "site.yml")
Add = Callable[..., None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Adds a process to an empty machine, whose processes are alive where they have an entry."""
    proc = tmp_path / "proc"
    (proc / "sys/kernel/random").mkdir(parents=True)
    (proc / "sys/kernel/random/boot_id").write_text("boot-1\n")
    (proc / "self/ns").mkdir(parents=True)
    (proc / "self/ns/pid").symlink_to(holder.OUTERMOST)
    (proc / "stat").write_text("cpu 1 2 3\nbtime 1700000000\n")
    (tmp_path / "machine-id").write_text("0123456789abcdef\n")
    monkeypatch.setattr(holder, "PROC", proc)
    monkeypatch.setattr(holder, "MACHINE_ID", tmp_path / "machine-id")

    def kill(pid: int, _signal: int) -> None:
        if not (proc / str(pid)).exists():
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)

    def add_process(pid: int, parent: int, *command: str, ticks: int = 100, state: str = "S") -> None:
        (proc / str(pid)).mkdir()
        fields = f"{pid} (a ) (name) {state} {parent} " + "0 " * 17 + f"{ticks} 0 0"
        (proc / str(pid) / "stat").write_text(fields)
        (proc / str(pid) / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in command))

    return add_process


def run_of(pid: int) -> int | None:
    run = holder.run_above(pid)
    return run.pid if run else None


def test_a_forked_worker_and_an_executed_module_belong_to_the_same_run(add: Add) -> None:
    add(1, 0, "init")
    add(10, 1, "bash")
    add(20, 10, *PLAYBOOK)
    add(30, 20, *PLAYBOOK)
    add(40, 30, "/bin/sh", "-c", "python3 /tmp/AnsiballZ_mesh_lock.py")
    add(41, 40, "python3", "/tmp/AnsiballZ_mesh_lock.py")
    assert [run_of(pid) for pid in (20, 30, 41)] == [20, 20, 20]


def test_a_playbook_that_another_playbook_runs_is_a_run_of_its_own(add: Add) -> None:
    add(20, 1, *PLAYBOOK)
    add(30, 20, *PLAYBOOK)
    add(31, 30, "python3", "/tmp/AnsiballZ_command.py")
    add(50, 31, *PLAYBOOK)
    add(60, 50, *PLAYBOOK)
    assert run_of(60) == 50


@pytest.mark.parametrize(
    "command",
    [("ansible-playbook", "a"), ("python3", "-m", "ansible", "playbook"), ("python", "-u", "/x/ansible", "all")],
)
def test_every_way_to_start_ansible_is_known(add: Add, command: tuple[str, ...]) -> None:
    add(20, 1, *command)
    add(30, 20, "sh")
    assert run_of(30) == 20


def test_without_ansible_above_or_without_proc_there_is_no_process(add: Add) -> None:
    add(20, 1, "sshd", "ansible-playbook.log")
    assert run_of(20) is None
    assert run_of(21) is None


def test_a_run_is_told_by_user_host_process_and_start(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ops")
    monkeypatch.setattr(socket, "gethostname", lambda: "laptop")
    add(os.getpid(), 1, *PLAYBOOK, ticks=100 * os.sysconf("SC_CLK_TCK"))
    run = this_run()
    assert run.text == f"ops@laptop process {os.getpid()} started 2023-11-14T22:15:00Z"
    assert "0123456789abcdef" not in run.process
    assert not is_gone(run.process)


def test_runs_are_compared_by_process_and_by_words_where_none_is_known() -> None:
    mine = Holder("ops@laptop process 7", "m/boot-1/room/7/100")
    assert mine.is_same("ops@laptop, renamed", "m/boot-1/room/7/100")
    assert not mine.is_same("ops@laptop process 7", "m/boot-1/room/7/200")
    assert Holder("ops@laptop").is_same("ops@laptop", "")
    assert not Holder("ops@laptop").is_same("ops@laptop process 7", "m/boot-1/room/7/100")


def test_a_run_is_gone_when_its_process_is_or_another_has_its_number(add: Add) -> None:
    add(7, 1, *PLAYBOOK, ticks=100)
    add(8, 1, *PLAYBOOK, ticks=100, state="Z")
    here = holder.place()
    gone = {process: is_gone(f"{here}/{process}") for process in ("7/100", "7/99", "8/100", "9/100")}
    assert gone == {"7/100": False, "7/99": True, "8/100": True, "9/100": True}


def test_a_run_of_before_a_reboot_is_gone_where_the_machine_is_certainly_the_same(add: Add, tmp_path: Path) -> None:
    machine = holder.place().partition("/")[0]
    outermost = holder.OUTERMOST
    assert is_gone(f"{machine}/boot-0/{outermost}/7/100")
    assert not is_gone(f"other/boot-0/{outermost}/7/100")
    assert not is_gone(f"{machine}/boot-0/pid:[1]/7/100")
    (tmp_path / "machine-id").unlink()
    assert not is_gone(f"/boot-0/{outermost}/7/100")


@pytest.mark.parametrize("process", ["", "nonsense", "a/b/c/d/e", "m/boot-1/pid:[1]/9/100"])
def test_what_cannot_be_seen_from_here_is_never_gone(add: Add, process: str) -> None:
    assert not is_gone(process)


def test_a_process_that_is_hidden_from_us_is_not_gone(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_allowed(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", not_allowed)
    assert not is_gone(f"{holder.place()}/9/100")
