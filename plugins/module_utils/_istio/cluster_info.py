# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module cluster_info: one cluster read in parallel; whatever cannot be read is a problem, not a failure."""

from __future__ import annotations

import typing as t

from .._errors import ApiError, MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, CUSTOM_RESOURCE_DEFINITION, DAEMON_SET, DEPLOYMENT, NODE
from .._kubernetes.options import access_from
from .._problems import ERROR, WARNING, Problem
from .._wait import Progress
from . import cluster_facts, resource

Object = dict[str, t.Any]
Result = t.TypeVar("Result")

REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
# What Istio's charts write outside namespaces.
CLUSTER_SCOPED = (
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
)


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out."""
    name = params["name"] or params["context"] or ""
    info = unknown(name)
    problems: list[Problem] = []
    try:
        client = KubernetesClient(access_from(params, name))
        info["name"] = client.cluster
        info["version"], info["kubernetes"] = cluster_facts.server_version(client.version())
        info["reachable"] = True
    except MeshError as error:
        problems.append(Problem(ERROR, error.what, error.why, error.todo, info["name"]))
    else:
        info.update(read(client, params["namespace"], params["api_version"], problems))
    return {"changed": False, "cluster_info": {**info, "problems": [problem.as_dict() for problem in problems]}}


def unknown(name: str) -> Object:
    """A cluster of which nothing is known yet."""
    return {
        "name": name,
        "reachable": False,
        "version": "",
        "kubernetes": "",
        "domain": "",
        "nodes": [],
        "workers": cluster_facts.worker_counts([]),
        "network_plugin": "",
        "permissions": {"can_write_cluster_scoped": False},
        "istio": istio_facts([], "", has_definition=False),
    }


def read(client: KubernetesClient, namespace: str, api_version: str, problems: list[Problem]) -> Object:
    """Everything but the version, all at once."""
    definition = f"{resource.kind_of(api_version).plural}.{api_version.split('/')[0]}"

    def attempt(call: t.Callable[[], Result], without: Result, severity: str = WARNING) -> t.Callable[[], Result]:
        """The call, or `without` and a problem."""

        def tried() -> Result:
            try:
                return call()
            except ApiError as error:
                problems.append(Problem(severity, error.what, error.why, error.todo, client.cluster))
                return without

        return tried

    calls: list[t.Callable[[], t.Any]] = [
        attempt(lambda: client.list(NODE), [], ERROR),
        attempt(lambda: corefile(client), ""),
        attempt(lambda: client.list(DAEMON_SET, metadata_only=True), []),
        attempt(lambda: client.list(DEPLOYMENT, labels="app=istiod"), []),
        attempt(lambda: client.get(CUSTOM_RESOURCE_DEFINITION, definition), None),
        attempt(lambda: denied(client), []),
    ]
    nodes, dns, daemon_sets, istiods, found, refused = in_parallel(calls)
    if refused:
        problems.append(lacks_permission(client.cluster, refused))
    facts = [cluster_facts.node_facts(node) for node in nodes]
    return {
        "domain": cluster_facts.cluster_domain(dns),
        "nodes": facts,
        "workers": cluster_facts.worker_counts(facts),
        "network_plugin": cluster_facts.network_plugin(daemon_sets),
        "permissions": {"can_write_cluster_scoped": not refused},
        "istio": istio_facts(istiods, namespace, has_definition=found is not None),
    }


def corefile(client: KubernetesClient) -> str:
    """CoreDNS' configuration: of the usual ConfigMap, else of any in kube-system that has one; "" where there is none."""
    usual = client.get(CONFIG_MAP, "coredns", "kube-system")
    found = [usual] if usual else client.list(CONFIG_MAP, "kube-system")
    texts = [str((config.get("data") or {}).get("Corefile") or "") for config in found]
    return next((text for text in texts if cluster_facts.cluster_domain(text)), "")


def denied(client: KubernetesClient) -> list[str]:
    """The cluster-scoped kinds that this identity may not create."""

    def allowed(group: str, kinds: str) -> bool:
        attributes = {"verb": "create", "group": group, "resource": kinds}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        answer = client.request("POST", REVIEW_PATH, body=review, what=f"ask whether {kinds} may be created")
        return bool(answer.get("status", {}).get("allowed"))

    return [kinds for group, kinds in CLUSTER_SCOPED if not allowed(group, kinds)]


def lacks_permission(cluster: str, kinds: list[str]) -> Problem:
    return Problem(
        ERROR,
        f"this identity may not create {', '.join(kinds)}",
        why="Istio's charts bring such objects",
        todo="Use a kubeconfig of an administrator, or bind its user to the ClusterRole cluster-admin",
        cluster=cluster,
    )


def istio_facts(istiods: list[Object], namespace: str, *, has_definition: bool) -> Object:
    """What Istio is there; the first four keys speak of the control plane in the mesh's namespace, if there is one."""
    planes = [cluster_facts.control_plane(istiod) for istiod in istiods]
    here = next((plane for plane in planes if plane["namespace"] == namespace), None)
    return {
        "installed": here is not None,
        **{key: here[key] if here else "" for key in ("version", "revision", "managed_by")},
        "crd": has_definition,
        "control_planes": planes,
    }
