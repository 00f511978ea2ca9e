"""A cluster's real node: containerd, kubelet and kube-proxy, in the cluster's network and mounts of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from . import cache, cgroups, processes
from .certificates import Programs, kubeconfig
from .host import STATE, LabError, run
from .node_files import home
from .node_files import write as write_files
from .processes import Daemon, Identity
from .topology import Cluster

MOUNTS = Path(__file__).parent / "node-mounts.sh"
PRIVATE_MOUNTS = ("unshare", "--mount", "--propagation", "slave")  # what the host unmounts is unmounted there too


def start(cluster: Cluster, programs: Programs) -> Identity:
    """Start what does not run of the node; containerd answers afterwards. Returns what holds the node's mounts.

    A node whose mounts are gone is like one that lost power: whatever of it still runs is ended first.
    """
    holder = Daemon(
        cluster.node,
        "mounts",
        (*PRIVATE_MOUNTS, "sh", MOUNTS, home(cluster), STATE, cache.directory()),
        cluster.attachment.namespace,
    )
    if not processes.running(holder):
        _end_rest(cluster)
        write_files(cluster)
        processes.start(holder)
    held = processes.running(holder)
    if held is None:
        raise LabError(f"the mounts of {cluster.node} ended by themselves. {processes.log_end(holder)}")
    inside = Path(f"/proc/{held.pid}/root")
    processes.wait_ready(holder, (inside / "run/ready").exists, 15)
    containerd = _daemon(cluster, held, "containerd", "containerd", f"--config={home(cluster) / 'containerd.toml'}")
    processes.start(containerd)
    processes.wait_ready(containerd, lambda: _answers(held), 30)
    processes.start(kubelet(cluster, held, programs))
    processes.start(kube_proxy(cluster, programs))
    return held


def kubelet(cluster: Cluster, held: Identity, programs: Programs) -> Daemon:
    """Keeps the node Ready and its pods running."""
    return _daemon(
        cluster,
        held,
        "kubelet",
        programs["kubelet"],
        f"--config={home(cluster) / 'kubelet.yaml'}",
        f"--kubeconfig={kubeconfig(cluster.name, cluster.node)}",
        f"--hostname-override={cluster.node}",
        f"--node-ip={cluster.attachment.address}",
        f"--node-labels={labels(cluster)}",
    )


def kube_proxy(cluster: Cluster, programs: Programs) -> Daemon:
    """Services, as nft rules in the cluster's namespace."""
    command = (programs["kube-proxy"], f"--config={home(cluster) / 'kube-proxy.yaml'}")
    return Daemon(cluster.node, "kube-proxy", command, cluster.attachment.namespace)


def labels(cluster: Cluster) -> str:
    """The labels of all nodes of the cluster, for a flag."""
    return f"topology.kubernetes.io/region={cluster.vpc.region},topology.kubernetes.io/zone={cluster.zone}"


def import_images(cluster: Cluster, held: Identity, archives: Iterable[Path]) -> None:
    """Give the node the images that it has not got from these very archives."""
    done = home(cluster) / "imported"
    done.mkdir(exist_ok=True)
    for archive in archives:
        if not (done / archive.name).exists():
            run(*inside(held), "ctr", "--namespace", "k8s.io", "images", "import", archive)
            (done / archive.name).touch()


def inside(held: Identity) -> tuple[str, ...]:
    """What to put before a command that is to run in the node's mount namespace."""
    return ("nsenter", f"--mount=/proc/{held.pid}/ns/mnt", "--")


def _daemon(cluster: Cluster, held: Identity, name: str, *command: str | Path) -> Daemon:
    return Daemon(cluster.node, name, command, cluster.attachment.namespace, held.pid, {"TMPDIR": "/var/tmp"})


def _answers(held: Identity) -> bool:
    try:
        run(*inside(held), "ctr", "version")
    except LabError:
        return False
    return True


def _end_rest(cluster: Cluster) -> None:
    """End what is left of the node: its daemons and the processes of its pods."""
    left = [found for pid in cgroups.processes(cluster.node) if (found := processes.identify(pid))]
    if remaining := processes.end(left, grace=2):
        raise LabError(f"processes of {cluster.node} do not end: {', '.join(str(one.pid) for one in remaining)}")
