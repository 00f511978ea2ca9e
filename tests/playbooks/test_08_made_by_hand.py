"""A control plane that somebody made with Helm by hand is told before anything is written, and taken over without a restart."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml

from tests.lab.inventory import INVENTORY

from .audit import Mark, titles, unlocked
from .clusters import NAMESPACE, PRIMARY, every, kubeconfig, kubectl
from .runs import Workplace

RELEASES = {"istio-base": "base", "istiod": "istiod", "istio-ingressgateway": "gateway"}
MARK = "multiregionIstio"


def helm(*arguments: str, stdin: str = "") -> str:
    """The output of helm in the primary."""
    command = ["helm", *arguments, "--kubeconfig", str(kubeconfig(PRIMARY)), "--namespace", NAMESPACE]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, text=True, check=True).stdout


def as_by_hand(release: str) -> None:
    """The release as somebody would have made it who knows nothing of us: the same chart and values, and no mark in any revision."""
    charts = yaml.safe_load(INVENTORY.read_text())["all"]["vars"]["mesh_chart_source"]
    values = json.loads(helm("get", "values", release, "--output", "json"))
    del values["global"][MARK]
    helm("upgrade", release, f"{charts}/{RELEASES[release]}", "--values", "-", stdin=json.dumps(values))
    old = f"owner=helm,name={release},status!=deployed"
    kubectl(PRIMARY, "delete", "secrets", "--namespace", NAMESPACE, "--selector", old)


def pods() -> dict[str, int]:
    """The pods of Istio in the primary by their uid, and how often their containers were restarted."""
    return {
        pod["metadata"]["uid"]: sum(each["restartCount"] for each in pod["status"]["containerStatuses"])
        for pod in every(PRIMARY, "pods", "--namespace", NAMESPACE)
    }


@pytest.mark.usefixtures("mesh")
def test_a_control_plane_that_was_made_by_hand_is_told_first(place: Workplace) -> None:
    for release in RELEASES:
        as_by_hand(release)
    mark = Mark()
    place.run("preflight").refused("Istio of Helm is in the way", "Deployment istio-system/istiod", "mesh_force: true")
    place.run("primary").refused("istio-system/istio-base", "mesh_force")
    assert titles(unlocked(mark.writes())) == []


@pytest.mark.usefixtures("mesh")
def test_it_is_taken_over_on_request_and_nothing_restarts(place: Workplace) -> None:
    before = pods()
    assert before
    place.run("primary", "-e", "mesh_force=true").succeeded()
    assert pods() == before
    assert place.run("primary").succeeded().changed[PRIMARY] == 0
