"""The one setting of the machine that the lab changes while it runs: how many inotify instances a user may have.

A kubelet and an API server use six each, and end or stop noticing new certificates where there is none left. The usual
limit of 128 is that of three clusters and a few control planes. inotify(7), "/proc interfaces".
"""

from __future__ import annotations

from pathlib import Path

SETTING = Path("/proc/sys/fs/inotify/max_user_instances")
NEEDED = 1024
BEFORE = Path("/run/mrlab-inotify-instances")  # what it was; the next boot forgets both


def raise_limit() -> None:
    """Raise it where it is lower than what the lab may need."""
    now = int(SETTING.read_text())
    if now < NEEDED:
        BEFORE.write_text(f"{now}\n")
        SETTING.write_text(f"{NEEDED}\n")


def restore() -> None:
    """Set it to what it was, unless somebody else has changed it since."""
    if not BEFORE.exists():
        return
    if int(SETTING.read_text()) == NEEDED:
        SETTING.write_text(BEFORE.read_text())
    BEFORE.unlink()
