"""Where the benchmark runs what it measures: an inventory of members on the lab's control planes, and commands with a clock."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab.host import CHECKOUT
from tests.lab.inventory import KUBECONFIGS
from tests.lab.topology import control_plane

REMOTES = 20
PRIMARY = control_plane(1)
PLANES = [control_plane(number) for number in range(2, REMOTES + 2)]
NAMESPACE = "istio-system"
PEERS = Path(__file__).parent / "peers"
CALLBACKS = Path(__file__).parent / "callbacks"
LAST_LINES = 30


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


@dataclass(frozen=True)
class Member:
    """A remote: its name in the mesh, and the control plane that stands for it (for several, where there are more than those)."""

    name: str
    plane: str
    server: str

    @property
    def kubeconfig(self) -> Path:
        return KUBECONFIGS / self.plane


def members(count: int) -> list[Member]:
    """The first `count` members of the mesh."""
    planes = [PLANES[number % REMOTES] for number in range(count)]
    return [Member(f"remote-{number:02}", plane.name, plane.api_server) for number, plane in enumerate(planes, 1)]


def primary_kubeconfig() -> Path:
    return KUBECONFIGS / PRIMARY.name


@dataclass(frozen=True)
class Place:
    """A directory with the inventory of some members, in which commands are run."""

    directory: Path
    members: list[Member]

    @property
    def inventory(self) -> Path:
        """The file; the same path for as many members, so that what Ansible keeps of it is warm."""
        path = self.directory / f"inventory-{len(self.members)}.yml"
        if not path.exists():
            path.write_text(yaml.safe_dump(inventory(self.members), sort_keys=False))
        return path

    def run(
        self, command: Sequence[str | Path], environment: Mapping[str, str] | None = None, stdin: str | None = None
    ) -> float:
        """The seconds that a command takes. Raises BenchError with the end of its output where it fails."""
        own = {"ANSIBLE_FORKS": str(len(self.members)), "ANSIBLE_NOCOLOR": "1"}
        began = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=self.directory,
            env={**os.environ, **own, **(environment or {})},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            end = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
            raise BenchError(f"{' '.join(map(str, command))} failed with exit code {done.returncode}:\n{end}")
        return seconds

    def playbook(self, playbook: str | Path, *arguments: str, environment: Mapping[str, str] | None = None) -> float:
        """The seconds of a run of ansible-playbook."""
        return self.run(["ansible-playbook", "-i", self.inventory, playbook, *arguments], environment)


def callback(name: str, variable: str, path: Path) -> dict[str, str]:
    """The environment in which ansible-playbook has one of our callbacks, which is told a path by a variable."""
    return {"ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS), "ANSIBLE_CALLBACKS_ENABLED": name, variable: str(path)}


def inventory(wanted: Sequence[Member]) -> dict[str, Any]:
    """The mesh as a hand-written inventory has it, by the engine operator."""
    primary = host(PRIMARY.name, PRIMARY.api_server)
    return {
        "all": {
            "vars": {"mesh_id": "bench", "mesh_engine": "operator", "network_prerequisites_probe": False},
            "children": {
                "istio_primary": {"hosts": {"primary": primary}},
                "istio_remotes": {"hosts": {one.name: host(one.plane, one.server) for one in wanted}},
            },
        }
    }


def host(plane: str, server: str) -> dict[str, Any]:
    """The variables of one cluster, blocks included, as a user gives them."""
    number = int(plane.rpartition("-")[2])
    return {
        "mesh_cluster_region": "cn-beijing",
        "mesh_cluster_kubeconfig": str(KUBECONFIGS / plane),
        "mesh_cluster_context": plane,
        "mesh_cluster_api_server": server,
        "mesh_cluster_provider": "none",
        "mesh_cluster_vpc_id": f"vpc-{number}",
        "mesh_cluster_vpc_cidrs": [f"10.30.{number}.0/24"],
        "mesh_cluster_pod_cidrs": [f"10.32.{number}.0/24"],
        "mesh_cluster_service_cidrs": [f"10.31.{number}.0/24"],
    }


def lab(*arguments: str) -> None:
    """`python -m tests.lab` with these, its output on the screen."""
    if subprocess.run(["python", "-m", "tests.lab", *arguments], cwd=CHECKOUT).returncode:
        raise BenchError(f"the lab failed: python -m tests.lab {' '.join(arguments)}")
