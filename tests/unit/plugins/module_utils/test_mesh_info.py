# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a mesh, and what is only about to heal."""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import mesh_info
from ansible_collections.multiregion.istio.plugins.module_utils._istio.gateways import Gateway
from ansible_collections.multiregion.istio.plugins.module_utils._istio.health import (
    Wishes,
    mesh_problems,
    settling,
    unserved,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod import Istiod, RegisteredCluster
from ansible_collections.multiregion.istio.plugins.module_utils._istio.istiod_views import Proxy, Views
from ansible_collections.multiregion.istio.plugins.module_utils._istio.member import Injection, MemberState
from ansible_collections.multiregion.istio.plugins.module_utils._istio.mesh import Mesh, is_synced, status_of
from ansible_collections.multiregion.istio.plugins.module_utils._istio.pods import PodState
from ansible_collections.multiregion.istio.plugins.module_utils._istio.record import Record, record
from ansible_collections.multiregion.istio.plugins.module_utils._istio.serving import elsewhere
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kubeconfig import ClusterCredential, render

INJECTED = Injection("default", "proxyv2:1")
EAST = MemberState("east", (PodState("istiod-1", True, 0, ""),), (Gateway("in", ("10.0.0.1",)),), INJECTED)
WEST = MemberState("west", injection=INJECTED)
RECORD = Record("west", "Available", "", "2026-11-24T10:00:00Z", True, None, None)


def istiod(pod: str = "istiod-1", error: str = "", **statuses: str) -> Istiod:
    return Istiod(
        pod, "default", "1.31.0", tuple(RegisteredCluster(name, "", s) for name, s in statuses.items()), error
    )


SOUND = Mesh("east", "istio-system", (EAST, WEST), (istiod(east="synced", west="synced"),), {"west": RECORD})


def found(mesh: Mesh) -> list[tuple[str, str, str]]:
    return [(problem.severity, problem.cluster, problem.what) for problem in mesh_problems(mesh)]


def test_nothing_is_wrong_with_a_sound_mesh() -> None:
    assert mesh_problems(SOUND) == []
    assert settling(SOUND) == []
    assert [status_of(SOUND, name) for name in ("east", "west")] == ["Available", "Available"]


def test_every_istiod_pod_has_to_read_a_member() -> None:
    mesh = replace(SOUND, istiods=(*SOUND.istiods, istiod("istiod-2", east="synced", west="timeout")))
    assert is_synced(mesh, "east") and not is_synced(mesh, "west")
    (problem,) = mesh_problems(mesh)
    assert (problem.cluster, problem.what, problem.why) == (
        "west",
        "istiod does not read the cluster",
        "istiod-2: timeout",
    )
    assert "mesh_cluster_api_server" in problem.todo
    assert settling(mesh) == ["west: istiod says timeout"]


def test_a_member_that_never_joined_is_told_to_join_and_not_waited_for() -> None:
    mesh = replace(SOUND, istiods=(istiod(east="synced"),), records={})
    assert found(mesh) == [
        ("error", "west", "the cluster has no RemoteIstio"),
        ("error", "west", "istiod does not read the cluster"),
    ]
    assert settling(mesh) == []


def test_without_any_istiod_nothing_is_synced() -> None:
    mesh = replace(SOUND, istiods=())
    assert not is_synced(mesh, "east")
    assert found(mesh) == [("error", "east", "no istiod runs in namespace istio-system")]
    assert settling(mesh) == []


def test_an_istiod_pod_that_does_not_answer_is_a_problem_of_the_primary_alone() -> None:
    mesh = replace(SOUND, istiods=(istiod(error="refused"),))
    assert found(mesh) == [("error", "east", "istiod istiod-1 does not tell what it sees")]
    assert status_of(mesh, "east") == "Unavailable"


def test_an_unreachable_member_is_its_own_problem_and_not_waited_for() -> None:
    mesh = replace(SOUND, members=(EAST, MemberState("west", error=MeshError("cannot read", why="no route"))))
    assert found(mesh) == [("error", "west", "cannot read")]
    assert settling(mesh) == []


def test_of_an_unreachable_primary_nothing_is_claimed() -> None:
    unreachable = MemberState("east", error=MeshError("cannot read", why="no route"))
    assert found(Mesh("east", "istio-system", (unreachable, WEST), (), {})) == [("error", "east", "cannot read")]


def test_what_is_not_ready_is_told_and_waited_for() -> None:
    pods = (PodState("gw-1", False, 4, "container istio-proxy: CrashLoopBackOff"),)
    mesh = replace(SOUND, members=(EAST, replace(WEST, pods=pods, gateways=(Gateway("in", ()),))))
    assert found(mesh) == [
        ("error", "west", "Pod istio-system/gw-1 is not Ready"),
        ("warning", "west", "Service in has no address"),
    ]
    assert len(settling(mesh)) == 2


def test_missing_injection_is_an_error_and_no_labelled_namespace_a_warning() -> None:
    broken = replace(WEST, injection=Injection("default", why="failed calling webhook"))
    assert found(replace(SOUND, members=(EAST, broken))) == [
        ("error", "west", "a new pod in namespace default would not get a sidecar")
    ]
    untried = replace(WEST, injection=Injection("default", why="forbidden", known=False))
    assert found(replace(SOUND, members=(EAST, untried))) == [
        ("warning", "west", "it is not known whether a new pod in namespace default gets a sidecar")
    ]
    unlabelled = replace(WEST, injection=Injection("", why="no namespace has the label"))
    assert found(replace(SOUND, members=(EAST, unlabelled))) == [("warning", "west", "no pod would get a sidecar")]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"status": "ReconcileFailed"}, [("error", "west", "its RemoteIstio is ReconcileFailed")]),
        ({"status": ""}, [("error", "west", "its RemoteIstio is without a status")]),
        ({"has_credential": False}, [("error", "west", "the primary has no credential for the cluster")]),
        ({"days_left": 29}, [("warning", "west", "the primary's credential for the cluster expires in 29 days")]),
        ({"days_left": -1}, [("error", "west", "the primary's credential for the cluster has expired")]),
        ({"days_left": 30}, []),
    ],
)
def test_the_record_of_a_member_is_judged(changes: dict[str, t.Any], wanted: list[t.Any]) -> None:
    assert found(replace(SOUND, records={"west": replace(RECORD, **changes)})) == wanted


