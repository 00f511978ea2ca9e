# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubeconfig by which a control plane reaches a member."""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import replace

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kubeconfig import (
    ClusterCredential,
    check_proxy,
    check_server,
    fingerprint,
    is_loopback,
    parse,
    render,
)

CREDENTIAL = ClusterCredential(
    "east", "https://10.20.1.10:6443", "a-token-of-the-reader", "-----BEGIN CERTIFICATE-----\nx"
)


def test_one_name_stands_for_cluster_user_and_context() -> None:
    config = yaml.safe_load(render(CREDENTIAL))
    assert config["current-context"] == "east"
    assert config["contexts"] == [{"name": "east", "context": {"cluster": "east", "user": "east"}}]
    assert config["users"] == [{"name": "east", "user": {"token": "a-token-of-the-reader"}}]
    (cluster,) = config["clusters"]
    assert cluster["name"] == "east"
    assert cluster["cluster"]["server"] == "https://10.20.1.10:6443"
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode() == CREDENTIAL.ca
    assert "tls-server-name" not in cluster["cluster"]


@pytest.mark.parametrize(
    "optional",
    [
        {},
        {"tls_server_name": "kubernetes.default"},
        {"proxy": "http://10.0.0.1:3128"},
        {"token": "", "client_certificate": "a certificate", "client_key": "a key"},
    ],
)
def test_what_is_written_is_read_back(optional: dict[str, str]) -> None:
    credential = replace(CREDENTIAL, **optional)
    assert parse(render(credential)) == credential


def test_a_client_certificate_is_written_in_the_place_of_a_token() -> None:
    credential = replace(CREDENTIAL, token="", client_certificate="a certificate", client_key="the-private-key")
    (user,) = yaml.safe_load(render(credential))["users"]
    assert sorted(user["user"]) == ["client-certificate-data", "client-key-data"]
    assert "the-private-key" not in f"{credential} {credential.facts()}"
    assert credential.facts()["client_certificate"].startswith("sha256:")


def test_a_password_of_a_proxy_is_not_shown() -> None:
    credential = replace(CREDENTIAL, proxy="http://user:a-password@10.0.0.1:3128")
    assert credential.facts()["proxy"] == "http://10.0.0.1:3128"
    assert "proxy-url: http://user:a-password@10.0.0.1:3128" in render(credential)


@pytest.mark.parametrize("proxy", ["", "http://10.0.0.1:3128", "https://proxy.example.com", "socks5://[fd00::1]:1080"])
def test_a_proxy_that_the_primary_can_use(proxy: str) -> None:
    assert check_proxy(proxy, "east") == proxy


@pytest.mark.parametrize(
    "proxy", ["http://127.0.0.1:3128", "socks5://localhost", "10.0.0.1:3128", "ftp://proxy", "http://"]
)
def test_a_proxy_that_it_cannot_use_is_refused(proxy: str) -> None:
    with pytest.raises(MeshError, match="api_server_proxy cannot be used by the primary"):
        check_proxy(proxy, "east")


def test_the_kubeconfig_of_istioctl_is_understood() -> None:
    config = {"preferences": {}, **yaml.safe_load(render(CREDENTIAL))}
    assert parse(json.dumps(config)) == CREDENTIAL


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config["users"][0]["user"].update(exec={"command": "aws"}),
        lambda config: config["users"][0].update(user={"exec": {"command": "aws"}}),
        lambda config: config["users"][0]["user"].update({"client-certificate-data": "eA=="}),
        lambda config: config["clusters"][0]["cluster"].update({"insecure-skip-tls-verify": True}),
        lambda config: config["clusters"][0]["cluster"].pop("certificate-authority-data"),
        lambda config: config["contexts"][0]["context"].update(namespace="x"),
        lambda config: config.update({"current-context": "west"}),
        lambda config: config["users"].append({"name": "west", "user": {}}),
        lambda config: config.update(clusters=None),
        lambda config: config["users"][0]["user"].update(token=["x"]),
    ],
)
def test_a_kubeconfig_that_we_would_not_write_is_written_anew(change: t.Callable[[t.Any], t.Any]) -> None:
    config = yaml.safe_load(render(CREDENTIAL))
    change(config)
    assert parse(yaml.safe_dump(config)) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "just text", "clusters: [1]", "\x00"])
def test_what_is_no_kubeconfig_is_written_anew(text: str) -> None:
    assert parse(text) is None


def test_a_credential_shows_no_secret() -> None:
    shown = f"{CREDENTIAL} {CREDENTIAL.facts()}"
    assert "a-token-of-the-reader" not in shown
    assert CREDENTIAL.facts()["token"].startswith("sha256:")
    assert fingerprint("") == ""
    assert fingerprint("a") != fingerprint("b")


@pytest.mark.parametrize(
    "server", ["https://10.20.1.10:6443", "https://api.example.com", "https://[fd00::1]:6443/k8s/c1"]
)
def test_a_server_that_others_can_reach(server: str) -> None:
    assert check_server(server, "east") == server
    assert check_server(server + "/", "east") == server


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("https://127.0.0.1:6443", "loopback"),
        ("https://127.8.8.8", "loopback"),
        ("https://localhost:6443", "loopback"),
        ("https://LOCALHOST.", "loopback"),
        ("https://east.localhost", "loopback"),
        ("https://[::1]:6443", "loopback"),
        ("https://[::ffff:127.0.0.1]:6443", "loopback"),
        ("https://0.0.0.0:6443", "loopback"),
        ("http://10.20.1.10", "not an https URL"),
        ("10.20.1.10:6443", "not an https URL"),
        ("https://", "not an https URL"),
        ("https://east:port", "not an https URL"),
        ("https://[::1", "not an https URL"),
        ("", "not an https URL"),
    ],
)
def test_a_server_that_the_primary_cannot_use_is_refused_with_the_variable_to_set(server: str, why: str) -> None:
    with pytest.raises(MeshError, match=why) as raised:
        check_server(server, "east")
    assert "mesh_cluster_api_server" in raised.value.todo
    assert raised.value.cluster == "east"


def test_a_scoped_address_of_the_link_is_no_loopback() -> None:
    assert not is_loopback("fe80::1%eth0")
    assert not is_loopback("localhost.example.com")
