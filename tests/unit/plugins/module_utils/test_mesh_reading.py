# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of pods, istiod and namespaces."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import istiod
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import (
    Istiod,
    RegisteredCluster,
    istiod_pods,
    parse_clusters,
    parse_version,
    read_istiod,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import Endpoints
from ansible_collections.multiregion.istio.plugins.module_utils._istio.member import (
    injected_namespaces,
    network_in,
    try_injection,
    usual_namespace,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.pods import pod_state, proxy_image
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer

Object = dict[str, t.Any]


def pod(name: str = "a", *, ready: bool = True, labels: Object | None = None, **status: t.Any) -> Object:
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    metadata = {"name": name, "namespace": "istio-system", "labels": labels or {}}
    return {"metadata": metadata, "spec": {}, "status": {"conditions": conditions, **status}}


def test_a_ready_pod_needs_no_reason_and_restarts_of_all_containers_count() -> None:
    state = pod_state(
        pod(
            containerStatuses=[{"name": "x", "restartCount": 2}],
            initContainerStatuses=[{"name": "i", "restartCount": 1}],
        )
    )
    assert (state.ready, state.restarts, state.reason) == (True, 3, "")


def test_a_container_that_cannot_start_is_the_reason() -> None:
    waiting = {"name": "probe", "state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}
    assert pod_state(pod(ready=False, containerStatuses=[waiting])).reason == "container probe: ErrImagePull: not found"


def test_a_pod_that_only_starts_tells_its_condition() -> None:
    creating = {"name": "probe", "state": {"waiting": {"reason": "PodInitializing"}}}
    state = pod(ready=False, containerStatuses=[creating], phase="Pending")
    state["status"]["conditions"].append(
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}
    )
    assert pod_state(state).reason == "Unschedulable: 0/3 nodes are available"


def test_a_pod_without_any_status_is_pending() -> None:
    assert pod_state({"metadata": {"name": "a"}}).reason == "Pending"


@pytest.mark.parametrize("place", ["containers", "initContainers"])
def test_the_sidecar_is_found_as_container_and_as_native_sidecar(place: str) -> None:
    spec = {"containers": [{"name": "app", "image": "app"}]}
    spec.setdefault(place, []).append({"name": "istio-proxy", "image": "proxyv2:1"})
    assert proxy_image({"spec": spec}) == "proxyv2:1"
    assert proxy_image(pod()) == ""


def test_clusterz_is_read() -> None:
    body = (
        b'[{"id":"east","syncStatus":"synced"},{"id":"west","secretName":"istio-system/west","syncStatus":"timeout"}]'
    )
    assert parse_clusters(Answer(200, {}, body)) == (
        RegisteredCluster("east", "", "synced"),
        RegisteredCluster("west", "istio-system/west", "timeout"),
    )


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(401, b"no\n", "HTTP 401: no"), (200, b"null", "list of clusters"), (200, b"<html>", "Expecting value")],
)
def test_an_odd_answer_of_clusterz_is_an_error(status: int, body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_clusters(Answer(status, {}, body))


def test_the_version_is_without_commit_and_build() -> None:
    assert parse_version(Answer(200, {}, b"1.31.0-alpha.1-eed52ebb-Clean\n")) == "1.31.0-alpha.1"
    assert parse_version(Answer(404, {}, b"not found")) == ""


def test_istiod_pods_are_those_that_stay() -> None:
    labels = {"app": "istiod"}
    leaving = pod("leaving", labels=labels)
    leaving["metadata"]["deletionTimestamp"] = "2026-11-24T10:00:00Z"
    pods = [pod("one", labels=labels), leaving, pod("evicted", labels=labels, phase="Failed"), pod("gateway")]
    assert [found["metadata"]["name"] for found in istiod_pods(pods)] == ["one"]


class Forward:
    """A port-forward to an istiod of the answers given; an ApiError among them is raised."""

    def __init__(self, answers: dict[str, t.Any]) -> None:
        self._answers = answers

    def __enter__(self) -> Forward:
        return self

    def __exit__(self, *_exception: object) -> None:
        pass

    def get(self, path: str) -> Answer:
        if isinstance(self._answers[path], Exception):
            raise self._answers[path]
        return Answer(200, {}, self._answers[path])


SOUND = {
    "/debug/clusterz": b'[{"id":"east","syncStatus":"synced"}]',
    "/version": b"1.31.0-x-Clean",
    "/debug/endpointShardz": b'{"web.shop.svc.cluster.local":{"shop":{"Shards":{"Kubernetes/east":[{"Addresses":["10.1.0.5"]}]}}}}',
    "/debug/networkz": b"null",
    "/debug/syncz": b"[]",
}


def test_an_istiod_pod_tells_its_version_and_its_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(istiod, "PortForward", lambda *_args: Forward(SOUND))
    seen = read_istiod(t.cast(t.Any, None), pod("istiod-1", labels={"istio.io/rev": "canary"}))
    assert (seen.pod, seen.revision, seen.version, seen.error) == ("istiod-1", "canary", "1.31.0", "")
    assert (seen.status_of("east"), seen.status_of("west")) == ("synced", "unknown to istiod")
    assert seen.views.endpoints == {"east": Endpoints(frozenset({"shop/web"}), 1)}
    assert (seen.views.gateways, seen.views.proxies, seen.views.unread) == ({}, (), ())


def test_an_istiod_pod_is_not_asked_for_its_views_where_only_service_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {path: SOUND[path] for path in ("/debug/clusterz", "/version")}
    monkeypatch.setattr(istiod, "PortForward", lambda *_args: Forward(asked))
    seen = read_istiod(t.cast(t.Any, None), pod("istiod-1"), thorough=False)
    assert (seen.status_of("east"), seen.views.endpoints) == ("synced", None)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (ApiError("no answer", why="read timed out"), "/debug/syncz: read timed out"),
        (b'{"proxies": 1}', "/debug/syncz: 'str' object has no attribute 'get'"),
        (b"<html>", "/debug/syncz: Expecting value"),
    ],
)
def test_a_view_that_is_not_told_is_not_known_and_the_others_are(
    monkeypatch: pytest.MonkeyPatch, wrong: t.Any, why: str
) -> None:
    monkeypatch.setattr(istiod, "PortForward", lambda *_args: Forward({**SOUND, "/debug/syncz": wrong}))
    seen = read_istiod(t.cast(t.Any, None), pod("istiod-1"))
    assert (seen.error, seen.status_of("east"), seen.views.proxies) == ("", "synced", None)
    assert seen.views.gateways == {}
    (unread,) = seen.views.unread
    assert unread.startswith(why)


