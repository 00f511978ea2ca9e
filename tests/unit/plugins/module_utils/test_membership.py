# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster joins and leaves, whatever dies on the way. That the requests themselves are right is seen on real API servers."""

from __future__ import annotations

import json
import typing as t
from base64 import b64decode
from copy import deepcopy
from itertools import count
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.multiregion.istio.plugins.module_utils import _wait
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import adopted, credential, leave, remote_istio
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import apply, credentials
from ansible_collections.multiregion.istio.plugins.modules.remote_istio import argument_spec
from tests.unit.fake_cluster import CA, Cluster, World, encoded

Object = dict[str, t.Any]
Run = t.Callable[..., Object]

ROOM = "istio-system"
TERMS: list[Object] = [
    {},
    {"credential_kind": "token_request"},
    {"rules": "reader"},
    {"rules": "operator", "credential_kind": "token_request"},
]
MEMBER = ("RemoteIstio", ROOM, "east")
SECRET = ("Secret", ROOM, "east")
TOKEN = "istio-reader-service-account-multiregion-istio-token"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(primary=Cluster(), remote=Cluster())
    remote = world.clusters["remote"]
    remote.add({"kind": "Namespace", "metadata": {"name": ROOM}})
    remote.add({"kind": "ServiceAccount", "metadata": {"name": "istio-reader-service-account", "namespace": ROOM}})
    root = {"kind": "ConfigMap", "metadata": {"name": "kube-root-ca.crt", "namespace": ROOM}, "data": {"ca.crt": CA}}
    remote.add(root)
    for module in (remote_istio, leave, credentials, credential):
        monkeypatch.setattr(module, "KubernetesClient", world.client)
    monkeypatch.setattr(apply, "THREADS", 1)  # one after another, so that a number means one request
    clock, ticks = _wait.Clock, count()
    monkeypatch.setattr(_wait, "Clock", lambda: clock(now=lambda: float(next(ticks)), sleep=lambda seconds: None))
    return world


@pytest.fixture
def run(world: World) -> Run:
    """remote_istio with options; an error comes back as {"failed": ...} with its details."""

    def call(check: bool = False, lives: int = 1_000_000, **options: t.Any) -> Object:
        given = {
            "kubeconfig": "remote",
            "primary": {"kubeconfig": "primary"},
            "name": "east",
            "mesh_id": "mesh1",
            **options,
        }
        validated = ArgumentSpecValidator(argument_spec()).validate(given)
        assert not validated.error_messages
        world.lives, world.requests = lives, []
        try:
            return remote_istio.run(validated.validated_parameters, check, lambda line: None)
        except MeshError as error:
            return {"failed": str(error), **error.details}

    return call


def there(world: World) -> set[tuple[str, t.Any]]:
    return {(name, key) for name, cluster in world.clusters.items() for key in cluster.objects}


def actions(result: Object) -> list[str]:
    return [entry["action"] for entry in result["objects"]]


@pytest.mark.parametrize("terms", TERMS)
def test_a_join_that_is_interrupted_anywhere_is_completed_by_the_next(world: World, run: Run, terms: Object) -> None:
    nothing = there(world)
    joined = run(**terms)
    all_of_it = there(world)
    assert set(actions(joined)) == {"created"}
    assert not run(**terms)["changed"]
    for lives in range(len(world.requests) + 30):
        run(state="absent", **terms)
        assert there(world) == nothing
        if "failed" not in run(lives=lives, **terms):
            break
        assert "failed" not in run(**terms)
        assert there(world) == all_of_it
        assert not run(**terms)["changed"]
    else:
        pytest.fail("it never came to the end")


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize("later", ["as before", "without options"])
def test_a_leave_that_is_interrupted_anywhere_is_completed_by_the_next(
    world: World, run: Run, terms: Object, later: str
) -> None:
    nothing = there(world)
    for lives in range(60):
        run(**terms)
        left = run(state="absent", lives=lives, wait_timeout=5, **terms)
        remains = {key for cluster, key in there(world) if cluster == "primary"}
        assert MEMBER not in remains or SECRET in remains, "an operator needs the Secret until the RemoteIstio has gone"
        if "failed" not in left and not left["left"]:
            break
        again = run(state="absent", **(terms if later == "as before" else {}))
        assert "failed" not in again and again["left"] == []
        assert there(world) == nothing
    else:
        pytest.fail("it never came to the end")
    assert there(world) == nothing
    assert not run(state="absent", **terms)["changed"]


