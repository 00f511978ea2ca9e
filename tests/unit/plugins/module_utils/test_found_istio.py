# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what of Istio is in a cluster already is in the way of a mesh."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.found_istio import Place, found_problems
from ansible_collections.multiregion.istio.plugins.module_utils._problems import Problem

Dict = dict[str, t.Any]

PRIMARY = Place("east", True, "m", "istio-system", "", False, frozenset({"east", "west"}))
REMOTE = replace(PRIMARY, cluster="west", is_primary=False)
EXTRA: dict[str, Dict] = {
    "CustomResourceDefinition": {"group": "networking.istio.io"},
    "MutatingWebhookConfiguration": {"service": "x/istiod", "blocks": False, "injects_by_default": True},
    "ValidatingWebhookConfiguration": {"service": "x/istiod", "blocks": False, "injects_by_default": False},
    "Secret": {"cluster": ""},
}


def trace(kind: str, name: str, namespace: str = "", made_by: str = "istioctl", mesh: str = "", **more: t.Any) -> Dict:
    base = {"kind": kind, "namespace": namespace, "name": name, "made_by": made_by, "mesh": mesh}
    return {**base, **EXTRA.get(kind, {}), **more}


ISTIOD = trace("Deployment", "istiod", "istio-system", version="1.29.2")
ELSEWHERE = trace("Deployment", "istiod", "other")
DEFINITION = trace("CustomResourceDefinition", "gateways.networking.istio.io")
WEBHOOK = trace("MutatingWebhookConfiguration", "istio-sidecar-injector")
REVISION = trace("MutatingWebhookConfiguration", "istio-sidecar-injector-blue", injects_by_default=False)
VALIDATOR = trace("ValidatingWebhookConfiguration", "istiod-default-validator")
REMOTE_ISTIO = trace("CustomResourceDefinition", "remoteistios.istio.alibabacloud.com", group="istio.alibabacloud.com")
SAIL = trace("Istio", "default", "", "operator of sailoperator.io", group="sailoperator.io", target="istio-system")
RELEASE = trace("Helm release", "istiod", "istio-system", "Helm release istio-system/istiod")


def told(*traces: Dict, place: Place = PRIMARY) -> list[Problem]:
    return list(found_problems(list(traces), place))


@pytest.mark.parametrize(
    ("found", "place", "severity"),
    [
        (ISTIOD, PRIMARY, "error"),
        (ISTIOD, REMOTE, "error"),
        (ISTIOD, replace(PRIMARY, namespace="mesh"), "warning"),
        (ISTIOD, replace(PRIMARY, force=True), "warning"),
        (ELSEWHERE, PRIMARY, "warning"),
        (DEFINITION, REMOTE, "error"),
        ({**DEFINITION, "name": "istiooperators.install.istio.io", "group": "install.istio.io"}, PRIMARY, "warning"),
        (WEBHOOK, REMOTE, "error"),
        (WEBHOOK, replace(REMOTE, revision="blue"), "warning"),
        ({**WEBHOOK, "blocks": True}, replace(REMOTE, revision="blue"), "error"),
        (REVISION, REMOTE, "warning"),
        ({**REVISION, "blocks": True}, REMOTE, "warning"),
        (VALIDATOR, REMOTE, "error"),
        ({**VALIDATOR, "name": "istio-validator-other"}, REMOTE, "warning"),
        (REMOTE_ISTIO, PRIMARY, "error"),
        (REMOTE_ISTIO, REMOTE, "warning"),
        (SAIL, REMOTE, "error"),
        ({**SAIL, "target": "other"}, REMOTE, "warning"),
        (RELEASE, REMOTE, "error"),
        (RELEASE, replace(REMOTE, revision="blue"), "warning"),
        ({**RELEASE, "name": "istiod-blue"}, replace(REMOTE, revision="blue"), "error"),
        ({**RELEASE, "name": "istio-cni", "made_by": "Helm release istio-system/istio-cni"}, REMOTE, "warning"),
        (trace("Secret", "istio-remote-secret-west", "istio-system", cluster="west"), PRIMARY, "error"),
        (trace("Secret", "istio-remote-secret-west", "istio-system", cluster="west"), REMOTE, "warning"),
        (trace("Secret", "west", "istio-system", cluster="west"), PRIMARY, "warning"),
        (trace("Secret", "istio-remote-secret-north", "istio-system", cluster="north"), PRIMARY, "warning"),
    ],
)
def test_what_is_in_the_way_is_an_error_and_what_stands_beside_a_warning(
    found: Dict, place: Place, severity: str
) -> None:
    (problem,) = told(found, place=place)
    assert (problem.severity, problem.cluster) == (severity, place.cluster)
    assert problem.why and problem.todo and found["name"] in problem.what


