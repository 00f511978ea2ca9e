# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects are written to servers of different ages."""

from __future__ import annotations

import importlib
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.apply import apply_object
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.apply_method import chosen
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.client import KubernetesClient
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.diff import LAST_APPLIED
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import SERVICE_ACCOUNT
from tests.unit.fake_cluster import Client, Cluster, World

Object = dict[str, t.Any]

WANTED: Object = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "a", "namespace": "x", "labels": {"b": "c"}},
}
KEY = ("ServiceAccount", "x", "a")


class Server:
    """A server that says this of its version."""

    release = KubernetesClient.__dict__["release"]
    is_before = KubernetesClient.is_before

    def __init__(self, answer: Object | int) -> None:
        self.answer = answer
        self.asked = 0

    def version(self) -> Object:
        self.asked += 1
        if isinstance(self.answer, int):
            raise ApiError("cannot read the server's version", status=self.answer)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        ({"gitVersion": "v1.14.8-aliyun.1"}, "client_side"),
        ({"gitVersion": "v1.21.14-eks-0a1b2c"}, "client_side"),
        ({"gitVersion": "v1.22.0"}, "server_side"),
        ({"gitVersion": "v1.100.0"}, "server_side"),
        ({"gitVersion": "v2.0.0"}, "server_side"),
        ({}, "server_side"),
        (403, "server_side"),
        (404, "server_side"),
    ],
)
def test_a_server_is_written_to_as_its_version_allows(answer: Object | int, method: str) -> None:
    server = Server(answer)
    client = t.cast(KubernetesClient, server)
    assert [chosen(client, "auto"), chosen(client, "auto")] == [method, method]
    assert server.asked == 1


def test_a_server_that_does_not_answer_is_no_new_one() -> None:
    with pytest.raises(ApiError, match="version"):
        chosen(t.cast(KubernetesClient, Server(0)), "auto")


@pytest.mark.parametrize("method", ["server_side", "client_side"])
def test_a_method_that_is_asked_for_needs_no_version(method: t.Any) -> None:
    server = Server(0)
    assert chosen(t.cast(KubernetesClient, server), method) == method
    assert server.asked == 0


def test_the_package_is_missing_where_an_old_server_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", missing)
    assert chosen(t.cast(KubernetesClient, Server({"gitVersion": "v1.22.0"})), "auto") == "server_side"
    with pytest.raises(MeshError, match="openshift"):
        chosen(t.cast(KubernetesClient, Server({"gitVersion": "v1.21.0"})), "auto")


@pytest.mark.parametrize(
    ("version", "first", "again"),
    [
        # the dry run shows what a server before 1.25 would drop
        ("v1.21.14", ["version", "try", "create"], ["version"]),
        ("v1.24.17", ["version", "apply"], []),
        ("v1.34.4", ["version", "apply"], []),
    ],
)
def test_an_unchanged_object_costs_nothing_and_an_old_server_gets_no_server_side_apply(
    version: str, first: list[str], again: list[str]
) -> None:
    cluster = Cluster(version=version)
    world = World(east=cluster)
    for requests, action in ((first, "created"), (again, "unchanged")):
        client = t.cast(KubernetesClient, Client(world, Access(name="east", kubeconfig="east")))
        change = apply_object(client, SERVICE_ACCOUNT, WANTED, cluster.objects.get(KEY), dry_run=False)
        assert change.action == action
        assert [what if what == "version" else verb for _cluster, verb, what in world.requests] == requests
        world.requests.clear()
    annotations = cluster.objects[KEY]["metadata"].get("annotations") or {}
    assert (LAST_APPLIED in annotations) == (version == "v1.21.14")