@pytest.mark.parametrize("terms", TERMS)
def test_check_mode_predicts_and_writes_nothing(world: World, run: Run, terms: Object) -> None:
    before = there(world)
    predicted = run(check=True, **terms)
    assert there(world) == before
    assert predicted["objects"] == run(**terms)["objects"]
    before = there(world)
    predicted = run(check=True, state="absent", **terms)
    assert there(world) == before
    assert predicted["objects"] == run(state="absent", **terms)["objects"]


@pytest.mark.parametrize("old", TERMS)
@pytest.mark.parametrize("new", TERMS)
def test_other_terms_leave_nothing_of_those_before(world: World, run: Run, old: Object, new: Object) -> None:
    run(**new)
    wanted = there(world)
    run(**old)
    run(**new)
    run(**new)  # where an operator may use the former credential, it goes once that was said
    assert there(world) == wanted
    assert not run(**new)["changed"]


def test_few_requests_are_sent(world: World, run: Run) -> None:
    run()
    assert len(world.requests) <= 15
    run()
    assert len(world.requests) == 4
    run(credential_kind="token_request")
    run(credential_kind="token_request")
    assert len(world.requests) == 6
    run(state="absent")
    run(state="absent")
    assert len(world.requests) == 6


def test_a_failure_tells_what_was_done_and_what_is_left(world: World, run: Run) -> None:
    run()
    until = [
        number
        for number, (cluster, verb, what) in enumerate(world.requests)
        if (verb, what) == ("apply", "Secret east")
    ]
    run(state="absent")
    halfway = run(lives=until[0])
    assert halfway["changed"]
    assert actions(halfway) == ["created", "left", "left"]
    assert (
        "Done before: Secret istio-system/istio-reader-service-account-multiregion-istio-token created"
        in halfway["failed"]
    )
    assert "left: Secret istio-system/east, RemoteIstio istio-system/east. Run it again" in halfway["failed"]
    token = world.clusters["remote"].objects["Secret", ROOM, TOKEN]["data"]["token"]
    assert b64decode(token).decode() not in str(halfway) and token not in str(halfway)


@pytest.mark.parametrize("spelling", ["finializer", "finalizer"])
def test_the_secret_stays_while_a_finalizer_holds_the_member(world: World, run: Run, spelling: str) -> None:
    run()
    metadata = world.clusters["primary"].objects[MEMBER]["metadata"]
    metadata["finalizers"] = [f"remote-istio-operator.{spelling}.banzaicloud.io", "example.com/other"]
    stuck = run(state="absent", wait_timeout=5)
    assert "removed by the operator that reconciles RemoteIstio objects" in stuck["failed"]
    assert "example.com/other (removed by the controller that set it)" in stuck["failed"]
    assert "Secret istio-system/east is still there on purpose" in stuck["failed"]
    assert "is being deleted; nothing was written: held by the finalizers" in run()["failed"]
    assert {SECRET, MEMBER} <= world.clusters["primary"].objects.keys()
    world.clusters["primary"].objects[MEMBER]["status"] = {"Status": "Reconciling"}
    reconciling = "its status says: Reconciling, and before that has ended the operator removes nothing"
    assert reconciling in run(state="absent", wait_timeout=5)["failed"]
    world.clusters["primary"].objects[MEMBER]["status"]["ErrorMessage"] = "no gateway"
    assert "its status says: no gateway" in run(state="absent", wait_timeout=5)["failed"]
    secret = world.clusters["primary"].objects.pop(SECRET)
    lost = run(state="absent", wait_timeout=5)["failed"]
    assert "kubectl create secret generic east -n istio-system" in lost and "on purpose" not in lost
    world.clusters["primary"].objects[SECRET] = secret
    del world.clusters["primary"].objects[MEMBER]
    assert actions(run(state="absent")) == ["absent", "deleted", "deleted"]


