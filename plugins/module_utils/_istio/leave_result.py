# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a cluster that leaves: the content of leave.json, from what the steps of the role reported. Pure."""

from __future__ import annotations

import shlex
import typing as t

Result = dict[str, t.Any]

REMOVED, KEPT = ("removed", "deleted"), "kept"
NOT_REACHED = "the cluster was not reached"
RELEASE = "Helm release"
LABEL = "injection label of Namespace"
DEFINITION = "CustomResourceDefinition"
# What istiod writes into every namespace, and the record of which of its pods does.
OF_ISTIOD = ("istio-ca-root-cert", "istio-ca-crl", "istio-namespace-controller-election")
NO_INJECTION = "istio-injection- istio.io/rev-"
BY_OPERATOR = "istio-injection- istio-operator-managed-injection-"
SIDECARS = "security.istio.io/tlsMode=istio"
RESTARTABLE = ("Deployment", "StatefulSet", "DaemonSet")


def leave_result(found: t.Mapping[str, t.Any]) -> Result:
    """The content of leave.json.

    found: mesh_id, finished, check_mode, failure, cluster and primary (as the filter cluster gives them), istiod (the name of
           its Deployment in the primary), namespace, reachable, why,
           record (the RemoteIstio as it was, {} for none), release_names, engine, leftovers (as the filter operator_leftovers gives
           them), are_leftovers_removed, and what the steps returned, {} or [] for those that
           were not come to: unlabelled, releases, membership, swept, definitions, emptied, configmaps (objects), workloads
    """
    steps = done(found)
    removed = [one for action, one in steps if action in REMOVED]
    kept = [one for action, one in steps if action == KEPT]
    return {
        "stage": "leave",
        "mesh_id": found["mesh_id"],
        "cluster": found["cluster"]["name"],
        "finished": found["finished"],
        "check_mode": found["check_mode"],
        "failure": found["failure"],
        "reachable": found["reachable"],
        "why": found["why"],
        "removed": removed,
        "kept": kept,
        "left": left(found),
        "restart": restarts(found, removed),
    }


def done(found: t.Mapping[str, t.Any]) -> list[tuple[str, Result]]:
    """Every object that a step handled, after what was done to it."""
    labels = [
        {"kind": LABEL, "name": name, "action": "removed"} for name in found["unlabelled"].get("unlabelled") or []
    ]
    if found["are_leftovers_removed"]:
        labels += [{"kind": LABEL, "name": name, "action": "removed"} for name in found["leftovers"]["namespaces"]]
    releases = [{**release, "kind": RELEASE} for release in found["releases"]]
    objects = [one for step in ("membership", "swept", "emptied") for one in found[step].get("objects") or []]
    return [(str(one["action"]), entry(found, **one)) for one in [*labels, *releases, *found["definitions"], *objects]]


def entry(found: t.Mapping[str, t.Any], kind: str, name: str, **one: t.Any) -> Result:
    """One object in the form of leave.json. It is in the cluster that leaves where a step says no other."""
    described = {
        "cluster": one.get("cluster") or found["cluster"]["name"],
        "kind": kind,
        "namespace": one.get("namespace") or "",
        "name": name,
    }
    return {**described, **{key: one[key] for key in ("why", "command") if one.get(key)}}


def left(found: t.Mapping[str, t.Any]) -> list[Result]:
    """What was not removed, with the command that does it."""
    credential = [entry(found, **one) for one in found["membership"].get("left") or []]
    if found["reachable"]:
        return [*credential, *written_by_istiod(found), *left_by_operator(found)]
    if not found["membership"].get("objects"):
        return []  # it was not come to: the cluster is a member as before
    return unreached(found, [{**one, "why": NOT_REACHED} for one in credential])


def written_by_istiod(found: t.Mapping[str, t.Any]) -> list[Result]:
    """The ConfigMaps that istiod wrote into namespaces of the cluster."""
    there = [one["metadata"] for one in found["configmaps"]]
    kubectl = program("kubectl", found["cluster"])
    entries = []
    for name in OF_ISTIOD:
        namespaces = sorted(one["namespace"] for one in there if one["name"] == name)
        why = f"istiod put it into {', '.join(namespaces)}; sidecars that still run need it"
        command = f"{kubectl} delete configmap --all-namespaces --field-selector metadata.name={name}"
        entries += [entry(found, "ConfigMap", name, why=why, command=command)] if namespaces else []
    return entries


