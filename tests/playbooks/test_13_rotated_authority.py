"""The authority of a mesh that runs is rotated, intermediates and then the root, there and back, and no request fails."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest

from tests.lab.demo import HELLO

from .audit import Mark, Write
from .clusters import NAMESPACE, PRIMARY, REMOTES, Object, apply, every, get, kubectl, there
from .disasters import empty
from .runs import Workplace
from .test_13_own_authority import IN_ROOM, PASSPHRASE, ROOM, WITH, WITHOUT, caller, directory, inventory

__all__ = ["directory", "inventory"]

QUICK_KEYS = ("-e", "certificate_authority_key=ec")
# Certificates that are renewed after 40 seconds, for which an ordinary mesh takes 12 hours.
SHORT = {"proxy.istio.io/config": '{"holdApplicationUntilProxyStarts": true, "proxyMetadata": {"SECRET_TTL": "80s"}}'}
WAIT = 240.0


@pytest.fixture(scope="module", autouse=True)
def mesh_by_authority(place: Workplace, inventory: Path) -> None:
    """The mesh of the scenarios before, or one made for these."""
    if get(PRIMARY, "secret", "cacerts") is None:
        empty(PRIMARY, *REMOTES)
        place.run("ca", *PASSPHRASE, *QUICK_KEYS, inventory=inventory).succeeded()
        place.run("site", inventory=inventory).succeeded()


@pytest.fixture(scope="module")
def calls(mesh_by_authority: None) -> Iterator[Callable[[], dict[str, int]]]:
    """Requests from one remote to the other as long as the scenarios run, each on a connection of its own: the codes until now."""
    (gateway, *_more) = every(PRIMARY, "pods", "--namespace", NAMESPACE, "--selector=istio=ingressgateway")
    fields = {"cluster": "any", "region": "any", "image": gateway["spec"]["containers"][0]["image"]}
    for cluster in REMOTES:
        kubectl(
            cluster, "apply", "--filename", "-", stdin=Template((HELLO / "workload.yml").read_text()).substitute(fields)
        )
    kubectl(WITHOUT, "scale", "deployment/hello", "--replicas=0", *IN_ROOM[:2])
    change = {"spec": {"template": {"metadata": {"annotations": SHORT}}}}
    kubectl(WITH, "patch", "deployment/hello", *IN_ROOM[:2], "--patch", json.dumps(change))
    kubectl(WITH, "rollout", "status", "deployment/hello", *IN_ROOM)
    once = {"connectionPool": {"http": {"maxRequestsPerConnection": 1}}}
    rule = {
        "metadata": {"name": "hello-once", "namespace": NAMESPACE},
        "spec": {"host": f"hello.{ROOM}.svc.cluster.local", "trafficPolicy": once},
    }
    apply(PRIMARY, {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", **rule})
    pod = caller(0)
    pod["metadata"]["annotations"] = SHORT
    attack = f"echo 'GET http://hello.{ROOM}.svc/' | vegeta attack -rate=10/1s -duration=5s -timeout=30s | vegeta report -type=json; echo"
    pod["spec"]["containers"][0]["command"] = ["sh", "-c", f"while :; do {attack}; done"]
    apply(WITHOUT, pod)
    kubectl(WITHOUT, "wait", "pod/caller", "--for=condition=Ready", *IN_ROOM)

    def answered() -> dict[str, int]:
        codes: dict[str, int] = {}
        for line in kubectl(WITHOUT, "logs", "caller", "--container=caller", *IN_ROOM[:2]).splitlines():
            for code, count in (json.loads(line)["status_codes"] if line.strip() else {}).items():
                codes[code] = codes.get(code, 0) + count
        return codes

    yield answered
    kubectl(PRIMARY, "delete", "destinationrule", "hello-once", "--namespace", NAMESPACE)
    for cluster in REMOTES:
        kubectl(cluster, "delete", "namespace", ROOM, "--ignore-not-found", "--wait=false")


def restart_gateways() -> None:
    """As an operator does who does not wait for 12 hours."""
    clusters = [one for one in (PRIMARY, *REMOTES) if get(one, "deployment", "istio-ingressgateway")]
    for cluster in clusters:
        kubectl(cluster, "rollout", "restart", "deployment/istio-ingressgateway", "--namespace", NAMESPACE)
    for cluster in clusters:
        kubectl(
            cluster, "rollout", "status", "deployment/istio-ingressgateway", "--namespace", NAMESPACE, "--timeout=120s"
        )


def rotate(place: Workplace, inventory: Path, *arguments: str) -> Any:
    """A step as soon as it is not too early any more; its result."""
    end = time.monotonic() + WAIT
    while (run := place.run("rotate_ca", *arguments, inventory=inventory)).code and time.monotonic() < end:
        run.refused("too early")
        time.sleep(5)
    run.succeeded()
    return place.result("rotate_ca")


def is_restart(write: Write) -> bool:
    return (write.cluster, write.verb, write.resource, write.name) == (PRIMARY, "patch", "deployments.apps", "istiod")


def secrets() -> list[Object]:
    return [there(cluster, "secret", "cacerts")["data"] for cluster in (PRIMARY, WITH)]


def test_new_intermediates_are_taken_up_without_a_restart(
    place: Workplace, inventory: Path, directory: Path, calls: Callable[[], dict[str, int]]
) -> None:
    before, pods = (
        secrets(),
        kubectl(PRIMARY, "get", "pods", "--namespace", NAMESPACE, "--selector=app=istiod", "--output=name"),
    )
    place.run("rotate_ca", inventory=inventory).unchanged()
    new = ("-e", "certificate_authority_replace=intermediates")
    place.run("ca", *new, inventory=inventory).refused("certificate_authority_passphrase")
    place.run("ca", *new, *PASSPHRASE, *QUICK_KEYS, inventory=inventory).succeeded()
    assert len(list((directory / "_kept").iterdir())) == 1
    place.run("rotate_ca", "--check", inventory=inventory).says("would get an intermediate")
    assert secrets() == before
    result = rotate(place, inventory)
    assert result["step"] == "intermediates"
    assert all(one["before"] != one["after"] for one in result["members"] if one["before"])
    assert [one["name"] for one in result["members"] if not one["before"]] == [WITHOUT]
    assert kubectl(PRIMARY, "get", "pods", "--namespace", NAMESPACE, "--selector=app=istiod", "--output=name") == pods
    place.run("rotate_ca", inventory=inventory).unchanged()


def test_another_root_comes_in_three_steps_of_which_none_is_too_early(
    place: Workplace, inventory: Path, directory: Path, calls: Callable[[], dict[str, int]]
) -> None:
    root = ("-e", "certificate_authority_replace=root")
    place.run("ca", *root, *PASSPHRASE, *QUICK_KEYS, inventory=inventory).succeeded()
    place.run("primary", inventory=inventory).refused("multiregion.istio.rotate_ca")
    mark = Mark()
    with place.start("rotate_ca", inventory=inventory) as running:
        mark.wait(is_restart, "the restart of the first istiod", running)
        running.kill()
    unlocked = ("-e", "mesh_lock_force=true")
    assert rotate(place, inventory, *unlocked)["step"] == "trust"
    place.run("rotate_ca", inventory=inventory).refused("too early to issue by the new root", "istio-ingressgateway")
    restart_gateways()
    assert rotate(place, inventory)["step"] == "issue"
    place.run("rotate_ca", inventory=inventory).refused("too early to drop the former root", "istio-ingressgateway")
    restart_gateways()
    assert rotate(place, inventory)["step"] == "drop"
    place.run("rotate_ca", inventory=inventory).unchanged()
    roots = {
        there(cluster, "configmap", "istio-ca-root-cert")["data"]["root-cert.pem"] for cluster in (PRIMARY, *REMOTES)
    }
    assert roots == {(directory / PRIMARY / "root-cert.pem").read_text()}


def test_what_was_kept_leads_back_and_no_request_has_failed(
    place: Workplace, inventory: Path, directory: Path, calls: Callable[[], dict[str, int]]
) -> None:
    kept = sorted((directory / "_kept").iterdir())[-1]
    former = (kept / PRIMARY / "root-cert.pem").read_text()
    place.run("ca", "-e", f"certificate_authority_restore={kept.name}", inventory=inventory).succeeded()
    assert (directory / WITH / "root-cert.pem").read_text() == former
    assert rotate(place, inventory)["step"] == "trust"
    newest = sorted((directory / "_kept").iterdir())[-1]
    place.run("ca", "-e", f"certificate_authority_restore={newest.name}", inventory=inventory).succeeded()
    assert rotate(place, inventory)["step"] == "drop"
    codes = calls()
    assert set(codes) == {"200"} and codes["200"] > 500, codes
    place.run("site", "--diff", inventory=inventory).unchanged()