def remote_answers(world: World, status: int) -> None:
    """From now on the remote alone answers every request so; 0 is no answer."""
    counted = world.count

    def count_remote(cluster: str, verb: str, what: str) -> None:
        world.lives = 0 if cluster == "east" else 1_000_000
        counted(cluster, verb, what)

    world.status = status
    world.count = count_remote  # type: ignore[method-assign]


@pytest.mark.parametrize("status", [0, 401, 503])
def test_the_primary_is_cleaned_when_the_remote_is_not_to_be_had(world: World, run: Run, status: int) -> None:
    run(rules="reader")
    remote_answers(world, status)
    left = run(state="absent", rules="reader")
    assert actions(left) == ["deleted", "deleted"]
    assert [entry["kind"] for entry in left["left"]] == [
        "ClusterRoleBinding",
        "ClusterRole",
        "ServiceAccount",
        "Secret",
    ]
    assert left["left"][2]["command"] == (
        "kubectl --kubeconfig remote delete serviceaccount multiregion-istio-reader"
        " --namespace istio-system --ignore-not-found"
    )
    assert len(left["warnings"]) == 1 and "the cluster was not reached" in left["warnings"][0]


def test_a_remote_that_may_not_be_read_is_an_error_before_anything_is_removed(world: World, run: Run) -> None:
    run()
    before = there(world)
    remote_answers(world, 403)
    assert "failed" in run(state="absent")
    assert there(world) == before


def test_another_lifetime_is_a_new_token(world: World, run: Run) -> None:
    run(credential_kind="token_request", credential_lifetime=3600)
    assert not run(credential_kind="token_request", credential_lifetime=3600)["changed"]
    longer = run(credential_kind="token_request", credential_lifetime=7200)
    assert longer["objects"][1]["why"] == "a lifetime of 7200 s is asked for"


def registered(world: World) -> str:
    """The token in the primary's Secret."""
    text = world.clusters["primary"].objects[SECRET]["data"]["east"]
    return str(yaml.safe_load(b64decode(text))["users"][0]["user"]["token"])


def test_a_token_that_the_remote_does_not_know_any_more_is_minted_anew(world: World, run: Run) -> None:
    run(credential_kind="token_request")
    dead = registered(world)
    world.clusters["remote"].refused.add(dead)
    foretold = run(check=True, credential_kind="token_request")
    assert foretold["changed"] and registered(world) == dead
    again = run(credential_kind="token_request")
    assert again["changed"] and registered(world) != dead
    assert any(entry.get("why") == "the cluster does not know the one in use" for entry in again["objects"])
    assert not run(credential_kind="token_request")["changed"]


def test_a_token_secret_that_the_remote_does_not_know_any_more_is_made_anew(world: World, run: Run) -> None:
    run()
    dead = registered(world)
    world.clusters["remote"].refused.add(dead)
    again = run()
    assert registered(world) != dead
    assert [entry["name"] for entry in again["objects"] if entry["action"] == "deleted"] == [TOKEN]
    assert not run()["changed"]


def test_a_remote_that_is_gone_is_not_asked(world: World, run: Run) -> None:
    run()
    left = run(state="absent", remote_is_gone=True, kubeconfig="/nowhere")
    assert {cluster for cluster, verb, what in world.requests} == {"primary"}
    assert [entry["name"] for entry in left["left"]] == [TOKEN]
    assert left["warnings"] == []


def test_what_others_need_is_kept(world: World, run: Run) -> None:
    run(rules="operator")
    shared = {
        "kind": "Secret",
        "metadata": {
            "name": "a-file",
            "namespace": ROOM,
            "labels": {credentials.PURPOSE_LABEL: "kubeconfig"},
            "annotations": {credentials.ACCOUNT_ANNOTATION: "istio-operator", credentials.RULES_ANNOTATION: "operator"},
        },
    }
    world.clusters["remote"].add(shared)
    left = run(state="absent", rules="operator")
    assert actions(left) == ["deleted", "deleted", "kept", "kept", "kept", "deleted"]
    assert left["objects"][2]["why"] == "used by Secret istio-system/a-file"