def test_what_this_mesh_made_raises_nothing_and_another_mesh_of_ours_does() -> None:
    ours = [{**each, "mesh": "m"} for each in (ISTIOD, DEFINITION, WEBHOOK, VALIDATOR, REMOTE_ISTIO, RELEASE)]
    assert told(*ours) == []
    (problem,) = told({**DEFINITION, "made_by": "multiregion.istio", "mesh": "m2"}, {**RELEASE, "mesh": "m2"})
    assert problem.what.startswith("Istio of mesh m2 of multiregion.istio is in the way") and "leave" in problem.todo


def test_all_of_one_maker_is_one_problem_that_names_a_few() -> None:
    definitions = [{**DEFINITION, "name": f"{n}.networking.istio.io"} for n in range(5)]
    (problem,) = told(ISTIOD, *definitions, WEBHOOK, ELSEWHERE)
    assert problem.what == (
        "Istio of istioctl is in the way: Deployment istio-system/istiod 1.29.2, "
        "MutatingWebhookConfiguration istio-sidecar-injector, CustomResourceDefinition 0.networking.istio.io, "
        "4 more CustomResourceDefinitions"
    )
    assert problem.why.count(";") == 2


@pytest.mark.parametrize(
    ("made_by", "maker", "todo"),
    [
        ("istioctl", "istioctl", "mesh_force: true to take it over (its istiod is replaced pod by pod"),
        ("istioctl", "istioctl", "istioctl uninstall --purge"),
        ("Helm release a/istiod", "Helm", "helm uninstall -n a istiod"),
        ("Helm release nonsense", "Helm", "helm uninstall -n nonsense "),
        ("Helm", "Helm", "mesh_force"),
        ("operator of sailoperator.io (Istio default)", "operator of sailoperator.io", "Delete its resource"),
        ("operator of istio.alibabacloud.com", "operator of istio.alibabacloud.com", "ASM instance"),
        ("Argo CD application mesh", "Argo CD application mesh", "whose these objects are"),
        ("", "somebody who left no mark", "whose these objects are"),
    ],
)
def test_each_maker_is_named_with_how_its_istio_goes_away(made_by: str, maker: str, todo: str) -> None:
    (problem,) = told({**ISTIOD, "made_by": made_by})
    assert problem.what.startswith(f"Istio of {maker} is in the way:")
    assert todo in problem.todo


def test_what_istioctl_left_beside_the_mesh_is_deleted_by_name_and_never_by_its_uninstall() -> None:
    (problem,) = told({**RELEASE, "mesh": "m"}, {**WEBHOOK, "name": "istio-revision-tag-default"})
    assert "kubectl delete mutatingwebhookconfiguration istio-revision-tag-default" in problem.todo
    assert "--purge" not in problem.todo


def test_definitions_that_an_uninstall_left_are_taken_over_by_force() -> None:
    (problem,) = told(DEFINITION, {**DEFINITION, "name": "sidecars.networking.istio.io"})
    assert problem.severity == "error" and problem.todo.startswith("Set mesh_force: true")
    assert "istio-system/istio-base" in problem.why


def test_what_a_release_of_the_mesh_left_is_not_in_the_way_until_somebody_has_that_release() -> None:
    kept = {**DEFINITION, "made_by": "Helm release istio-system/istio-base"}
    assert told(kept) == []
    base = {**RELEASE, "name": "istio-base", "made_by": kept["made_by"]}
    (problem,) = told(kept, base)
    assert problem.severity == "error"
    assert told({**kept, "made_by": "Helm release istio-system/base"})[0].severity == "error"


def test_releases_are_uninstalled_in_the_order_that_helm_wants() -> None:
    base = {**RELEASE, "name": "istio-base", "made_by": "Helm release istio-system/istio-base"}
    (problem,) = told(base, RELEASE)
    assert "(helm uninstall -n istio-system istiod; helm uninstall -n istio-system istio-base)" in problem.todo
