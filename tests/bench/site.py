"""site.yml on the lab's three clusters, beside helm, kubectl and istioctl: a first run, one with nothing to do, one more remote.

`python -m tests.bench.site` runs these rows alone, on a lab that make lab-up has raised. Where the time of site.yml goes is written
to .lab/site_time.json: {"first": {"seconds", "cpu", "tasks", "parts": [{"part", "seconds", "cpu", "tasks"}]}, "again": ...}, all
medians.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.lab.inventory import INVENTORY, KUBECONFIGS
from tests.lab.topology import CLUSTERS
from tests.playbooks.clusters import NAMESPACE, PRIMARY, REMOTES, apply, kubectl
from tests.playbooks.runs import Running, Workplace, open_network

from .floor import answered_at_once, floor, helm_alone, nothing, pod_with_a_sidecar
from .place import BenchError, callback
from .row import TIMES, Row, in_turn, median_of, timed
from .times import SITE, Parts, median_parts, parts_of

HERE = Path(__file__).parent
HELLO = HERE.parent / "lab/hello"
REGIONS = {cluster.name: cluster.vpc.region for cluster in CLUSTERS}
RELEASES = ("istio-base", "istiod", "istio-ingressgateway")
BEFORE_PODS = RELEASES[:2]  # of a remote, before its pods get a sidecar
JOINING = REMOTES[0]
WEBHOOK = "mutatingwebhookconfiguration/istio-sidecar-injector"
SECONDS = 180.0
BY_HAND = "helm, kubectl, istioctl"
NOTHING_TO_DO = 15.0
A_POD = "until a pod with a sidecar is Ready, of which the verification needs one in each cluster"
BEYOND = ("Check the mesh before anything is changed", "Show that the mesh works")  # plays
AT_MOST = {"first": 1.2, "joined": 1.1}


@dataclass(frozen=True)
class Bench:
    """Where it runs: a place for the playbooks, and a directory of what by_hand.sh reads."""

    place: Workplace
    given: Path
    variables: dict[str, Any]

    def site(self, *arguments: str) -> tuple[float, Parts]:
        """One run of site.yml: its seconds, and where they went."""
        began = time.time()
        with self.noted("site", *arguments) as run:
            run.wait(30).succeeded()
        ended = time.time()
        return ended - began, parts_of(self.times, began, ended)

    @property
    def times(self) -> Path:
        """What the callback task_times notes of a run."""
        return self.given / "times"

    def noted(self, playbook: str, *arguments: str) -> AbstractContextManager[Running]:
        """A run that is going on, whose tasks are noted."""
        self.times.unlink(missing_ok=True)
        environment = callback("task_times", "BENCH_TASK_TIMES", self.times)
        return self.place.start(playbook, *arguments, environment=environment)

    def site_in(self, environment: Mapping[str, str]) -> None:
        """One run of site.yml with more in its environment."""
        with self.place.start("site", environment=environment) as run:
            run.wait(30).succeeded()

    def play(self, playbook: str, *arguments: str) -> None:
        self.place.run(playbook, *arguments).succeeded()

    def by_hand(self, *arguments: str) -> float:
        """by_hand.sh, which must go well; the seconds until it has its answers."""
        environment = {
            **os.environ,
            "KUBECONFIGS": str(KUBECONFIGS),
            "VALUES": str(self.given / "values"),
            "MANIFESTS": str(self.given / "manifests"),
            "CHARTS": str(self.variables["mesh_chart_source"]),
            "NETWORK": str(self.variables["mesh_id"]),
        }
        command = [str(HERE / "peers/by_hand.sh"), *arguments]
        began, seconds = time.monotonic(), 0.0
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                seconds = time.monotonic() - began if line == "answered\n" else seconds
        if process.returncode:
            raise BenchError(f"{' '.join(command)} failed with exit code {process.returncode}")
        return seconds

    def take_down(self) -> None:
        """Three clusters without anything of a mesh, as ours leaves them."""
        self.play("teardown", "-e", f"mesh_teardown={self.variables['mesh_id']}", "-e", "mesh_teardown_ca=true")

    def keep_values(self) -> None:
        """The values of our releases, without our mark, for whoever installs them by hand."""
        for cluster in (PRIMARY, *REMOTES):
            directory = self.given / "values" / cluster
            directory.mkdir(parents=True, exist_ok=True)
            for release in RELEASES:
                values = values_of(cluster, release)
                values.get("global", {}).pop("multiregionIstio", None)
                (directory / f"{release}.json").write_text(json.dumps(values))

    def keep_manifests(self) -> None:
        """A workload for each cluster, the way to it, and the Service of istiod as ours makes it. In the primary there is no pod of it."""
        directory = self.given / "manifests"
        directory.mkdir(exist_ok=True)
        image = self.place.result("verify")["image"]
        workload = Template((HELLO / "workload.yml").read_text())
        for cluster, region in REGIONS.items():
            text = workload.safe_substitute(cluster=cluster, region=region, image=image)
            objects = [one for one in yaml.safe_load_all(text) if cluster != PRIMARY or one["kind"] != "Deployment"]
            (directory / f"{cluster}.yml").write_text(yaml.safe_dump_all(objects))
        (directory / "ingress.yml").write_text((HELLO / "ingress.yml").read_text())
        (directory / "istiod.yml").write_text(yaml.safe_dump(service_of_istiod()))

    def answered(self, cluster: str) -> None:
        """The workload of a remote, and wait for its first answer at the primary's gateway."""
        apply(cluster, *yaml.safe_load_all((self.given / f"manifests/{cluster}.yml").read_text()))
        status = json.loads(kubectl(PRIMARY, "get", "service", "istio-ingressgateway", "-n", NAMESPACE, "-o", "json"))[
            "status"
        ]
        url = f"http://{status['loadBalancer']['ingress'][0]['ip']}/"
        deadline = time.monotonic() + SECONDS
        while f"Answered by {cluster}<" not in page(url):
            if time.monotonic() > deadline:
                raise SystemExit(f"no answer of {cluster} at {url} in {SECONDS:.0f} s")
            time.sleep(0.1)