@pytest.mark.parametrize(("left", "lifetime", "told"), [(29, 30, 0), (10, 30, 0), (9, 30, 1), (29, 365, 1), (-1, 2, 1)])
def test_a_credential_with_a_short_life_is_told_in_its_last_third(left: int, lifetime: float, told: int) -> None:
    short = replace(RECORD, days_left=left, lifetime_days=lifetime)
    assert len(mesh_problems(replace(SOUND, records={"west": short}))) == told


def test_how_long_a_credential_has_to_last_may_be_chosen() -> None:
    mesh = replace(SOUND, records={"west": replace(RECORD, days_left=8)})
    assert [len(mesh_problems(mesh, Wishes(credential_days=days))) for days in (8, 9)] == [0, 1]
    told = [mesh_problems(mesh, Wishes(credential_error_days=days)) for days in (8, 9)]
    assert [problem.severity for (problem,) in told] == ["warning", "error"]


def test_records_that_may_not_be_read_are_not_known_and_nothing_is_said_to_be_missing() -> None:
    error = MeshError("cannot list remoteistios", why="forbidden", todo="Grant it")
    (problem,) = mesh_problems(replace(SOUND, records={}, records_error=error))
    assert (problem.severity, problem.cluster, problem.todo) == ("warning", "east", "Grant it")
    assert (problem.what, problem.why) == (
        "it is not known which members are on record and how long their credentials last",
        "cannot list remoteistios: forbidden",
    )


def test_a_cluster_that_nobody_named_is_told() -> None:
    mesh = replace(SOUND, istiods=(istiod(east="synced", west="synced", old="timeout"),))
    assert found(mesh) == [("warning", "", "cluster old belongs to the mesh but is not among the members given")]


def token(expires: datetime | None) -> str:
    claims = {"exp": int(expires.timestamp()), "iat": int(expires.timestamp()) - 30 * 86400} if expires else {}
    return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.y"


