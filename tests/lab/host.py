"""The machine under the lab: where the lab's files lie, commands run on it, waiting for something to come true."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

STATE = Path("/var/lib/multiregion-istio-lab")  # one lab per machine, whatever checkout it was started from
CHECKOUT = Path(__file__).parents[2]
OUTPUT = CHECKOUT / ".lab"  # what this checkout is told about the lab: inventory and kubeconfigs
GOGC = "400"  # programs in Go: memory is there, and collecting it as often as by default takes cores that are not

stopping = threading.Event()  # set when the command was interrupted: whoever waits gives up


class LabError(Exception):
    """The lab cannot do what it was asked; the message says what, why and what to do."""


def run(*command: str | Path, stdin: str | None = None) -> str:
    """Run a command that ends by itself and return its output.

    :raises LabError: it cannot be run, or failed; with its exit code and output.
    """
    arguments = [os.fspath(part) for part in command]
    try:
        done = subprocess.run(arguments, input=stdin, capture_output=True, text=True, check=False)
    except OSError as error:
        raise LabError(f"{' '.join(arguments)}: {error.strerror}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise LabError(f"{' '.join(arguments)} failed with exit code {done.returncode}: {said}")
    return done.stdout


def wait_until(true: Callable[[], bool], seconds: float, what: str, why: Callable[[], str]) -> None:
    """Ask `true` five times a second until it says so.

    :raises LabError: not within `seconds`; with `what` was awaited and `why` it may not have come.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if stopping.wait(0.2):
            raise LabError(f"interrupted while waiting for {what}")
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds:.0f} s. {why()}")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.rename(path)
