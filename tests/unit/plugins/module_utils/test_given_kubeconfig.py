# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig of the user's own as the control plane's credential."""

from __future__ import annotations

import base64
import typing as t
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.given_kubeconfig import given_credential

Object = dict[str, t.Any]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CA, CERTIFICATE, KEY = (f"-----BEGIN {sort}-----\n" for sort in ("CERTIFICATE", "CERTIFICATE", "PRIVATE KEY"))
GOOD: Object = {
    "current-context": "admin@east",
    "contexts": [{"name": "admin@east", "context": {"cluster": "e", "user": "admin", "namespace": "shop"}}],
    "clusters": [
        {"name": "other", "cluster": {"server": "https://127.0.0.1"}},
        {"name": "e", "cluster": {"server": "https://10.20.1.10:6443/", "certificate-authority-data": encoded(CA)}},
    ],
    "users": [{"name": "admin", "user": {"token": "a-token"}}, {"name": "other", "user": {"exec": {"command": "x"}}}],
}
INLINE = {"client-certificate-data": encoded(CERTIFICATE), "client-key-data": encoded(KEY)}


def changed(cluster: Object | None = None, user: Object | None = None, **top: t.Any) -> Object:
    config = {**deepcopy(GOOD), **top}
    config["clusters"][1]["cluster"].update(cluster or {})
    config["users"][0]["user"] = user or config["users"][0]["user"]
    return config


def given(tmp_path: Path, config: object, server: str = "", ca: str = "") -> t.Any:
    path = tmp_path / "kubeconfig"
    path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
    return given_credential(str(path), "east", server, ca)


def test_only_the_current_context_counts_and_our_names_are_given(tmp_path: Path) -> None:
    found = given(tmp_path, GOOD)
    assert (found.name, found.server, found.token, found.ca) == ("east", "https://10.20.1.10:6443", "a-token", CA)


def test_an_inline_certificate_serves_too(tmp_path: Path) -> None:
    cluster = {"tls-server-name": "kubernetes", "proxy-url": "http://10.0.0.1:3128"}
    found = given(tmp_path, changed(cluster, INLINE))
    assert (found.token, found.client_certificate, found.client_key) == ("", CERTIFICATE, KEY)
    assert (found.tls_server_name, found.proxy) == ("kubernetes", "http://10.0.0.1:3128")


def test_of_a_token_and_a_certificate_the_token_is_taken(tmp_path: Path) -> None:
    found = given(tmp_path, changed(user={"token": "a-token", **INLINE}))
    assert (found.token, found.client_certificate) == ("a-token", "")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        (changed(user={"exec": {"command": "aws"}}), "users[admin].user.exec: istiod does not run programs"),
        (changed(user={"auth-provider": {"name": "gcp"}}), "users[admin].user.auth-provider: istiod does not allow"),
        (changed(user={"token": "x", "tokenFile": "/t"}), "users[admin].user.tokenFile: a path of this machine"),
        (changed(user={"client-certificate": "/c", "client-key": "/k"}), "users[admin].user.client-key: a path"),
        (changed(user={"username": "a", "password": "the-password"}), "users[admin].user.password: API servers"),
        (changed(user={"token": "x", "as": "root"}), "users[admin].user.as: a control plane acts by its own identity"),
        (changed(user={"client-certificate-data": "%%"}), "users[admin].user has neither token nor"),
        (
            changed({"server": "https://localhost:6443"}),
            "clusters[e].cluster.server 'https://localhost:6443' is a loopback",
        ),
        (changed({"server": "10.0.0.1"}), "clusters[e].cluster.server '10.0.0.1' is not an https URL"),
        (changed({"proxy-url": "http://127.0.0.1:1"}), "clusters[e].cluster.proxy-url cannot be used by the primary"),
        (changed({"certificate-authority": "/ca"}), "clusters[e].cluster.certificate-authority: a path"),
        (
            changed({"certificate-authority-data": "", "insecure-skip-tls-verify": True}),
            "clusters[e].cluster.insecure-skip-tls-verify: whoever is on the way",
        ),
        (changed({"certificate-authority-data": "eA=="}), "clusters[e].cluster.certificate-authority-data holds no"),
        ({**GOOD, "current-context": ""}, "current-context is not set"),
        ({**GOOD, "current-context": "x"}, "contexts has no x"),
        (
            changed(contexts=[{"name": "admin@east", "context": {"cluster": "e"}}]),
            "contexts[admin@east].context.user is not set",
        ),
        ({**GOOD, "users": []}, "users has no admin"),
        ({**GOOD, "clusters": None}, "clusters has no e"),
        ("[]", "current-context is not set"),
        ("", "current-context is not set"),
    ],
)
def test_what_a_control_plane_cannot_use_is_refused_by_its_field(tmp_path: Path, config: object, field: str) -> None:
    with pytest.raises(MeshError) as raised:
        given(tmp_path, config)
    assert field in raised.value.why
    assert "nothing was written" in raised.value.what
    assert "the-password" not in str(raised.value)


def test_all_fields_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="loopback.*certificate-authority.*exec"):
        given(tmp_path, changed({"server": "https://[::1]", "certificate-authority": "/x"}, {"exec": {"command": "x"}}))


def test_what_the_task_says_itself_need_not_be_right_in_the_file(tmp_path: Path) -> None:
    config = changed({"server": "https://127.0.0.1", "certificate-authority": "/x", "insecure-skip-tls-verify": True})
    found = given(tmp_path, config, server="https://10.20.1.11:6443", ca="my ca")
    assert (found.server, found.ca) == ("https://10.20.1.11:6443", "my ca")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="not valid YAML"):
        given(tmp_path, "{")
    with pytest.raises(MeshError, match="No such file"):
        given_credential(str(tmp_path / "none"), "east", "", "")
    with pytest.raises(MeshError, match="needs credential_kubeconfig"):
        given_credential(None, "east", "", "")
