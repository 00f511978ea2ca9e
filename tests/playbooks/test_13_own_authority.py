"""A mesh by an authority of one's own: made, installed, kept, and pods admitted in a remote while no control plane runs in the primary."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest
import yaml

from tests.lab.demo import HELLO
from tests.lab.host import CHECKOUT
from tests.lab.images import LOAD
from tests.lab.inventory import INVENTORY

from .clusters import NAMESPACE, PRIMARY, REMOTES, Object, apply, every, get, helm, kubectl, members, there
from .disasters import cut_off, lose
from .runs import Workplace

WITHOUT, WITH = REMOTES  # without and with an injector of its own
PASSPHRASE = ("-e", "certificate_authority_passphrase=of-no-worth-here")
ROOM = "hello"
IN_ROOM = ("--namespace", ROOM, "--timeout=120s")


@pytest.fixture(scope="module")
def directory(place: Workplace) -> Path:
    """Where the authority is made."""
    return place.place / "ca"


@pytest.fixture(scope="module")
def inventory(place: Workplace, directory: Path) -> Path:
    """The lab's inventory for a mesh by it, in which one remote has no injector."""
    content = yaml.safe_load(INVENTORY.read_text())
    content["all"]["vars"].update(primary_istio_ca="cacerts", mesh_ca_dir=str(directory))
    remotes = content["all"]["children"]["istio_remotes"]["hosts"]
    remotes[WITHOUT]["remote_cluster_spec"] = {"sidecarInjector": {"enabled": False}}
    path = place.place / "own_authority.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


@pytest.fixture(scope="module", autouse=True)
def _nothing_yet(place: Workplace) -> None:
    """No mesh by another authority: what the scenarios before left is taken apart, the primary by hand."""
    for name in members():
        place.run("leave", "-e", f"mesh_leaving={name}").succeeded()
    releases = every(PRIMARY, "secrets", "--namespace", NAMESPACE, "--selector", "owner=helm")
    for name in sorted({one["metadata"]["labels"]["name"] for one in releases}, reverse=True):
        helm(PRIMARY, "uninstall", name)
    for cluster in (PRIMARY, *REMOTES):
        kubectl(cluster, "delete", "namespace", NAMESPACE, "--ignore-not-found")


def test_a_mesh_without_its_files_is_refused_before_anything_is_written(place: Workplace, inventory: Path) -> None:
    place.run("preflight", inventory=inventory).refused(f"mesh_ca_dir/{PRIMARY}", f"mesh_ca_dir/{WITH}")
    assert get(PRIMARY, "namespace", NAMESPACE) is None


def test_the_playbook_makes_an_authority_and_nothing_a_second_time(
    place: Workplace, inventory: Path, directory: Path
) -> None:
    place.run("ca", inventory=inventory).refused("certificate_authority_passphrase")
    place.run("ca", *PASSPHRASE, inventory=inventory).succeeded()
    assert "ENCRYPTED" in (directory / "_root/root-key.pem").read_text()
    place.run("ca", inventory=inventory).unchanged()


def test_the_mesh_comes_up_by_it_and_all_trust_one_root(place: Workplace, inventory: Path) -> None:
    place.run("site", "--diff", inventory=inventory).succeeded()
    trust = {one["cluster"]: one for one in place.result("verify")["trust"]}
    assert len({tuple(one["roots"]) for one in trust.values()}) == 1
    assert trust[PRIMARY]["issuer"] == trust[WITHOUT]["issuer"] != trust[WITH]["issuer"]
    assert get(WITHOUT, "secret", "cacerts") is None and get(WITHOUT, "deployment", "istiod") is None
    assert there(WITH, "deployment", "istiod")["status"]["readyReplicas"] == 1


def test_a_second_run_changes_nothing(place: Workplace, inventory: Path) -> None:
    place.run("site", "--diff", inventory=inventory).unchanged()


def test_another_authority_is_refused(place: Workplace, inventory: Path, directory: Path) -> None:
    before = there(PRIMARY, "secret", "cacerts")
    place.run("primary").refused(PRIMARY, "Set primary_istio_ca to cacerts")
    other = ("-e", f"mesh_ca_dir={directory}-other")
    place.run("ca", *PASSPHRASE, *other, inventory=inventory).succeeded()
    place.run("primary", *other, inventory=inventory).refused("The mesh runs by another authority")
    place.run("remotes", *other, inventory=inventory).refused(WITH, "The mesh runs by another authority")
    assert there(PRIMARY, "secret", "cacerts") == before
    place.run("remotes", inventory=inventory).succeeded()  # the refusal is in the RemoteIstio