def left_by_operator(found: t.Mapping[str, t.Any]) -> list[Result]:
    """What an operator leaves in the cluster, and the labels that it put on namespaces."""
    if found["are_leftovers_removed"]:
        return []
    kubectl = program("kubectl", found["cluster"])
    why = "the operator leaves it (remote_cluster_remove_leftovers removes it)"
    emptied = found["emptied"].get("objects") or []
    gone = {one["name"] for one in emptied if one["kind"] == "Namespace" and one["action"] in REMOVED}
    entries = []
    for one in found["leftovers"]["objects"]:
        kind, name, namespace = one["kind"], one["metadata"]["name"], one["metadata"].get("namespace", "")
        if namespace in gone:
            continue
        where = f" --namespace {namespace}" if namespace else ""
        all_of_it = ", and with it all objects of its kind" if kind == DEFINITION else ""
        command = f"{kubectl} delete {kind.lower()} {name}{where}"
        entries.append(entry(found, kind, name, namespace=namespace, why=why + all_of_it, command=command))
    labels = [
        entry(found, LABEL, name, why=why, command=f"{kubectl} label namespace {name} {BY_OPERATOR}")
        for name in found["leftovers"]["namespaces"]
    ]
    return [*entries, *labels]


def unreached(found: t.Mapping[str, t.Any], credential: list[Result]) -> list[Result]:
    """What the cluster holds as far as the primary and the names of releases tell, in the order in which it is to go."""
    why = NOT_REACHED
    kubectl, helm = program("kubectl", found["cluster"]), program("helm", found["cluster"])
    space, record = found["namespace"], found["record"].get("spec") or {}
    labels = [
        entry(found, LABEL, name, why=why, command=f"{kubectl} label namespace {shlex.quote(name)} {NO_INJECTION}")
        for name in record.get("autoInjectionNamespaces") or []
    ]
    releases = [
        entry(found, RELEASE, name, namespace=space, why=why, command=f"{helm} uninstall --namespace {space} {name}")
        for name in found["release_names"]
    ]
    empty = f"{why}; see first that nothing of others is in it"
    namespace = entry(found, "Namespace", space, why=empty, command=f"{kubectl} delete namespace {space}")
    pods = f"{kubectl} get pods --all-namespaces --selector {SIDECARS}"
    sidecars = entry(found, "Pod", "with a sidecar", why="these have to be made anew", command=pods)
    first = [] if found["engine"] == "operator" else [restart_of_istiod(found)]
    return [*first, *labels, *releases, *credential, sidecars, namespace]


def restart_of_istiod(found: t.Mapping[str, t.Any]) -> Result:
    """Seen with Istio 1.31: told to forget a member that it cannot reach, istiod took no other one until it was restarted."""
    primary, space, name = found["primary"], found["namespace"], found["istiod"]
    why = "it may wait for the cluster that it cannot reach, and take in no other member until then"
    command = f"{program('kubectl', primary)} rollout restart deployment/{name} --namespace {space}"
    return entry(found, "Deployment", name, cluster=primary["name"], namespace=space, why=why, command=command)


def restarts(found: t.Mapping[str, t.Any], removed: t.Sequence[Result]) -> list[Result]:
    """Workloads whose pods still run a sidecar, with the command by which they lose it; gateways that were removed apart."""
    gone = {(one["namespace"], one["name"]) for one in removed if one["kind"] == RELEASE}
    kubectl = program("kubectl", found["cluster"])
    listed = []
    for workload in found["workloads"]:
        namespace, kind, name = workload["namespace"], workload["kind"], workload["name"]
        if (namespace, name) in gone:
            continue
        where = f"{kind.lower()}/{name} --namespace {namespace}"
        command = f"{kubectl} rollout restart {where}" if kind in RESTARTABLE else f"{kubectl} delete {where}"
        listed.append({**workload, "command": command})
    return listed


def program(name: str, cluster: t.Mapping[str, t.Any]) -> str:
    """kubectl or helm with the options by which it reaches a cluster."""
    context = {"kubectl": "--context", "helm": "--kube-context"}[name]
    options = {"--kubeconfig": cluster["kubeconfig"], context: cluster["context"]}
    return " ".join([name, *(f"{option} {shlex.quote(value)}" for option, value in options.items() if value)])
