# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the operator runs, since when, and how far its restart has come."""

from __future__ import annotations

import typing as t
from datetime import datetime

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_deployment import (
    Operator,
    find_operator,
    started_at,
    where_it_logs,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import DEPLOYMENT, STATEFUL_SET
from tests.unit.fake_cluster import Client, Cluster, World

Object = dict[str, t.Any]


def workload(name: str, *images: str, kind: str = "Deployment", namespace: str = "istio-operator") -> Object:
    containers = [{"name": image.rpartition("/")[2].partition(":")[0], "image": image} for image in images]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": {"template": template}}


def primary(*bodies: Object, context: str | None = None) -> t.Any:
    world = World(primary=Cluster())
    for body in bodies:
        world.clusters["primary"].add(body)
    return Client(world, Access("primary", kubeconfig="primary", context=context))


@pytest.mark.parametrize(
    ("image", "is_operators"),
    [
        ("istio-operator", True),
        ("ghcr.io/banzaicloud/istio-operator:0.10.8", True),
        ("registry.cn-beijing.aliyuncs.com:5000/aliacs/istio-operator@sha256:abc", True),
        ("banzaicloud/istio-operator:0.1.2@sha256:abc", True),
        ("docker.io/istio/operator:1.10", False),
        ("example.com/istio-operator/other:1", False),
        ("example.com/my-istio-operator:1", False),
    ],
)
def test_it_is_found_by_its_image(image: str, is_operators: bool) -> None:
    others = [workload("istiod", "istio/pilot:1.10"), workload("proxy", "envoy", kind="StatefulSet")]
    for kind in ("Deployment", "StatefulSet"):
        client = primary(*others, workload("the-operator", "proxy:1", image, kind=kind))
        if is_operators:
            assert find_operator(client, None).title == f"{kind} istio-operator/the-operator"
        else:
            with pytest.raises(
                MeshError, match=r"no operator is found.* Set mesh_operator_deployment \(option operator\)"
            ):
                find_operator(client, None)


def test_two_have_to_be_told_apart_by_the_option() -> None:
    client = primary(workload("a", "x/istio-operator:1"), workload("b", "x/istio-operator:2", kind="StatefulSet"))
    with pytest.raises(MeshError, match=r"more than one .* Deployment istio-operator/a, StatefulSet istio-operator/b"):
        find_operator(client, None)
    assert find_operator(client, "istio-operator/b").kind == STATEFUL_SET
    assert find_operator(primary(workload("mine", "x/mine:1")), "istio-operator/mine").container == "mine"
    with pytest.raises(MeshError, match="neither Deployment nor StatefulSet istio-operator/c exists"):
        find_operator(client, "istio-operator/c")


def test_the_command_for_its_log_is_complete() -> None:
    beside = workload("op", "proxy:1", "x/istio-operator:1")
    assert where_it_logs(primary(beside, context="the primary"), None) == (
        "See what it says: kubectl --kubeconfig primary --context 'the primary' --namespace istio-operator"
        " logs --container istio-operator deployment/op"
    )
    assert where_it_logs(primary(), None).startswith(
        "Look at the log of the operator in cluster primary: no operator is found"
    )
    forbidden = primary(beside)
    forbidden.world.lives, forbidden.world.status = 0, 403
    assert "cannot list" in where_it_logs(forbidden, None)


def pod(name: str, app: str = "op", started: str = "", phase: str = "Running", **metadata: str) -> Object:
    running = [{"name": "proxy", "state": {"running": {"startedAt": "2026-11-29T23:00:00Z"}}}]
    running += (
        [{"name": "istio-operator", "state": {"running": {"startedAt": f"2026-11-29T{started}:00:00Z"}}}]
        if started
        else []
    )
    place = {"name": name, "namespace": "istio-operator", "labels": {"app": app}, **metadata}
    return {
        "kind": "Pod",
        "metadata": {**place, "creationTimestamp": "2026-11-29T10:00:00Z"},
        "status": {"phase": phase, "containerStatuses": running},
    }


@pytest.mark.parametrize(
    ("pods", "since"),
    [
        ([], None),
        ([pod("a")], "10"),
        ([pod("a", started="11")], "11"),
        ([pod("a", started="12"), pod("b", started="11")], "11"),
        ([pod("a", started="12"), pod("b", started="11", phase="Failed")], "12"),
        ([pod("a", started="12"), pod("b", started="11", deletionTimestamp="2026-11-29T12:00:00Z")], "12"),
        ([pod("a", started="12"), pod("b", app="other", started="11")], "12"),
    ],
)
def test_it_runs_since_the_start_of_its_oldest_process(pods: list[Object], since: str | None) -> None:
    body = workload("op", "proxy:1", "x/istio-operator:1")
    wanted = datetime.fromisoformat(f"2026-11-29T{since}:00:00Z") if since else None
    assert started_at(primary(body, *pods), Operator(DEPLOYMENT, body)) == wanted


def test_a_refusal_to_list_is_an_error_of_its_own() -> None:
    client = primary(workload("op", "x/istio-operator:1"))
    client.world.lives, client.world.status = 0, 403
    with pytest.raises(ApiError):
        find_operator(client, None)