def test_a_member_of_others_stays_one_and_keeps_its_credential(world: World, run: Run) -> None:
    run()
    world.clusters["primary"].objects[MEMBER]["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    before = there(world)
    kept = run(state="absent")
    assert actions(kept) == ["kept"]
    assert kept["objects"][0]["why"] == "belongs to Helm"
    assert "see the option force" in kept["warnings"][0]
    assert there(world) == before
    assert run(state="absent", force=True)["changed"]
    assert MEMBER not in world.clusters["primary"].objects


def test_a_secret_of_others_by_which_istiod_goes_on_reading_is_told(world: World, run: Run) -> None:
    run()
    other = {
        "kind": "Secret",
        "metadata": {"name": "istio-remote-secret-east", "namespace": ROOM},
        "data": {"east": "x"},
    }
    other["metadata"]["labels"] = {"istio/multiCluster": "true"}  # type: ignore[index]
    world.clusters["primary"].add(other)
    assert (
        "istiod goes on reading east by Secret istio-system/istio-remote-secret-east"
        in run(state="absent")["warnings"][0]
    )


def test_a_lifetime_that_the_server_cut_is_a_warning(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential, "lifetime_of", lambda token: 3600.0)
    joined = run(credential_kind="token_request", credential_lifetime=86400)
    assert "asked for a token of 86400 s, the API server granted 3600 s" in joined["warnings"][0]
    again = run(credential_kind="token_request", credential_lifetime=86400)
    assert not again["changed"] and again["warnings"] == []


def test_an_account_that_was_made_anew_gets_a_new_token(world: World, run: Run) -> None:
    run(credential_kind="token_request")
    account = {"kind": "ServiceAccount", "metadata": {"name": "istio-reader-service-account", "namespace": ROOM}}
    world.clusters["remote"].add(account)
    renewed = run(credential_kind="token_request")
    assert [entry.get("why") for entry in renewed["objects"]] == [None, "its ServiceAccount was made anew", None, None]


def test_a_binding_to_another_role_is_refused_before_anything_is_written(world: World, run: Run) -> None:
    run(rules="operator")
    binding = world.clusters["remote"].objects["ClusterRoleBinding", None, "istio-operator"]
    binding["roleRef"] = {**binding["roleRef"], "name": "cluster-admin"}
    refused = run(rules="operator")
    assert "binds another role, cluster-admin; nothing was written" in refused["failed"]


def operator(started: str) -> list[Object]:
    """The operator's Deployment, and its pod, which runs since `started`, a time of the day."""
    containers = [{"name": "manager", "image": "x/istio-operator:1"}]
    template = {"metadata": {"labels": {"app": "operator"}}, "spec": {"containers": containers}}
    status = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    pod = {"name": "operator-0", "labels": {"app": "operator"}, "creationTimestamp": f"2026-11-29T{started}Z"}
    return [
        {
            "kind": "Deployment",
            "metadata": {"name": "operator", "namespace": "op", "generation": 1},
            "spec": {"replicas": 1, "template": template},
            "status": status,
        },
        {"kind": "Pod", "metadata": {**pod, "namespace": "op"}, "status": {"phase": "Running"}},
    ]


def runs_since(world: World, started: str) -> None:
    for body in operator(started):
        world.clusters["primary"].add(body)


def restarts(world: World) -> list[int]:
    """At which of the requests the operator was restarted."""
    return [
        at
        for at, (cluster, verb, what) in enumerate(world.requests)
        if (verb, what) == ("patch", "Deployment operator")
    ]


def note(world: World) -> str:
    metadata = world.clusters["primary"].objects[SECRET]["metadata"]
    return str((metadata.get("annotations") or {}).get("multiregion.istio/kubeconfig-changed", ""))


OPERATORS: Object = {"rules": "operator"}
ELSEWHERE: Object = {**OPERATORS, "api_server": "https://10.20.1.11:6443"}


def test_a_changed_kubeconfig_is_noted_where_an_operator_keeps_the_one_that_it_read(world: World, run: Run) -> None:
    runs_since(world, "09:00:00")
    assert "warnings" not in run(**OPERATORS) or note(world) == ""
    changed = run(**ELSEWHERE)
    assert note(world).startswith("2026-11-29T10:")
    told = [warning for warning in changed["warnings"] if "Restart it" in warning]
    assert len(told) == 1
    assert "Deployment op/operator, which runs since 2026-11-29T09:00:00Z, goes on with the one that it read" in told[0]
    assert "kubectl --kubeconfig primary --namespace op rollout restart deployment/operator (or set restart" in told[0]
    assert restarts(world) == []
    again = run(**ELSEWHERE)
    assert not again["changed"] and again["warnings"] == told
    runs_since(world, "11:00:00")
    assert run(**ELSEWHERE)["warnings"] == []


def test_the_operator_is_restarted_between_the_secret_and_the_member(world: World, run: Run) -> None:
    runs_since(world, "09:00:00")
    run(**OPERATORS)
    before = there(world)
    predicted = run(check=True, restart_operator=True, auto_injection_namespaces=["a"], **ELSEWHERE)
    changed = run(restart_operator=True, auto_injection_namespaces=["a"], **ELSEWHERE)
    assert there(world) == before
    assert changed["objects"][-3:] == predicted["objects"][-3:]
    assert [(entry["kind"], entry["action"]) for entry in changed["objects"][-3:]] == [
        ("Secret", "changed"),
        ("Deployment", "changed"),
        ("RemoteIstio", "changed"),
    ]
    assert changed["objects"][-2]["why"].startswith(
        "restarted, since the kubeconfig of east was changed at 2026-11-29T10:"
    )
    (at,) = restarts(world)
    assert world.requests.index(("primary", "apply", "Secret east")) < at
    assert world.requests.index(("primary", "apply", "RemoteIstio east")) > at
    runs_since(world, "11:00:00")
    assert not run(restart_operator=True, auto_injection_namespaces=["a"], **ELSEWHERE)["changed"]


def test_a_restart_that_a_killed_run_did_not_come_to_is_done_by_the_next(world: World, run: Run) -> None:
    runs_since(world, "09:00:00")
    run(**OPERATORS)
    run(restart_operator=True, **ELSEWHERE)
    (at,) = restarts(world)
    run(**OPERATORS)
    killed = run(restart_operator=True, lives=at, **ELSEWHERE)
    assert "changed; left: Deployment op/operator, RemoteIstio istio-system/east" in killed["failed"]
    assert [entry["action"] for entry in run(restart_operator=True, **ELSEWHERE)["objects"][-3:]] == [
        "unchanged",
        "changed",
        "unchanged",
    ]


@pytest.mark.parametrize("start", [{}, {"credential_kind": "token_request"}])
def test_without_an_operator_nothing_is_noted_or_looked_for(world: World, run: Run, start: Object) -> None:
    runs_since(world, "09:00:00")
    run(**start)
    changed = run(api_server="https://10.20.1.11:6443", **start)
    assert note(world) == "" and changed["warnings"] == []
    assert not [what for cluster, verb, what in world.requests if what in ("deployments", "pods")]


def test_a_new_member_asks_for_no_restart(world: World, run: Run) -> None:
    runs_since(world, "09:00:00")
    joined = run(restart_operator=True, **OPERATORS)
    assert note(world) == "" and restarts(world) == [] and joined["warnings"] == []


def test_an_operator_that_is_to_be_restarted_and_is_not_found_is_an_error_before_the_primary_is_changed(
    world: World, run: Run
) -> None:
    run(**OPERATORS)
    secret = world.clusters["primary"].objects[SECRET]
    assert "no operator is found" in run(restart_operator=True, **ELSEWHERE)["failed"]
    assert world.clusters["primary"].objects[SECRET] == secret
    assert "has to be restarted; cluster primary: no operator is found" in run(**ELSEWHERE)["warnings"][0]
    assert run(**ELSEWHERE)["warnings"] == []


def kubeconfig(**user: t.Any) -> str:
    """As the scripts of the page of Alibaba Cloud make it: in a form of their own."""
    cluster = {"server": "https://10.20.1.10:6443", "certificate-authority-data": encoded(CA)}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "kubernetes-admin@east",
            "contexts": [
                {"name": "kubernetes-admin@east", "context": {"cluster": "kubernetes", "user": "istio-operator"}}
            ],
            "clusters": [{"name": "kubernetes", "cluster": cluster}],
            "users": [{"name": "istio-operator", "user": user or {"token": "a.made.token"}}],
        }
    )