def test_another_place_of_injection_is_refused_for_a_member(place: Workplace, inventory: Path) -> None:
    flipped = ("-e", '{"remote_cluster_spec": {"sidecarInjector": {"enabled": false}}}')
    place.run("remotes", "--limit", WITH, *flipped, inventory=inventory).refused(WITH, "has an injector of its own")
    assert there(WITH, "deployment", "istiod")["status"]["readyReplicas"] == 1
    place.run("remotes", "--limit", WITH, inventory=inventory).succeeded()


@pytest.fixture
def workload(place: Workplace) -> Iterator[None]:
    """The same workload in both remotes, Ready, of which nothing is left."""
    fields = {"cluster": "any", "region": "any", "image": place.result("verify")["image"]}
    for cluster in REMOTES:
        kubectl(
            cluster, "apply", "--filename", "-", stdin=Template((HELLO / "workload.yml").read_text()).substitute(fields)
        )
    for cluster in REMOTES:
        kubectl(cluster, "wait", "deployment/hello", "--for=condition=Available", *IN_ROOM)
    yield
    for cluster in REMOTES:
        kubectl(cluster, "delete", "namespace", ROOM, "--ignore-not-found")


def caller(seconds: int) -> Object:
    """A pod that sends twenty requests a second to the workload, and then tells what came of them."""
    attack = f"vegeta attack -rate=20/1s -duration={seconds}s -timeout=5s | vegeta report -type=json"
    container = {
        "name": "caller",
        "image": LOAD,
        "command": ["sh", "-c", f"echo 'GET http://hello.{ROOM}.svc/' | {attack}"],
    }
    hold = {"proxy.istio.io/config": '{"holdApplicationUntilProxyStarts": true}'}
    metadata = {"name": "caller", "namespace": ROOM, "annotations": hold}
    spec = {"restartPolicy": "Never", "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def test_while_the_primary_is_cut_off_the_others_go_on_and_pods_are_admitted_which_are_ready_once_it_is_back(
    workload: None,
) -> None:
    apply(WITHOUT, caller(40))
    kubectl(WITHOUT, "wait", "pod/caller", "--for=condition=Ready", *IN_ROOM)
    with cut_off(PRIMARY):
        for cluster in REMOTES:
            kubectl(cluster, "scale", "deployment/hello", "--replicas=2", *IN_ROOM[:2])
        kubectl(WITH, "wait", "pods", "--selector=app=hello", "--for=condition=PodScheduled", *IN_ROOM)
        kubectl(WITHOUT, "wait", "deployment/hello", "--for=condition=ReplicaFailure", *IN_ROOM)
        kubectl(WITHOUT, "wait", "pod/caller", "--for=jsonpath={.status.phase}=Succeeded", *IN_ROOM)
        pods = every(WITH, "pods", *IN_ROOM[:2], "--selector=app=hello")
        assert len(pods) == 2 and all("istio-proxy" in str(pod["spec"]) for pod in pods)
        assert there(WITH, "deployment", "hello", ROOM)["status"]["readyReplicas"] == 1
        assert len(every(WITHOUT, "pods", *IN_ROOM[:2], "--selector=app=hello")) == 1
    back = time.monotonic()
    kubectl(WITH, "wait", "pods", "--selector=app=hello", "--for=condition=Ready", *IN_ROOM)
    print(f"Ready {time.monotonic() - back:.1f} s after the primary's return")
    found = json.loads(kubectl(WITHOUT, "logs", "caller", "--container=caller", *IN_ROOM[:2]))
    assert found["status_codes"] == {"200": 800}, found


def test_a_primary_that_is_lost_is_made_anew_by_the_saved_authority(
    place: Workplace, inventory: Path, workload: None
) -> None:
    before = there(WITH, "configmap", "istio-ca-root-cert")["data"]
    lose(PRIMARY)
    subprocess.run([sys.executable, "-m", "tests.lab", "up"], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    place.run("site", "--diff", inventory=inventory).succeeded()
    assert members() == dict.fromkeys(REMOTES, "Available")
    assert there(WITH, "configmap", "istio-ca-root-cert")["data"] == before
    for cluster in REMOTES:
        kubectl(cluster, "wait", "pods", "--selector=app=hello", "--for=condition=Ready", *IN_ROOM)
        (pod,) = every(cluster, "pods", *IN_ROOM[:2], "--selector=app=hello")
        assert not any(one["restartCount"] for one in pod["status"]["containerStatuses"])
    place.run("site", "--diff", inventory=inventory).unchanged()
