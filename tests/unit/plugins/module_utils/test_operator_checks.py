# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh asks for whose members an operator reconciles, and what of an operator is in nobody's way."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.found_istio import Place, found_problems
from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_checks import (
    adopted_problems,
    engine_problems,
    operator_problems,
)

Dict = dict[str, t.Any]

GROUP = "istio.banzaicloud.io"
API = f"{GROUP}/v1beta1"
PLACE = Place("east", True, "m", "istio-system", "", False, frozenset({"east", "west"}), GROUP)


def trace(kind: str, name: str, namespace: str = "", made_by: str = "", mesh: str = "", **more: t.Any) -> Dict:
    return {"kind": kind, "namespace": namespace, "name": name, "made_by": made_by, "mesh": mesh, **more}


def definition(plural: str, group: str = GROUP, made_by: str = "") -> Dict:
    made_by = made_by or f"operator of {group}"
    return trace("CustomResourceDefinition", f"{plural}.{group}", made_by=made_by, group=group)


DEFINITIONS = [definition("istios"), definition("remoteistios")]
PLANE = trace(
    "Istio", "istio-config", "istio-system", f"operator of {GROUP}", group=GROUP, version="", target="istio-system"
)
ISTIOD = trace("Deployment", "istiod", "istio-system", f"operator of {GROUP} (Istio istio-config)", version="1.10.4")


@pytest.mark.parametrize("place", [PLACE, replace(PLACE, cluster="west", is_primary=False)])
def test_what_the_operator_made_is_in_nobodys_way(place: Place) -> None:
    chart = trace("CustomResourceDefinition", "gateways.networking.istio.io", group="networking.istio.io")
    traces = [*DEFINITIONS, PLANE, ISTIOD, chart]
    assert [problem.severity for problem in found_problems(traces, place)] == ["warning"]  # of the chart's definition
    by_us = [problem.severity for problem in found_problems(traces, replace(place, operator=""))]
    assert "error" in by_us


def test_the_release_by_which_the_operator_came_is_not_told() -> None:
    release = "Helm release operators/istio-operator"
    traces = [
        *(definition(plural, made_by=release) for plural in ("istios", "remoteistios")),
        trace("Helm release", "istio-operator", "operators", release),
    ]
    assert list(found_problems(traces, PLACE)) == []


def test_istio_of_others_stays_in_the_way_of_an_operator() -> None:
    other = trace("Deployment", "istiod", "istio-system", "istioctl", version="1.29.2")
    (problem,) = found_problems([*DEFINITIONS, other], PLACE)
    assert (problem.severity, problem.what) == (
        "error",
        "Istio of istioctl is in the way: Deployment istio-system/istiod 1.29.2",
    )


def test_without_its_definitions_there_is_no_operator() -> None:
    (problem,) = operator_problems([definition("istios")], API, "east")
    assert (problem.what, problem.cluster) == ("no operator: remoteistios.istio.banzaicloud.io not defined", "east")
    assert "Install the operator first" in problem.todo
    assert list(operator_problems(DEFINITIONS, API, "east")) == []


def test_another_operator_that_is_there_is_named() -> None:
    (problem,) = operator_problems(DEFINITIONS, "istio.alibabacloud.com/v1beta1", "east")
    assert "mesh_api_version to that of the operator that is there (istio.banzaicloud.io)" in problem.todo


def test_a_second_control_plane_is_refused() -> None:
    other = {**PLANE, "name": "other", "namespace": "web"}
    (problem,) = operator_problems([*DEFINITIONS, PLANE, other], API, "east")
    assert problem.what == "there are 2 Istio resources: istio-system/istio-config, web/other"


def test_what_was_made_by_hand_is_told_before_it_is_adopted() -> None:
    record = trace("RemoteIstio", "west", "istio-system")
    (problem,) = adopted_problems([*DEFINITIONS, PLANE, record], "east")
    assert (problem.severity, problem.what) == (
        "warning",
        "made without this collection: Istio istio-system/istio-config, RemoteIstio istio-system/west",
    )
    assert list(adopted_problems([{**PLANE, "mesh": "m"}, {**record, "mesh": "m"}], "east")) == []


@pytest.mark.parametrize(
    ("networks", "revision", "what"),
    [
        ({"m"}, "", []),
        ({"a", "b", "c"}, "", []),
        ({"a", "b"}, "", ["one network or one for each cluster, and there are 2 for 3 clusters"]),
        ({"m"}, "blue", ["has no revisions, and mesh_revision is 'blue'"]),
    ],
)
def test_what_an_operator_cannot_do_is_refused(networks: set[str], revision: str, what: list[str]) -> None:
    problems = list(engine_problems({"revision": revision}, networks, 3))
    assert len(problems) == len(what)
    assert all(text in problem.what for text, problem in zip(what, problems, strict=True))
