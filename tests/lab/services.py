"""What every cluster with nodes has: DNS, the API server's access to kubelets and the load balancers' controller.

And whether it is ready for use.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from string import Template
from typing import Any

from . import cloud_daemon, processes
from .binaries import COREDNS
from .certificates import Programs, directory, kubeconfig
from .host import CHECKOUT, LabError, run, wait_until
from .processes import Daemon
from .topology import Cluster

MANIFESTS = Path(__file__).parent / "manifests"
READY_SECONDS = 90.0


def start(cluster: Cluster, programs: Programs) -> None:
    """Apply DNS and the access to kubelets, start the load balancers' controller."""
    version = COREDNS.release
    coredns = Template((MANIFESTS / "coredns.yml").read_text())
    dns = coredns.substitute(image=f"lab.local/coredns:{version}", address=cluster.dns)
    manifest = f"{dns}\n---\n{(MANIFESTS / 'kubelet-access.yml').read_text()}"
    admin = kubeconfig(cluster.name, "admin")
    run(programs["kubectl"], "--kubeconfig", admin, "apply", "--server-side", "--filename", "-", stdin=manifest)
    command = (
        sys.executable,
        "-m",
        f"{__package__}.load_balancer",
        "--kubeconfig",
        admin,
        "--pool",
        str(cluster.balanced),
        "--cloud",
        f"{cloud_daemon.URL}/_lab/clusters/{cluster.name}",
    )
    # The Kubernetes client keeps certificates and key in temporary files for as long as it runs.
    temporary = directory(cluster.name) / "tmp"
    temporary.mkdir(exist_ok=True, mode=0o700)
    environment = {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}
    namespace = cluster.attachment.namespace
    processes.start(Daemon(cluster.name, "load-balancer", command, namespace, environment=environment))


def wait_ready(cluster: Cluster, programs: Programs) -> None:
    """Wait until all nodes are Ready, DNS is available and the cloud knows of it.

    :raises LabError: not in time, with what is missing; or a process of the cluster ended.
    """

    def ready() -> bool:
        for name, log in processes.ended(cluster.name, cluster.node).items():
            raise LabError(f"{name} of {cluster.name} ended by itself. {processes.last_lines(log)}")
        return not missing(cluster, programs)

    wait_until(ready, READY_SECONDS, f"{cluster.name} ready for use", lambda: missing(cluster, programs))


def missing(cluster: Cluster, programs: Programs) -> str:
    """What is not ready yet, in one sentence; empty when everything is."""
    wanted = ("get", "nodes,deployments.apps", "--all-namespaces", "--output", "json")
    try:
        answer = run(programs["kubectl"], "--kubeconfig", kubeconfig(cluster.name, "admin"), *wanted)
    except LabError as error:
        return str(error)
    items = json.loads(answer)["items"]
    good = {item["metadata"]["name"] for item in items if is_true(item, "Ready") or is_true(item, "Available")}
    waiting = {cluster.node, *cluster.hollow_nodes, "coredns"} - good
    if cluster.name not in (cloud_daemon.reported() or ()):
        waiting.add("what the cloud knows")
    return f"Not ready yet: {', '.join(sorted(waiting))}." if waiting else ""


def is_true(item: dict[str, Any], condition: str) -> bool:
    """Whether a condition of an object, such as Ready, is True."""
    conditions = item["status"].get("conditions", [])
    return any(one["type"] == condition and one["status"] == "True" for one in conditions)
