# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A remote that injects by itself does it as the primary, and as its RemoteIstio says beside that."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.filter.local_injector import local_injector

ADDRESS = "istiod-remote.istio-system.svc:15012"
MESH: dict[str, t.Any] = {
    "trustDomain": "cluster.local",
    "defaultConfig": {"discoveryAddress": "istiod.istio-system.svc:15012", "meshId": "mesh1"},
}
INJECTION: dict[str, t.Any] = {
    "global": {
        "hub": "registry.example/istio",
        "network": "east",
        "proxy": {"logLevel": "warning", "includeIPRanges": "10.0.0.0/8"},
    },
    "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": True},
}
MAPS = (
    {"data": {"mesh": yaml.safe_dump(MESH)}},
    {"data": {"values": json.dumps(INJECTION), "config": "policy: enabled"}},
)


def values(spec: dict[str, t.Any], maps: t.Sequence[dict[str, t.Any]] = MAPS) -> dict[str, t.Any]:
    return local_injector(spec, maps, ADDRESS)


def test_it_is_an_injector_with_the_settings_that_the_remote_profile_leaves_out() -> None:
    found = values({})
    assert found["istiodRemote"] == {"enabledLocalInjectorIstiod": True}
    assert found["configMap"] is True and found["global"]["omitSidecarInjectorConfigMap"] is False


def test_mesh_and_injection_are_those_of_the_primary_but_for_its_name() -> None:
    found = values({"includeIPRanges": "*", "proxy": {}})
    assert found["meshConfig"] == {**MESH, "defaultConfig": {"discoveryAddress": ADDRESS, "meshId": "mesh1"}}
    assert found["global"]["proxy"] == INJECTION["global"]["proxy"]
    assert found["sidecarInjectorWebhook"] == {"rewriteAppHTTPProbe": True}
    assert "hub" not in found["global"] and "network" not in found["global"]


def test_the_remote_istio_decides_where_it_says_something() -> None:
    spec = {
        "hub": "registry.example/other",
        "includeIPRanges": "10.9.0.0/16",
        "excludeOutboundPorts": "25",
        "proxy": {"logLevel": "debug"},
        "proxyInit": {"image": "own"},
    }
    found = values(spec)["global"]
    assert found["hub"] == "registry.example/other"
    assert found["proxy"] == {"logLevel": "debug", "includeIPRanges": "10.9.0.0/16", "excludeOutboundPorts": "25"}
    assert found["proxy_init"] == {"image": "own"}


@pytest.mark.parametrize(("wanted", "least", "most"), [(None, 1, 5), (1, 1, 5), (2, 2, 5), (7, 7, 7)])
def test_replicas_are_those_of_the_autoscaler(wanted: int | None, least: int, most: int) -> None:
    found = values({"sidecarInjector": {"enabled": True, "replicaCount": wanted}})
    assert (found["autoscaleMin"], found["autoscaleMax"]) == (least, most)


def test_without_a_primary_yet_the_charts_own_settings_are_left() -> None:
    assert values({}, [])["meshConfig"] == {"defaultConfig": {"discoveryAddress": ADDRESS}}


def test_what_is_no_spec_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="spec of a RemoteIstio"):
        values("east")  # type: ignore[arg-type]
