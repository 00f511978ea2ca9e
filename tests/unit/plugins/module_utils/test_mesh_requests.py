# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests between members: how they are counted and judged, and that nothing is left behind."""

from __future__ import annotations

import threading
import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError, MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import (
    mesh_requests,
    probe_requests,
    probe_room,
    probe_site,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe import pod_object as pod_object_of_probe
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import LABEL
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_requests import (
    Line,
    Outcome,
    judge,
    measure,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_site import Site
from ansible_collections.multiregion.istio.plugins.module_utils._istio.proxy_trust import Trust
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer

Object = dict[str, t.Any]


def answer(body: str = "west", status: int = 200, took: str = "5") -> Answer:
    return Answer(status, {"x-envoy-upstream-service-time": took}, body.encode())


class Answers:
    """As a Line: the answers in turn, the last one for ever; exceptions among them are raised."""

    def __init__(self, *answers: Answer | ApiError) -> None:
        self._answers = list(answers)

    def get(self, _path: str) -> Answer:
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, ApiError):
            raise found
        return found


def measured(*answers: Answer | ApiError, count: int = 4, timeout: float = 5) -> Outcome:
    return measure(t.cast(Line, Answers(*answers)), "east", "west", count, timeout, threading.Event())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_requests, "RETRY_INTERVAL", 0.01)
    monkeypatch.setattr(probe_site, "read_trust", lambda client, *_pod: Trust(client.cluster, roots=frozenset({"AA"})))


def test_what_fails_before_the_first_answer_does_not_count_once_there_is_one() -> None:
    outcome = measured(answer("no healthy upstream", 503), ApiError("no answer"), answer(), count=4)
    assert outcome == Outcome("east", "west", sent=4, ok=4, p50_ms=5, max_ms=5)


def test_all_that_was_tried_counts_where_no_answer_ever_comes() -> None:
    outcome = measured(answer("no healthy upstream", 503), timeout=0.1)
    assert outcome.sent > 1
    assert (outcome.ok, outcome.p50_ms, outcome.why) == (0, None, "HTTP 503 (no healthy upstream)")


def test_failures_after_the_first_answer_are_counted_not_repeated() -> None:
    outcome = measured(answer(), answer(took="9"), answer("reset", 503), answer(took="1"), answer(took="2"))
    assert (outcome.sent, outcome.ok, outcome.p50_ms, outcome.max_ms) == (4, 3, 2, 9)
    assert outcome.why == "1 of 4 failed, the last one with HTTP 503 (reset)"
    assert not outcome.is_fine(4)


def test_an_answer_of_another_cluster_is_a_failure() -> None:
    outcome = measured(answer(), answer("north"), answer())
    assert (outcome.ok, outcome.why) == (3, "1 of 4 failed, the last one with an answer of somebody else (north)")


def test_too_few_requests_in_the_time_are_told() -> None:
    class Slow(Answers):
        def get(self, path: str) -> Answer:
            threading.Event().wait(0.05)
            return super().get(path)

    outcome = measure(t.cast(Line, Slow(answer())), "east", "west", 1000, 0.2, threading.Event())
    assert 0 < outcome.sent < 1000
    assert outcome.why == f"only {outcome.sent} of 1000 could be sent in 0.2 s"


def test_hostile_answers_are_made_printable() -> None:
    assert judge(answer("\x1b[31m" + "x" * 500), "west")[1] == f"an answer of somebody else (\\x1b[31m{'x' * 195})"


def test_an_answer_without_a_duration_still_counts() -> None:
    assert judge(Answer(200, {}, b"west"), "west") == (0, "")


def test_a_line_is_opened_anew_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[t.Any] = []

    class Forward:
        def __init__(self, *_args: t.Any, **_options: t.Any) -> None:
            self.closed = False
            opened.append(self)

        def get(self, _path: str) -> Answer:
            if len(opened) == 1:
                raise ApiError("no answer")
            return answer()

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(probe_requests, "PortForward", Forward)
    with Line(t.cast(t.Any, None), "probe", "east") as line:
        with pytest.raises(ApiError):
            line.get("/")
        line.get("/")
        line.get("/")
    assert [forward.closed for forward in opened] == [True, True]