@pytest.mark.parametrize(("expires", "days"), [(None, None), (datetime(2026, 11, 26, 13, tzinfo=timezone.utc), 2)])
def test_days_left_come_from_the_token_itself(expires: datetime | None, days: int | None) -> None:
    kubeconfig = render(ClusterCredential("west", "https://10.0.0.1:6443", token(expires), "PEM"))
    secret = {"data": {"west": base64.b64encode(kubeconfig.encode()).decode()}}
    remote = {"metadata": {"name": "west"}, "status": {"Status": "Available", "LastVerified": "2026-11-24T10:00:00Z"}}
    entry = record(remote, secret, datetime(2026, 11, 24, 12, tzinfo=timezone.utc))
    assert (entry.status, entry.has_credential, entry.days_left) == ("Available", True, days)
    assert entry.lifetime_days == (30 if expires else 0)


def test_a_member_without_its_secret_has_no_credential() -> None:
    assert not record({"metadata": {"name": "west"}}, None, datetime.now(timezone.utc)).has_credential


PARAMS = {
    "name": "east",
    "region": "",
    "members": [{"name": "west", "region": ""}, {"name": "east", "region": ""}],
    "namespace": "istio-system",
    "api_version": "istio.alibabacloud.com/v1beta1",
    "wait": True,
    "wait_for": "settled",
    "wait_timeout": 10,
    "wait_interval": 0,
    "credential_days": 30,
    "credential_error_days": 0,
    "eastwest_public": False,
}


def run(monkeypatch: pytest.MonkeyPatch, *looks: Mesh, **params: t.Any) -> tuple[dict[str, t.Any], list[str]]:
    """mesh_info over the meshes that it sees one after another: (result, progress lines)."""
    seen, lines = iter(looks), list[str]()
    monkeypatch.setattr(mesh_info, "read_mesh", lambda *_args, **_options: next(seen))
    return mesh_info.run({**PARAMS, **params}, False, lines.append), lines


def test_waiting_ends_when_nothing_settles_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    syncing = replace(SOUND, istiods=(istiod(east="synced", west="syncing"),))
    result, lines = run(monkeypatch, syncing, syncing, SOUND)
    assert [member["synced"] for member in result["members"]] == [True, True]
    assert lines == ["waiting: west: istiod says syncing"]


def test_waiting_ends_in_time_and_tells_how_things_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    syncing = replace(SOUND, istiods=(istiod(east="synced", west="syncing"),))
    result, _lines = run(monkeypatch, syncing, wait_timeout=0, wait_interval=1)
    assert [problem["what"] for problem in result["problems"]] == ["istiod does not read the cluster"]


def test_without_wait_one_look_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    result, lines = run(monkeypatch, replace(SOUND, istiods=(istiod(east="synced", west="syncing"),)), wait=False)
    assert (len(result["problems"]), lines) == (1, [])


