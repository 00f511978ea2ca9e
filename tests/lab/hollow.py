"""Hollow nodes: real kubelets on a make-believe container runtime (kubemark), tainted against ordinary pods."""

from __future__ import annotations

from .certificates import Programs, kubeconfig
from .node import labels
from .processes import Daemon, Identity, start
from .topology import HOLLOW_TAINT, Cluster

FIRST_PORT = 10260


def start_all(cluster: Cluster, held: Identity, programs: Programs) -> None:
    """Start those that do not run. They share the real node's mounts, whose /etc/hosts tells their addresses."""
    for number, name in enumerate(cluster.hollow_nodes):
        command = (
            programs["kubemark"],
            "--morph=kubelet",
            f"--name={name}",
            f"--kubeconfig={kubeconfig(cluster.name, name)}",
            f"--kubelet-port={FIRST_PORT + 2 * number}",
            f"--kubelet-read-only-port={FIRST_PORT + 2 * number + 1}",
            "--use-host-image-service=false",
            f"--register-with-taints={HOLLOW_TAINT}",
            f"--node-labels={labels(cluster)}",
        )
        namespace = cluster.attachment.namespace
        start(Daemon(cluster.node, name, command, namespace, held.pid, {"TMPDIR": "/var/tmp"}))