class Cluster:
    """An API server as far as probes need one. Pods are admitted with a sidecar and Ready at once, unless told otherwise."""

    def __init__(self, name: str, namespace: Object | None = None, image: str = "proxyv2:1") -> None:
        self.cluster = name
        self.namespace = namespace
        self.image = image
        self.created: list[tuple[str, str]] = []
        self.pod: Object = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}

    def get(self, kind: t.Any, name: str, _namespace: str | None = None) -> Object | None:
        if kind.kind == "Namespace":
            return self.namespace
        return {"metadata": {"name": name}, **self.pod} if kind.kind == "Pod" else {}

    def create(self, kind: t.Any, body: Object, *, dry_run: bool = False) -> Object:
        if not dry_run:
            self.created.append((kind.kind, body["metadata"]["name"]))
        if kind.kind == "Namespace":
            self.namespace = {**body, "metadata": {**body["metadata"], "uid": "1"}}
        sidecar = [{"name": "istio-proxy", "image": self.image}] if self.image else []
        return {"spec": {"containers": sidecar}}

    def delete(self, kind: t.Any, _name: str, _namespace: str | None = None, *, uid: str = "") -> bool:
        if kind.kind == "Namespace":
            assert self.namespace and uid == self.namespace["metadata"]["uid"]
            self.namespace = None
        return True


def leftover(**labels: str) -> Object:
    owned = {"app.kubernetes.io/managed-by": "multiregion.istio", "multiregion.istio/mesh": "mesh1", LABEL: "old"}
    return {"kind": "Namespace", "metadata": {"name": "probe", "uid": "old", "labels": {**owned, **labels}}}


