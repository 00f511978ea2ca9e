"""The command line of the lab."""

from __future__ import annotations

import argparse
import sys

from . import lab, status
from .host import LabError
from .progress import Progress
from .topology import CLUSTERS, MOST_CONTROL_PLANES, OLD, Cluster, ControlPlane, control_plane, named


def main(arguments: list[str]) -> int:
    """Do what the command line says; 0 when it was done, 130 after Ctrl-C, else 1 with the reason on stderr."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "status":
            return status.show()
        with Progress() as progress:
            if options.command == "down":
                lab.down(progress)
            elif options.command == "delay":
                lab.delay_regions(options.milliseconds, progress)
            else:
                lab.up(*wanted(options.names, options.control_planes), progress)
    except (LabError, ValueError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; the same command goes on from here, `down` removes what there is", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    made = argparse.ArgumentParser(prog="python -m tests.lab", description="Real Kubernetes regions on one machine.")
    commands = made.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start what does not run: the three clusters, or what is named")
    up.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(one.name for one in CLUSTERS)}, api-1, ..., {OLD}"
    )
    up.add_argument(
        "--control-planes",
        type=int,
        default=0,
        metavar="N",
        help=f"control planes without nodes, api-1 to api-N (at most {MOST_CONTROL_PLANES})",
    )
    commands.add_parser("down", help="end the lab and remove everything that is its own")
    delay = commands.add_parser("delay", help="let packets between two regions take their time, until `delay 0`")
    delay.add_argument("milliseconds", type=int, metavar="MILLISECONDS", help="there and back; 0 for no delay")
    commands.add_parser("status", help="what there is and whether it works")
    return made


def wanted(names: list[str], control_planes: int) -> tuple[list[Cluster], list[ControlPlane]]:
    """What to start: what is named and counted; without either the three clusters."""
    if not names and not control_planes:
        return list(CLUSTERS), []
    clusters, planes = named(names)
    counted = [control_plane(number) for number in range(1, control_planes + 1)]
    return clusters, list(dict.fromkeys([*planes, *counted]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
