# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module injection_namespaces: which namespaces of a cluster get sidecars.

The label is applied by a field manager of its own, so that managedFields tell which labels are ours alone: only those are
ever taken away.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import difference
from .._kubernetes.fields import applied_fields
from .._kubernetes.kinds import NAMESPACE
from .._kubernetes.options import access_from
from .._wait import Progress

Object = dict[str, t.Any]

MANAGER = "multiregion.istio-injection"
INJECTION, REVISION = "istio-injection", "istio.io/rev"


@dataclass(frozen=True)
class Plan:
    """What has to be done. `label` maps a namespace to the labels to apply; `kept` to the contrary label of its user."""

    label: dict[str, dict[str, str]] = field(default_factory=dict)
    unlabel: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    client = KubernetesClient(access_from(params))
    before = {found["metadata"]["name"]: found for found in client.list(NAMESPACE)}
    todo = plan(before, params["namespaces"], wanted_label(params["revision"]))
    if not check_mode:
        for name, labels in [*todo.label.items(), *((name, {}) for name in todo.unlabel)]:
            client.apply(NAMESPACE, body(name, labels), field_manager=MANAGER)
    warnings = [
        f"{client.cluster}: namespace {name} does not exist: it gets no sidecars until it does and this runs again"
        for name in todo.missing
    ] + [
        f"{client.cluster}: namespace {name} keeps its own label {label}, so it is not set up for this mesh"
        for name, label in todo.kept.items()
    ]
    changed = sorted([*todo.label, *todo.unlabel])
    return {
        "changed": bool(changed),
        "labelled": list(todo.label),
        "unlabelled": todo.unlabel,
        "missing": todo.missing,
        "kept": list(todo.kept),
        "diff": [
            difference(
                f"labels of Namespace {name}", injection_labels(before[name]), after(before[name], todo.label.get(name))
            )
            for name in changed
        ],
        "warnings": warnings,
    }


def wanted_label(revision: str) -> tuple[str, str]:
    """The label that has pods of a namespace injected: by a revision of the control plane, else by the default one."""
    return (REVISION, revision) if revision else (INJECTION, "enabled")


def plan(before: dict[str, Object], namespaces: list[str], wanted: tuple[str, str]) -> Plan:
    """Changes from the namespaces of a cluster, by name, to the wanted label on those listed and on no other of ours."""
    todo = Plan()
    for name in dict.fromkeys(namespaces):
        if name not in before:
            todo.missing.append(name)
            continue
        users, labels = users_labels(before[name]), injection_labels(before[name])
        contrary = next((f"{key}={value}" for key, value in users.items() if (key, value) != wanted), "")
        if contrary:
            todo.kept[name] = contrary
            if our_labels(before[name]):
                todo.unlabel.append(name)
        elif labels != dict([wanted]):
            todo.label[name] = dict([wanted])
    for name, found in before.items():
        if name not in namespaces and our_labels(found):
            todo.unlabel.append(name)
    return todo


def injection_labels(namespace: Object) -> dict[str, str]:
    """The labels of a namespace that injection goes by."""
    labels = namespace["metadata"].get("labels") or {}
    return {key: labels[key] for key in (INJECTION, REVISION) if key in labels}


def our_labels(namespace: Object) -> set[str]:
    """Those of them that we applied, whoever else did so too."""
    fields = applied_fields(namespace, MANAGER, NAMESPACE.api_version) or {}
    return {key for key in (INJECTION, REVISION) if f"f:{key}" in fields.get("f:metadata", {}).get("f:labels", {})}


def users_labels(namespace: Object) -> dict[str, str]:
    """Those of them that somebody else set, us beside them or not."""
    owned: set[str] = set()
    for entry in namespace["metadata"].get("managedFields") or []:
        if entry.get("manager") != MANAGER:
            owned |= entry.get("fieldsV1", {}).get("f:metadata", {}).get("f:labels", {}).keys()
    return {key: value for key, value in injection_labels(namespace).items() if f"f:{key}" in owned}


def after(namespace: Object, labels: dict[str, str] | None) -> dict[str, str]:
    """The injection labels once ours are `labels`: a user's stay."""
    return {**users_labels(namespace), **(labels or {})}


def body(name: str, labels: dict[str, str]) -> Object:
    metadata: Object = {"name": name, "labels": labels} if labels else {"name": name}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