def run(
    monkeypatch: pytest.MonkeyPatch, *clusters: Cluster, check_mode: bool = False, **params: t.Any
) -> tuple[Object, list[str]]:
    """mesh_requests over clusters: (result, progress lines)."""
    by_name = {cluster.cluster: cluster for cluster in clusters}
    monkeypatch.setattr(mesh_requests, "KubernetesClient", lambda access: by_name[access.name])
    lines: list[str] = []
    given = {
        "members": [{"name": name} for name in by_name],
        "namespace": "probe",
        "mesh_id": "mesh1",
        "revision": "",
        "image": "",
        "image_pull_secrets": [],
        "image_pull_secrets_namespace": "istio-system",
        "count": 2,
        "timeout": 1,
        "wait_for_removal": True,
        **params,
    }
    return mesh_requests.run(given, check_mode, lines.append), lines


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pair answers."""

    def measure_well(_line: t.Any, source: str, target: str, count: int, *_rest: t.Any) -> Outcome:
        return Outcome(source, target, count, count, 1, 2)

    monkeypatch.setattr(mesh_requests, "measure", measure_well)


@pytest.mark.usefixtures("answered")
def test_every_ordered_pair_is_asked_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = [Cluster("east"), Cluster("west"), Cluster("north")]
    result, _lines = run(monkeypatch, *clusters)
    pairs = [(pair["from"], pair["to"]) for pair in result["requests"]]
    assert sorted(pairs) == sorted((a.cluster, b.cluster) for a in clusters for b in clusters if a is not b)
    assert (result["changed"], result["image"], result["problems"]) == (False, "proxyv2:1", [])
    assert [cluster.namespace for cluster in clusters] == [None, None, None]


@pytest.mark.usefixtures("answered")
def test_services_of_all_members_exist_in_each_and_the_pod_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    east = Cluster("east")
    run(monkeypatch, east, Cluster("west"))
    assert east.created == [
        ("Namespace", "probe"),
        *sorted(x for x in east.created if x[0] == "Service"),
        ("Pod", "probe-east"),
    ]
    assert {name for kind, name in east.created if kind == "Service"} == {"probe-east", "probe-west"}


@pytest.mark.usefixtures("answered")
def test_a_namespace_of_others_is_refused_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for foreign in (
        {"kind": "Namespace", "metadata": {"name": "probe"}},
        leftover(**{"multiregion.istio/mesh": "other"}),
    ):
        west = Cluster("west", foreign)
        with pytest.raises(MeshError, match="Namespace probe exists and is not ours"):
            run(monkeypatch, Cluster("east"), west)
        assert west.namespace == foreign
        with pytest.raises(MeshError, match="is not ours"):
            run(monkeypatch, Cluster("east"), west, check_mode=True)


@pytest.mark.usefixtures("answered")
def test_what_a_killed_run_left_is_removed_first_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    _result, lines = run(monkeypatch, Cluster("east"), Cluster("west", leftover()))
    assert "west: removing what an earlier run left behind in namespace probe" in lines


def test_check_mode_makes_nothing_and_names_the_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = [Cluster("east"), Cluster("west", leftover())]
    result, _lines = run(monkeypatch, *clusters, check_mode=True)
    assert [(pair["from"], pair["to"], pair["sent"]) for pair in result["requests"]] == [
        ("east", "west", 0),
        ("west", "east", 0),
    ]
    assert [cluster.created for cluster in clusters] == [[], []]
    assert clusters[1].namespace


@pytest.mark.usefixtures("answered")
def test_a_member_without_sidecars_fails_alone_and_is_cleared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = [Cluster("east"), Cluster("west"), Cluster("north", image="")]
    with pytest.raises(MeshError) as caught:
        run(monkeypatch, *clusters)
    result = caught.value.details
    assert [(problem["cluster"], problem["what"]) for problem in result["problems"]] == [
        ("north", "a new pod in namespace probe does not get a sidecar")
    ]
    assert "Pod" not in [kind for kind, _name in clusters[2].created]
    whys = {(pair["from"], pair["to"]): pair["why"] for pair in result["requests"]}
    assert whys["east", "west"] == "" and whys["east", "north"] == whys["north", "east"] == "no probe in north"
    assert [cluster.namespace for cluster in clusters] == [None, None, None]


def test_a_probe_that_never_becomes_ready_ends_in_time_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_site, "INTERVAL", 0.01)
    west = Cluster("west")
    waiting = {"name": "probe", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    west.pod = {"status": {"containerStatuses": [waiting]}}
    with pytest.raises(MeshError, match="last reason given: container probe: ImagePullBackOff"):
        run(monkeypatch, Cluster("east"), west, timeout=0.1)


def test_a_probe_that_somebody_deletes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Raided(Cluster):
        def get(self, kind: t.Any, name: str, namespace: str | None = None) -> Object | None:
            return None if kind.kind == "Pod" else super().get(kind, name, namespace)

    with pytest.raises(MeshError, match="Last status: deleted by somebody else"):
        run(monkeypatch, Cluster("east"), Raided("west"), timeout=600)


def test_all_pairs_that_did_not_answer_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        mesh_requests, "measure", lambda _line, source, target, *_rest: Outcome(source, target, 7, 0, why="HTTP 503")
    )
    clusters = [Cluster("east"), Cluster("west")]
    with pytest.raises(MeshError) as caught:
        run(monkeypatch, *clusters)
    assert "7 of 7 requests to west were not answered" in str(caught.value)
    assert "7 of 7 requests to east were not answered" in str(caught.value)
    assert [cluster.namespace for cluster in clusters] == [None, None]


class Slow(Cluster):
    """An API server that takes its time to end a namespace: until it was looked at twice more."""

    looks = 0

    def get(self, kind: t.Any, name: str, _namespace: str | None = None) -> Object | None:
        if self.namespace and "deletionTimestamp" in self.namespace["metadata"]:
            self.looks += 1
            if self.looks > 2:
                self.namespace = None
        return super().get(kind, name, _namespace)

    def delete(self, kind: t.Any, _name: str, _namespace: str | None = None, *, uid: str = "") -> bool:
        if kind.kind == "Namespace" and self.namespace:
            self.namespace["metadata"]["deletionTimestamp"] = "2026-06-02T08:00:00Z"
        return True


@pytest.mark.usefixtures("answered")
def test_with_or_without_waiting_for_the_end_of_the_namespaces_the_result_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probe_room, "INTERVAL", 0.01)
    waiting = [Slow("east"), Slow("west")]
    waited, _lines = run(monkeypatch, *waiting)
    assert [cluster.namespace for cluster in waiting] == [None, None]
    begun = [Slow("east"), Slow("west")]
    result, _lines = run(monkeypatch, *begun, wait_for_removal=False)
    assert result == waited
    assert ["deletionTimestamp" in (cluster.namespace or {})["metadata"] for cluster in begun] == [True, True]
    again, lines = run(monkeypatch, *begun, wait_for_removal=False)
    assert again == waited
    assert not any("earlier run" in line for line in lines), (
        "what another run has begun to remove is nothing to tell of"
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a bug")])
def test_everything_is_removed_when_the_run_is_broken_off(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(*_args: t.Any) -> t.NoReturn:
        raise error

    monkeypatch.setattr(mesh_requests, "measure", broken)
    clusters = [Cluster("east"), Cluster("west")]
    with pytest.raises(type(error)):
        run(monkeypatch, *clusters)
    assert [cluster.namespace for cluster in clusters] == [None, None]
    assert all(("Namespace", "probe") in cluster.created for cluster in clusters)


@pytest.mark.usefixtures("answered")
def test_what_cannot_be_removed_is_a_warning_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(Cluster):
        def delete(self, *_args: t.Any, **_options: t.Any) -> bool:
            raise ApiError("cannot delete", status=403, why="forbidden")

    result, _lines = run(monkeypatch, Cluster("east"), Stubborn("west"))
    assert result["warnings"] == [
        "west: Namespace probe may be left behind: forbidden. The next run removes it; or kubectl delete namespace probe."
    ]


@pytest.mark.usefixtures("answered")
def test_a_namespace_that_another_run_made_meanwhile_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    east = Cluster("east")

    def prepare(client: t.Any, plan: t.Any, *_rest: t.Any) -> Site:
        plan.made.add(client.cluster)
        client.namespace = leftover()
        return Site(client.cluster, client, "proxyv2:1")

    monkeypatch.setattr(mesh_requests, "prepare", prepare)
    run(monkeypatch, east, Cluster("west"))
    assert east.namespace == leftover()


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([{"name": "east"}], "at least two"),
        ([{"name": "east"}, {"name": "east"}], "given 2 times"),
        ([{"name": "east"}, {"name": "We_st"}], "DNS-1123"),
    ],
)
def test_odd_members_are_refused(monkeypatch: pytest.MonkeyPatch, members: list[Object], why: str) -> None:
    with pytest.raises(MeshError, match=why):
        run(monkeypatch, members=members)


def test_clusters_that_cannot_be_reached_are_not_said_to_be_left_with_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Cluster):
        def get(self, *_args: t.Any) -> Object | None:
            raise ApiError("cannot read", status=0, why="no route")

    with pytest.raises(MeshError) as caught:
        run(monkeypatch, Cluster("east"), Gone("west"))
    assert [problem["severity"] for problem in caught.value.details["problems"]] == ["error"]


def test_each_member_may_have_its_own_proxy_image_and_one_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, str] = {}
    original = pod_object_of_probe

    def pod_object(cluster: str, others: t.Any, namespace: str, image: str, *rest: t.Any) -> Object:
        made[cluster] = image
        return original(cluster, others, namespace, image, *rest)

    monkeypatch.setattr(probe_site, "pod_object", pod_object)
    monkeypatch.setattr(mesh_requests, "measure", lambda _line, s, x, count, *_rest: Outcome(s, x, count, count, 1, 1))
    run(monkeypatch, Cluster("east", image="a/proxyv2"), Cluster("west", image="b/proxyv2"))
    assert made == {"east": "a/proxyv2", "west": "b/proxyv2"}
    run(monkeypatch, Cluster("east"), Cluster("west"), image="envoy:1")
    assert made == {"east": "envoy:1", "west": "envoy:1"}


@pytest.mark.usefixtures("answered")
def test_pull_secrets_that_the_member_has_are_copied_for_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {
        "metadata": {"name": "registry", "uid": "x"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {"a": "Yg=="},
    }
    bodies: list[Object] = []

    class Holder(Cluster):
        def get(self, kind: t.Any, name: str, namespace: str | None = None) -> Object | None:
            if kind.kind == "Secret":
                return held if (name, namespace) == ("registry", "istio-system") else None
            return super().get(kind, name, namespace)

        def create(self, kind: t.Any, body: Object, *, dry_run: bool = False) -> Object:
            bodies.append(body)
            return super().create(kind, body, dry_run=dry_run)

    run(monkeypatch, Holder("east"), Cluster("west"), image_pull_secrets=["registry", "absent"])
    (copy,) = [body for body in bodies if body["kind"] == "Secret"]
    assert (copy["metadata"]["namespace"], copy["type"], copy["data"]) == ("probe", held["type"], held["data"])
    assert "uid" not in copy["metadata"]
    (pod,) = [body for body in bodies if body["kind"] == "Pod" and body["metadata"]["name"] == "probe-east"]
    assert pod["spec"]["imagePullSecrets"] == [{"name": "registry"}, {"name": "absent"}]