def test_the_result_is_plain_data_without_change(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _lines = run(monkeypatch, SOUND)
    assert json.loads(json.dumps(result)) == result
    assert result["changed"] is False
    assert [(member["name"], member["role"]) for member in result["members"]] == [
        ("east", "primary"),
        ("west", "remote"),
    ]
    assert result["members"][1]["sync"] == [
        {"istiod": "istiod-1", "status": "synced", "endpoints": None, "proxies": None}
    ]
    assert result["members"][1]["proxies"] is None
    assert result["istiods"] == [{"name": "istiod-1", "revision": "default", "version": "1.31.0", "networks": None}]


def test_a_member_is_served_once_every_istiod_reads_it_and_its_pods_get_sidecars() -> None:
    refused = replace(WEST, injection=Injection("default", why="refused"))
    nowhere = replace(WEST, injection=Injection("", why="no namespace has the label"))
    assert unserved(SOUND, ["west"]) == []
    assert unserved(replace(SOUND, members=(EAST, nowhere)), ["west"]) == []
    assert unserved(replace(SOUND, members=(EAST, refused)), ["west"]) == ["west: no sidecar: refused"]
    assert unserved(replace(SOUND, istiods=(istiod(east="synced", west="timeout"),)), ["west"]) == [
        "west: istiod says timeout"
    ]
    assert unserved(replace(SOUND, istiods=()), ["west"]) == ["west: istiod says nothing"]


def test_waiting_for_service_does_not_wait_for_the_health_of_the_primary(monkeypatch: pytest.MonkeyPatch) -> None:
    crashing = replace(EAST, pods=(PodState("istiod-1", False, 9, "CrashLoopBackOff"),))
    mesh = replace(SOUND, members=(crashing, WEST))
    _result, lines = run(monkeypatch, mesh, wait_for="served", members=[{"name": "west", "region": ""}])
    assert lines == []
    _result, lines = run(
        monkeypatch, replace(SOUND, istiods=()), SOUND, wait_for="served", members=[{"name": "west", "region": ""}]
    )
    assert lines == ["waiting: west: istiod says nothing"]


class Primary:
    """A primary with these ConfigMaps, DestinationRules and nodes; without any it may not be read."""

    def __init__(self, configs: dict[str, str] | None, rules: list[t.Any], nodes: list[t.Any] | None = None) -> None:
        self.configs, self.rules, self.nodes = configs, rules, nodes or []

    def get(self, kind: t.Any, name: str, namespace: str) -> t.Any:
        if self.configs is None:
            raise MeshError("cannot read ConfigMap istio-system/istio", why="forbidden")
        assert (kind.kind, namespace) == ("ConfigMap", "istio-system")
        return {"data": {"mesh": self.configs[name]}} if name in self.configs else None

    def list(self, kind: t.Any, *, metadata_only: bool = False) -> list[t.Any]:
        if kind.kind == "Node":
            if None in self.nodes:
                raise MeshError("cannot list nodes", why="forbidden")
            return self.nodes if metadata_only else pytest.fail("labels are enough")
        assert kind.kind == "DestinationRule"
        return self.rules


OFF, ON = "localityLbSetting: {enabled: false}", "localityLbSetting: {enabled: true}"
DETECTING = {"spec": {"host": "cart", "trafficPolicy": {"outlierDetection": {}}}}
TWO_REGIONS = {"region": "r1", "members": [{"name": "west", "region": "r2"}]}


@pytest.mark.parametrize(
    ("configs", "rules", "what"),
    [
        ({"istio": OFF}, [DETECTING], ["failover is not configured"]),
        ({"istio": ON}, [], ["failover is not configured"]),
        ({"istio": ON}, [DETECTING], []),
        ({}, [DETECTING], []),
        (None, [], ["it is not known whether failover is configured"]),
    ],
)
def test_failover_is_looked_at_where_members_are_in_two_regions(
    monkeypatch: pytest.MonkeyPatch, configs: dict[str, str] | None, rules: list[t.Any], what: list[str]
) -> None:
    monkeypatch.setattr(mesh_info, "KubernetesClient", lambda _access: Primary(configs, rules))
    result, _lines = run(monkeypatch, SOUND, **TWO_REGIONS)
    assert [problem["what"] for problem in result["problems"]] == what
    assert {problem["severity"] for problem in result["problems"]} <= {"warning"}


REGION, ZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone"


@pytest.mark.parametrize(
    ("mesh_config", "labels", "what"),
    [
        (ON, {REGION: "r1", ZONE: "a"}, []),
        (ON, {ZONE: "a"}, [("error", f"nodes without the label {REGION}: n1")]),
        (ON, {REGION: "r1"}, [("warning", f"nodes without the label {ZONE}: n1")]),
        (ON, None, [("warning", "not all is known of the cluster: cannot list nodes")]),
        (OFF, {}, []),
    ],
)
def test_nodes_tell_where_they_are_where_locality_routing_is_on(
    monkeypatch: pytest.MonkeyPatch, mesh_config: str, labels: dict[str, str] | None, what: list[tuple[str, str]]
) -> None:
    nodes = [None] if labels is None else [{"metadata": {"name": "n1", "labels": labels}}]
    monkeypatch.setattr(mesh_info, "KubernetesClient", lambda _access: Primary({"istio": mesh_config}, [], nodes))
    result, _lines = run(monkeypatch, SOUND, **TWO_REGIONS)
    for member in result["members"]:
        assert [(problem["severity"], problem["what"]) for problem in member["problems"]] == what


def test_the_control_plane_of_a_revision_is_asked_about_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    canary = replace(SOUND, istiods=(replace(SOUND.istiods[0], revision="canary"),))
    monkeypatch.setattr(mesh_info, "KubernetesClient", lambda _access: Primary({"istio-canary": OFF}, [DETECTING]))
    assert len(run(monkeypatch, canary, **TWO_REGIONS)[0]["problems"]) == 1


def test_one_region_or_no_control_plane_is_no_matter_of_failover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mesh_info, "KubernetesClient", lambda _access: pytest.fail("nothing is to be read"))
    run(monkeypatch, SOUND, region="r1", members=[{"name": "west", "region": "r1"}])
    run(monkeypatch, replace(SOUND, istiods=()), **TWO_REGIONS)


