# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workload of a failover drill in a real Envoy on loopback."""

from __future__ import annotations

import http.client
import json
import socket
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.drill_workload import (
    ADMIN_PORT,
    ERROR_PERCENT,
    KINDS,
    SLOW_MS,
    SLOW_PERCENT,
    deployment_object,
    service_object,
)
from tests.unit.envoys import free_port, running

Ports = dict[str, int]


@pytest.fixture
def workload(tmp_path: Path) -> Iterator[tuple[Ports, Path]]:
    """A running workload of the cluster east: (its ports by kind of load and admin, its log)."""
    container = deployment_object("east", "ns", "proxyv2")["spec"]["template"]["spec"]["containers"][0]
    ports = {ADMIN_PORT: free_port(), **{kind.port: free_port() for kind in KINDS}}
    arguments = list(container["args"])
    config = json.loads(arguments[1])
    for one in [*config["static_resources"]["listeners"], config["admin"]]:
        one["address"]["socket_address"] = {
            "address": "127.0.0.1",
            "port_value": ports[one["address"]["socket_address"]["port_value"]],
        }
    arguments[1] = json.dumps(config)
    log = tmp_path / "log"
    with log.open("wb") as output, running(arguments, ports[KINDS[0].port], output):
        yield {"admin": ports[ADMIN_PORT], **{kind.name: ports[kind.port] for kind in KINDS}}, log


def ask(port: int, method: str = "GET", path: str = "/", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def test_each_answer_tells_its_cluster_and_each_request_is_noted(workload: tuple[Ports, Path]) -> None:
    ports, log = workload
    for number, name in enumerate(("get", "post", "connections")):
        answer = ask(ports[name], **{"X-Vegeta-Attack": f"{name}.load", "X-Vegeta-Seq": str(number)})
        assert (answer.status, answer.getheader("x-answered-by")) == (200, "east")
    time.sleep(0.3)
    assert sorted(log.read_text().splitlines()) == ["connections.load 2", "get.load 0", "post.load 1"]


def test_a_call_of_grpc_ends_well(workload: tuple[Ports, Path]) -> None:
    answer = ask(workload[0]["grpc"], "POST", **{"content-type": "application/grpc"})
    assert (answer.status, answer.getheader("grpc-status"), answer.getheader("x-answered-by")) == (200, "0", "east")


def test_a_line_on_the_stream_comes_back(workload: tuple[Ports, Path]) -> None:
    with socket.create_connection(("127.0.0.1", workload[0]["stream"]), 5) as stream:
        stream.sendall(b"12.34\n")
        assert stream.recv(100) == b"12.34\n"


def test_it_answers_503_or_slowly_when_told_to_and_is_put_right_again(workload: tuple[Ports, Path]) -> None:
    ports, _log = workload

    def tell(**values: int) -> None:
        query = "&".join(f"{name}={value}" for name, value in values.items())
        assert ask(ports["admin"], "POST", f"/runtime_modify?{query}").status == 200

    tell(**{ERROR_PERCENT: 100})
    assert [ask(ports[name]).status for name in ("get", "post", "connections")] == [503, 503, 503]
    call = ask(ports["grpc"], "POST", **{"content-type": "application/grpc"})
    assert call.getheader("grpc-status") == "14"
    tell(**{ERROR_PERCENT: 0, SLOW_PERCENT: 100, SLOW_MS: 400})
    began = time.monotonic()
    assert ask(ports["get"]).status == 200
    assert time.monotonic() - began >= 0.3  # of 0.4 s, which Envoy's clock may end a little early
    tell(**{ERROR_PERCENT: 0, SLOW_PERCENT: 0, SLOW_MS: 8000})
    began = time.monotonic()
    assert ask(ports["get"]).status == 200
    assert time.monotonic() - began < 8


def test_istio_knows_the_protocol_of_each_port_by_its_name() -> None:
    names = {port["name"]: port["port"] for port in service_object("ns")["spec"]["ports"]}
    assert {name.partition("-")[0] for name in names} == {"http", "grpc", "tcp"}
    assert len(set(names.values())) == len(KINDS)


def test_the_pod_goes_on_answering_while_it_is_being_deleted() -> None:
    spec: dict[str, t.Any] = deployment_object("east", "ns", "proxyv2")["spec"]["template"]["spec"]
    linger = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert 0 < linger < spec["terminationGracePeriodSeconds"]
