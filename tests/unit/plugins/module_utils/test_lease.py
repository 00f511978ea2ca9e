# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a mesh: who gets it, who is refused, and what is said."""

from __future__ import annotations

import typing as t
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import lease as lease_module
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.client_side import merged
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.holder import Holder
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.lease import (
    Wanted,
    give_back,
    lease_name,
    run,
    take,
)

Object = dict[str, t.Any]
LAPTOP = Holder("ops@laptop process 7 started 2026-01-01T00:00:00Z", "m/b/r/7/1")
SCHEDULER = Holder("ci@runner process 9 started 2026-01-01T00:00:00Z", "n/c/r/9/1")
WANTED = Wanted("mesh1", "kube-system", duration=600, force=False, check_mode=False, me=LAPTOP)


class Server:
    """As KubernetesClient: stores one Lease; a write must name the version that is stored. `meanwhile` comes before one write."""

    cluster = "east"
    access = Access(kubeconfig="/home/ops/my config", context="east")

    def __init__(self) -> None:
        self.lease: Object | None = None
        self.version = 0
        self.clock = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.meanwhile: t.Callable[[], t.Any] | None = None

    def heard(self) -> datetime:
        return self.clock

    def get(self, _kind: t.Any, name: str, namespace: str) -> Object | None:
        assert (name, namespace) == ("multiregion-istio-mesh1", "kube-system")
        return deepcopy(self.lease)

    def create(self, _kind: t.Any, body: Object) -> Object:
        self._write(self.lease is None)
        return self._store({**body, "metadata": {**body["metadata"], "uid": "u", "creationTimestamp": self._stamp()}})

    def patch(self, _kind: t.Any, _name: str, _namespace: str, body: Object) -> Object:
        self._write(self._is_stored(body["metadata"]["resourceVersion"]))
        return self._store(merged(self.lease, body))

    def delete(self, _kind: t.Any, _name: str, _namespace: str, *, uid: str, version: str) -> bool:
        self._write(self._is_stored(version) and uid == "u")
        self.lease = None
        return True

    def _is_stored(self, version: str) -> bool:
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return bool(self.lease and self.lease["metadata"]["resourceVersion"] == version)

    def _write(self, allowed: bool) -> None:
        if not allowed:
            raise ApiError("cannot write", status=409)

    def _store(self, body: Object) -> Object:
        self.version += 1
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        return deepcopy(self.lease)

    def _stamp(self) -> str:
        return self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    monkeypatch.setattr(lease_module, "is_gone", lambda process: process == "gone")
    return Server()