def rows() -> Iterator[Row]:
    """The three rows, and .lab/site_time.json."""
    with tempfile.TemporaryDirectory(prefix="bench-site-") as directory:
        bench = ready(Path(directory))
        ours, theirs, first = [], [], []
        for _number in range(TIMES):
            bench.take_down()
            seconds, parts = bench.site()
            ours.append(seconds)
            first.append(parts)
            bench.keep_values()
            bench.keep_manifests()
            bench.take_down()
            theirs.append(timed(lambda: bench.by_hand("mesh", PRIMARY, *REMOTES)))
            bench.by_hand("empty", PRIMARY, *REMOTES)
        bench.site()
        own = own_of_helm(bench)
        median = median_parts(first)
        before = f"{nothing(bench.place, JOINING, int(median['tasks']))}; {beside_helm(own, 2 * len(RELEASES))}"
        remark = f"the floor: what is done by hand; {before}; and {beyond(median)}"
        yield compared("site.yml on three empty clusters", ours, theirs, AT_MOST["first"], remark)
        row, again = nothing_to_do(bench)
        yield row
        SITE.write_text(json.dumps({"first": median, "again": again}, indent=2) + "\n")
        yield joined(bench, own)


def ready(directory: Path) -> Bench:
    """The lab with its network open; what was left of a run by hand is gone."""
    place = directory / "place"
    place.mkdir()
    bench = Bench(Workplace(place), directory, yaml.safe_load(INVENTORY.read_text())["all"]["vars"])
    open_network(bench.place)
    return bench


def joined(bench: Bench, own: float) -> Row:
    """From a remote without anything to its first answer across clusters; the others are joined."""
    ours, theirs, tasks = [], [], []
    for one in (PRIMARY, "ingress"):
        apply(PRIMARY, *namespaces_first(yaml.safe_load_all((bench.given / f"manifests/{one}.yml").read_text())))
    for _number in range(TIMES):
        leave(bench)
        began = time.monotonic()
        with joined_by_us(bench):
            ours.append(time.monotonic() - began)
            tasks.append(len(bench.times.read_text().splitlines()))
        leave(bench)
        theirs.append(bench.by_hand("join", PRIMARY, JOINING))
        kubectl(PRIMARY, "delete", "secret", "-n", NAMESPACE, f"istio-remote-secret-{JOINING}")
        bench.by_hand("empty", JOINING)
    kubectl(PRIMARY, "delete", "namespace", "hello")
    before = nothing(bench.place, JOINING, statistics.median_low(tasks))
    remark = f"the floor: what is done by hand; until then {before}; {beside_helm(own, len(BEFORE_PODS))}"
    return compared("an empty remote to its first answer", ours, theirs, AT_MOST["joined"], remark)


