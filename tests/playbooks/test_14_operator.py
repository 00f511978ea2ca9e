"""A mesh whose members an operator reconciles, by either of its APIs: joined, the same after a second run, and left in order.

The operator is that of the integration tests. Nothing of the mesh of the other scenarios is there any more.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.host import CHECKOUT
from tests.lab.topology import CLUSTERS

from .clusters import NAMESPACE, PRIMARY, REMOTES, every, get, kubeconfig, kubectl, members, remaining, there
from .disasters import empty
from .runs import Finished, Workplace

OPERATOR = CHECKOUT / "tests/integration/targets/setup_operator/files/scripted_operator.py"
STAYING, LEAVING = REMOTES
SECONDS_TO_START = 60.0
# What is not of the operator's own: the root in namespaces, the webhook, labels.
LEFT = {"ConfigMap istio-ca-root-cert", "MutatingWebhookConfiguration istio-sidecar-injector"}


@pytest.fixture(scope="module", params=["istio.banzaicloud.io/v1beta1", "istio.alibabacloud.com/v1beta1"])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API of an operator that runs in the primary, a cluster as empty as the others."""
    empty(PRIMARY, *REMOTES)
    log = tmp_path_factory.mktemp("operator") / "log"
    options = {
        "--kubeconfig": str(kubeconfig(PRIMARY)),
        "--api-version": request.param,
        "--log": str(log),
        "--node": next(iter(CLUSTERS[0].hollow_nodes)),  # it needs no image
    }
    with subprocess.Popen(
        [sys.executable, str(OPERATOR), *(text for one in options.items() for text in one)]
    ) as process:
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not (log.exists() and " ready\n" in log.read_text()):
                assert process.poll() is None and time.monotonic() < until, "the operator does not work"
                time.sleep(0.5)
            yield request.param
            assert process.poll() is None, log.read_text()
        finally:
            process.terminate()
    assert process.returncode == 0, log.read_text()


def run(place: Workplace, api: str, playbook: str, *arguments: str) -> Finished:
    """A run of a playbook for a mesh by the operator. The API of Banzai has no field for where images come from."""
    variables = ("mesh_engine=operator", f"mesh_api_version={api}", "mesh_hub=")
    return place.run(playbook, *(text for one in variables for text in ("-e", one)), *arguments)


def group_of(api: str) -> str:
    return api.partition("/")[0]


def test_the_operator_makes_members_of_them(place: Workplace, api: str) -> None:
    run(place, api, "preflight").succeeded()
    run(place, api, "primary").succeeded().says("Istio istio-config: Available")
    assert place.result("primary")["failure"] == ""
    joined = run(place, api, "remotes").succeeded()
    joined.says(*(f"RemoteIstio {name}: {status}" for name in REMOTES for status in ("Reconciling", "Available")))
    assert members(group_of(api)) == dict.fromkeys(REMOTES, "Available")
    for cluster in REMOTES:
        assert there(cluster, f"istios.{group_of(api)}", "istio-config")["spec"]["autoInjectionNamespaces"] == [
            "default"
        ]
    for cluster in (PRIMARY, *REMOTES):
        assert every(cluster, "secrets", "--all-namespaces", "--selector", "owner=helm") == []


def test_a_second_run_changes_nothing(place: Workplace, api: str) -> None:
    before = versions(api)
    for playbook in ("preflight", "primary", "remotes"):
        run(place, api, playbook, "--diff").unchanged()
    assert versions(api) == before


def versions(api: str) -> dict[str, Any]:
    """The versions of all objects by which the operator is told what to do."""
    told = every(PRIMARY, f"istios.{group_of(api)},remoteistios.{group_of(api)}")
    secrets = [there(PRIMARY, "secret", name)["metadata"] for name in REMOTES]
    return {one["uid"]: one["resourceVersion"] for one in [*secrets, *(one["metadata"] for one in told)]}


def test_a_member_leaves_in_order_and_what_the_operator_leaves_is_told(place: Workplace, api: str) -> None:
    run(place, api, "leave", "-e", f"mesh_leaving={LEAVING}").succeeded()
    assert members(group_of(api)) == {STAYING: "Available"}
    assert get(PRIMARY, "secret", LEAVING) is None
    told = place.result("leave")
    assert told["failure"] == ""
    assert f"istios.{group_of(api)}" not in kubectl(LEAVING, "get", "customresourcedefinitions", "--output", "name")
    left = {f"{one['kind']} {one['name']}" for one in told["left"]}
    assert left >= LEFT
    assert any("label" in one["kind"] and one["name"] == "default" for one in told["left"])
    for one in told["left"]:
        subprocess.run(one["command"], shell=True, check=True, cwd=place.place)
    assert_nothing_left(LEAVING)


def test_what_the_operator_leaves_is_removed_on_request(place: Workplace, api: str) -> None:
    arguments = ("-e", f"mesh_leaving={STAYING}", "-e", "remote_cluster_remove_leftovers=true")
    run(place, api, "leave", *arguments).succeeded()
    assert members(group_of(api)) == {}
    assert place.result("leave")["left"] == []
    assert_nothing_left(STAYING)
    assert run(place, api, "leave", *arguments).succeeded().changed[STAYING] == 0


def test_the_mesh_is_taken_down_and_its_operator_stays(place: Workplace, api: str) -> None:
    run(place, api, "teardown", "-e", "mesh_teardown=lab", "-e", "mesh_teardown_ca=true").succeeded()
    assert place.result("teardown")["failure"] == ""
    assert every(PRIMARY, f"istios.{group_of(api)}") == []
    assert "istio" not in str(there(PRIMARY, "namespace", "default")["metadata"]["labels"])
    told = kubectl(PRIMARY, "get", "customresourcedefinitions", "--output", "name")
    assert f"istios.{group_of(api)}" in told and f"remoteistios.{group_of(api)}" in told
    for one in place.result("teardown")["left"]:
        subprocess.run(one["command"], shell=True, check=True, cwd=place.place)
    assert get(PRIMARY, "namespace", NAMESPACE) is None


def assert_nothing_left(cluster: str) -> None:
    """A cluster is as it was before it became a member."""
    assert remaining(cluster) == set()
    assert get(cluster, "namespace", NAMESPACE) is None
    assert "istio" not in str(there(cluster, "namespace", "default")["metadata"]["labels"])
