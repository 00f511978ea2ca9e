"""`python -m tests.lab.failover [short]`: failover.yml in the lab, its figures on the screen and in .lab/failover.json.

The three ways in which a region is gone, 25 s of load each, without delay; then all ways with 60 s and 80 ms between the regions: about
20 minutes. `short` is the first part with 80 ms. The figures are those of the result file that failover.yml wrote in this very run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .demo import LAB, RESULTS, play
from .images import LOAD

PARTITION = Path(__file__).with_name("partition.yml")
DELAY = 80  # milliseconds of a round trip between the regions
GONE = ["scaled", "killed", "cut"]
LONG: dict[str, Any] = {"failover_duration": 60}
SHORT: dict[str, Any] = {"failover_duration": 25, "failover_ways": GONE}
PARTS = {"long": [(0, SHORT), (DELAY, LONG)], "short": [(DELAY, SHORT)]}
MOST_SECONDS = {"quick": 1.0, "safe": 5.0}  # to redirect, as a goal that is told and decides nothing here
Run = dict[str, Any]


def main(length: str = "long") -> int:
    """Run the drill; 0 where the policies keep what they promise."""
    given = {
        "failover_load_image": LOAD,
        "failover_partition_tasks": str(PARTITION),
        "mesh_locality_routing": True,
        "failover_policy_rtt_ms": DELAY,
    }
    play("a mesh that prefers the near region", "site", "-e", json.dumps(given), is_shown=False)
    runs = []
    for delay, options in PARTS[length]:
        set_delay(delay)
        try:
            wanted = json.dumps({**given, **options})
            play(f"failover.yml, {delay} ms between the regions", "failover", "-e", wanted)
        finally:
            set_delay(0)
        runs += json.loads((RESULTS / "failover.json").read_text())["runs"]
    (LAB / "failover.json").write_text(json.dumps({"runs": runs}, indent=2) + "\n")
    play("the page", "report", is_shown=False)
    print(
        f"All figures: .lab/failover.json; plots of the last runs: {(RESULTS / 'report.html').relative_to(LAB.parent)}"
    )
    for line in (*broken(runs), *late(runs)):
        print(line)
    return 1 if list(broken(runs)) else 0


def set_delay(milliseconds: int) -> None:
    subprocess.run([sys.executable, "-m", "tests.lab", "delay", str(milliseconds)], check=True)


def broken(runs: Iterable[Run]) -> Iterable[str]:
    """What the policies promise and did not keep: no GET fails under quick, no POST is worked on twice under safe."""
    for run in runs:
        name = f"{run['kind']} ({run['how']}, {run['policy']}, {run['delay_ms']} ms)"
        if run["policy"] == "quick" and run["kind"] == "get" and run["how"] in GONE and run["failed"]:
            yield f"BROKEN: {run['failed']} of {run['requests']} failed: {name}: {run['why']}"
        if run["kind"] == "post" and run["duplicated"]:
            yield f"BROKEN: {run['duplicated']} of {run['requests']} were worked on twice: {name}"


def late(runs: Iterable[Run]) -> Iterable[str]:
    """What took longer than it should."""
    for run in runs:
        seconds = run["redirect_seconds"]
        if (
            run["kind"] in ("get", "post")
            and run["how"] in GONE
            and not (seconds and seconds <= MOST_SECONDS[run["policy"]])
        ):
            yield f"late: {run['kind']} ({run['how']}, {run['policy']}, {run['delay_ms']} ms): redirected after {seconds} s"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
