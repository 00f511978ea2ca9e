"""`python -m tests.bench [ROOM ...]`: measures, prints a table, writes .lab/bench.json and the generated part of docs/performance.md."""

from __future__ import annotations

import importlib
import importlib.util
import signal
import sys
import time

from tests.lab.host import LabError

from . import report
from .place import REMOTES, BenchError, lab
from .row import Row

# Rooms by the lab that they need, in this order. What is measured last may take its time.
PLANES, REGIONS, NOTHING = ("up", "--control-planes", str(REMOTES + 1)), ("up",), ()
ROOMS = {
    "addresses": NOTHING,
    "join": PLANES,
    "requests": PLANES,
    "members": PLANES,
    "info": REGIONS,
    "site": REGIONS,
}


def main(names: list[str]) -> int:
    """0 where every target of the rooms holds, 1 where one does not, 2 where a room could not be measured."""
    there = [room for room in ROOMS if importlib.util.find_spec(f"{__package__}.{room}")]
    if unknown := [name for name in names if name not in there]:
        print(f"bench: no room {', '.join(unknown)}; there are {', '.join(there)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    raised: tuple[str, ...] = NOTHING
    try:
        for room in names or there:
            if ROOMS[room] not in (NOTHING, raised):
                lab("down")
                lab(*ROOMS[room])
                raised = ROOMS[room]
            measure(room, rows)
    except (BenchError, LabError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    finally:
        if raised:
            lab("down")
        report.write(rows)
    return 0 if all(row.holds for row in rows) else 1


def measure(room: str, rows: list[Row]) -> None:
    """The rows of a room, each shown and kept as soon as it is there, whatever becomes of the next."""
    began = time.monotonic()
    print(f"[bench] {room} ...", flush=True)
    for row in importlib.import_module(f"{__package__}.{room}").rows():
        rows.append(row)
        print(f"[bench] {report.line(row)} ({time.monotonic() - began:.0f} s so far)", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_ignored: sys.exit(143))  # or no lab would be taken down
    sys.exit(main(sys.argv[1:]))
