"""Requests and new connections that go on while something is done to the mesh: a Service in two regions, and a pod that sends.

The workload and what sends are those of the failover drill.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_load import Load, load_pod
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_workload import (
    CONNECTIONS,
    GET,
    NAME,
    deployment_object,
    service_object,
)
from tests.lab.images import LOAD

from .clusters import apply, kubectl

ROOM = "default"
RATES = {GET.name: 10, CONNECTIONS.name: 5}
LONGER_THAN_ANY_RUN = 1800
FIRST_ANSWERS = 60.0
# Seconds in which a pod that is to end goes on answering: on a busy machine the others hear of its end late.
LINGER = 15


@dataclass(frozen=True)
class Sent:
    """How many requests were answered, and what was said of those that were not."""

    answered: int
    failures: list[str]


def deploy(image: str, *clusters: str) -> None:
    """The Service and a Deployment of it in each cluster, Ready."""
    for cluster in clusters:
        workload = deployment_object(cluster, ROOM, image)
        pod = workload["spec"]["template"]["spec"]
        pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] = LINGER
        pod["terminationGracePeriodSeconds"] = 2 * LINGER
        apply(cluster, service_object(ROOM), workload)
    for cluster in clusters:
        kubectl(cluster, "rollout", "status", f"deployment/{NAME}", "--namespace", ROOM, "--timeout=120s")


def remove(*clusters: str) -> None:
    for cluster in clusters:
        kubectl(cluster, "delete", f"deployment/{NAME}", f"service/{NAME}", "--namespace", ROOM, "--ignore-not-found")


@contextmanager
def sending(cluster: str, name: str) -> Iterator[None]:
    """A pod that sends all the while. Raises AssertionError where one request or connection failed, or none was answered."""
    apply(cluster, load_pod(name, ROOM, LOAD, Load(LONGER_THAN_ANY_RUN, RATES)))
    try:
        until = time.monotonic() + FIRST_ANSWERS
        while not all(sent(cluster, name, kind).answered for kind in RATES):
            assert time.monotonic() < until, kubectl(cluster, "describe", "pod", name, "--namespace", ROOM)
            time.sleep(1)
        before = {kind: sent(cluster, name, kind).answered for kind in RATES}
        yield
        after = {kind: sent(cluster, name, kind) for kind in RATES}
    finally:
        kubectl(cluster, "delete", "pod", name, "--namespace", ROOM, "--grace-period=1", "--ignore-not-found")
    assert {kind: one.failures for kind, one in after.items()} == {kind: [] for kind in RATES}
    assert all(after[kind].answered > before[kind] + RATES[kind] for kind in RATES), (before, after)


def sent(cluster: str, name: str, kind: str) -> Sent:
    """What a container of the pod has noted until now; nothing where it has not begun."""
    try:
        lines = kubectl(cluster, "logs", name, "--namespace", ROOM, "--container", kind).splitlines()
    except subprocess.CalledProcessError:
        return Sent(0, [])
    notes = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    failures = [f"{note['timestamp']} {note['code']} {note['error']}" for note in notes if note["code"] != 200]
    return Sent(len(notes) - len(failures), failures)
