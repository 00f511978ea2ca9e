"""The endpoint's sockets, and the endpoint as a process of its own."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
from tests.lab.cloud.__main__ import account
from tests.lab.cloud.account import cluster_id, lab_account
from tests.lab.cloud.endpoint import Endpoint, Handler
from tests.lab.topology import CLUSTERS

ROOT = Path(__file__).parents[4]


def test_headers_and_body_leave_in_one_write(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    setup = Handler.setup

    def counting(self: Handler) -> None:
        setup(self)
        raw = self.wfile.raw  # type: ignore[attr-defined]
        write = raw.write

        def counted(data: memoryview) -> t.Any:
            writes.append(len(data))
            return write(data)

        monkeypatch.setattr(raw, "write", counted)

    monkeypatch.setattr(Handler, "setup", counting)
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port)
    connection.request("GET", "/")
    assert connection.getresponse().status == 404
    assert len(writes) == 1


def test_a_connection_serves_several_calls(endpoint: Endpoint) -> None:
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port)
    local = []
    for number in (1, 2):
        connection.request("POST", f"/?number={number}", b"{}")
        connection.getresponse().read()
        local.append(connection.sock.getsockname())
    assert local[0] == local[1]


def test_a_state_file_tells_keys_kubeconfigs_and_delays(tmp_path: Path) -> None:
    (tmp_path / "admin").write_text("kind: Config")
    made = account(
        {
            "keys": [{"id": "k", "secret": "s"}],
            "kubeconfigs": {"cn-beijing-1": str(tmp_path / "admin")},
            "delays": {"Attaching": 2},
        }
    )
    assert list(made.keys) == ["k"]
    assert made.clusters[cluster_id("cn-beijing-1")].kubeconfig == "kind: Config"
    assert made.clusters[cluster_id("cn-beijing-2")].kubeconfig == ""
    assert (made.delays["Attaching"], made.delays["Detaching"]) == (2, 0)
    assert account({}).keys == lab_account().keys


@pytest.fixture
def process(tmp_path: Path) -> Iterator[str]:
    """The URL of an endpoint that runs by itself."""
    (tmp_path / "state.json").write_text(json.dumps({"keys": [{"id": "k", "secret": "s"}]}))
    command = [sys.executable, "-m", "tests.lab.cloud", "--port", "0", "--state", str(tmp_path / "state.json")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            yield re.findall(r"http://\S+", running.stdout.readline())[0]
        finally:
            running.terminate()


def test_it_runs_alone(process: str) -> None:
    client = Client(Options("cn-beijing", "k", "s", endpoints={"cs": process}))
    found = client.pages("DescribeClustersV1")
    assert [cluster["name"] for cluster in found] == ["cn-beijing-1", "cn-beijing-2"]


def test_the_labs_clusters_are_registered_as_they_are() -> None:
    state = lab_account()
    for cluster in CLUSTERS:
        made = state.clusters[cluster_id(cluster.name)]
        assert made.public == cluster.control_plane.api_server
        assert made.pods == str(cluster.pods)
        assert state.vpcs[made.vpc].cidr == str(cluster.vpc.block)
        assert {node.name: node.ip for node in made.nodes} == {
            cluster.node: str(cluster.attachment.address),
            **{name: str(ip) for name, ip in cluster.hollow_nodes.items()},
        }
