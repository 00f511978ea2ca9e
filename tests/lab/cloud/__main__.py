"""The lab's cloud as a process: `python -m tests.lab.cloud --port N --state FILE`.

With --enforce it decides about the packets of the network namespace that it runs in, by an nft table.

FILE: JSON of {"keys": [{"id":, "secret":, "token":, "expires":}], "kubeconfigs": {CLUSTER: PATH}, "delays": {"Attaching": 2}},
each part optional. What is done to the network is forgotten when the process ends.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .account import lab_account
from .endpoint import serve
from .enforcement import Enforcement
from .server import Cloud
from .state import Key, State


def main(arguments: list[str]) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.cloud", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--state", type=Path, help="JSON: keys, kubeconfigs and delays")
    parser.add_argument("--enforce", action="store_true", help="load what is decided into this network namespace")
    options = parser.parse_args(arguments)
    told = json.loads(options.state.read_text(encoding="utf-8")) if options.state else {}
    cloud = Cloud(account(told))
    enforcement = Enforcement(cloud) if options.enforce else None
    if enforcement:
        enforcement.load()
    with serve(cloud, options.port, options.host, poll=0.5) as endpoint:
        print(f"the lab's cloud answers at {endpoint.url}", flush=True)
        if enforcement:
            enforcement.follow()
        threading.Event().wait()


def account(told: Mapping[str, Any]) -> State:
    """The lab's account as a state file tells it."""
    state = lab_account()
    keys = [Key(**key) for key in told.get("keys", ())]
    state.keys = {key.id: key for key in keys} or state.keys
    state.delays |= told.get("delays", {})
    for cluster in state.clusters.values():
        if path := told.get("kubeconfigs", {}).get(cluster.name):
            cluster.kubeconfig = Path(path).read_text(encoding="utf-8")
    return state


if __name__ == "__main__":
    main(sys.argv[1:])
