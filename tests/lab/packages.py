"""The lab's Debian packages (debian-packages.txt): installed by apt-get when one is missing, otherwise nothing happens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .host import LabError
from .progress import Progress

LIST = Path(__file__).parent / "debian-packages.txt"
POLICY = Path("/usr/sbin/policy-rc.d")
NO_SERVICES = (
    "#!/bin/sh\n# Written by multiregion.istio's lab while it installs packages: no service is to start.\nexit 101\n"
)


def install(progress: Progress, listing: Path = LIST) -> None:
    """Install what is missing. Needs root only then; no service of the packages is started.

    :raises LabError: not root, or apt-get failed (with its output).
    """
    wanted = names(listing.read_text())
    absent = missing(wanted, installed(wanted))
    if not absent:
        return
    if os.geteuid() != 0:
        raise LabError(
            f"Debian packages are missing; as root: apt-get install --no-install-recommends {' '.join(absent)}"
        )
    with progress.step(f"installing {len(absent)} Debian packages: {' '.join(absent)}"), _no_services():
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", *absent)


def names(listing: str) -> list[str]:
    """The package names in a list with one name a line and comments after #."""
    return [name for line in listing.splitlines() if (name := line.partition("#")[0].strip())]


def missing(wanted: Iterable[str], present: Iterable[str]) -> list[str]:
    """What of `wanted` is not in `present`, in the order of `wanted`."""
    there = set(present)
    return [name for name in wanted if name not in there]


def installed(wanted: Iterable[str]) -> list[str]:
    """What of `wanted` dpkg has completely installed (not merely unpacked, nor removed with its configuration left)."""
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev} ${Package}\n", *wanted]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LabError("the lab needs Debian or Ubuntu: there is no dpkg-query on this machine") from None
    return parse_status(answer.stdout)


def parse_status(lines: str) -> list[str]:
    """The installed packages in lines such as `ii  runc` (dpkg's wanted and actual state, then the name)."""
    fields = (line.split() for line in lines.splitlines())
    return [field[1] for field in fields if len(field) == 2 and field[0] in ("ii", "hi")]


def _apt_get(*arguments: str) -> None:
    command = ["apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=300", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise LabError(
            f"{done.stdout}\n{' '.join(command)} failed with exit code {done.returncode} (its output is above)"
        )


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian's switch against starting services from packages, policy-rc.d. One that is there stays, but for ours of a killed run."""
    ours = not POLICY.exists() or POLICY.read_text() == NO_SERVICES
    if ours:
        POLICY.write_text(NO_SERVICES)
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()
