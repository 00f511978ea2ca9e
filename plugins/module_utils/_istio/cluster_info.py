# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module cluster_info: one cluster read in parallel; whatever cannot be read is a problem, not a failure."""

from __future__ import annotations

import typing as t
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CONFIG_MAP, DAEMON_SET, NODE, SERVICE
from .._kubernetes.options import access_from
from .._problems import ERROR, WARNING, Problem
from .._wait import Progress
from . import cluster_facts, resource
from .access_reviews import missing_permissions
from .istio_reader import Calls, first_lists, istio_facts
from .permissions import ADMIN, listed, permission_problems

Object = dict[str, t.Any]

NOTHING_OF_ISTIO: Object = {
    "installed": False,
    "version": "",
    "revision": "",
    "managed_by": "",
    "network": "",
    "crd": False,
    "control_planes": [],
    "traces": [],
}
ANONYMOUS = "system:anonymous"


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
        problems.append(unreached(error, info["name"]))
    else:
        facts, problems = read(client, params)
        info.update(facts)
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
        "workers": None,
        "network_plugin": "",
        "permissions": {"can_write_cluster_scoped": False, "missing": []},
        "istio": NOTHING_OF_ISTIO,
        "services": [],
    }


def read(client: KubernetesClient, params: t.Mapping[str, t.Any]) -> tuple[Object, list[Problem]]:
    """Everything but the version, all at once, and what is wrong."""
    namespace, kind = params["namespace"], resource.kind_of(params["api_version"])
    errors: list[ApiError] = []

    def attempt(call: t.Callable[[], t.Any], without: t.Any) -> t.Any:
        try:
            return call()
        except ApiError as error:
            errors.append(error)
            return without

    calls: Calls = [
        partial(attempt, partial(client.list, NODE), None),
        partial(attempt, partial(corefile, client), ""),
        partial(attempt, partial(client.list, DAEMON_SET, metadata_only=True), []),
        partial(attempt, partial(missing_permissions, client, params["role"], namespace), None),
        partial(attempt, partial(client.list, SERVICE) if params["services"] else list, []),
        *(partial(attempt, call, []) for call in first_lists(client, namespace, kind)),
    ]
    nodes, dns, daemon_sets, permissions, services, *lists = in_parallel(calls)
    istio = istio_facts(client, namespace, kind, lists, attempt)
    missing, granting = permissions or ([], [])
    facts = [cluster_facts.node_facts(node) for node in nodes or []]
    problems = [*reading_problems(client.cluster, errors), *permission_problems(client.cluster, missing, granting)]
    return {
        "domain": cluster_facts.cluster_domain(dns),
        "nodes": facts,
        "workers": cluster_facts.worker_counts(facts) if nodes is not None else None,
        "network_plugin": cluster_facts.network_plugin(daemon_sets, nodes or []),
        "permissions": {
            "can_write_cluster_scoped": permissions is not None and all(need.namespace for need in missing),
            "missing": listed(missing + granting),
        },
        "istio": istio,
        "services": cluster_facts.service_facts(services, namespace),
    }, problems


def corefile(client: KubernetesClient) -> str:
    """CoreDNS' configuration: of the usual ConfigMap, else of any in kube-system that has one; "" where there is none."""
    usual = client.get(CONFIG_MAP, "coredns", "kube-system")
    found = [usual] if usual else client.list(CONFIG_MAP, "kube-system")
    texts = [str((config.get("data") or {}).get("Corefile") or "") for config in found]
    return next((text for text in texts if cluster_facts.cluster_domain(text)), "")


def unreached(error: MeshError, cluster: str) -> Problem:
    """Why a cluster does not answer, with what to do where its certificate is the reason."""
    is_tls = isinstance(error, ApiError) and not error.status and ("SSL" in error.why or "certificate" in error.why)
    if not is_tls:
        return Problem(ERROR, error.what, error.why, error.todo, cluster)
    return Problem(
        ERROR,
        "the API server's certificate is not trusted",
        why=error.why,
        todo="Check certificate-authority-data, server and tls-server-name in the kubeconfig against the server's certificate",
        cluster=cluster,
    )


def reading_problems(cluster: str, errors: list[ApiError]) -> t.Iterator[Problem]:
    """One warning with all that may not be read; an error for each other reason, told once."""
    refused = [error for error in errors if error.status == 403]
    told = set()
    for error in errors:
        if error.status != 403 and error.why not in told:
            told.add(error.why)
            yield Problem(ERROR, error.what, error.why, error.todo, cluster)
    if any(ANONYMOUS in error.why for error in refused):
        yield Problem(
            ERROR,
            "the kubeconfig gives no credential",
            why=f"The API server takes this identity for {ANONYMOUS}",
            todo="Look at the user in the kubeconfig: its token may be empty, or its command (exec) may fail",
            cluster=cluster,
        )
    elif refused:
        actions = sorted({error.what.removeprefix("cannot ") for error in refused})
        yield Problem(
            WARNING,
            f"this identity may not {', '.join(actions)}",
            why="What is not read is not checked",
            todo=ADMIN,
            cluster=cluster,
        )
