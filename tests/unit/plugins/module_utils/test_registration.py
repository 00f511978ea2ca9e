# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secret that registers a member with the control plane."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.registration import (
    check_registered,
    credential_in,
    kubeconfig_for,
    kubeconfig_in,
    registration,
    shown,
)
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kubeconfig import ClusterCredential, render

Object = dict[str, t.Any]

CREDENTIAL = ClusterCredential("east", "https://10.20.1.10:6443", "a-token-of-the-reader", "pem")


def secret(name: str = "east", **data: str) -> Object:
    values = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"kind": "Secret", "metadata": {"name": name, "namespace": "istio-system"}, "data": values}


def registered(live: Object | None = None) -> Object:
    return registration(kubeconfig_for(CREDENTIAL, live), "east", "istio-system", live)


def test_one_secret_one_key_one_name() -> None:
    body = registered()
    assert body["metadata"]["name"] == "east"
    assert body["metadata"]["labels"] == {"istio/multiCluster": "true"}
    assert body["metadata"]["annotations"] == {"networking.istio.io/cluster": "east"}
    assert list(body["data"]) == ["east"]
    assert credential_in(body, "east") == CREDENTIAL


def test_a_kubeconfig_that_says_the_same_keeps_its_bytes() -> None:
    other_form = json.dumps(yaml.safe_load(render(CREDENTIAL)))
    body = registered(secret(east=other_form))
    assert kubeconfig_in(body, "east") == other_form


def test_a_kubeconfig_that_says_something_else_is_replaced() -> None:
    old = ClusterCredential("east", "https://10.20.1.10:6443", "an-older-token", "pem")
    body = registered(secret(east=render(old)))
    assert credential_in(body, "east") == CREDENTIAL


def test_the_type_of_a_secret_stays_since_nobody_can_change_it() -> None:
    assert registered()["type"] == "Opaque"
    assert registered({**secret(), "type": "example.com/kubeconfig"})["type"] == "example.com/kubeconfig"


def test_no_secret_is_shown() -> None:
    text = str(shown(secret(east=render(CREDENTIAL)), "east"))
    assert "https://10.20.1.10:6443" in text
    assert "a-token-of-the-reader" not in text
    assert base64.b64encode(render(CREDENTIAL).encode()).decode() not in text
    assert "exec" not in str(shown(secret(east="users: [{exec: x}]"), "east"))
    assert shown({}, "east") == {}


def test_what_cannot_be_decoded_is_no_credential() -> None:
    broken = {"kind": "Secret", "metadata": {"name": "east"}, "data": {"east": "/w=="}}
    assert credential_in(broken, "east") is None
    assert credential_in(None, "east") is None
    assert credential_in({"data": None}, "east") is None


def test_a_second_secret_for_a_cluster_is_refused() -> None:
    others = [secret("istio-remote-secret-east", east="x"), secret("west", west="x")]
    with pytest.raises(MeshError, match="registered already by Secret istio-system/istio-remote-secret-east"):
        check_registered(others, None, "east", "primary")
    check_registered([secret("west", west="x"), secret("east", east="x")], secret(east="x"), "east", "primary")


def test_more_than_one_key_is_refused() -> None:
    with pytest.raises(MeshError, match="has other keys than east: config, west"):
        check_registered([], secret(east="x", west="x", config="x"), "east", "primary")
    with pytest.raises(MeshError, match="has other keys than east: config"):
        check_registered([], secret(config="x"), "east", "primary")
    check_registered([], {"metadata": {"name": "east", "namespace": "x"}}, "east", "primary")
