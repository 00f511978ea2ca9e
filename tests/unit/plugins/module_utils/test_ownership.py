# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an object is, by its marks."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.ownership import (
    ADOPTED,
    MANAGED_BY,
    MANAGER,
    MESH,
    is_shared,
    marked,
    ownership_of,
    without_marks,
)

Object = dict[str, t.Any]


def live(kind: str = "ConfigMap", name: str = "a", **metadata: t.Any) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}}


OURS = {MANAGED_BY: MANAGER, MESH: "mesh1"}


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({"labels": {MANAGED_BY: "Helm"}}, "Helm"),
        (
            {
                "labels": {MANAGED_BY: "Helm"},
                "annotations": {"meta.helm.sh/release-name": "base", "meta.helm.sh/release-namespace": "istio-system"},
            },
            "Helm release istio-system/base",
        ),
        ({"annotations": {"meta.helm.sh/release-name": "base"}}, "Helm release base"),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "mesh:/ConfigMap:x/a"}},
            "Argo CD application mesh:/ConfigMap:x/a",
        ),
        ({"labels": {"argocd.argoproj.io/instance": "mesh"}}, "Argo CD application mesh"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "mesh"}}, "Flux Kustomization mesh"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "mesh"}}, "Flux HelmRelease mesh"),
        ({"ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}]}, "Deployment web"),
        ({"ownerReferences": [{"apiVersion": "example.com/v1", "kind": "Istio", "name": "other"}]}, "Istio other"),
        ({"labels": {**OURS, MESH: "mesh2"}}, "mesh mesh2 of multiregion.istio"),
        ({"labels": {MANAGED_BY: MANAGER}}, "mesh (none) of multiregion.istio"),
    ],
)
def test_the_owner_of_a_foreign_object_is_named(metadata: Object, owner: str) -> None:
    ownership = ownership_of(live(**metadata), "mesh1")
    assert (ownership.standing, ownership.owner) == ("foreign", owner)


@pytest.mark.parametrize("group", ["istio.alibabacloud.com", "istio.banzaicloud.io"])
def test_the_istio_resource_may_own_what_is_nobodys(group: str) -> None:
    owner = {"apiVersion": f"{group}/v1beta1", "kind": "Istio", "name": "istio-config"}
    assert ownership_of(live(ownerReferences=[owner]), "mesh1").standing == "unmarked"


def test_ours_stays_ours_whatever_others_add() -> None:
    found = live(labels={**OURS, "argocd.argoproj.io/instance": "mesh"}, annotations={"meta.helm.sh/release-name": "x"})
    assert ownership_of(found, "mesh1").standing == "ours"
    assert not ownership_of(found, "mesh1").adopted


def test_what_was_adopted_is_known_again() -> None:
    body = marked(live(labels={"team": "shop"}), "mesh1", adopted=True)
    assert ownership_of(body, "mesh1").standing == "ours"
    assert ownership_of(body, "mesh1").adopted
    assert body["metadata"]["labels"] == {"team": "shop", **OURS}
    assert not ownership_of(marked(live(), "mesh1", adopted=False), "mesh1").adopted


def test_marks_do_not_change_the_object_that_was_given() -> None:
    given = live(labels={"team": "shop"})
    marked(given, "mesh1", adopted=True)
    assert given == live(labels={"team": "shop"})


def test_an_object_without_metadata_of_its_own_is_unmarked() -> None:
    assert ownership_of(live(labels=None, annotations=None, ownerReferences=None), "mesh1").standing == "unmarked"


def test_a_definition_without_a_mark_belongs_to_somebody() -> None:
    assert ownership_of(live("CustomResourceDefinition"), "mesh1").standing == "foreign"
    assert ownership_of(live("CustomResourceDefinition", labels=OURS), "mesh1").standing == "ours"


@pytest.mark.parametrize(
    ("found", "shared"),
    [
        (live("Namespace", "default"), True),
        (live("Namespace", "kube-system", labels=OURS), True),
        (live("Namespace", "shop"), False),
        (live("Namespace", "shop", labels=OURS), False),
        (live("Namespace", "shop", labels={MANAGED_BY: "Terraform"}), True),
        (live("Namespace", "shop", labels={**OURS, MESH: "mesh2"}), False),
        (live("ConfigMap", "default", labels={MANAGED_BY: "Terraform"}), False),
    ],
)
def test_a_namespace_of_others_is_shared_unless_another_mesh_lives_there(found: Object, shared: bool) -> None:
    assert is_shared(found, "mesh1") is shared


def test_all_marks_are_taken_off() -> None:
    patch = without_marks()["metadata"]
    body = marked(live(), "mesh1", adopted=True)["metadata"]
    assert patch["labels"].keys() == body["labels"].keys()
    assert patch["annotations"].keys() == body["annotations"].keys() == {ADOPTED}
