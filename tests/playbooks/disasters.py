"""What befalls whole clusters: one that the others do not reach, and one that is lost with all that it knew."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab import cgroups, processes
from tests.lab.host import CHECKOUT, STATE, run
from tests.lab.network import NAMESPACES, ROUTER
from tests.lab.processes import RECORDS
from tests.lab.topology import CLUSTERS

from .clusters import kubectl

TABLE = "inet mrlab_cut"
KINDS = (
    "customresourcedefinitions,namespaces,mutatingwebhookconfigurations"  # by which a cluster shows that it had a mesh
)


@contextmanager
def cut_off(name: str) -> Iterator[None]:
    """The router drops packets between a cluster and the others; this machine reaches them all."""
    own = _blocks([name])
    others = _blocks([cluster.name for cluster in CLUSTERS if cluster.name != name])
    rules = f"ip saddr {own} ip daddr {others} drop\nip saddr {others} ip daddr {own} drop"
    _nft(f"table {TABLE} {{\nchain forward {{\ntype filter hook forward priority -10\n{rules}\n}}\n}}")
    try:
        yield
    finally:
        _nft(f"delete table {TABLE}")


def lose(name: str) -> None:
    """A cluster ends, and nothing is left of what it was: the lab raises an empty one of its name."""
    owners = [name, *(cluster.node for cluster in CLUSTERS if cluster.name == name)]
    pids = {pid for owner in owners for pid in cgroups.processes(owner)}
    assert not processes.end([found for pid in pids if (found := processes.identify(pid))], grace=1)
    for directory in (STATE / "clusters" / name, *(RECORDS / owner for owner in owners)):
        shutil.rmtree(directory)


def empty(*names: str) -> None:
    """Clusters without anything of a mesh or an operator: those that have something are lost, and raised anew."""
    for name in names:
        if "istio" in kubectl(name, "get", KINDS, "--output", "name"):
            lose(name)
    subprocess.run([sys.executable, "-m", "tests.lab", "up"], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)


def _blocks(names: list[str]) -> str:
    """Of nodes, load balancers and pods, as nft takes a set."""
    found = [block for one in CLUSTERS if one.name in names for block in (one.vswitch, one.pods)]
    return f"{{ {', '.join(map(str, found))} }}"


def _nft(text: str) -> None:
    run("nsenter", f"--net={NAMESPACES / ROUTER}", "nft", "-f", "-", stdin=text)
