"""The lab's cloud as one of its processes, in the router's namespace: there it decides about packets, and all reach it."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

from . import processes
from .host import CHECKOUT, STATE, write_private
from .network import ROUTER
from .processes import Daemon
from .topology import LINK

PORT = 8080
URL = f"http://{LINK[2]}:{PORT}"
TOLD = STATE / "cloud.json"
DELAYS = {"Creating": 1, "Attaching": 1, "Deleting": 1, "Detaching": 1}  # seconds: long enough to be waited for
READY_SECONDS = 15.0


def daemon() -> Daemon:
    command = (sys.executable, "-m", f"{__package__}.cloud", "--host", str(LINK[2]), "--port", str(PORT))
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    return Daemon("cloud", "cloud", (*command, "--state", TOLD, "--enforce"), ROUTER, environment=environment)


def start() -> None:
    """Start it unless it runs. Until somebody opens the network, clusters do not reach each other."""
    write_private(TOLD, json.dumps({"delays": DELAYS}))
    if processes.start(daemon()):
        processes.wait_ready(daemon(), answers, READY_SECONDS)
        # These have told another one of their cluster; the next ones tell this one.
        old = [processes.of_record(record) for record in processes.RECORDS.glob("*/load-balancer")]
        processes.end([one for one in old if one], grace=1)


def answers() -> bool:
    return reported() is not None


def reported() -> set[str] | None:
    """The clusters that have told the cloud of their nodes and Services; None where it does not answer."""
    try:
        with urllib.request.urlopen(f"{URL}/_lab/clusters", timeout=2) as answer:
            return set(json.load(answer)["clusters"])
    except (urllib.error.URLError, OSError):
        return None
