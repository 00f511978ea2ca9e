# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig that cannot be used: what is said of it, and that nothing in it is quoted."""

from __future__ import annotations

import typing as t
from copy import deepcopy
from pathlib import Path

import kubernetes.client
import kubernetes.config
import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access, load_configuration

Object = dict[str, t.Any]

GOOD: Object = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "a",
    "clusters": [{"name": "a", "cluster": {"server": "http://10.0.0.1:6443"}}],
    "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    "users": [{"name": "a", "user": {"token": "very-secret"}}],
}
NO_CREDENTIAL = "its user's exec command gave no credential: exec:"
API_VERSION = "client.authentication.k8s.io/v1"


def changed(path: str, value: t.Any) -> str:
    """The text of GOOD with one value set, or taken out (None)."""
    config: t.Any = deepcopy(GOOD)
    *above, key = [int(part) if part.isdigit() else part for part in path.split("/")]
    place = config
    for part in above:
        place = place[part]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return yaml.safe_dump(config)


def exec_user(script: str) -> str:
    """A kubeconfig whose user runs a shell script."""
    command = {"apiVersion": API_VERSION, "command": "sh", "args": ["-c", script], "interactiveMode": "Never"}
    return changed("users/0/user", {"exec": command})


def load(tmp_path: Path, text: str, **options: t.Any) -> t.Any:
    file = tmp_path / "kubeconfig"
    file.write_text(text, encoding="utf-8")
    return load_configuration(Access(name="east", kubeconfig=str(file), **options))


@pytest.mark.parametrize(
    ("text", "why", "option"),
    [
        ("", "it is empty", "kubeconfig"),
        ("just text very-secret", "it is not a kubeconfig", "kubeconfig"),
        ("[very-secret]", "it is not a kubeconfig", "kubeconfig"),
        ("a: [\nb: *very-secret", "it is not YAML (line 2)", "kubeconfig"),
        ("very-secret \0", "it is not YAML", "kubeconfig"),
        (changed("current-context", None), "it has no current-context", "context"),
        (changed("current-context", ""), "it has no current-context", "context"),
        (changed("current-context", "b"), "it has no context b", "context"),
        (changed("clusters", []), "it has no cluster a, which its context names", "kubeconfig"),
        (changed("users/0", {"name": "a", "token": "very-secret"}), "an entry has no key user", "kubeconfig"),
        (
            changed("users/0/user", {"tokenFile": "/nonexistent/token"}),
            "/nonexistent/token: No such file or directory",
            "kubeconfig",
        ),
        (exec_user("echo no such role >&2; exit 3"), f"{NO_CREDENTIAL} process returned 3. no such role", "kubeconfig"),
        (exec_user("echo '{}'"), f"{NO_CREDENTIAL} malformed response", "kubeconfig"),
    ],
    ids=lambda value: value if value.startswith("it") else "",
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_cluster_and_the_option(
    tmp_path: Path, text: str, why: str, option: str
) -> None:
    with pytest.raises(MeshError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"cluster east: cannot load kubeconfig {tmp_path}/kubeconfig: {why}"), message
    assert f"(option {option})" in message
    assert "very-secret" not in message


@pytest.mark.parametrize(("path", "why"), [("/nonexistent", "there is no such file"), ("/", "it is a directory")])
def test_a_path_that_is_no_file_is_told(path: str, why: str) -> None:
    with pytest.raises(MeshError, match=f"cluster east: cannot load kubeconfig {path}: {why}"):
        load_configuration(Access(name="east", kubeconfig=path))


def test_an_unknown_context_is_told(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"it has no context b\. Set mesh_cluster_context"):
        load(tmp_path, yaml.safe_dump(GOOD), context="b")


def test_a_command_that_fails_does_not_matter_beside_a_token(tmp_path: Path) -> None:
    configuration = load(tmp_path, exec_user("exit 1"), api_key="given")
    assert configuration.auth_settings()["BearerToken"]["value"] == "Bearer given"


def test_a_credential_of_a_command_or_a_file_is_used(tmp_path: Path) -> None:
    answer = f'{{"apiVersion": "{API_VERSION}", "kind": "ExecCredential", "status": {{"token": "by-command"}}}}'
    assert load(tmp_path, exec_user(f"echo '{answer}'")).auth_settings()["BearerToken"]["value"] == "Bearer by-command"
    (tmp_path / "token").write_text("by-file", encoding="utf-8")
    configuration = load(tmp_path, changed("users/0/user", {"tokenFile": "token"}))
    assert configuration.auth_settings()["BearerToken"]["value"] == "Bearer by-file"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("users/0/user", {"token": "t"}),
        ("users/0/user", {"tokenFile": "token"}),
        ("users/0/user", {"client-certificate": "crt", "client-key": "keys/key"}),
        ("clusters/0/cluster", {"server": "https://a:6443", "certificate-authority": "ca.crt", "tls-server-name": "b"}),
    ],
)  # fmt: skip
def test_a_kubeconfig_means_what_it_means_to_the_kubernetes_package(tmp_path: Path, path: str, value: Object) -> None:
    (tmp_path / "keys").mkdir()
    for name in ("token", "crt", "keys/key", "ca.crt"):
        (tmp_path / name).write_text(f"the text of {name}", encoding="utf-8")
    ours = load(tmp_path, changed(path, value))
    package: t.Any = kubernetes.config
    theirs = kubernetes.client.Configuration()
    package.load_kube_config(
        config_file=str(tmp_path / "kubeconfig"), client_configuration=theirs, persist_config=False
    )
    for name in ("host", "api_key", "ssl_ca_cert", "cert_file", "key_file", "verify_ssl", "tls_server_name"):
        assert getattr(ours, name) == getattr(theirs, name), name