@contextmanager
def joined_by_us(bench: Bench) -> Iterator[None]:
    """The first answer is there; after it the run is waited for. Its workload comes as soon as pods get a sidecar, as by hand."""
    with bench.noted("remotes", "--limit", JOINING) as run:
        for condition in ("create", "jsonpath={.webhooks[0].clientConfig.caBundle}"):
            kubectl(JOINING, "wait", f"--for={condition}", WEBHOOK, "--timeout=120s")
        bench.answered(JOINING)
        yield
        run.wait(30).succeeded()


def leave(bench: Bench) -> None:
    """The remote leaves, where it is a member, and takes its workload with it."""
    bench.play("leave", "-e", f"mesh_leaving={JOINING}")
    kubectl(JOINING, "delete", "namespace", "hello", "--ignore-not-found")


def compared(work: str, ours: list[float], theirs: list[float], most: float, remark: str = "") -> Row:
    mine, by_hand = statistics.median(ours), statistics.median(theirs)
    target = f"at most {most:g} times {BY_HAND}"
    return Row(work, mine, target, mine <= most * by_hand, {BY_HAND: by_hand}, remark=remark)


def beyond(found: dict[str, Any]) -> str:
    """What a run does that nobody does by hand."""
    seconds = sum(one["seconds"] for one in found["parts"] if one["part"] in BEYOND)
    return f"{seconds:.0f} s of it are the checks before and the requests between all clusters after it, which nobody does by hand"


def own_of_helm(bench: Bench) -> float:
    """The seconds that Ansible's module of Helm takes for a release as it is."""
    options = {
        "kubeconfig": str(KUBECONFIGS / JOINING),
        "release_name": RELEASES[0],
        "release_namespace": NAMESPACE,
        "chart_ref": f"{bench.variables['mesh_chart_source']}/base",
        "release_values": values_of(JOINING, RELEASES[0]),
    }
    return helm_alone(bench.place, JOINING, options)


def beside_helm(own: float, releases: int) -> str:
    return f"kubernetes.core.helm itself, beside helm, takes {own:.1f} s for each of {releases} releases"


def nothing_to_do(bench: Bench) -> tuple[Row, dict[str, Any]]:
    """A mesh that is as it is to be, and where the time goes."""
    again: list[Parts] = []

    def site() -> float:
        seconds, parts = bench.site()
        again.append(parts)
        return seconds

    with answered_at_once(bench.site_in) as ansible:
        found, without_modules = in_turn(site, ansible)
    image = bench.place.result("verify")["image"]
    remark = floor(without_modules, median_of(lambda: pod_with_a_sidecar(JOINING, image)), A_POD)
    target = f"at most {NOTHING_TO_DO:g} s"
    row = Row("site.yml again, nothing to do", found, target, found <= NOTHING_TO_DO, remark=remark)
    return row, median_parts(again)


def namespaces_first(objects: Iterator[Any]) -> list[Any]:
    return sorted(objects, key=lambda one: str(one["kind"]) != "Namespace")


def values_of(cluster: str, release: str) -> Any:
    """What a release was given."""
    access = ["--kubeconfig", str(KUBECONFIGS / cluster), "--namespace", NAMESPACE, "--output", "json"]
    return json.loads(subprocess.check_output(["helm", "get", "values", release, *access]))


def service_of_istiod() -> dict[str, Any]:
    """The Service by which remotes reach istiod, as ours is, without what is the cluster's or ours."""
    live = json.loads(kubectl(PRIMARY, "get", "service", "istiod-internal", "-n", NAMESPACE, "-o", "json"))
    ports = [{key: port[key] for key in ("name", "port", "targetPort", "protocol")} for port in live["spec"]["ports"]]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": live["metadata"]["name"], "namespace": NAMESPACE},
        "spec": {"type": "LoadBalancer", "selector": live["spec"]["selector"], "ports": ports},
    }


def page(url: str) -> str:
    """What is there; "" where nothing answers yet."""
    command = ["curl", "--silent", "--max-time", "2", url]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row.__dict__), flush=True)
