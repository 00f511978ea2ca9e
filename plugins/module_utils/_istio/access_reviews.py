# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a cluster what the identity of a kubeconfig may do there."""

from __future__ import annotations

import typing as t
from functools import partial

from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient
from .permissions import (
    ALL,
    FOR_LEASES,
    GRANTING,
    IN_CLUSTER,
    LEASES,
    Need,
    is_allowed,
    namespaced_needs,
    needs,
)

GROUP = "authorization.k8s.io/v1"


def missing_permissions(client: KubernetesClient, role: str, namespace: str) -> tuple[list[Need], list[Need]]:
    """(what is missing, what of granting roles is missing). One request where the identity may do everything.

    Else the rules of each namespace are asked for at once. They say nothing sure of what is in no namespace, and they may be
    incomplete (an authorizer that cannot list them): then each verb is asked for by itself.
    """
    if may(client, Need(ALL, ALL, ALL)):
        return [], []
    wanted = {namespace: namespaced_needs(role, namespace)}
    if role == "primary":
        wanted[LEASES] = wanted.get(LEASES, []) + needs(FOR_LEASES, LEASES)
    answers = in_parallel([partial(rules, client, place) for place in wanted])
    missing: list[Need] = []
    unsure = needs(IN_CLUSTER)
    for (allowed, is_complete), asked in zip(answers, wanted.values(), strict=True):
        left = [need for need in asked if not is_allowed(need, allowed)]
        (missing if is_complete else unsure).extend(left)
    granting = needs(GRANTING)
    reviewed = unsure + granting
    allowed_ones = in_parallel([partial(may, client, need) for need in reviewed])
    refused = [need for need, allowed in zip(reviewed, allowed_ones, strict=True) if not allowed]
    return missing + [need for need in refused if need not in granting], [need for need in refused if need in granting]


def rules(client: KubernetesClient, namespace: str) -> tuple[list[dict[str, t.Any]], bool]:
    """(the rules for a namespace, whether they are all)."""
    status = ask(client, "SelfSubjectRulesReview", {"namespace": namespace}, f"ask what is allowed in {namespace}")
    return status.get("resourceRules") or [], not status.get("incomplete")


def may(client: KubernetesClient, need: Need) -> bool:
    """Whether one verb is allowed, by a SelfSubjectAccessReview."""
    resource, _slash, subresource = need.resource.partition("/")
    attributes = {
        "verb": need.verb,
        "group": need.group,
        "resource": resource,
        "subresource": subresource,
        "namespace": need.namespace,
    }
    what = f"ask whether {need.verb} {need.title} is allowed"
    status = ask(client, "SelfSubjectAccessReview", {"resourceAttributes": attributes}, what)
    return bool(status.get("allowed"))


def ask(client: KubernetesClient, kind: str, spec: dict[str, t.Any], what: str) -> dict[str, t.Any]:
    """The status of a review. Raises ApiError."""
    body = {"apiVersion": GROUP, "kind": kind, "spec": spec}
    answer = client.request("POST", f"/apis/{GROUP}/{kind.lower()}s", body=body, what=what)
    status: dict[str, t.Any] = answer.get("status") or {}
    return status
