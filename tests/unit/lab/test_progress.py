"""Progress is told: what, for how long, what is left."""

from __future__ import annotations

import io
import re
import time

import pytest

from tests.lab.progress import LineView, Progress


def lines(stream: io.StringIO) -> list[str]:
    """What was printed, without the clock in front, and with S for every figure of seconds."""
    return [re.sub(r"\d+(\.\d+)? s", "S", line).partition("] ")[2] for line in stream.getvalue().splitlines()]


def test_start_and_end_of_a_step_are_told_with_what_is_left() -> None:
    stream = io.StringIO()
    with Progress(LineView(stream)) as progress:
        progress.expect(2)
        with progress.step("etcd"):
            pass
        with progress.step("kubelet"):
            pass
        progress.note("that is all")
    assert lines(stream) == [
        "start  etcd (1 left)",
        "done   etcd, S (1 left)",
        "start  kubelet",
        "done   kubelet, S",
        "that is all",
    ]


def test_a_step_that_raises_is_told_as_failed_and_raises() -> None:
    stream = io.StringIO()
    with Progress(LineView(stream)) as progress, pytest.raises(KeyError), progress.step("etcd"):
        raise KeyError
    assert lines(stream)[-1] == "FAILED etcd, S"


def test_a_long_step_gives_signs_of_life() -> None:
    stream = io.StringIO()
    with Progress(LineView(stream, heartbeat=0.05)) as progress, progress.step("kubelet"):
        time.sleep(0.2)
    assert "still  kubelet, S so far" in lines(stream)