@pytest.mark.parametrize(
    ("wrong", "why"), [(ApiError("no answer", why="refused"), "refused"), (b"oops", "Expecting value")]
)
def test_an_istiod_pod_that_does_not_answer_is_told_not_raised(
    monkeypatch: pytest.MonkeyPatch, wrong: t.Any, why: str
) -> None:
    monkeypatch.setattr(istiod, "PortForward", lambda *_args: Forward({"/debug/clusterz": wrong, "/version": b""}))
    seen = read_istiod(t.cast(t.Any, None), pod("istiod-1"))
    assert why in seen.error
    assert seen.status_of("east") == "no answer"


def test_an_istiod_pod_that_is_not_ready_is_not_asked() -> None:
    seen = read_istiod(t.cast(t.Any, None), pod("istiod-1", ready=False, phase="Pending"))
    assert seen == Istiod("istiod-1", "", error="Pod is not Ready: Pending")


def namespace(name: str, **labels: str) -> Object:
    return {
        "metadata": {"name": name, "labels": {key.replace("__", "/").replace("_", "-"): v for key, v in labels.items()}}
    }


def test_injection_is_tried_in_default_before_others() -> None:
    assert usual_namespace(["apps", "default"]) == "default"
    assert usual_namespace(["apps"]) == "apps"
    assert usual_namespace([]) == ""


def test_the_network_of_a_cluster_is_that_of_the_namespace_of_the_mesh() -> None:
    labelled = {"metadata": {"name": "istio-system", "labels": {"topology.istio.io/network": "net1"}}}
    rooms = [namespace("default"), labelled]
    assert network_in(rooms, "istio-system") == "net1"
    assert network_in(rooms, "default") == ""
    assert network_in(rooms, "none") == ""


def test_a_revision_counts_only_without_the_other_label() -> None:
    assert injected_namespaces([{"metadata": {"name": "a", "labels": {"istio.io/rev": "canary"}}}]) == ["a"]
    both = {"istio.io/rev": "canary", "istio-injection": "disabled"}
    assert injected_namespaces([{"metadata": {"name": "a", "labels": both}}, {"metadata": {"name": "b"}}]) == []


def test_a_namespace_that_goes_away_is_not_tried() -> None:
    leaving = namespace("apps", istio_injection="enabled")
    leaving["metadata"]["deletionTimestamp"] = "2026-11-24T10:00:00Z"
    assert injected_namespaces([leaving]) == []


def answering(answer: t.Any) -> t.Any:
    def create(_kind: t.Any, _body: Object, *, dry_run: bool) -> t.Any:
        assert dry_run
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(create=create)


def test_a_refused_pod_says_why_there_is_no_sidecar() -> None:
    tried = try_injection(answering(ApiError("cannot create", status=500, why="failed calling webhook")), "default")
    assert (tried.ok, tried.why) == (False, "failed calling webhook")


@pytest.mark.parametrize(
    ("why", "known"),
    [
        ('pods is forbidden: User "few" cannot create resource "pods" in API group "" (HTTP 403)', False),
        ('pods "x" is forbidden: violates PodSecurity "restricted" (HTTP 403)', True),
        ('admission webhook "policy.example.com" denied the request (HTTP 403)', True),
    ],
)
def test_without_the_right_to_create_pods_it_is_not_known_whether_they_get_sidecars(why: str, known: bool) -> None:
    tried = try_injection(answering(ApiError("cannot create", status=403, why=why)), "default")
    assert (tried.ok, tried.known) == (False, known)


def test_a_pod_without_a_sidecar_is_told() -> None:
    tried = try_injection(answering({"spec": {"containers": [{"name": "check"}]}}), "default")
    assert (tried.ok, tried.why) == (False, "the pod was admitted without istio-proxy")


def test_a_server_that_does_not_answer_is_an_error_of_the_member() -> None:
    with pytest.raises(ApiError):
        try_injection(answering(ApiError("cannot create", status=0)), "default")
