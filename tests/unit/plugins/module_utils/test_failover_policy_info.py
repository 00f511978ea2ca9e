# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan of a failover policy is read from, and what becomes of clusters that do not answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import failover_policy_info

Object = dict[str, t.Any]

ENTRY: Object = {"namespace": "shop", "hosts": [], "policy": "safe"}
PARAMS: Object = {
    "name": "east",
    "members": [{"name": "west"}, {"name": "east"}],
    "mesh_id": "mesh1",
    "namespace": "istio-system",
    "enabled": True,
    "namespaces": [ENTRY],
    "istio_version": "1.31.0",
    "rtt_ms": 200,
    "per_try_timeout": 5.0,
    "local_services": [],
    "domain": "cluster.local",
}
CART: Object = {"metadata": {"name": "cart", "namespace": "shop"}, "spec": {"clusterIP": "10.0.0.1"}}
SHOP: Object = {"metadata": {"name": "shop"}}


class Clusters:
    """Services of namespace shop by cluster, None for one that does not answer, and the primary's namespaces."""

    def __init__(self, services: t.Mapping[str, list[Object] | None], namespaces: t.Sequence[Object]) -> None:
        self.services, self.namespaces = services, namespaces
        self.asked, self.reached = list[str](), list[str]()

    def client(self, access: t.Any) -> Client:
        self.reached.append(access.name)
        return Client(self, access.name)


class Client:
    def __init__(self, clusters: Clusters, name: str) -> None:
        self.clusters, self.name = clusters, name

    def list(self, kind: t.Any, namespace: str | None = None) -> list[Object]:
        self.clusters.asked.append(f"{self.name} {kind.plural}")
        services = self.clusters.services[self.name]
        if services is None:
            raise ApiError("cannot list services", cluster=self.name, why="no answer", todo="Look")
        if kind.plural == "destinationrules":
            return [{"kind": "DestinationRule", "metadata": {"name": "empty", "namespace": "shop"}}]
        return services if (kind.plural, namespace) == ("services", "shop") else []

    def get(self, kind: t.Any, name: str) -> Object | None:
        return next((room for room in self.clusters.namespaces if room["metadata"]["name"] == name), None)


def run(
    monkeypatch: pytest.MonkeyPatch,
    services: t.Mapping[str, list[Object] | None],
    rooms: t.Sequence[Object] = (SHOP,),
    **params: t.Any,
) -> tuple[Object, Clusters]:
    clusters = Clusters(services, rooms)
    monkeypatch.setattr(failover_policy_info, "KubernetesClient", clusters.client)
    return failover_policy_info.run({**PARAMS, **params}, False, lambda _line: None), clusters


def places(result: Object) -> list[str]:
    return [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in result["objects"]]


def test_services_of_all_members_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    result, clusters = run(monkeypatch, {"east": [CART], "west": [CART]})
    assert places(result) == ["shop/failover-cart.shop"]
    assert (result["changed"], result["problems"]) == (False, [])
    assert result["hosts"] == [
        {
            "namespace": "shop",
            "service": "cart",
            "clusters": ["east", "west"],
            "policy": "safe",
            "by": ["DestinationRule shop/failover-cart.shop"],
        }
    ]
    assert sorted(clusters.asked) == ["east destinationrules", "east services", "east virtualservices", "west services"]


@pytest.mark.parametrize("namespaces", [[], [{"metadata": {"name": "shop", "deletionTimestamp": "2026-11-24"}}]])
def test_a_namespace_that_is_not_there_to_stay_gets_no_object(
    monkeypatch: pytest.MonkeyPatch, namespaces: list[Object]
) -> None:
    result, _clusters = run(monkeypatch, {"east": [CART], "west": [CART]}, namespaces)
    assert places(result) == ["istio-system/failover-cart.shop"]


def test_a_remote_that_does_not_answer_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _clusters = run(monkeypatch, {"east": [CART], "west": None})
    (problem,) = result["problems"]
    assert (problem["severity"], problem["cluster"], problem["what"]) == ("warning", "west", "cannot list services")
    assert problem["why"].startswith("no answer; until it is read, no policy is taken away")


def test_a_primary_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeshError, match="cluster east: cannot list"):
        run(monkeypatch, {"east": None, "west": [CART]})


@pytest.mark.parametrize(("params", "problems"), [({"enabled": False}, 1), ({"namespaces": []}, 0)])
def test_without_locality_routing_or_namespaces_only_the_primary_is_read(
    monkeypatch: pytest.MonkeyPatch, params: Object, problems: int
) -> None:
    result, clusters = run(monkeypatch, {"east": [CART], "west": [CART]}, **params)
    assert sorted(clusters.asked) == ["east destinationrules", "east virtualservices"]
    assert clusters.reached == ["east"]
    assert (result["objects"], len(result["problems"])) == ([], problems)
    assert all("mesh_locality_routing is not true" in problem["what"] for problem in result["problems"])


def test_wrong_wishes_are_refused_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ({"namespaces": [{**ENTRY, "hosts": ["*"]}]}, {"local_services": ["shop"]}, {"rtt_ms": -1}):
        with pytest.raises(MeshError):
            run(monkeypatch, {}, **wrong)
