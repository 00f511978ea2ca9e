# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a mesh that is taken down: that of its members and of the primary together."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._istio.leave_summary import leave_summary
from ansible_collections.multiregion.istio.plugins.module_utils._istio.teardown_result import teardown_result

Object = dict[str, t.Any]
CRD = "CustomResourceDefinition"


def member(name: str, **given: t.Any) -> Object:
    lists: Object = {"removed": [], "kept": [], "left": [], "restart": []}
    return {"stage": "leave", "cluster": name, "failure": "", "reachable": True, "why": "", **lists, **given}


def found(**given: t.Any) -> Object:
    return {
        "mesh_id": "mesh1",
        "finished": "2026-11-24T10:00:00Z",
        "check_mode": False,
        "failure": "",
        "cluster": {"name": "west", "kubeconfig": "/etc/west", "context": ""},
        "namespace": "istio-system",
        "members": [],
        "unlabelled": {},
        "releases": [],
        "objects": [],
        "definitions": [],
        "configmaps": [],
        "workloads": [],
        **given,
    }


def test_the_primary_is_listed_after_its_members() -> None:
    gone = {"cluster": "east", "kind": "Namespace", "namespace": "", "name": "istio-system"}
    result = teardown_result(
        found(
            members=[member("east", removed=[gone])],
            unlabelled={"unlabelled": ["shop"]},
            releases=[{"name": "istiod", "namespace": "istio-system", "action": "removed"}],
            objects=[{"kind": "Service", "namespace": "istio-system", "name": "istiod-internal", "action": "deleted"}],
            definitions=[{"kind": CRD, "namespace": None, "name": "a.istio.io", "action": "kept", "why": "in use"}],
            configmaps=[{"metadata": {"namespace": "shop", "name": "istio-ca-root-cert"}}],
            workloads=[{"kind": "Deployment", "namespace": "shop", "name": "web"}],
        )
    )
    assert [(one["cluster"], one["name"]) for one in result["removed"]] == [
        ("east", "istio-system"),
        ("west", "shop"),
        ("west", "istiod"),
        ("west", "istiod-internal"),
    ]
    assert [(one["cluster"], one["name"], one["why"]) for one in result["kept"]] == [("west", "a.istio.io", "in use")]
    assert result["left"][0]["command"].startswith("kubectl --kubeconfig /etc/west delete configmap")
    assert result["restart"][0]["command"].endswith("rollout restart deployment/web --namespace shop")
    assert result["members"] == [{"cluster": "east", "failure": "", "reachable": True, "why": ""}]


def test_the_text_begins_with_how_the_mesh_ended() -> None:
    assert leave_summary(teardown_result(found())) == "Mesh mesh1 is taken down. There was nothing to remove."
    assert leave_summary(teardown_result(found(check_mode=True))).startswith("Mesh mesh1 would be taken down.")
    failed = leave_summary(teardown_result(found(failure="east has not left")))
    assert failed == "Mesh mesh1 is not taken down altogether: east has not left"
    unreached = leave_summary(teardown_result(found(members=[member("east", reachable=False, why="no route")])))
    assert unreached.endswith("Cluster east was not reached (no route).")