@pytest.mark.parametrize(
    ("params", "thorough"),
    [
        ({}, True),
        ({"wait": False}, True),
        ({"wait_for": "served"}, False),
        ({"wait": False, "wait_for": "served"}, True),
    ],
)
def test_waiting_for_service_looks_at_nothing_else(
    monkeypatch: pytest.MonkeyPatch, params: dict[str, t.Any], thorough: bool
) -> None:
    def look(*_args: t.Any, **options: t.Any) -> Mesh:
        assert options == {"thorough": thorough}
        return SOUND

    monkeypatch.setattr(mesh_info, "read_mesh", look)
    mesh_info.run({**PARAMS, **params}, False, print)


class Refusing:
    """A primary of which the records may not be listed."""

    cluster = "east"

    def list(self, *_args: t.Any, **_options: t.Any) -> t.Any:
        raise MeshError("cannot list remoteistios", why="forbidden")


def test_only_remotes_are_looked_at_as_such_and_records_that_may_not_be_read_are_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles: dict[str, bool] = {}

    def read(access: Access, _namespace: str, *, is_remote: bool, thorough: bool, each: int) -> t.Any:
        roles[access.name] = is_remote and thorough
        return (Refusing(), EAST) if access.name == "east" else (None, WEST)

    monkeypatch.setattr(mesh_info, "read_member", read)
    result = mesh_info.run({**PARAMS, "wait": False}, False, print)
    assert roles == {"east": False, "west": True}
    assert "cannot list remoteistios: forbidden" in [problem["why"] for problem in result["problems"]]


def proxy(name: str, cluster: str = "west") -> Proxy:
    return Proxy(cluster, name, "in time")


def revised(pod: str, revision: str, *proxies: Proxy, error: str = "") -> Istiod:
    return Istiod(pod, revision, error=error, views=Views(proxies=None if error else proxies))


def test_a_member_has_moved_once_all_its_proxies_are_at_istiod_of_the_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    moving = {
        "wait_for": "moved",
        "revision": "new",
        "staying": ["old.shop"],
        "members": [{"name": "west", "region": ""}],
    }
    left = (proxy("cart.shop"), proxy("old.shop"), proxy("web.shop", "east"))
    before = replace(SOUND, istiods=(revised("a", "default", *left), revised("b", "new", proxy("web.shop"))))
    after = replace(SOUND, istiods=(revised("a", "default", *left[1:]), revised("b", "new", proxy("web.shop"))))
    result, lines = run(monkeypatch, before, after, **moving)
    assert lines == ["waiting: west: cart.shop connected to istiod a"]
    assert result["waiting"] == []
    assert result["members"][1]["revisions"] == {"default": 1, "new": 1}
    result, _lines = run(monkeypatch, before, wait_timeout=0, wait_interval=1, **moving)
    assert result["waiting"] == ["west: cart.shop connected to istiod a"]


def test_nothing_is_shown_to_have_moved_while_an_istiod_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(SOUND, istiods=(revised("a", "default", error="no route"), revised("b", "new")))
    assert elsewhere(silent, "west", "new", []) == ["west: istiod a does not tell its proxies (no route)"]
    assert elsewhere(silent, "west", "", []) == ["west: no istiod of revision default answers"]
