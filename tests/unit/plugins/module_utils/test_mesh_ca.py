# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authority a member gets, and what is refused because another is in use. Files are real, clusters are in memory."""

from __future__ import annotations

import base64
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import mesh_ca
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.ownership import marked
from ansible_collections.multiregion.istio.plugins.modules.mesh_ca import argument_spec
from tests.unit.authorities import Authority, authority, texts, write
from tests.unit.fake_cluster import Cluster, World

Object = dict[str, t.Any]
ROOM = "istio-system"
NOW = datetime.now(timezone.utc)


def valid(name: str, issuer: Authority | None = None) -> Authority:
    """An authority that is in force today."""
    return authority(name, issuer, begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=365))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty cluster "east", which is the primary."""
    world = World(east=Cluster())
    monkeypatch.setattr(mesh_ca, "KubernetesClient", world.client)
    return world


@pytest.fixture(scope="module")
def root() -> Authority:
    return valid("root")


@pytest.fixture
def directory(tmp_path: Path, root: Authority) -> Path:
    """The files of east and west under one root."""
    for name in ("east", "west"):
        write(tmp_path / "ca" / name, texts(valid(name, root), root))
    return tmp_path / "ca"


def secret(files: t.Mapping[str, str], **metadata: t.Any) -> Object:
    data = {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "cacerts", "namespace": ROOM, **metadata},
        "data": data,
    }


def runs_by(world: World, root: Authority) -> None:
    """A control plane runs, and this is its root."""
    east = world.clusters["east"]
    east.add({"kind": "Deployment", "metadata": {"name": "istiod", "namespace": ROOM, "labels": {"app": "istiod"}}})
    config_map = {"kind": "ConfigMap", "metadata": {"name": "istio-ca-root-cert", "namespace": ROOM}}
    east.add({**config_map, "data": {"root-cert.pem": root.pem}})


def run(directory: Path | None, ca: str = "cacerts", *, check: bool = False, **more: t.Any) -> Object:
    params = {name: option.get("default") for name, option in argument_spec().items()}
    given = {"name": "east", "kubeconfig": "east", "mesh_id": "mesh1", "dir": str(directory or ""), "ca": ca}
    return mesh_ca.run({**params, **given, **more}, check, print)


def refused(directory: Path | None, ca: str = "cacerts") -> str:
    with pytest.raises(MeshError) as error:
        run(directory, ca)
    assert error.value.details["problems"]
    return str(error.value)


def written(world: World) -> Object | None:
    return world.clusters["east"].objects.get(("Secret", ROOM, "cacerts"))


def test_the_files_become_the_secret_and_nothing_of_them_is_returned(world: World, directory: Path) -> None:
    result = run(directory)
    live = written(world)
    assert live and set(live["data"]) == {"ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem"}
    assert live["metadata"]["labels"]["multiregion.istio/mesh"] == "mesh1"
    assert result["changed"] and [one["action"] for one in result["objects"]] == ["created"]
    key = (directory / "east" / "ca-key.pem").read_text()
    assert live["data"]["ca-key.pem"] == base64.b64encode(key.encode()).decode()
    assert live["data"]["ca-key.pem"] not in str(result) and key.splitlines()[1] not in str(result)


def test_without_files_and_secret_it_is_said_where_they_belong(world: World, tmp_path: Path) -> None:
    assert "mesh_ca_dir/east" in refused(tmp_path)
    assert written(world) is None


@pytest.mark.parametrize(("path", "mode"), [("east/ca-key.pem", 0o640), ("east", 0o777)])
def test_files_that_others_can_reach_are_refused(world: World, directory: Path, path: str, mode: int) -> None:
    (directory / path).chmod(mode)
    assert f"Run: chmod {'600' if 'key' in path else '700'} {directory / path}" in refused(directory)
    assert written(world) is None


def test_members_under_different_roots_are_refused(world: World, directory: Path) -> None:
    (directory / "west" / "root-cert.pem").write_text(valid("root").pem)
    assert f"is another root than {directory}/west/root-cert.pem" in refused(directory)


def test_a_secret_of_nobody_is_used_and_not_touched(world: World, tmp_path: Path, root: Authority) -> None:
    theirs = secret(texts(valid("theirs", root), root))
    world.clusters["east"].add(theirs)
    result = run(tmp_path)
    assert not result["changed"] and result["roots"] and written(world) == theirs


def test_files_beside_a_secret_of_others_are_said_to_be_unused(world: World, directory: Path, root: Authority) -> None:
    labels = {"app.kubernetes.io/managed-by": "cert-manager"}
    world.clusters["east"].add(secret(texts(valid("theirs", root), root), labels=labels))
    result = run(directory)
    assert not result["changed"]
    assert "was not made by us: it is used as it is" in result["warnings"][0]


def test_a_secret_in_the_form_of_tls_is_understood(world: World, tmp_path: Path, root: Authority) -> None:
    own = valid("theirs", root)
    world.clusters["east"].add(secret({"tls.crt": own.pem, "tls.key": own.key_pem, "ca.crt": root.pem}))
    assert run(tmp_path)["problems"] == []


def test_self_signed_is_refused_where_istiod_would_sign_by_a_secret(world: World, root: Authority) -> None:
    world.clusters["east"].add(secret(texts(valid("theirs", root), root)))
    assert "Set primary_istio_ca to cacerts" in refused(None, "self_signed")


def test_self_signed_needs_nothing_and_knows_istiods_own_secret(world: World, root: Authority) -> None:
    assert run(None, "self_signed")["problems"] == []
    world.clusters["east"].add(secret({**texts(root, root), "istio-generated": ""}))
    assert run(None, "self_signed")["problems"] == []


def test_an_authority_is_refused_where_the_mesh_runs_by_another(world: World, directory: Path) -> None:
    runs_by(world, valid("self-signed"))
    assert "The mesh runs by another authority" in refused(directory)
    assert written(world) is None


def test_the_authority_by_which_the_mesh_runs_is_no_change(world: World, directory: Path, root: Authority) -> None:
    runs_by(world, root)
    assert run(directory, check=True)["problems"] == []


def test_another_root_than_that_of_our_secret_is_refused(world: World, directory: Path) -> None:
    other = valid("root")
    before = marked(secret(texts(valid("east", other), other)), "mesh1", adopted=False)
    world.clusters["east"].add(before)
    assert "has another root than" in refused(directory)
    assert written(world) == before


def test_our_secret_needs_no_files(world: World, tmp_path: Path, root: Authority) -> None:
    world.clusters["east"].add(marked(secret(texts(valid("east", root), root)), "mesh1", adopted=False))
    assert not run(tmp_path)["changed"]


def test_problems_alone_are_asked_for_without_a_cluster(world: World, directory: Path) -> None:
    world.lives = 0
    (directory / "east" / "ca-key.pem").chmod(0o644)
    assert [one["severity"] for one in run(directory, fail_on="never")["problems"]] == ["error"]
    with pytest.raises(MeshError, match="no answer"):
        run(directory)
