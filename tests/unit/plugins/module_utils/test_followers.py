# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose pods are behind a revision or version, and what a restart moves."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import restart
from ansible_collections.multiregion.istio.plugins.module_utils._istio.followers import (
    Target,
    asked_by,
    asked_for,
    behind,
    followers,
    is_behind,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.restart import unmoved
from ansible_collections.multiregion.istio.plugins.module_utils._istio.sidecars import Workload

Object = dict[str, t.Any]
TAG = "hub/proxyv2:"


def pod(
    name: str = "cart-1",
    revision: str = "default",
    image: str = f"{TAG}1.31.0",
    kind: str = "StatefulSet",
    **metadata: t.Any,
) -> Object:
    annotations = {"istio.io/rev": revision, **metadata.pop("annotations", {})}
    owners = [{"kind": kind, "name": name.rpartition("-")[0], "controller": True}] if kind != "Pod" else []
    base = {"namespace": "shop", "name": name, "annotations": annotations, "ownerReferences": owners}
    return {"metadata": {**base, **metadata}, "spec": {"containers": [{"name": "istio-proxy", "image": image}]}}


@pytest.mark.parametrize(
    ("labels", "revision"),
    [
        ({}, None),
        ({"istio-injection": "enabled"}, ""),
        ({"istio-injection": "disabled", "istio.io/rev": "new"}, None),
        ({"istio-injection": "enabled", "istio.io/rev": "new"}, ""),
        ({"istio.io/rev": "new"}, "new"),
        ({"istio.io/rev": "default"}, ""),
    ],
)
def test_labels_of_a_namespace_ask_for_a_revision(labels: dict[str, str], revision: str | None) -> None:
    assert asked_by(labels) == revision


@pytest.mark.parametrize(
    ("namespace", "labels", "revision"),
    [
        ("new", {"istio.io/rev": "old"}, "new"),
        (None, {"sidecar.istio.io/inject": "true"}, ""),
        (None, {"sidecar.istio.io/inject": "true", "istio.io/rev": "new"}, "new"),
        (None, {}, None),
    ],
)
def test_a_pod_asks_itself_only_where_its_namespace_does_not(
    namespace: str | None, labels: dict[str, str], revision: str | None
) -> None:
    assert asked_for(pod(labels=labels), {"shop": namespace}) == revision


@pytest.mark.parametrize(
    ("found", "target", "is_late"),
    [
        (pod(), Target("new"), True),
        (pod(revision="new"), Target("new"), False),
        (pod(), Target("", f"{TAG}1.31.0"), False),
        (pod(), Target("", f"{TAG}1.31.1"), True),
        (pod(annotations={"sidecar.istio.io/proxyImage": "own"}), Target("", f"{TAG}1.31.1"), False),
        (pod(), Target("", version="1.31.1"), True),
        (pod(image=f"{TAG}1.31.1-distroless"), Target("", version="1.31.1"), False),
        (pod(image="hub:5000/proxyv2"), Target("", version="1.31.1"), True),
    ],
)
def test_a_pod_is_behind_by_its_revision_and_by_its_image(found: Object, target: Target, is_late: bool) -> None:
    assert is_behind(found, target) == is_late


def test_what_a_restart_does_not_move_is_told_with_the_reason() -> None:
    pods = [
        pod("cart-0"),
        pod("cart-1"),
        pod("alone", kind="Pod"),
        pod("job-1", kind="Job"),
        pod("held-1", namespace="held"),
        pod("plain-1", namespace="plain"),
        pod("new-1", revision="new"),
        pod("gone-1", deletionTimestamp="now"),
    ]
    moved, staying = behind(pods, {"shop": "new", "held": ""}, Target("new"))
    assert moved == {Workload("shop", "StatefulSet", "cart"): ["cart-0", "cart-1"]}
    assert {workload.name: why for workload, (why, _pods) in staying.items()} == {
        "alone": "nothing makes it anew",
        "job": "a Job is not restarted",
        "held": "its labels ask for revision default",
        "plain": "its namespace asks for no sidecar",
    }


def test_followers_are_told_by_workload_and_revision() -> None:
    found = followers([pod("cart-1"), pod("cart-0"), pod("cart-2", revision="new")])
    assert [(one.workload.name, one.revision, one.pods) for one in found] == [
        ("cart", "", ("cart-0", "cart-1")),
        ("cart", "new", ("cart-2",)),
    ]


def test_what_would_not_be_replaced_is_not_restarted() -> None:
    assert unmoved({"spec": {}}) == ""
    assert "paused" in unmoved({"spec": {"paused": True}})
    assert "OnDelete" in unmoved({"spec": {"updateStrategy": {"type": "OnDelete"}}})
    assert unmoved(None)


def test_the_first_that_fails_keeps_the_rest_from_being_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def one(_client: t.Any, workload: Workload, _timeout: int, _progress: t.Any) -> None:
        begun.append(workload.name)
        raise MeshError(f"{workload.name} broke")

    monkeypatch.setattr(restart, "restart_one", one)
    todo = [Workload("shop", "Deployment", name) for name in ("a", "b", "c")]
    with pytest.raises(MeshError, match="a broke") as caught:
        restart.restart_all(t.cast(t.Any, None), todo, {"at_once": 1, "wait_timeout": 1}, print)
    assert begun == ["a"]
    assert "Not restarted because of it: Deployment shop/b, Deployment shop/c" in str(caught.value)