def test_the_lock_is_taken_renewed_and_given_back(server: t.Any) -> None:
    lock, warning = take(server, WANTED)
    assert lock == {
        "name": "multiregion-istio-mesh1",
        "namespace": "kube-system",
        "holder": LAPTOP.text,
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-01-01T00:10:00Z",
    }
    assert server.lease["metadata"]["labels"]["multiregion.istio/mesh"] == "mesh1"
    assert server.lease["spec"]["renewTime"] == "2026-01-01T00:00:00.000000Z"
    server.clock += timedelta(seconds=300)
    renewed, nothing = take(server, WANTED)
    assert (renewed["since"], renewed["until"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:15:00Z")
    assert server.lease["spec"]["leaseTransitions"] == 0
    back, none = give_back(server, WANTED)
    assert back["holder"] == "" and server.lease is None
    assert [warning, nothing, none] == ["", "", ""]
    assert give_back(server, WANTED)[0]["holder"] == ""


def test_another_run_is_refused_with_who_has_it_and_all_ways_on(server: t.Any) -> None:
    take(server, replace(WANTED, me=SCHEDULER))
    with pytest.raises(MeshError) as caught:
        take(server, WANTED)
    message = str(caught.value)
    for part in (
        "cluster east: mesh mesh1 is being changed by another run: ci@runner process 9 started 2026-01-01T00:00:00Z",
        "since 2026-01-01T00:00:00Z, until 2026-01-01T00:10:00Z",
        "kubectl --kubeconfig '/home/ops/my config' --context east --namespace kube-system delete lease "
        "multiregion-istio-mesh1)",
        "mesh_lock_force: true (option force)",
    ):
        assert part in message
    assert caught.value.details["lock"]["holder"] == SCHEDULER.text
    assert give_back(server, WANTED)[0]["holder"] == SCHEDULER.text
    assert server.lease["spec"]["holderIdentity"] == SCHEDULER.text


@pytest.mark.parametrize(
    ("process", "seconds", "force", "words"),
    [
        ("gone", 1, False, "has died without giving it back"),
        (SCHEDULER.process, 600, False, "ended and was not renewed"),
        (SCHEDULER.process, 1, True, "force is set"),
    ],
)
def test_a_lock_is_taken_over_with_a_warning(
    server: t.Any, process: str, seconds: int, force: bool, words: str
) -> None:
    take(server, replace(WANTED, me=Holder(SCHEDULER.text, process)))
    server.clock += timedelta(seconds=seconds)
    foreseen, warning = take(server, replace(WANTED, force=force, check_mode=True))
    assert foreseen["holder"] == SCHEDULER.text and words in warning and "would be taken over" in warning
    lock, warning = take(server, replace(WANTED, force=force))
    assert lock["holder"] == LAPTOP.text
    assert "is taken over from ci@runner process 9" in warning and words in warning
    assert lock["since"] == f"{server.clock:%Y-%m-%dT%H:%M:%SZ}"
    assert server.lease["spec"]["leaseTransitions"] == 1


def test_check_mode_reads_alone(server: t.Any) -> None:
    checked = replace(WANTED, check_mode=True)
    assert take(server, checked)[0]["holder"] == "" and server.lease is None
    take(server, replace(WANTED, me=SCHEDULER))
    lock, warning = take(server, checked)
    assert lock["holder"] == SCHEDULER.text and "is being changed by another run" in warning
    give_back(server, replace(checked, me=SCHEDULER))
    assert server.lease is not None


@pytest.mark.parametrize("spec", [{}, {"holderIdentity": ""}, None])
def test_a_lease_that_nobody_holds_is_taken(server: t.Any, spec: Object | None) -> None:
    take(server, WANTED)
    server.lease["spec"] = spec
    assert take(server, WANTED) == (
        {**lease_module.nobody(WANTED), "holder": LAPTOP.text, "since": "2026-01-01T00:00:00Z", "until": "2026-01-01T00:10:00Z"},
        "",
    )  # fmt: skip


def test_a_lease_of_somebody_without_times_has_ended(server: t.Any) -> None:
    take(server, WANTED)
    server.lease["spec"] = {"holderIdentity": "somebody"}
    server.lease["metadata"]["annotations"] = {}
    assert "somebody" in take(server, WANTED)[1]


def arguments(**changes: t.Any) -> Object:
    return {
        "mesh_id": "mesh1", "namespace": "kube-system", "duration": 600, "force": False, "state": "present", **changes,
    }  # fmt: skip


def task(monkeypatch: pytest.MonkeyPatch, server: t.Any, me: Holder, **changes: t.Any) -> Object:
    monkeypatch.setattr(lease_module, "KubernetesClient", lambda _access: server)
    monkeypatch.setattr(lease_module, "this_run", lambda: me)
    return run(arguments(**changes), False, lambda _line: None)


def test_of_two_runs_that_want_it_at_once_one_gets_it(monkeypatch: pytest.MonkeyPatch, server: t.Any) -> None:
    take(server, replace(WANTED, me=SCHEDULER))
    server.clock += timedelta(seconds=601)
    # Both read that it has ended; the scheduler renews it before the laptop writes.
    server.meanwhile = lambda: take(server, replace(WANTED, me=SCHEDULER))
    with pytest.raises(MeshError, match="is being changed by another run: ci@runner"):
        task(monkeypatch, server, LAPTOP)
    assert server.lease["spec"]["holderIdentity"] == SCHEDULER.text


def test_other_errors_are_not_tried_again(monkeypatch: pytest.MonkeyPatch, server: t.Any) -> None:
    asked: list[str] = []

    def forbidden(_kind: t.Any, name: str, _namespace: str) -> None:
        asked.append(name)
        raise ApiError("cannot read", status=403)

    server.get = forbidden
    with pytest.raises(ApiError, match="cannot read"):
        task(monkeypatch, server, LAPTOP)
    assert len(asked) == 1


def test_a_lock_that_was_forced_away_meanwhile_is_not_given_back(
    monkeypatch: pytest.MonkeyPatch, server: t.Any
) -> None:
    take(server, WANTED)
    server.meanwhile = lambda: take(server, replace(WANTED, me=SCHEDULER, force=True))
    result = task(monkeypatch, server, LAPTOP, state="absent")
    assert result["lock"]["holder"] == SCHEDULER.text
    assert server.lease["spec"]["holderIdentity"] == SCHEDULER.text


def test_a_task_never_changes_anything_and_warns_with_the_cluster(
    monkeypatch: pytest.MonkeyPatch, server: t.Any
) -> None:
    first = task(monkeypatch, server, SCHEDULER)
    forced = task(monkeypatch, server, LAPTOP, force=True)
    assert (first["changed"], first["warnings"], forced["changed"]) == (False, [], False)
    assert forced["warnings"][0].startswith("east: the lock of mesh mesh1 is taken over from ci@runner")


@pytest.mark.parametrize(("mesh_id", "name"), [("mesh1", "mesh1"), ("My_Mesh.2", "my-mesh-2"), ("a", "a")])
def test_an_id_becomes_a_name(mesh_id: str, name: str) -> None:
    assert lease_name(mesh_id) == f"multiregion-istio-{name}"


@pytest.mark.parametrize("mesh_id", ["", "-a", "a b", "a/b", "a" * 64, "é", "a\n"])
def test_an_id_that_no_object_could_carry_is_refused(mesh_id: str) -> None:
    with pytest.raises(MeshError, match="cannot be the value of a label"):
        lease_name(mesh_id)
