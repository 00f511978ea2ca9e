"""The directory that all checkouts on this machine share, and how things get into it whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .progress import Progress


def directory() -> Path:
    """Where what is slow to make is kept; it is not made here."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "multiregion-istio"


@contextmanager
def appears(final: Path) -> Iterator[Path]:
    """A path beside `final` that takes its name when the block ends well, and is gone when it does not."""
    partial = final.with_name(f".{final.name}.partial")
    _remove(partial)
    try:
        yield partial
        partial.rename(final)
    finally:
        _remove(partial)


@contextmanager
def only_writer(progress: Progress) -> Iterator[None]:
    """One writer at a time on this machine; the second waits, and finds what the first made."""
    directory().mkdir(parents=True, exist_ok=True)
    with (directory() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step("waiting for another build of the lab's parts to end"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
