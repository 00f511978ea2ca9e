# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers of ingress gateways: annotations on Alibaba Cloud, and refusals where variables would mean nothing."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.filter.ingress_annotations import FilterModule
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ingress import (
    Ingress,
    annotations_of,
    ingress_problems,
    shared_problems,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.preflight import MEMBER_OPTIONS
from ansible_collections.multiregion.istio.plugins.module_utils._istio.preflight_checks import Member

PREFIX = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"
VARIABLES = "remote_cluster_ingress"
west = FilterModule().filters()["ingress_annotations"]


def ingress(**options: t.Any) -> Ingress:
    return Ingress("west", VARIABLES, **{"provider": "ack", **options})


def member(name: str, **options: t.Any) -> Member:
    return Member(
        {key: option.get("default") for key, option in MEMBER_OPTIONS.items()} | {"name": name, **options}, None
    )


@pytest.mark.parametrize(
    ("options", "annotations"),
    [
        ({}, {"address-type": "internet"}),
        ({"public": False}, {"address-type": "intranet"}),
        (
            {"load_balancer_id": "lb-1"},
            {"address-type": "internet", "id": "lb-1", "force-override-listeners": "false"},
        ),
        (
            {"public": False, "load_balancer_id": "lb-1", "override_listeners": True},
            {"address-type": "intranet", "id": "lb-1", "force-override-listeners": "true"},
        ),
    ],
)
def test_alibaba_cloud_is_told_by_annotations(options: dict[str, t.Any], annotations: dict[str, str]) -> None:
    assert annotations_of(ingress(**options)) == {PREFIX + name: value for name, value in annotations.items()}


def test_annotations_of_the_user_win_and_stay_alone_where_nothing_is_known_of_the_cloud() -> None:
    own = {PREFIX + "address-type": "intranet", "example.com/x": "y"}
    assert annotations_of(ingress(load_balancer_id="lb-1", annotations=own)).items() > own.items()
    assert annotations_of(ingress(provider="none", annotations=own)) == own
    assert annotations_of(ingress(service_type="ClusterIP", annotations=own)) == own


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"public": False}, f"{VARIABLES}_public is false, which has no effect where mesh_cluster_provider is none"),
        (
            {"load_balancer_id": "lb-1", "override_listeners": True},
            f"{VARIABLES}_load_balancer_id is lb-1, {VARIABLES}_override_listeners is true, which has no effect where "
            "mesh_cluster_provider is none",
        ),
        (
            {"provider": "ack", "service_type": "NodePort", "public": False},
            f"{VARIABLES}_public is false, which has no effect where {VARIABLES}_service_type is NodePort",
        ),
        (
            {"provider": "ack", "override_listeners": True},
            f"{VARIABLES}_override_listeners is true, which has no effect where {VARIABLES}_load_balancer_id is not set",
        ),
    ],
)
def test_what_would_have_no_effect_is_refused_by_name(options: dict[str, t.Any], what: str) -> None:
    (problem,) = ingress_problems(ingress(**{"provider": "none", **options}))
    assert (problem.severity, problem.cluster, problem.what) == ("error", "west", what)
    with pytest.raises(AnsibleFilterError, match=f"^cluster west: {VARIABLES}_"):
        west({"name": "west", "provider": options.pop("provider", "none")}, VARIABLES, **options)


def test_the_filter_takes_a_cluster() -> None:
    assert west({"name": "west"}, VARIABLES) == {}
    with pytest.raises(AnsibleFilterError, match="wants a cluster"):
        west("west", VARIABLES)


def test_a_load_balancer_serves_one_service_of_the_mesh() -> None:
    east = member("east", role="primary", pilot_annotations={PREFIX + "id": "lb-1"}, ingress_load_balancer_id="lb-2")
    others = [
        member("west", ingress_load_balancer_id="lb-1"),
        member("south", ingress_annotations={PREFIX + "id": "lb-2"}),
        member("north"),
    ]
    assert [problem.what for problem in shared_problems([east, *others])] == [
        "load balancer lb-2 is to serve the ingress gateway of east and the ingress gateway of south",
        "load balancer lb-1 is to serve istiod of east and the ingress gateway of west",
    ]
    assert not list(shared_problems([east, *others[2:]]))
