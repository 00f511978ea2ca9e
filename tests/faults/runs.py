"""A pair of control planes behind proxies, joined and parted by runs of ansible-playbook that a test disturbs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.lab.certificates import kubeadm_config, pki
from tests.lab.host import CHECKOUT, run
from tests.lab.processes import RECORDS, of_record
from tests.lab.topology import ControlPlane, named
from tests.playbooks import processes
from tests.playbooks.clusters import NAMESPACE, Object, apply, every, kubectl, patch
from tests.playbooks.runs import Finished, Running, Workplace

from .listing import LOCKS, Listing, differences, listing
from .proxy import Fault, Plan, Proxies, Seen, nothing

HERE = Path(__file__).parent
DEFINITION = CHECKOUT / "roles/primary_istio/files/remoteistio-crd.yml"
READER = HERE / "charts/base/templates/account.yaml"
MEMBER = str(HERE / "member.yml")
MESH = "faults"
LOCK = f"{LOCKS}{MESH}"
MINUTES = 5.0
ROOM: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}

Step = Literal["join", "leave"]
STEPS: tuple[Step, Step] = ("join", "leave")
Disturbed = Callable[[Sequence[str]], Finished]  # a run of these arguments under some fault


@dataclass(frozen=True)
class Way:
    """How a cluster joins and leaves: playbook and arguments of each; and what was made in the remote by hand before."""

    name: str
    join: tuple[str, ...]
    leave: tuple[str, ...]
    room: bool = True
    account: bool = False

    def arguments(self, step: Step) -> tuple[str, ...]:
        """Of a run."""
        return self.join if step == "join" else self.leave


LEAVE = ("leave", "-e", "mesh_leaving={remote}")
PLAYBOOKS = Way("playbooks", ("remotes", "--tags", "membership"), LEAVE, account=True)
RELEASE = Way("release", ("remotes", "--tags", "remote_cluster_prepare,membership"), LEAVE, room=False)
MODULE = Way("module", (MEMBER,), (MEMBER, "-e", "state=absent"))


@dataclass(frozen=True)
class Undisturbed:
    """What a way does where nothing disturbs it: what the clusters hold after each step, and what each took."""

    way: Way
    after: dict[Step, Listing]
    seen: dict[Step, list[Seen]]
    seconds: dict[Step, float]

    def writes(self, step: Step) -> int:
        """How many requests of a step change something."""
        return sum(one.write > 0 for one in self.seen[step])


class Pair:
    """A primary, a remote, the proxies by which runs reach them, and where these run."""

    def __init__(self, names: Sequence[str], place: Path) -> None:
        self.primary, self.remote = self.planes = named(names)[1]
        kubeconfigs = place / "kubeconfigs"
        kubeconfigs.mkdir(mode=0o700)
        self.proxies = Proxies(list(self.planes), kubeconfigs)
        self.workplace = Workplace(place)
        self.inventory = place / "inventory.yml"
        self.inventory.write_text(yaml.safe_dump(inventory(self.primary, self.remote, kubeconfigs)))
        self.at: tuple[Way, Step] | None = None  # the way and its last step that went as it should

    def start(
        self, arguments: Sequence[str], plan: Plan = nothing, prefix: Sequence[str] = ()
    ) -> AbstractContextManager[Running]:
        """A run under a plan, as Workplace.start."""
        self.proxies.begin(plan)
        arguments = [one.format(remote=self.remote.name) for one in arguments]
        return self.workplace.start(*arguments, inventory=self.inventory, prefix=prefix)

    def run(self, arguments: Sequence[str], plan: Plan = nothing, prefix: Sequence[str] = ()) -> Finished:
        """A run under a plan, to its end."""
        with self.start(arguments, plan, prefix) as running:
            return running.wait(MINUTES)

    def killed_at(self, arguments: Sequence[str], number: int, when: Literal["before", "after"]) -> Finished:
        """A run that kill -9 ends, with all its processes, at its n-th write."""
        marks: list[str] = []

        def at(seen: Seen) -> Fault:
            if seen.write != number:
                return Fault()
            return Fault(call=lambda: processes.kill(marks[0]), cut=True, when=when)

        with self.start(arguments, at) as running:
            marks.append(running.mark)
            finished = running.wait(MINUTES)
        assert finished.code == -signal.SIGKILL, finished.story("was not killed")
        return finished

    def killed_after(self, arguments: Sequence[str], seconds: float) -> Finished:
        """A run that kill -9 ends, with all its processes, after so many seconds, where it has not ended before."""
        with self.start(arguments) as running:
            time.sleep(seconds)
            processes.kill(running.mark)
            running.process.wait()
            return running.ended()

    def listing(self) -> Listing:
        """All that the two clusters hold."""
        return listing(self.primary.name, self.remote.name)

    def undisturbed(self, way: Way) -> Undisturbed:
        """Join and leave without faults, from clusters that are as if new; a leave has to undo all of its join."""
        self.at = None
        before = self.begin_anew(way)
        known = Undisturbed(way, {}, {}, {})
        for step in STEPS:
            begun = time.monotonic()
            last = self.run(way.arguments(step)).succeeded()
            known.seconds[step] = time.monotonic() - begun
            known.seen[step] = self.proxies.seen
            known.after[step] = self.listing()
            self.run(way.arguments(step)).unchanged()
        found = differences(before, known.after["leave"])
        assert not found, last.story("does not undo the join:\n" + "\n".join(found) + "\n")
        self.at = (way, "leave")
        return known

    def survives(self, known: Undisturbed, step: Step, disturbed: Disturbed) -> Finished:
        """A disturbed run; the next makes what an undisturbed one makes; and one more changes nothing."""
        way, arguments = known.way, known.way.arguments(step)
        other: Step = "leave" if step == "join" else "join"
        if self.at is None or self.at[0] != way:
            self.begin_anew(way)
            self.at = (way, "leave")
        if self.at != (way, other):
            self.run(way.arguments(other)).succeeded()
        self.at = None
        ended = disturbed(arguments)
        last = self.run(arguments).succeeded()
        found = differences(known.after[step], self.listing())
        assert not found, last.story("leaves other objects than an undisturbed run:\n" + "\n".join(found) + "\n")
        self.run(arguments).unchanged()
        self.at = (way, step)
        return ended

    def begin_anew(self, way: Way) -> Listing:
        """Clusters without a mesh, as a way wants them; what they hold then. Whatever there was goes."""
        for plane in self.planes:
            sweep(plane.name)
        apply(self.primary.name, ROOM, yaml.safe_load(DEFINITION.read_text()))
        if way.room:
            apply(self.remote.name, ROOM)
        if way.account:
            text = READER.read_text().replace("{{ .Release.Namespace }}", NAMESPACE)
            apply(self.remote.name, *yaml.safe_load_all(text))
        every_definition = ("customresourcedefinition", "--all", "--timeout", "60s")
        kubectl(self.primary.name, "wait", "--for", "condition=Established", *every_definition)
        return self.listing()

    def stop(self, cluster: str, program: str) -> None:
        """kill -9 of a program of a control plane."""
        if found := of_record(RECORDS / cluster / program):
            os.kill(found.pid, signal.SIGKILL)

    def renew_certificate(self, cluster: str) -> None:
        """A new serving certificate of the same authority, by kubeadm; kill -9 of the API server, which reads it when it starts."""
        plane = next(plane for plane in self.planes if plane.name == cluster)
        config = self.workplace.place / "kubeadm.yaml"
        version = run("kubeadm", "version", "--output", "short").strip()
        config.write_text(yaml.safe_dump_all(kubeadm_config(plane, pki(cluster), version)))
        run("kubeadm", "certs", "renew", "apiserver", "--config", config)
        self.proxies.show_certificate(cluster)
        self.stop(cluster, "kube-apiserver")

    def repair(self) -> None:
        """Start again what was stopped of the control planes.

        Their controllers too: those that lost the API server look again half a minute after its return.
        """
        for plane in self.planes:
            self.stop(plane.name, "kube-controller-manager")
        command = [sys.executable, "-m", "tests.lab", "up", self.primary.name, self.remote.name]
        subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sweep(cluster: str) -> None:
    """Remove what joins make, and what holds it."""
    for definition in every(cluster, "customresourcedefinitions"):
        name = definition["metadata"]["name"]
        for found in every(cluster, name) if name.startswith("remoteistios.") else []:
            patch(cluster, name, found["metadata"]["name"], {"metadata": {"finalizers": None}})
    kubectl(cluster, "delete", "namespace", NAMESPACE, "--ignore-not-found")
    kubectl(cluster, "delete", "lease", LOCK, "--namespace", "kube-system", "--ignore-not-found")
    kubectl(cluster, "delete", "customresourcedefinitions", "--all")
    for kind in ("clusterroles", "clusterrolebindings"):
        names = [found["metadata"]["name"] for found in every(cluster, kind) if "istio" in found["metadata"]["name"]]
        if names:
            kubectl(cluster, "delete", kind, *names)


def inventory(primary: ControlPlane, remote: ControlPlane, kubeconfigs: Path) -> dict[str, Any]:
    """An inventory of the two, in which runs reach each by its proxy and the primary reaches the remote itself."""

    def group(plane: ControlPlane) -> dict[str, Any]:
        host = {
            "mesh_cluster_kubeconfig": str(kubeconfigs / plane.name),
            "mesh_cluster_context": plane.name,  # by which the modules that are given no name call it
            "mesh_cluster_api_server": plane.api_server,
        }
        return {"hosts": {plane.name: host}}

    variables = {"mesh_id": MESH, "mesh_chart_source": str(HERE / "charts"), "remote_cluster_timeout": 60}
    groups = {"istio_primary": group(primary), "istio_remotes": group(remote)}
    return {"all": {"vars": variables, "children": groups}}
