"""The lab's clusters as somebody with kubectl sees and changes them, and as a power cut does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.lab.host import CHECKOUT
from tests.lab.inventory import INVENTORY, KUBECONFIGS
from tests.lab.processes import RECORDS, of_record
from tests.lab.services import is_true
from tests.lab.topology import CLUSTERS

PRIMARY, *REMOTES = (cluster.name for cluster in CLUSTERS)
NAMESPACE = "istio-system"
KUBERNETES = ("kube-root-ca.crt", "default")  # what Kubernetes itself puts into every namespace

PASSING = (
    "events",
    "certificatesigningrequests",
    "componentstatuses",
    "endpoints",
    "endpointslices",
    "pods",
    "replicasets",
    "nodes",
)

Object = dict[str, Any]


def kubectl(cluster: str, *arguments: str, stdin: str | None = None) -> str:
    """The output of kubectl. Raises CalledProcessError, with what it said on stderr."""
    command = ["kubectl", "--kubeconfig", str(KUBECONFIGS / cluster), *arguments]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, text=True, check=True).stdout


def apply(cluster: str, *objects: Object) -> None:
    """kubectl apply."""
    kubectl(
        cluster, "apply", "--filename", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    )


def helm(cluster: str, command: str, name: str, *chart: str) -> None:
    """`helm install` or `helm uninstall` by hand, of a chart of the lab."""
    charts = [f"{yaml.safe_load(INVENTORY.read_text())['all']['vars']['mesh_chart_source']}/{one}" for one in chart]
    access = ["--kubeconfig", str(KUBECONFIGS / cluster), "--namespace", NAMESPACE]
    subprocess.run(["helm", command, name, *charts, *access, "--wait"], check=True, stdout=subprocess.DEVNULL)


def get(cluster: str, kind: str, name: str, namespace: str = NAMESPACE) -> Object | None:
    """An object, None where there is none. The namespace does not matter for kinds without."""
    answer = kubectl(cluster, "get", kind, name, "--namespace", namespace, "--ignore-not-found", "--output", "json")
    return json.loads(answer) if answer.strip() else None


def there(cluster: str, kind: str, name: str, namespace: str = NAMESPACE) -> Object:
    """An object that must be there."""
    found = get(cluster, kind, name, namespace)
    assert found is not None, f"{cluster}: {kind} {namespace}/{name} is not there"
    return found


def every(cluster: str, kind: str, *arguments: str) -> list[Object]:
    """All objects of a kind, in all namespaces where the arguments do not say which."""
    items: list[Object] = json.loads(
        kubectl(cluster, "get", kind, *(arguments or ["--all-namespaces"]), "--output", "json")
    )["items"]
    return items


def not_ready(cluster: str) -> str:
    """The pods that are not ready, with their latest events and last lines; what kubectl says where it cannot tell."""
    access = ["kubectl", "--kubeconfig", str(KUBECONFIGS / cluster), "--request-timeout", "5s"]

    def said(*arguments: str) -> str:
        answer = subprocess.run([*access, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return answer.stdout.strip()

    try:
        pods = every(cluster, "pods", "--all-namespaces", "--request-timeout", "5s")
    except subprocess.CalledProcessError:
        return said("get", "pods", "--all-namespaces")
    texts = []
    for pod in pods:
        if is_true(pod, "Ready"):
            continue
        where = ("--namespace", pod["metadata"]["namespace"])
        name = pod["metadata"]["name"]
        events = said("get", "events", *where, "--field-selector", f"involvedObject.name={name}", "--no-headers")
        lines = said("logs", *where, name, "--all-containers", "--tail", "15")
        texts.append(said("get", "pod", *where, name, "--no-headers", "--output", "wide") + f"\n{events}\n{lines}")
    return "\n\n".join(texts)


def patch(cluster: str, kind: str, name: str, change: Object, *arguments: str) -> None:
    """kubectl patch, by a JSON merge patch."""
    where = ("--namespace", NAMESPACE, *arguments)
    kubectl(cluster, "patch", kind, name, *where, "--type", "merge", "--patch", json.dumps(change))


def kinds(cluster: str) -> dict[str, str]:
    """Every kind that the cluster serves, by its resource as in "deployments.apps"."""
    found = {}
    for line in kubectl(cluster, "api-resources", "--no-headers").splitlines():
        name, *_short, version, _namespaced, kind = line.split()
        group = version.rpartition("/")[0]
        found[f"{name}{'.' if group else ''}{group}"] = kind
    return found


def members(group: str = "istio.alibabacloud.com") -> dict[str, str]:
    """The status of every RemoteIstio of a group by its name."""
    if f"remoteistios.{group}" not in kinds(PRIMARY):
        return {}
    found = every(PRIMARY, f"remoteistios.{group}")
    return {one["metadata"]["name"]: one.get("status", {}).get("Status", "") for one in found}


def remaining(cluster: str) -> set[str]:
    """What there is in the mesh's namespace, and of Istio beside it, as "Kind name"; without definitions, which Helm keeps."""
    inside = "secrets,configmaps,serviceaccounts,services,deployments,roles,rolebindings,poddisruptionbudgets"
    beside = "clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations"
    found = every(cluster, inside, "--namespace", NAMESPACE)
    found += [one for one in every(cluster, beside) if "istio" in one["metadata"]["name"]]
    return {f"{one['kind']} {one['metadata']['name']}" for one in found if one["metadata"]["name"] not in KUBERNETES}


def everything(cluster: str) -> set[str]:
    """Every object of all kinds and namespaces, as "resource namespace/name", but for what comes and goes by itself."""
    listed = kubectl(cluster, "api-resources", "--verbs=list", "--no-headers", "--output=name").split()
    resources = [one for one in listed if one.partition(".")[0] not in PASSING]
    names = "--output=jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{' '}{end}"
    return {
        f"{resource} {name}"
        for resource in resources
        for name in kubectl(cluster, "get", resource, "--all-namespaces", names).split()
    }


def stop_api_server(cluster: str) -> None:
    """kill -9 of a cluster's API server."""
    _kill(cluster, "kube-apiserver")


def repair(cluster: str) -> None:
    """Start again what was stopped of a cluster.

    Its controllers too: those that lost the API server look again half a minute after its return, and take nodes for
    dead meanwhile.
    """
    for program in ("kube-controller-manager", "kube-scheduler"):
        _kill(cluster, program)
    subprocess.run([sys.executable, "-m", "tests.lab", "up"], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)


def _kill(cluster: str, program: str) -> None:
    found = of_record(RECORDS / cluster / program)
    assert found, f"{program} of {cluster} does not run"
    os.kill(found.pid, signal.SIGKILL)


def kubeconfig(cluster: str) -> Path:
    """The file by which the inventory reaches a cluster."""
    return KUBECONFIGS / cluster
