# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which definitions go with a mesh, and which are kept and why."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.definitions import istio_definitions
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.definitions import is_going, why_kept

Object = dict[str, t.Any]
CRD = "CustomResourceDefinition"
OURS = {"exists": True, "mesh_id": "mesh1", "adopted": False}


def trace(kind: str, name: str, made_by: str = "", mesh: str = "", namespace: str = "") -> Object:
    return {"kind": kind, "namespace": namespace, "name": name, "made_by": made_by, "mesh": mesh}


TRACES = [
    trace(CRD, "gateways.networking.istio.io", "Helm release istio-system/istio-base", "mesh1"),
    trace(CRD, "others.networking.istio.io", "Helm release elsewhere/istio-base"),
    trace("Deployment", "istiod", "Helm release istio-system/istiod", "mesh1", "istio-system"),
]


def decided(release: Object, *more: Object) -> tuple[list[str], list[str]]:
    found = istio_definitions([*TRACES, *more], release, "istio-system", "mesh1")
    assert all(each["action"] == "kept" and each["name"] == TRACES[0]["name"] for each in found["kept"])
    return [each["metadata"]["name"] for each in found["objects"]], [each["why"] for each in found["kept"]]


def test_those_of_a_release_that_is_ours_may_go() -> None:
    assert decided(OURS) == (["gateways.networking.istio.io"], [])


@pytest.mark.parametrize(
    "release", [{**OURS, "adopted": True}, {**OURS, "mesh_id": "mesh2"}, {**OURS, "mesh_id": None}]
)
def test_those_of_a_release_that_stays_are_that_releases(release: Object) -> None:
    assert decided(release) == ([], [])


def test_whose_a_release_was_that_is_gone_nobody_can_tell() -> None:
    objects, (why,) = decided({"exists": False})
    assert objects == [] and "istio-system/istio-base, which made it, is gone" in why


def test_another_control_plane_keeps_them() -> None:
    objects, (why,) = decided(OURS, trace("Deployment", "istiod", "istioctl", namespace="theirs"))
    assert objects == [] and why == "another control plane uses it: theirs/istiod"


def live(name: str, namespace: str = "", **metadata: t.Any) -> Object:
    return {
        "kind": "Gateway",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {}), **metadata},
    }


def test_objects_of_its_kind_keep_a_definition_and_are_named() -> None:
    assert why_kept([]) == ""
    assert why_kept([live("b", "shop"), live("a")]).endswith("which would go with it: a, shop/b")
    assert why_kept([live(str(number)) for number in range(5)]).endswith("0, 1, 2 and 2 more")


def test_what_is_ours_or_of_a_release_that_goes_counts_as_gone() -> None:
    labels = {"app.kubernetes.io/managed-by": "multiregion.istio", "multiregion.istio/mesh": "mesh1"}
    of_release = {"meta.helm.sh/release-name": "istiod"}
    assert is_going(live("x", labels=labels), "mesh1", ())
    assert not is_going(live("x", labels=labels), "mesh2", ())
    assert not is_going(live("x", labels=labels, annotations={"multiregion.istio/adopted": "true"}), "mesh1", ())
    assert is_going(live("x", annotations=of_release), "mesh1", ("istiod",))
    assert not is_going(live("x", annotations=of_release), "mesh1", ())
    assert not is_going(live("x"), "mesh1", ("istiod",))
