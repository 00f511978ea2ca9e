# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a RemoteIstio is named as without effect."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.effect import FIELDS, without_effect
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION, spec_from
from ansible_collections.multiregion.istio.plugins.modules.remote_istio import spec_options


def defaults() -> dict[str, t.Any]:
    """The spec that a task without any option about it describes."""
    params = {name: option.get("default") for name, option in spec_options().items()}
    params["sidecar_injector"] = {
        name: option["default"] for name, option in spec_options()["sidecar_injector"]["options"].items()
    }
    return spec_from({**params, "api_version": API_VERSION})


def test_nothing_is_said_of_the_defaults() -> None:
    assert without_effect(defaults()) == []


def test_nothing_is_said_of_the_hub_of_the_mesh() -> None:
    assert without_effect({"hub": "registry.example/istio"}, "registry.example/istio") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hub", "registry.example/other"),
        ("dockerImage", {"region": "cn-beijing"}),
        ("includeIPRanges", "10.0.0.0/8"),
        ("proxy", {"privileged": True}),
        ("sidecarInjector", {"enabled": False, "replicaCount": 1}),
        ("sidecarInjector", {"enabled": True, "replicaCount": 2}),
        ("security", {"selfSigned": False}),
        ("citadel", {"enabled": True}),
    ],
)
def test_a_field_that_says_other_than_its_default_is_named(field: str, value: t.Any) -> None:
    sentences = without_effect({**defaults(), field: value}, "registry.example/istio")
    assert [sentence.split()[0] for sentence in sentences] == [f"spec.{field}"]


def test_an_injector_in_the_cluster_goes_by_its_fields_and_by_no_other() -> None:
    spec = {**defaults(), "hub": "other", "proxy": {"privileged": True}, "sidecarInjector": {"replicaCount": 2}}
    assert without_effect(spec, injector=True) == []
    sentences = without_effect({**spec, "dockerImage": {"region": "x"}, "citadel": {"enabled": True}}, injector=True)
    assert [sentence.split()[0] for sentence in sentences] == ["spec.dockerImage", "spec.citadel"]


@pytest.mark.parametrize("field", ["autoInjectionNamespaces", "gateways"])
def test_nothing_is_said_of_fields_that_the_role_brings_about(field: str) -> None:
    assert field in defaults()
    assert field not in FIELDS
