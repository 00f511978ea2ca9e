"""How long it takes to see how a mesh of twenty members is: mesh_info, beside what istioctl tells of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.lab.inventory import KUBECONFIGS
from tests.playbooks.clusters import NAMESPACE, PRIMARY, REMOTES, apply, kubectl

from .place import BenchError
from .row import Row, in_turn, timed
from .site import ready

MEMBERS = 20
SECONDS = 120.0
MODULE = "ansible_collections.multiregion.istio.plugins.modules.mesh_info"
CLUSTERS, PROXIES = ["remote-clusters"], ["proxy-status"]
# What istiod says, by the requests of istioctl, and one answer from each member, all at once.
LEAST = """
import sys
from concurrent.futures import ThreadPoolExecutor
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import list_istiods, read_istiod
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.client import KubernetesClient

def look(namespace, path):
    client = KubernetesClient(Access(kubeconfig=path))
    return [read_istiod(client, pod).error for pod in list_istiods(client, namespace)]

namespace, primary, *members = sys.argv[1:]
with ThreadPoolExecutor(len(members) + 1) as pool:
    errors = pool.submit(look, namespace, primary)
    list(pool.map(lambda path: KubernetesClient(Access(kubeconfig=path)).request("GET", "/version", what="ask"), members))
sys.exit("\\n".join(filter(None, errors.result())) or None)
"""
LABEL = "bench.multiregion.istio/member"


def rows() -> Iterator[Row]:
    """The lab's mesh, of whose two remotes each stands for ten members: istiod has a client and caches for each of them."""
    with tempfile.TemporaryDirectory(prefix="bench-info-") as directory:
        bench = ready(Path(directory))
        bench.site()
        with registered() as members:
            arguments = Path(directory) / "arguments.json"
            arguments.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options(members)}))
            primary_alone = Path(directory) / "primary_alone.json"
            primary_alone.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options({})}))
            mine, same, least, theirs = in_turn(
                lambda: timed(partial(mesh_info, arguments)),
                lambda: timed(partial(mesh_info, primary_alone)),
                lambda: timed(partial(asked_once, members)),
                lambda: timed(lambda: [istioctl(*CLUSTERS), istioctl(*PROXIES)]),
            )
    yield Row(
        f"mesh_info, {MEMBERS} members",
        mine,
        "faster than both together",
        mine < theirs,
        {"istioctl remote-clusters and proxy-status": theirs},
        remark="the module with a Python of its own, as Ansible executes it where it does not run in-process; istioctl asks istiod "
        f"alone, and for that mesh_info takes {same:.2f} s; it reads each member too, and the floor: a Python that has istiod's answers "
        f"and one from each member takes {least:.2f} s",
    )


@contextmanager
def registered() -> Iterator[dict[str, str]]:
    """{member: the cluster that stands for it}, all of them synced with istiod; they are taken out again."""
    members = {name: name for name in REMOTES}
    for number in range(len(REMOTES), MEMBERS):
        cluster = REMOTES[number % len(REMOTES)]
        name = f"{cluster}-{number:02}"
        live = json.loads(kubectl(PRIMARY, "get", "secret", cluster, "--namespace", NAMESPACE, "--output", "json"))
        labels = {"istio/multiCluster": "true", LABEL: "true"}
        metadata = {"name": name, "namespace": NAMESPACE, "labels": labels}
        apply(
            PRIMARY, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {name: live["data"][cluster]}}
        )
        members[name] = cluster
    try:
        wait_until_synced()
        yield members
    finally:
        kubectl(PRIMARY, "delete", "secret", "--namespace", NAMESPACE, "--selector", LABEL)


def wait_until_synced() -> None:
    deadline = time.monotonic() + SECONDS
    while istioctl(*CLUSTERS).count("synced") < MEMBERS:
        if time.monotonic() > deadline:
            raise BenchError(f"istiod has not read {MEMBERS} members in {SECONDS:.0f} s:\n{istioctl(*CLUSTERS)}")
        time.sleep(1)


def options(members: dict[str, str]) -> dict[str, Any]:
    """Of the module."""
    return {
        "name": PRIMARY,
        "kubeconfig": str(KUBECONFIGS / PRIMARY),
        "namespace": NAMESPACE,
        "members": [{"name": name, "kubeconfig": str(KUBECONFIGS / cluster)} for name, cluster in members.items()],
    }


def mesh_info(arguments: Path) -> str:
    return said([sys.executable, "-m", MODULE, str(arguments)])


def asked_once(members: dict[str, str]) -> str:
    """istiod and each member, from a Python of its own."""
    kubeconfigs = [str(KUBECONFIGS / cluster) for cluster in (PRIMARY, *members.values())]
    return said([sys.executable, "-c", LEAST, NAMESPACE, *kubeconfigs])


def istioctl(*arguments: str) -> str:
    return said(["istioctl", "--kubeconfig", str(KUBECONFIGS / PRIMARY), *arguments])


def said(command: list[str]) -> str:
    """The output of a command, which must go well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed with exit code {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
