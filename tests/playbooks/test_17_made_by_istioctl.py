"""A control plane that somebody made with istioctl is told before anything is written, and taken over with its certificate authority."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.lab.inventory import INVENTORY

from .clusters import PRIMARY, REMOTES, kubeconfig, kubectl, there
from .disasters import empty
from .runs import Workplace

AUTHORITY = "istio-ca-secret"
TAG = "istio-revision-tag-default"  # the webhook by which istioctl makes a control plane the default one


def as_by_istioctl(settings: Path) -> None:
    """What istioctl makes of the lab's variables, as somebody would tell it who knows nothing of us."""
    variables = yaml.safe_load(INVENTORY.read_text())["all"]["vars"]
    ours = variables["primary_istio_values"]
    mesh = variables["mesh_id"]
    identity = {"meshID": mesh, "multiCluster": {"clusterName": PRIMARY}, "network": mesh}
    spec = {
        "hub": variables["mesh_hub"],
        "tag": variables["mesh_istio_version"],
        "meshConfig": ours["meshConfig"],
        "values": {
            "global": {"externalIstiod": True, **identity, **ours["global"]},
            "pilot": {"env": ours["env"], "resources": {"requests": variables["primary_istio_requests"]}},
            "telemetry": ours["telemetry"],
        },
        "components": {"ingressGateways": [{"name": "istio-ingressgateway", "enabled": False}]},
    }
    made = {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec}
    settings.write_text(yaml.safe_dump(made))
    command = ["istioctl", "install", "-y", "-f", str(settings), "--kubeconfig", str(kubeconfig(PRIMARY))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def by_istioctl(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty(PRIMARY, *REMOTES)
    as_by_istioctl(tmp_path_factory.mktemp("istioctl") / "istio.yml")


def uid(kind: str, name: str) -> str:
    return str(there(PRIMARY, kind, name)["metadata"]["uid"])


def test_what_istioctl_made_is_told_first_and_taken_over_on_request(place: Workplace, by_istioctl: None) -> None:
    place.run("preflight").refused("Istio of istioctl is in the way", "mesh_force: true to take it over", "pod by pod")
    made = uid("deployment", "istiod"), uid("secret", AUTHORITY)
    place.run("primary", "-e", "mesh_force=true").succeeded()
    assert (uid("deployment", "istiod"), uid("secret", AUTHORITY)) == made
    assert place.run("primary").succeeded().changed[PRIMARY] == 0


def test_what_istioctl_left_goes_by_the_command_that_is_told(place: Workplace, by_istioctl: None) -> None:
    told = place.run("preflight").refused("Istio of istioctl is in the way", TAG)
    (command,) = set(re.findall(r"kubectl (delete [a-z]+ \S+?)\)", told.said))
    kubectl(PRIMARY, *command.split())
    place.run("preflight").succeeded()
    assert place.run("primary").succeeded().changed[PRIMARY] == 0
