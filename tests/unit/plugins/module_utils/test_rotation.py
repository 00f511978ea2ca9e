# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential made anew, whatever dies on the way. That istiod takes it is seen on a real one."""

from __future__ import annotations

import json
import typing as t
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils import _wait
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import (
    adopted,
    credential,
    hand_over,
    remote_istio,
    rotation,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import Istiod, RegisteredCluster
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import Endpoints, Views
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import apply, credentials
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.tokens import secret_of
from ansible_collections.multiregion.istio.plugins.modules import remote_credential
from ansible_collections.multiregion.istio.plugins.modules import remote_istio as joining
from tests.unit.fake_cluster import CA, Cluster, World, encoded

Object = dict[str, t.Any]
Run = t.Callable[..., Object]

ROOM = "istio-system"
SECRET = ("Secret", ROOM, "east")
REQUEST = {"credential_kind": "token_request"}
BASE = "istio-reader-service-account-multiregion-istio-"
TERMS: list[Object] = [{}, REQUEST, {"rules": "reader"}]
GIVEN: Object = {"kubeconfig": "remote", "primary": {"kubeconfig": "primary"}, "name": "east", "mesh_id": "mesh1"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(primary=Cluster(), remote=Cluster())
    remote = world.clusters["remote"]
    remote.add({"kind": "Namespace", "metadata": {"name": ROOM}})
    remote.add({"kind": "ServiceAccount", "metadata": {"name": "istio-reader-service-account", "namespace": ROOM}})
    root = {"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt", "namespace": ROOM}, "data": {"ca.crt": CA}}
    remote.add(root)
    for module in (remote_istio, credentials, credential, rotation):
        monkeypatch.setattr(module, "KubernetesClient", world.client)
    monkeypatch.setattr(adopted, "confirm_given", lambda *_args: None)
    monkeypatch.setattr(apply, "THREADS", 1)  # one after another, so that a number means one request
    clock, ticks = _wait.Clock, count()
    monkeypatch.setattr(_wait, "Clock", lambda: clock(now=lambda: float(next(ticks)), sleep=lambda seconds: None))
    return world


def called(module: t.Any, logic: t.Any, world: World, check: bool, lives: int, options: Object) -> Object:
    validated = ArgumentSpecValidator(module.argument_spec()).validate({**GIVEN, **options})
    assert not validated.error_messages
    world.lives, world.requests = lives, []
    try:
        result: Object = logic(validated.validated_parameters, check, lambda line: None)
        return result
    except MeshError as error:
        return {"failed": str(error), **error.details}


@pytest.fixture
def join(world: World) -> Run:
    """remote_istio with options."""
    return lambda **options: called(joining, remote_istio.run, world, False, 1_000_000, options)


@pytest.fixture
def rotate(world: World) -> Run:
    """remote_credential with options; an error comes back as {"failed": ...} with its details."""

    def call(check: bool = False, lives: int = 1_000_000, **options: t.Any) -> Object:
        return called(remote_credential, rotation.run, world, check, lives, options)

    return call


def used(world: World) -> str:
    """The token in the primary's Secret."""
    text = world.clusters["primary"].objects[SECRET]["data"]["east"]
    return str(yaml.safe_load(b64decode(text))["users"][0]["user"]["token"])


def secrets(world: World) -> list[str]:
    """The Secrets of credentials in the remote."""
    found = world.clusters["remote"].objects.values()
    return [
        one["metadata"]["name"] for one in found if credentials.PURPOSE_LABEL in (one["metadata"].get("labels") or {})
    ]


def serves(world: World) -> bool:
    """Whether the Secret is there of which the token in use is."""
    return secret_of(used(world)) in secrets(world)


def snapshot(world: World) -> str:
    return json.dumps([[str(key), body] for one in world.clusters.values() for key, body in one.objects.items()])


@pytest.mark.parametrize("terms", TERMS)
def test_what_is_not_due_is_left_alone(world: World, join: Run, rotate: Run, terms: Object) -> None:
    join(**terms)
    before = snapshot(world)
    result = rotate(**terms)
    assert (result["changed"], result["credential"]["action"]) == (False, "unchanged")
    assert snapshot(world) == before


@pytest.mark.parametrize("terms", TERMS)
def test_a_new_token_comes_beside_the_one_in_use_which_then_goes(
    world: World, join: Run, rotate: Run, terms: Object
) -> None:
    join(**terms)
    before, (old,) = used(world), secrets(world)
    result = rotate(rotate="all", **terms)
    assert used(world) != before and serves(world)
    assert secrets(world) == [f"{old}-2"]
    assert (result["credential"]["action"], result["credential"]["revoked"]) == ("rotated", [old])
    # The first name is free again; a join goes on with what is in use.
    assert not join(**terms)["changed"] and not rotate(**terms)["changed"]
    rotate(rotate="all", **terms)
    assert secrets(world) == [old] and serves(world)


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize("then", ["due", "all", "join"])
def test_what_was_killed_anywhere_is_finished_by_the_next_and_never_revokes_what_is_in_use(
    world: World, join: Run, rotate: Run, terms: Object, then: str
) -> None:
    for lives in range(60):
        join(**terms)
        killed = rotate(rotate="all", lives=lives, **terms)
        assert serves(world), f"revoked in use after {lives} requests"
        if "failed" not in killed:
            break
        held = used(world)
        again = join(**terms) if then == "join" else rotate(rotate=then, **terms)
        assert "failed" not in again
        assert serves(world) and len(secrets(world)) == 1
        assert then == "all" or used(world) == held
        assert not rotate(**terms)["changed"]
    else:
        pytest.fail("it never came to the end")


@pytest.mark.parametrize("terms", TERMS)
def test_check_mode_foretells_every_object_and_writes_nothing(
    world: World, join: Run, rotate: Run, terms: Object
) -> None:
    join(**terms)
    before = snapshot(world)
    foretold = rotate(check=True, rotate="all", **terms)
    assert snapshot(world) == before
    assert used(world) not in json.dumps(foretold)
    done = rotate(rotate="all", **terms)
    assert foretold["objects"] == done["objects"]
    assert foretold["credential"]["revoked"] == done["credential"]["revoked"]
    assert used(world) not in json.dumps(done)


@pytest.mark.parametrize(
    ("days_before", "lifetime", "threshold", "is_due"),
    [
        (29, 90, 30, True),
        (31, 90, 30, False),
        (20, 30, 30, False),  # more than a third of a short life is left
        (9, 30, 30, True),
        (9, 30, 5, False),
        (-1, 30, 5, True),
    ],
)
def test_what_is_nearer_to_its_end_than_the_threshold_is_due(
    world: World,
    join: Run,
    rotate: Run,
    monkeypatch: pytest.MonkeyPatch,
    days_before: int,
    lifetime: int,
    threshold: int,
    is_due: bool,
) -> None:
    terms = {**REQUEST, "credential_lifetime": lifetime * 86400}
    now = datetime.fromtimestamp(4102444800 - days_before * 86400, tz=timezone.utc)
    monkeypatch.setattr(credential, "datetime", SimpleNamespace(now=lambda _zone: now))
    join(**terms)
    assert rotate(threshold_days=threshold, **terms)["changed"] == is_due


def test_another_kind_is_due_and_the_former_goes(world: World, join: Run, rotate: Run) -> None:
    join()
    rotate(**REQUEST)
    assert secrets(world) == [f"{BASE}bound"] and serves(world)


def test_a_token_that_the_remote_does_not_know_is_due(world: World, join: Run, rotate: Run) -> None:
    join()
    world.clusters["remote"].refused.add(used(world))
    assert rotate()["credential"]["why"] == "the cluster does not know the one in use"
    assert serves(world)


def test_a_certificate_authority_that_is_not_the_clusters_is_written_anew_and_the_token_stays(
    world: World, join: Run, rotate: Run
) -> None:
    join()
    token = used(world)
    (name,) = secrets(world)
    world.clusters["remote"].objects["Secret", ROOM, name]["data"]["ca.crt"] = encoded(CA + "another")
    result = rotate()
    assert (result["credential"]["action"], result["credential"]["why"]) == ("refreshed", "changed: ca")
    assert used(world) == token
    config = yaml.safe_load(b64decode(world.clusters["primary"].objects[SECRET]["data"]["east"]))
    assert config["clusters"][0]["cluster"]["certificate-authority-data"] == encoded(CA + "another")


def test_one_that_is_no_member_is_told_and_left_alone(world: World, rotate: Run) -> None:
    before = snapshot(world)
    result = rotate(rotate="all")
    assert (result["changed"], result["credential"]["action"]) == (False, "none")
    assert snapshot(world) == before


@pytest.mark.parametrize("label", [None, "Helm"])
def test_a_secret_of_others_is_refused(world: World, join: Run, rotate: Run, label: str | None) -> None:
    join()
    labels = world.clusters["primary"].objects[SECRET]["metadata"]["labels"]
    for key in [key for key in labels if key.startswith(("app.kubernetes.io", "multiregion.istio"))]:
        del labels[key]
    if label:
        labels["app.kubernetes.io/managed-by"] = label
    before = snapshot(world)
    assert "refused to change Secret istio-system/east" in rotate(rotate="all")["failed"]
    assert snapshot(world) == before


def test_a_secret_of_the_new_name_that_is_not_ours_is_left_alone(world: World, join: Run, rotate: Run) -> None:
    join()
    taken = {"kind": "Secret", "metadata": {"name": f"{BASE}token-2", "namespace": ROOM}, "data": {"its": "own"}}
    world.clusters["remote"].add(taken)
    rotate(rotate="all")
    assert secrets(world) == [f"{BASE}token-3"]
    assert world.clusters["remote"].objects["Secret", ROOM, f"{BASE}token-2"]["data"] == {"its": "own"}


def test_an_adopted_one_is_named_and_near_its_end_an_error(world: World, join: Run, rotate: Run) -> None:
    join(**REQUEST)
    kept = rotate(credential_kind="adopted", rotate="all")
    assert (kept["changed"], kept["credential"]["action"]) == (False, "kept")
    assert "not ours to renew" in kept["summary"]
    config = yaml.safe_load(b64decode(world.clusters["primary"].objects[SECRET]["data"]["east"]))
    ended = b64encode(json.dumps({"exp": 1000, "iat": 0}).encode()).decode()
    config["users"][0]["user"]["token"] = f"h.{ended}.s"
    world.clusters["primary"].objects[SECRET]["data"]["east"] = encoded(yaml.safe_dump(config))
    failed = rotate(credential_kind="adopted")["failed"]
    assert "it was adopted: the one in use has expired" in failed and "Have whoever made it" in failed


def test_a_file_of_the_users_is_given_to_the_primary_when_it_is_new_and_near_its_end_named(
    world: World, join: Run, rotate: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (remote_istio, rotation):
        monkeypatch.setattr(module, "confirm_given", lambda *_args: None)
    file = tmp_path / "given"
    own = {"credential_kind": "kubeconfig", "credential_kubeconfig": str(file)}

    def write(claims: Object) -> None:
        text = f"h.{b64encode(json.dumps(claims).encode()).decode()}.s"
        where = {"server": "https://10.20.1.10:6443", "certificate-authority-data": encoded(CA)}
        config = {
            "clusters": [{"name": "c", "cluster": where}],
            "users": [{"name": "u", "user": {"token": text}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        file.write_text(yaml.safe_dump(config))

    write({"sub": "first"})
    join(**own)
    assert rotate(**own)["credential"]["action"] == "kept"
    write({"exp": 1000, "iat": 0})
    assert rotate(**own)["credential"]["action"] == "refreshed"
    failed = rotate(**own)["failed"]
    assert "the one in use has expired" in failed and f"Write a new identity to {file}" in failed


class Control:
    """istiod as it is told by one look after another; the last one stays."""

    def __init__(self, *looks: Istiod) -> None:
        self.looks = list(looks)

    def __call__(self, *_args: t.Any) -> list[Istiod]:
        return [self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]]


def istiod(events: int, status: str = "synced", version: str = "1.31.0", addresses: int = 1) -> Istiod:
    views = Views(endpoints={"east": Endpoints(frozenset(), addresses)}, gateways={}, secret_events=events)
    return Istiod(
        "istiod-1", "default", version, (RegisteredCluster("east", "istio-system/east", status),), views=views
    )


def deployed(world: World) -> Object:
    """A Deployment of istiod whose rollout is always over."""
    body = {
        "kind": "Deployment",
        "metadata": {"name": "istiod", "namespace": ROOM, "labels": {"app": "istiod"}, "generation": 1},
        "spec": {"replicas": 1, "template": {"metadata": {}}},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1},
    }
    world.clusters["primary"].add(body)
    return body


def restarts(world: World) -> int:
    return sum(1 for _cluster, verb, what in world.requests if (verb, what) == ("patch", "Deployment istiod"))


def test_the_former_is_revoked_only_once_istiod_has_read_the_new_one(
    world: World, join: Run, rotate: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    join()
    told: list[int] = []
    looks = Control(istiod(1), istiod(1), istiod(2, "syncing"), istiod(2, addresses=0), istiod(2))

    def look(*_args: t.Any) -> list[Istiod]:
        told.append(len(secrets(world)))
        return looks()

    monkeypatch.setattr(hand_over, "look", look)
    monkeypatch.setattr("ansible_collections.multiregion.istio.plugins.module_utils._istio.succession.look", look)
    assert rotate(rotate="all")["credential"]["action"] == "rotated"
    assert told == [2] * 6 and len(secrets(world)) == 1
    assert restarts(world) == 0


@pytest.mark.parametrize("version", ["1.30.2", "1.31.0"])
def test_an_istiod_that_does_not_take_it_is_restarted_first_where_that_is_known(
    world: World, join: Run, rotate: Run, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    join()
    deployed(world)
    deaf = istiod(1, version=version)
    new = replace(deaf, pod="istiod-2")

    def look(*_args: t.Any) -> list[Istiod]:
        return [new if restarts(world) else deaf]

    monkeypatch.setattr(hand_over, "look", look)
    monkeypatch.setattr("ansible_collections.multiregion.istio.plugins.module_utils._istio.succession.look", look)
    foretold = rotate(check=True, rotate="all")
    assert ("Deployment" in [one["kind"] for one in foretold["objects"]]) == (version == "1.30.2")
    world.requests = []
    result = rotate(rotate="all")
    assert restarts(world) == 1 and serves(world) and len(secrets(world)) == 1
    (restart,) = [one for one in result["objects"] if one["kind"] == "Deployment"]
    why = "takes a new credential for certain only when it starts" if version == "1.30.2" else "has not heard of"
    assert why in restart["why"]


@pytest.mark.parametrize(("status", "restarted"), [("timeout", 0), ("syncing", 1)])
def test_where_istiod_does_not_read_it_the_former_is_not_revoked_and_a_later_run_finishes(
    world: World, join: Run, rotate: Run, monkeypatch: pytest.MonkeyPatch, status: str, restarted: int
) -> None:
    join()
    deployed(world)
    (old,) = secrets(world)
    for place in ("hand_over", "succession"):
        monkeypatch.setattr(
            f"ansible_collections.multiregion.istio.plugins.module_utils._istio.{place}.look",
            Control(istiod(1), istiod(2, status)),
        )
    failed = rotate(rotate="all")
    assert (
        "the former one is not revoked" in failed["failed"] and "left: Secret istio-system/" + old in failed["failed"]
    )
    assert restarts(world) == restarted
    assert sorted(secrets(world)) == [old, f"{old}-2"]
    looks = Control(istiod(2), istiod(3))
    for place in ("hand_over", "succession"):
        monkeypatch.setattr(f"ansible_collections.multiregion.istio.plugins.module_utils._istio.{place}.look", looks)
    finished = rotate()
    assert finished["credential"]["action"] == "finished" and finished["credential"]["revoked"] == [old]
    assert ("primary", "patch", "Secret east") in world.requests  # touched, so that istiod tells that it has heard
    assert secrets(world) == [f"{old}-2"] and serves(world)


def test_while_an_operator_may_use_the_former_it_is_kept(world: World, join: Run, rotate: Run) -> None:
    terms = {"rules": "operator"}
    join(**terms)
    (old,) = secrets(world)
    result = rotate(rotate="all", **terms)
    assert result["credential"]["kept"] == [old] and serves(world)
    assert any("the operator has to be restarted" in warning for warning in result["warnings"])
    assert rotate(**terms)["credential"]["revoked"] == [old]
