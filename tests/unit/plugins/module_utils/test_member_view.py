# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a member beyond its pods, and what of it nobody reads."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.member_view import (
    View,
    read_view,
    reading_problems,
    with_ready_pods,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.unheeded import (
    KINDS,
    unheeded,
    unheeded_problems,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import Kind

Object = dict[str, t.Any]


class Cluster:
    """Lists by kind; an error among them is raised. The root certificate is not there."""

    def __init__(self, **lists: t.Any) -> None:
        self.lists = lists
        self.asked: list[tuple[str, bool]] = []

    def get(self, kind: Kind, _name: str, _namespace: str) -> None:
        self.list(kind)

    def list(self, kind: Kind, *, metadata_only: bool = False) -> list[Object]:
        self.asked.append((kind.kind, metadata_only))
        found = self.lists.get(kind.kind, [])
        if isinstance(found, Exception):
            raise found
        return t.cast(list[Object], found)


def resource(name: str) -> Object:
    return {"metadata": {"name": name, "namespace": "shop"}}


def labelled(name: str, key: str, value: str) -> Object:
    return {"metadata": {"name": name, "namespace": "shop", "labels": {key: value}}}


def endpoint(*, ready: bool | None = True, kind: str = "Pod") -> Object:
    return {"conditions": {"ready": ready}, "targetRef": {"kind": kind}}


def a_slice(*endpoints: Object, service: str = "web", **labels: str) -> Object:
    marks = {"kubernetes.io/service-name": service, **labels}
    return {"metadata": {"namespace": "shop", "labels": marks}, "endpoints": list(endpoints)}


def read(cluster: Cluster, *, is_remote: bool = True) -> View:
    return read_view(t.cast(t.Any, cluster), "istio-system", is_remote=is_remote, each=3)


def test_a_remote_is_looked_at_for_istios_resources_by_name_alone() -> None:
    cluster = Cluster(VirtualService=[resource("cart")], EndpointSlice=[a_slice(endpoint())])
    view = read(cluster)
    assert view == View(frozenset(), (), frozenset({"shop/web"}), {"VirtualService": ("shop/cart",)})
    assert {kind for kind, metadata_only in cluster.asked if metadata_only} == {kind.kind for kind in KINDS}
    assert len(cluster.asked) == 3 + len(KINDS)


def test_the_primary_has_its_resources_read_by_istiod() -> None:
    cluster = Cluster(VirtualService=[resource("cart")])
    assert read(cluster, is_remote=False).unheeded == {}
    assert len(cluster.asked) == 3


@pytest.mark.parametrize(
    ("kind", "field", "action"),
    [
        ("ConfigMap", "root", "read ConfigMap"),
        ("MutatingWebhookConfiguration", "webhooks", "list webhooks"),
        ("EndpointSlice", "services", "list endpointslices"),
        ("Telemetry", "", "list telemetries"),
    ],
)
def test_what_may_not_be_read_is_not_known_and_the_rest_is(kind: str, field: str, action: str) -> None:
    refused = ApiError(f"cannot {action}", status=403, why="forbidden", todo="Grant it")
    view = read(Cluster(**{"VirtualService": [resource("cart")], kind: refused}))
    assert [name for name in ("root", "webhooks", "services") if getattr(view, name) is None] == [field] * bool(field)
    assert view.unheeded == {"VirtualService": ("shop/cart",)}
    (problem,) = reading_problems("west", view.errors)
    assert (problem.severity, problem.what, problem.todo) == (
        "warning",
        f"not all is known of the cluster: cannot {action}",
        "Grant it",
    )


@pytest.mark.parametrize(
    ("found", "services"),
    [
        ([a_slice(endpoint())], {"shop/web"}),
        ([a_slice(endpoint(ready=None))], {"shop/web"}),
        ([a_slice(endpoint(ready=False)), a_slice(endpoint(), service="cart")], {"shop/cart"}),
        ([a_slice(endpoint(kind="Node"))], set()),
        ([a_slice({"addresses": ["10.10.1.193"]})], set()),
        ([a_slice(endpoint(), **{"service.kubernetes.io/headless": ""})], set()),
        ([{"metadata": {"namespace": "shop"}, "endpoints": [endpoint()]}], set()),
        ([a_slice()], set()),
    ],
)
def test_services_count_that_have_an_address_and_ready_pods(found: list[Object], services: set[str]) -> None:
    assert with_ready_pods(found) == services


@pytest.mark.parametrize(
    ("found", "is_told"),
    [
        (resource("mine"), True),
        (labelled("of-a-users-chart", "app.kubernetes.io/managed-by", "Helm"), True),
        (labelled("ours", "app.kubernetes.io/managed-by", "multiregion.istio"), False),
        (labelled("of-istios-charts", "app.kubernetes.io/part-of", "istio"), False),
        (labelled("of-older-charts", "operator.istio.io/component", "Pilot"), False),
    ],
)
def test_only_what_users_wrote_is_told(found: Object, is_told: bool) -> None:
    assert bool(unheeded([(KINDS[0], [found])])) is is_told


def test_resources_that_nobody_reads_are_one_warning_that_names_a_few() -> None:
    found = unheeded([(KINDS[0], [resource(name) for name in "dcba"]), (KINDS[1], [resource("x")]), (KINDS[2], [])])
    (problem,) = unheeded_problems("west", "east", found)
    assert (problem.severity, problem.cluster) == ("warning", "west")
    assert problem.what == (
        "Istio resources that nobody reads: 4 DestinationRule (shop/a, shop/b, shop/c and 1 more), 1 VirtualService (shop/x)"
    )
    assert "east" in problem.why and "east" in problem.todo
    assert unheeded_problems("west", "east", {}) == []


def test_all_that_may_not_be_read_is_one_warning() -> None:
    actions = ("list sidecars", "read ConfigMap istio-system/x", "list gateways", "list gateways")
    (problem,) = reading_problems("west", [ApiError(f"cannot {action}", status=403, why="no") for action in actions])
    assert (
        problem.what == "not all is known of the cluster: cannot read ConfigMap istio-system/x; list gateways, sidecars"
    )
    assert reading_problems("west", []) == []
