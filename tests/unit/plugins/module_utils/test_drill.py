# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a failover drill, what a run shows that should not be, and the room of other regions."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill import (
    load_of,
    near_name,
    place_names,
    run_problems,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_capacity import capacity_of, lacking
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_load import Load, load_pod
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_results import Moments, Request, row
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_run import Measured, Run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_summary import failover_summary

NEAR, FAR = "singapore", "beijing-1"
REGIONS = {
    "beijing-1": "cn-beijing",
    "beijing-2": "cn-beijing",
    "singapore": "ap-southeast-1",
    "tokyo": "ap-northeast-1",
}


def test_the_workload_runs_once_in_each_region_and_near_is_not_the_primarys() -> None:
    assert near_name(REGIONS, "beijing-1") == "singapore"
    assert place_names(REGIONS, "singapore") == ["singapore", "beijing-1", "tokyo"]
    assert place_names(REGIONS, "beijing-2") == ["beijing-2", "singapore", "tokyo"]


@pytest.mark.parametrize("regions", [{"a": "one", "b": "one"}, {"a": "", "b": "one"}, {"a": "one", "b": ""}])
def test_without_a_second_region_there_is_nothing_to_prove(regions: dict[str, str]) -> None:
    with pytest.raises(MeshError, match="no other region can take over"):
        place_names(regions, "a")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"duration": 10}, "duration is 10"),
        ({"rates": {"get": 50, "put": 1}}, "rates has put"),
        ({"rates": {"get": 1000}}, "rates has get: 1000"),
        ({"rates": {"get": -1}}, "rates has get: -1"),
        ({"rates": {"post": 5}}, "rates has no get"),
    ],
)
def test_a_load_that_cannot_be_measured_is_refused(fields: dict[str, t.Any], message: str) -> None:
    with pytest.raises(MeshError, match=message):
        load_of({"duration": 60, "rates": {"get": 50}, **fields})


def test_kinds_without_a_rate_have_no_container() -> None:
    pod = load_pod("load", "ns", "image", Load(60, {"get": 50, "grpc": 0}))
    names = [container["name"] for container in pod["spec"]["containers"]]
    assert names == ["get", "stream"]
    assert {"-rate=50/1s", "-duration=60s"} <= set(pod["spec"]["containers"][0]["command"])
    assert pod["spec"]["restartPolicy"] == "Never"


def measured(requests: list[Request]) -> Measured:
    moments = Moments(100.0, 120.0)
    rows = [{"kind": "get", **row(requests, 0, moments, NEAR, None)}]
    return Measured(rows, {"get": requests}, moments)


def every(start: int, end: int, cluster: str) -> list[Request]:
    return [Request(float(second), 0.01, bool(cluster), cluster) for second in range(start, end)]


class Place:
    near = NEAR


def whats(requests: list[Request], how: str = "cut") -> list[str]:
    run = Run(how, "safe", Load(60, {"get": 1}))
    return [problem.what for problem in run_problems(measured(requests), run, t.cast(t.Any, Place()))]


def test_what_a_run_shows_is_told() -> None:
    assert whats(every(80, 101, NEAR) + every(101, 140, FAR)) == []
    assert whats(every(80, 140, NEAR)) == ["the workload went on answering (cut)"]
    assert whats(every(80, 100, NEAR) + every(100, 140, "")) == ["GETs were not answered by another region (cut, safe)"]
    assert whats(every(80, 100, NEAR) + every(100, 140, ""), "errors") == []
    mixed = every(80, 90, FAR) + every(90, 100, NEAR) + every(100, 140, FAR)
    assert whats(mixed) == ["10 of 20 GETs were answered by another region before anything failed"]


def node(name: str, **fields: t.Any) -> dict[str, t.Any]:
    ready = [{"type": "Ready", "status": "True"}]
    status = {"allocatable": {"cpu": "2", "memory": "4Gi"}, "conditions": ready}
    return {"metadata": {"name": name}, "spec": fields, "status": status}


def pod(name: str, namespace: str = "shop", phase: str = "Running") -> dict[str, t.Any]:
    requests = {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}
    sidecar = {"restartPolicy": "Always", **requests}
    spec = {"nodeName": name, "containers": [requests], "initContainers": [sidecar, requests]}
    return {"metadata": {"namespace": namespace}, "spec": spec, "status": {"phase": phase}}


def test_room_is_what_nodes_for_all_have_left() -> None:
    nodes = [node("a"), node("b", unschedulable=True), node("c", taints=[{"effect": "NoSchedule"}])]
    pods = [pod("a"), pod("b"), pod("a", phase="Succeeded"), pod("a", "kube-system")]
    found = capacity_of("x", "r", nodes, pods)
    assert (found.free_cpu, found.free_memory) == (0.0, 0.0)
    assert (found.asked_cpu, found.asked_memory) == (2.0, 4 * 1024**3)
    roomy = capacity_of("y", "r", [node("a")], [])
    assert lacking(found, [roomy]) == []
    assert lacking(found, [found]) == [
        "its pods ask for 2.0 CPU cores, 0.0 are free elsewhere",
        "its pods ask for 4096 MiB of memory, 0 are free elsewhere",
    ]


def test_a_person_reads_a_row_for_each_kind_of_load() -> None:
    figures = {"requests": 3000, "failed": 1, "p50_ms": 2.1, "p99_ms": 81.4, "max_ms": None}
    run = {
        "how": "cut", "policy": "quick", "kind": "get", "duplicated": 0, "redirect_seconds": 0.6, "return_seconds": None,
        "delay_ms": 81, **figures,
    }  # fmt: skip
    room = {"free_cpu": 1.5, "free_memory_mib": 900, "asked_cpu": 0.5, "asked_memory_mib": 700}
    found = {
        "near": NEAR, "failure": "", "problems": [], "runs": [run],
        "capacity": [{"cluster": NEAR, **room}, {"cluster": FAR, **room}],
    }  # fmt: skip
    assert failover_summary(found) == (
        "Failover of singapore: no problems.\n"
        "\n"
        "failure  policy  load  sent  failed  twice  redirected  returned  p50 ms  p99 ms  max ms\n"
        "cut      quick   get   3000  1       0      0.6 s       no        2       81      -\n"
        "\n"
        "An answer of another region took 81 ms longer than a near one.\n"
        "\n"
        "Pods of singapore ask for 0.5 CPU cores and 700 MiB; 1.5 CPU cores and 900 MiB are free in beijing-1."
    )
    assert (
        failover_summary({**found, "runs": [], "capacity": [], "failure": "no pod"}) == "Failover of singapore: no pod"
    )
