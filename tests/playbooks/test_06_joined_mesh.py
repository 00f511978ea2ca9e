"""On the joined mesh nothing is to be done; what somebody changes by hand is shown, and repaired also by a run after a killed one."""

from __future__ import annotations

import pytest

from .audit import Mark, release, titles
from .clusters import NAMESPACE, PRIMARY, REMOTES, kubectl, patch, there
from .conftest import QUICK
from .runs import Workplace

FIRST, SECOND = REMOTES
NETWORK = "topology.istio.io/network"
CHANGED_BY_HAND = {
    f"Deployment {NAMESPACE}/istiod",
    f"Service {NAMESPACE}/istio-ingressgateway",
    f"Namespace {NAMESPACE}",
    f"RemoteIstio {NAMESPACE}/{FIRST}",
}

pytestmark = pytest.mark.usefixtures("mesh")


def test_check_mode_shows_nothing_and_writes_nothing(place: Workplace) -> None:
    mark = Mark()
    place.run("site", "--check", "--diff").unchanged()
    assert titles(mark.writes()) == []


def test_check_mode_shows_what_was_changed_by_hand_and_only_that(place: Workplace) -> None:
    kubectl(PRIMARY, "set", "resources", "deployment/istiod", "--requests=memory=65Mi", "--namespace", NAMESPACE)
    kubectl(FIRST, "patch", "service", "istio-ingressgateway", "--namespace", NAMESPACE, "--type", "json",
            "--patch", '[{"op": "replace", "path": "/spec/ports/1/port", "value": 8080}]')  # fmt: skip
    patch(SECOND, "namespace", NAMESPACE, {"metadata": {"labels": {NETWORK: "by-hand"}}})
    patch(PRIMARY, "remoteistio", FIRST, {"spec": {"autoInjectionNamespaces": ["by-hand"]}})
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
    place.run("site", "--diff", *QUICK).unchanged()
