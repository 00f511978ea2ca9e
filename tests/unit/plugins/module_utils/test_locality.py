# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members in several regions: the decision, the labels of nodes, and whether anything fails over."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._istio.locality import (
    Locality,
    failover_problems,
    is_enabled,
    label_problems,
    setting_problems,
)

Object = dict[str, t.Any]
REGIONS = ("cn-beijing", "ap-southeast-1")
DETECTION: Object = {"outlierDetection": {"consecutiveGatewayErrors": 5}}


def test_clusters_in_two_regions_need_a_decision() -> None:
    (problem,) = setting_problems(["cn-beijing", "cn-beijing", "ap-southeast-1"], None)
    assert problem.severity == "error"
    assert problem.what == (
        "mesh_locality_routing is not set, and the clusters are in 2 regions (ap-southeast-1, cn-beijing)"
    )
    assert "to true (" in problem.todo and "to false (" in problem.todo


@pytest.mark.parametrize("regions", [[], [""], ["cn-beijing", "cn-beijing"], ["cn-beijing", ""]])
def test_clusters_in_one_region_need_none(regions: list[str]) -> None:
    assert list(setting_problems(regions, None)) == []


@pytest.mark.parametrize("decided", [True, False])
def test_either_decision_will_do(decided: bool) -> None:
    assert list(setting_problems(REGIONS, decided)) == []


def test_nodes_without_labels_are_named_with_what_to_do() -> None:
    nodes = [{"name": f"n{n}", "region": "", "zone": "a"} for n in range(5)] + [{"name": "z", "region": "r"}]
    region, zone = label_problems("east", "cn-beijing", nodes)
    assert (region.severity, region.cluster) == ("error", "east")
    assert region.what == "nodes without the label topology.kubernetes.io/region: n0, n1, n2 and 2 more"
    assert "kubectl label node NAME topology.kubernetes.io/region=cn-beijing" in region.todo
    assert (zone.severity, zone.what) == ("warning", "nodes without the label topology.kubernetes.io/zone: z")


def test_labelled_nodes_are_fine() -> None:
    assert list(label_problems("east", "", [{"name": "n", "region": "r", "zone": "z"}])) == []


def rule(policy: Object | None = None, **spec: t.Any) -> Object:
    return {"spec": {"host": "cart", **({"trafficPolicy": policy} if policy else {}), **spec}}


@pytest.mark.parametrize(
    ("enabled", "rules", "lack"),
    [
        (False, [], "locality routing is off"),
        (False, [rule(DETECTION)], "locality routing is off"),
        (True, [], "no DestinationRule has outlierDetection"),
        (True, [rule(), rule({"tls": {"mode": "DISABLE"}}), {}], "no DestinationRule has outlierDetection"),
        (
            True,
            [rule({**DETECTION, "loadBalancer": {"localityLbSetting": {"enabled": False}}})],
            "no DestinationRule has outlierDetection",
        ),
    ],
)
def test_without_locality_and_outlier_detection_failover_is_not_configured(
    enabled: bool, rules: list[Object], lack: str
) -> None:
    (problem,) = failover_problems(Locality(REGIONS, enabled, tuple(rules)))
    assert (problem.severity, problem.what) == ("warning", "failover is not configured")
    assert lack in problem.why and "ap-southeast-1, cn-beijing" in problem.why
    assert "failover_policy_namespaces" in problem.todo


@pytest.mark.parametrize(
    ("enabled", "one"),
    [
        (True, rule(DETECTION)),
        (True, rule(None, subsets=[{"name": "v1"}, {"name": "v2", "trafficPolicy": DETECTION}])),
        (True, rule({"portLevelSettings": [{"port": {"number": 80}, **DETECTION}]})),
        (False, rule({**DETECTION, "loadBalancer": {"localityLbSetting": {"enabled": True}}})),
        (False, rule({**DETECTION, "loadBalancer": {"localityLbSetting": {"failover": []}}})),
    ],
)
def test_one_host_that_fails_over_is_enough(enabled: bool, one: Object) -> None:
    assert failover_problems(Locality(REGIONS, enabled, (rule(), one))) == []


def test_members_in_one_region_need_no_failover() -> None:
    assert failover_problems(Locality(("cn-beijing", "cn-beijing"))) == []
    assert failover_problems(None) == []


def test_what_could_not_be_read_is_told_as_such() -> None:
    (problem,) = failover_problems(Locality(REGIONS, error="cannot list destinationrules: forbidden"))
    assert (problem.severity, problem.why) == ("warning", "cannot list destinationrules: forbidden")
    assert problem.what == "it is not known whether failover is configured"


@pytest.mark.parametrize(
    ("mesh", "enabled"),
    [
        ({"localityLbSetting": {"enabled": True}}, True),
        ({"localityLbSetting": {"enabled": False}}, False),
        ({"localityLbSetting": {"failover": []}}, True),
        ({"trustDomain": "x"}, True),
        ({}, True),
        (["odd"], False),
    ],
)
def test_locality_routing_is_on_unless_the_control_plane_says_no(mesh: t.Any, enabled: bool) -> None:
    assert is_enabled({"data": {"mesh": yaml.safe_dump(mesh)}}) is enabled


def test_a_configuration_that_cannot_be_read_turns_nothing_on() -> None:
    assert not is_enabled({"data": {"mesh": "a: ["}})
    assert is_enabled(None) and is_enabled({"data": None})
