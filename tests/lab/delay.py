"""Packets between two regions take their time: a TUN device in the router's namespace, and a process that holds what comes into it.

Rules of the router, by incoming interface and destination, send what goes from one region to another into the device. The process writes
each packet back when its time has come, in the order of arrival, and from there it goes as ever. So these packets pass the forward hook
twice; the cloud decides the first time. What the host sends and receives, and what stays in a region, is in no rule.

Where the process ends by itself, the device goes, and with it the only route of the rules' table: the router then looks into its main
table, so packets pass at once, and only those that were held are lost. `status` shows it; `delay` with any figure repairs it, `down`
removes all.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from . import processes
from .host import CHECKOUT, STATE, LabError, write_private
from .network import ROUTER, batch, links, ours
from .processes import Daemon
from .topology import CLUSTERS, DELAY, Cluster

TABLE = 40
MOST = 10_000  # ms
TOLD = STATE / "delay"  # the round trip in ms
READY_SECONDS = 15.0
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h
LONGEST = 65536  # the MTU is the longest that the device takes, so that no packet is too long for it
QUEUE = 10_000  # packets that wait for the process


def daemon() -> Daemon:
    command = (sys.executable, "-m", f"{__package__}.delay", TOLD)
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    return Daemon("delay", "delay", command, ROUTER, environment=environment)


def refuse(milliseconds: int) -> None:
    """Look whether there can be such a delay.

    :raises LabError: there is no lab.
    :raises ValueError: not from 0 to MOST.
    """
    if not 0 <= milliseconds <= MOST:
        raise ValueError(f"a delay is from 0 to {MOST} ms, not {milliseconds}")
    if ROUTER not in ours():
        raise LabError("there is no lab on this machine: python -m tests.lab up")


def change(milliseconds: int) -> None:
    """Let packets between two regions take so long there and back, also those of clusters that start later; 0: not delayed, nothing left.

    :raises LabError: the process did not start.
    """
    batch(ROUTER, f"rule flush table {TABLE}")  # first, so that nothing new is held
    if found := processes.running(daemon()) or processes.stray(daemon()):
        processes.end([found], grace=2)
    for file in (TOLD, daemon().record):
        file.unlink(missing_ok=True)
    if milliseconds:
        write_private(TOLD, str(milliseconds))
        processes.start(daemon())
        processes.wait_ready(daemon(), lambda: DELAY in links(ROUTER), READY_SECONDS)
        batch(ROUTER, *device(), *rules(CLUSTERS))


def device() -> list[str]:
    """Commands of `ip` that make the device the way to everything in a table of its own."""
    return [
        f"link set {DELAY} mtu {LONGEST - 1} txqueuelen {QUEUE} up",
        f"route replace default dev {DELAY} table {TABLE}",
    ]


def rules(clusters: Iterable[Cluster]) -> list[str]:
    """Commands of `ip` for the router: what comes from a cluster and goes to a VPC or pods of another region looks into that table."""
    every = list(clusters)
    wanted = [
        f"rule add iif {one.attachment.device} to {block} lookup {TABLE}"
        for one in every
        for other in every
        if one.vpc.region != other.vpc.region
        for block in (other.vpc.block, other.pods)
    ]
    return list(dict.fromkeys(wanted))  # clusters share a VPC


def main(arguments: list[str]) -> None:
    """Hold packets until the process is asked to end; `arguments` is the file that tells the round trip in ms."""
    seconds = int(Path(arguments[0]).read_text()) / 1000 / 2
    signal.signal(signal.SIGTERM, lambda *_ignored: sys.exit())
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", DELAY.encode(), IFF_TUN | IFF_NO_PI))
    # the way back is this device by the rules alone: without the check what is held arrives also when they have gone
    Path(f"/proc/sys/net/ipv4/conf/{DELAY}/rp_filter").write_text("0")
    carry(descriptor, seconds)


def carry(descriptor: int, seconds: float) -> None:
    """Read packets and write each back after so many seconds, for ever; at the end those that are held, at once."""
    held = deque[tuple[float, bytes]]()
    try:
        while True:
            left = max(0.0, held[0][0] - time.monotonic()) if held else None
            if select.select([descriptor], [], [], left)[0]:
                packet = os.read(descriptor, LONGEST)
                held.append((time.monotonic() + seconds, packet))
            while held and held[0][0] <= time.monotonic():
                os.write(descriptor, held.popleft()[1])
    finally:
        for _due, packet in held:
            os.write(descriptor, packet)


if __name__ == "__main__":
    main(sys.argv[1:])
