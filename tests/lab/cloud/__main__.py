"""The lab's cloud as a process: `python -m tests.lab.cloud --port N --state FILE`.

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
from .server import Cloud
from .state import Key, State


def main(arguments: list[str]) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.cloud", description=__doc__)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--state", type=Path, help="JSON: keys, kubeconfigs and delays")
    options = parser.parse_args(arguments)
    told = json.loads(options.state.read_text(encoding="utf-8")) if options.state else {}
    with serve(Cloud(account(told)), options.port) as endpoint:
        print(f"the lab's cloud answers at {endpoint.url}", flush=True)
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