@pytest.fixture
def confirmed(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kubeconfigs that the remote was asked to confirm."""
    texts: list[str] = []
    monkeypatch.setattr(
        adopted, "confirm_given", lambda remote, name, path, title: texts.append(Path(path).read_text())
    )
    return texts


def made_by_hand(world: World, text: str) -> Object:
    """The Secret as the page's script makes it, and the RemoteIstio."""
    room = {"name": "east", "namespace": ROOM}
    secret = {"kind": "Secret", "metadata": dict(room), "data": {"east": encoded(text)}, "type": "Opaque"}
    world.clusters["primary"].add(secret)
    world.clusters["primary"].add({"kind": "RemoteIstio", "metadata": dict(room), "spec": {}})
    runs_since(world, "09:00:00")
    return secret


ADOPTED: Object = {"credential_kind": "adopted", "operator": "op/operator"}


def test_a_credential_is_adopted_with_its_bytes(world: World, run: Run, confirmed: list[str]) -> None:
    data = dict(made_by_hand(world, kubeconfig())["data"])
    remote = set(world.clusters["remote"].objects)
    predicted = run(check=True, **ADOPTED)
    taken = run(**ADOPTED)
    assert predicted["objects"] == taken["objects"]
    assert confirmed == [kubeconfig()] * 2
    assert [(entry["kind"], entry["action"]) for entry in taken["objects"]] == [
        ("Secret", "changed"),
        ("RemoteIstio", "changed"),
    ]
    secret = world.clusters["primary"].objects[SECRET]
    assert secret["data"] == data
    assert secret["metadata"]["annotations"]["multiregion.istio/adopted"] == "true"
    assert note(world) == "" and restarts(world) == []
    assert set(world.clusters["remote"].objects) == remote
    assert {cluster for cluster, verb, what in world.requests} == {"primary"}
    assert taken["credential"] == {
        "secret": "istio-system/east",
        "kind": "adopted",
        "rules": None,
        "api_server": "https://10.20.1.10:6443",
        "expires": None,
    }
    assert not run(**ADOPTED)["changed"]
    assert (
        "leads to https://10.20.1.10:6443, and not to https://10.20.1.11:6443"
        in run(**ADOPTED, api_server="https://10.20.1.11:6443/")["warnings"][0]
    )
    left = run(state="absent", **ADOPTED)
    assert actions(left) == ["deleted", "deleted", "absent"]
    assert set(world.clusters["remote"].objects) == remote


def test_a_credential_of_ours_is_adopted_without_being_revoked(world: World, run: Run, confirmed: list[str]) -> None:
    run()
    before = there(world)
    assert not run(**ADOPTED)["changed"]
    assert there(world) == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "",
            "Secret istio-system/east holds nothing to adopt; nothing was written: it has no kubeconfig by the key east",
        ),
        ("a: [", "cannot be read"),
        (kubeconfig(exec={"command": "aws"}), "users[istio-operator].user.exec: istiod does not run programs"),
        (kubeconfig().replace("10.20.1.10", "127.0.0.1"), "loopback address"),
    ],
)
def test_what_a_control_plane_cannot_use_is_not_adopted(
    world: World, run: Run, confirmed: list[str], text: str, why: str
) -> None:
    made_by_hand(world, text)
    before = deepcopy(world.clusters["primary"].objects)
    assert why in run(**ADOPTED)["failed"]
    assert world.clusters["primary"].objects == before
    assert confirmed == []


def test_nothing_is_adopted_where_there_is_nothing(world: World, run: Run) -> None:
    failed = run(**ADOPTED)["failed"]
    assert "holds nothing to adopt; nothing was written: it does not exist. Use another credential_kind" in failed
