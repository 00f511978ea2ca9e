# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RemoteIstio from options, and its status."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import resource
from ansible_collections.multiregion.istio.plugins.module_utils._istio.status import StatusChange, merged_status

Object = dict[str, t.Any]

DEFAULTS: Object = {
    "api_version": resource.API_VERSION,
    "auto_injection_namespaces": ["default"],
    "docker_image_region": None,
    "hub": None,
    "include_ip_ranges": "*",
    "gateways": None,
    "proxy_settings": {},
    "security": None,
    "citadel": None,
    "sidecar_injector": {"enabled": True, "replica_count": 1},
    "spec": {},
}


def test_the_spec_of_the_page_of_alibaba_cloud() -> None:
    params = {
        **DEFAULTS,
        "docker_image_region": "cn-beijing",
        "hub": "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog",
    }
    assert resource.spec_from(params) == {
        "autoInjectionNamespaces": ["default"],
        "dockerImage": {"region": "cn-beijing"},
        "gateways": {"k8singress": {}},
        "hub": "registry.cn-beijing.aliyuncs.com/aliacs-app-catalog",
        "includeIPRanges": "*",
        "proxy": {},
        "security": {},
        "sidecarInjector": {"enabled": True, "replicaCount": 1},
    }


def test_what_is_not_given_is_left_out() -> None:
    assert resource.spec_from(DEFAULTS).keys().isdisjoint({"hub", "dockerImage", "citadel"})


def test_anything_else_is_merged_last() -> None:
    params = {
        **DEFAULTS,
        "spec": {
            "sidecarInjector": {"nodeSelector": {"disk": "ssd"}, "replicaCount": 3},
            "autoInjectionNamespaces": ["shop"],
            "networkName": "east",
        },
    }
    spec = resource.spec_from(params)
    assert spec["sidecarInjector"] == {"enabled": True, "replicaCount": 3, "nodeSelector": {"disk": "ssd"}}
    assert spec["autoInjectionNamespaces"] == ["shop"]
    assert spec["networkName"] == "east"
    assert resource.ALIBABAS_FIELDS["gateways"] == {"k8singress": {}}


def test_fields_that_only_alibabas_api_has_are_given_to_another_by_request_alone() -> None:
    banzais = {**DEFAULTS, "api_version": "istio.banzaicloud.io/v1beta1"}
    assert resource.spec_from(banzais).keys() == {
        "autoInjectionNamespaces",
        "includeIPRanges",
        "proxy",
        "sidecarInjector",
    }
    assert resource.spec_from({**banzais, "gateways": {}, "security": {}}) == resource.spec_from(banzais)
    assert resource.spec_from({**banzais, "gateways": {"k8singress": {}}})["gateways"] == {"k8singress": {}}
    assert resource.spec_from({**DEFAULTS, "gateways": {}})["gateways"] == {}


@pytest.mark.parametrize("name", ["east", "cn-beijing-1", "1", "a" * 63])
def test_names_of_clusters(name: str) -> None:
    resource.check_name(name)


@pytest.mark.parametrize("name", ["", "East", "east_1", "-east", "east-", "east.1", "a" * 64, "east\n"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(MeshError, match="mesh_cluster_name"):
        resource.check_name(name)


def test_a_status_keeps_when_it_was_proven_and_drops_a_reason_that_is_past() -> None:
    before = {"Status": "ReconcileFailed", "ErrorMessage": "x", "LastVerified": "10:00", "GatewayAddress": ["10.1.1.1"]}
    assert merged_status(before, {"Status": "Reconciling"}) == {
        "Status": "Reconciling",
        "LastVerified": "10:00",
        "GatewayAddress": ["10.1.1.1"],
    }
    assert merged_status(before, {"Status": "Available", "LastVerified": "11:00", "GatewayAddress": []}) == {
        "Status": "Available",
        "LastVerified": "11:00",
        "GatewayAddress": [],
    }


def test_only_what_is_given_is_written() -> None:
    given: Object = {"Status": "Available", "ErrorMessage": None, "GatewayAddress": [], "LastVerified": None}
    assert resource.status_from({"status": given}) == {"Status": "Available", "GatewayAddress": []}


def test_a_new_time_alone_is_no_change() -> None:
    at_ten, at_eleven = ({"Status": "Available", "LastVerified": hour} for hour in ("10:00", "11:00"))
    assert not StatusChange("x", at_ten, at_eleven).changed
    assert StatusChange("x", at_ten, at_eleven).diff() == []
    failed = StatusChange("status of RemoteIstio x", at_ten, {"Status": "ReconcileFailed"})
    assert failed.changed
    assert failed.diff()[0]["before"] == {"Status": "Available"}
