"""On the joined mesh nothing is to be done; what somebody changes by hand is shown, and repaired also by a run after a killed one."""

from __future__ import annotations

import json

import pytest

from .audit import Mark, release, titles
from .clusters import NAMESPACE, PRIMARY, REMOTES, kubectl, patch, there
from .conftest import QUICK
from .runs import Workplace

FIRST, SECOND = REMOTES
NETWORK = "topology.istio.io/network"
READER = f"istio-reader-clusterrole-{NAMESPACE}"
WEBHOOK = "istio-sidecar-injector"
CHANGED_BY_HAND = {
    f"Deployment {NAMESPACE}/istiod",
    f"Service {NAMESPACE}/istio-ingressgateway",
    f"ClusterRole {READER}",
    f"MutatingWebhookConfiguration {WEBHOOK}",
    f"Namespace {NAMESPACE}",
    "labels of Namespace default",
    f"Secret {NAMESPACE}/{SECOND}",
    f"RemoteIstio {NAMESPACE}/{FIRST}",
}
REGISTERS = "istio/multiCluster"
OF_USERS = {"metadata": {"annotations": {"example.com/team": "shop"}}}  # what others add is no drift
ADDED_TO = [
    (PRIMARY, "deployment", "istiod"),
    (PRIMARY, "secret", SECOND),
    (PRIMARY, "remoteistio", FIRST),
    (FIRST, "clusterrole", READER),
    (SECOND, "mutatingwebhookconfiguration", WEBHOOK),
]

pytestmark = pytest.mark.usefixtures("mesh")


def replace(cluster: str, kind: str, name: str, path: str, value: object) -> None:
    """kubectl patch of one field, that may be in a list."""
    change = json.dumps([{"op": "replace", "path": path, "value": value}])
    kubectl(cluster, "patch", kind, name, "--namespace", NAMESPACE, "--type", "json", "--patch", change)


def test_check_mode_shows_nothing_and_writes_nothing(place: Workplace) -> None:
    mark = Mark()
    place.run("site", "--check", "--diff").unchanged()
    assert titles(mark.writes()) == []


def test_check_mode_shows_what_was_changed_by_hand_and_only_that(place: Workplace) -> None:
    kubectl(PRIMARY, "set", "resources", "deployment/istiod", "--requests=memory=65Mi", "--namespace", NAMESPACE)
    replace(FIRST, "service", "istio-ingressgateway", "/spec/ports/1/port", 8080)
    replace(FIRST, "clusterrole", READER, "/rules/0/verbs", ["get"])
    replace(SECOND, "mutatingwebhookconfiguration", WEBHOOK, "/webhooks/0/failurePolicy", "Ignore")
    patch(SECOND, "namespace", NAMESPACE, {"metadata": {"labels": {NETWORK: "by-hand"}}})
    patch(FIRST, "namespace", "default", {"metadata": {"labels": {"istio-injection": None}}})
    patch(PRIMARY, "secret", SECOND, {"metadata": {"labels": {REGISTERS: None}}})
    patch(PRIMARY, "remoteistio", FIRST, {"spec": {"autoInjectionNamespaces": ["default", "by-hand"]}})
    for cluster, kind, name in ADDED_TO:
        patch(cluster, kind, name, OF_USERS)
    run = place.run("site", "--check", "--diff", *QUICK).succeeded()
    shown = [header for header in run.shown if not header.startswith("status of ")]
    assert sorted(shown) == sorted(CHANGED_BY_HAND)
    run.says("65Mi", "8080", "by-hand")


def test_a_run_that_repairs_is_killed_in_an_upgrade_and_the_next_repairs_all(place: Workplace) -> None:
    mark = Mark()
    with place.start("site", *QUICK) as run:
        mark.wait(release("istiod", PRIMARY), "an upgrade of istiod", run)
        run.kill()
    place.run("site", *QUICK).succeeded().says("a run was interrupted")
    assert "65Mi" not in str(there(PRIMARY, "deployment", "istiod")["spec"])
    assert [port["port"] for port in there(FIRST, "service", "istio-ingressgateway")["spec"]["ports"]] == [
        15021,
        80,
        443,
    ]
    assert there(SECOND, "namespace", NAMESPACE)["metadata"]["labels"][NETWORK] == "lab"
    assert there(PRIMARY, "remoteistio", FIRST)["spec"]["autoInjectionNamespaces"] == ["default"]
    assert "list" in there(FIRST, "clusterrole", READER)["rules"][0]["verbs"]
    policies = {one["failurePolicy"] for one in there(SECOND, "mutatingwebhookconfiguration", WEBHOOK)["webhooks"]}
    assert policies == {"Fail"}
    assert there(FIRST, "namespace", "default")["metadata"]["labels"]["istio-injection"] == "enabled"
    assert there(PRIMARY, "secret", SECOND)["metadata"]["labels"][REGISTERS] == "true"
    for cluster, kind, name in ADDED_TO:
        assert there(cluster, kind, name)["metadata"]["annotations"]["example.com/team"] == "shop", f"{kind} {name}"
    place.run("site", "--diff", *QUICK).unchanged()
