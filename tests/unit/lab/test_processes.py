"""Processes of the lab are found again by id and time of start, and no other process is ever ended."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import processes
from tests.lab.processes import Identity, end, identify, of_record, parse_record, parse_stat

BOOT = processes.BOOT.read_text().strip()
STAT = "4711 (a b) (c)) S 1 4711 4711 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 5 0 98765 1000 200 18446744073709551615"


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def identity_of(process: subprocess.Popen[bytes]) -> Identity:
    found = identify(process.pid)
    assert found
    return found


def test_time_of_start_is_read_behind_a_name_with_blanks_and_parentheses() -> None:
    assert parse_stat(STAT) == (98765, "S")


def test_a_record_of_this_boot_names_its_process() -> None:
    assert parse_record(f"4711 98765 {BOOT}\n", f"{BOOT}\n") == Identity(4711, 98765)


@pytest.mark.parametrize("record", ["", "4711", "4711 98765", "4711 98765 another-boot"])
def test_a_record_cut_short_or_of_another_boot_names_none(record: str) -> None:
    assert parse_record(record, BOOT) is None


def test_a_record_is_good_while_its_process_runs(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    found = identity_of(sleeper)
    record = tmp_path / "sleep"
    record.write_text(f"{found.pid} {found.start} {BOOT}")
    assert of_record(record) == found
    sleeper.kill()
    sleeper.wait()
    assert of_record(record) is None


def test_a_later_process_with_a_recorded_id_is_not_taken_for_it(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    found = identity_of(sleeper)
    record = tmp_path / "sleep"
    record.write_text(f"{found.pid} {found.start - 1} {BOOT}")
    assert of_record(record) is None


def test_a_later_process_with_the_same_id_is_not_ended(sleeper: subprocess.Popen[bytes]) -> None:
    found = identity_of(sleeper)
    assert not end([Identity(found.pid, found.start - 1)], grace=0)
    assert sleeper.poll() is None


def test_a_process_that_ignores_the_request_is_killed() -> None:
    stubborn = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]
    with subprocess.Popen(stubborn, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert not end([identity_of(process)], grace=0.3)
        assert process.wait(5) == -9


def test_a_process_that_ended_but_was_not_waited_for_does_not_run(sleeper: subprocess.Popen[bytes]) -> None:
    found = identity_of(sleeper)
    sleeper.kill()
    assert not end([found], grace=1)
    assert identify(sleeper.pid) is None
