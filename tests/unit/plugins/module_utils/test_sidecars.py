# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workloads run a sidecar, from the pods of a cluster."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import sidecars
from ansible_collections.multiregion.istio.plugins.module_utils._istio.sidecars import Workload, workload_of, workloads

Object = dict[str, t.Any]


def pod(name: str = "p", owner: tuple[str, str] | None = None, proxy: str = "istio-proxy", **metadata: t.Any) -> Object:
    owners = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    return {
        "metadata": {"namespace": "shop", "name": name, "ownerReferences": owners, **metadata},
        "spec": {"containers": [{"name": "app"}, {"name": proxy, "image": "proxyv2:1"}]},
    }


@pytest.mark.parametrize(
    ("found", "kind", "name"),
    [
        (pod(owner=("ReplicaSet", "cart-7d9"), labels={"pod-template-hash": "7d9"}), "Deployment", "cart"),
        (pod(owner=("ReplicaSet", "cart-7d9")), "ReplicaSet", "cart-7d9"),
        (pod(owner=("ReplicaSet", "cart"), labels={"pod-template-hash": "7d9"}), "ReplicaSet", "cart"),
        (pod(owner=("StatefulSet", "db")), "StatefulSet", "db"),
        (pod("alone"), "Pod", "alone"),
        (pod("kept", ownerReferences=[{"kind": "Custom", "name": "x"}]), "Pod", "kept"),
    ],
)
def test_a_pod_is_told_by_what_makes_it_anew(found: Object, kind: str, name: str) -> None:
    assert workload_of(found) == Workload("shop", kind, name)


def test_pods_without_a_sidecar_and_those_that_end_are_left_out() -> None:
    ended = {**pod("job"), "status": {"phase": "Succeeded"}}
    leaving = pod("old", deletionTimestamp="2026-11-24T10:00:00Z")
    replicas = [pod(name, owner=("StatefulSet", "db")) for name in ("db-0", "db-1")]
    assert workloads([pod(proxy="other"), ended, leaving, *replicas]) == {Workload("shop", "StatefulSet", "db"): 2}


class Client:
    """An API server that has these pods, or does not answer."""

    def __init__(self, found: list[Object] | ApiError) -> None:
        self._found = found

    def list(self, _kind: t.Any) -> list[Object]:
        if isinstance(self._found, ApiError):
            raise self._found
        return self._found


def run(monkeypatch: pytest.MonkeyPatch, found: list[Object] | ApiError) -> Object:
    monkeypatch.setattr(sidecars, "KubernetesClient", lambda _access: Client(found))
    return sidecars.run({"name": "east"}, False, lambda _line: None)


def test_workloads_are_sorted_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, [pod("b"), pod("a"), pod("x", owner=("DaemonSet", "agent"))])
    assert [(one["kind"], one["name"], one["pods"]) for one in result["workloads"]] == [
        ("DaemonSet", "agent", 1),
        ("Pod", "a", 1),
        ("Pod", "b", 1),
    ]
    assert (result["changed"], result["reachable"], result["why"]) == (False, True, "")


def test_a_cluster_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, ApiError("cannot list pods", status=0, why="no route to host"))
    assert (result["reachable"], result["why"], result["workloads"]) == (False, "no route to host", [])


def test_a_cluster_that_refuses_the_identity_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ApiError, match="Unauthorized"):
        run(monkeypatch, ApiError("cannot list pods", status=401, why="Unauthorized"))
