# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an identity must be allowed to do in a cluster, and what of it the answers of the cluster leave out. No I/O.

The kinds are those of Istio's charts base, istiod and gateway (istio/istio, manifests/charts) and of what we make ourselves.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._problems import ERROR, WARNING, Problem

Object = dict[str, t.Any]

ALL = "*"
CHANGE = ("get", "list", "watch", "create", "patch", "delete")
LEASES = "kube-system"
ADMIN = "Use a kubeconfig of an administrator, or bind its user to the ClusterRole cluster-admin"


@dataclass(frozen=True)
class Need:
    """One verb on one resource; `namespace` is empty for what is in no namespace."""

    verb: str
    group: str
    resource: str
    namespace: str = ""

    @property
    def title(self) -> str:
        """As kubectl auth can-i takes it: "deployments.apps"."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


# Helm's storage updates the Secrets of its releases.
IN_NAMESPACE = {
    "": {
        "secrets": (*CHANGE, "update"),
        "services": CHANGE,
        "serviceaccounts": CHANGE,
        "configmaps": CHANGE,
        "pods": ("get", "list", "watch"),
    },
    "apps": {"deployments": CHANGE},
    "autoscaling": {"horizontalpodautoscalers": CHANGE},
    "policy": {"poddisruptionbudgets": CHANGE},
    "rbac.authorization.k8s.io": {"roles": CHANGE, "rolebindings": CHANGE},
}
# A remote has no control plane of its own but Endpoints that lead to it; a primary has the members' records and a Lease.
IN_REMOTE = {"discovery.k8s.io": {"endpointslices": CHANGE}}
# The state of the mesh is read from istiod itself.
IN_PRIMARY = {
    "": {"pods/portforward": ("create",)},
    "istio.alibabacloud.com": {
        "remoteistios": ("get", "list", "create", "patch", "delete"),
        "remoteistios/status": ("patch",),
    },
}
FOR_LEASES = {"coordination.k8s.io": {"leases": ("get", "create", "patch", "delete")}}
IN_CLUSTER = {
    "": {"namespaces": ("get", "create", "patch", "delete")},
    "rbac.authorization.k8s.io": {"clusterroles": CHANGE, "clusterrolebindings": CHANGE},
    "apiextensions.k8s.io": {"customresourcedefinitions": CHANGE},
    "admissionregistration.k8s.io": {
        "mutatingwebhookconfigurations": CHANGE,
        "validatingwebhookconfigurations": CHANGE,
    },
}
# Kubernetes refuses a role that grants more than its author has, unless the author may do these.
GRANTING = {
    "rbac.authorization.k8s.io": {"clusterroles": ("escalate", "bind")},
}


def needs(table: dict[str, t.Any], namespace: str = "") -> list[Need]:
    """Every verb of a table of groups, resources and verbs."""
    return [
        Need(verb, group, resource, namespace)
        for group, resources in table.items()
        for resource, verbs in resources.items()
        for verb in verbs
    ]


def namespaced_needs(role: str, namespace: str) -> list[Need]:
    """What the identity must be allowed to do in the mesh's namespace."""
    return needs(IN_NAMESPACE, namespace) + needs(IN_PRIMARY if role == "primary" else IN_REMOTE, namespace)


def is_allowed(need: Need, rules: list[Object]) -> bool:
    """Whether the rules of a SelfSubjectRulesReview allow it, for objects of any name."""
    return any(
        _holds(rule, "verbs", need.verb)
        and _holds(rule, "apiGroups", need.group)
        and _holds_resource(rule, need.resource)
        and not rule.get("resourceNames")
        for rule in rules
    )


def _holds(rule: Object, key: str, wanted: str) -> bool:
    values = rule.get(key) or []
    return wanted in values or ALL in values


def _holds_resource(rule: Object, wanted: str) -> bool:
    """A subresource is allowed by its name, by "*/name" and by "*" (Kubernetes, RBAC's ResourceMatches)."""
    name, slash, subresource = wanted.partition("/")
    return _holds(rule, "resources", wanted) or bool(slash and f"*/{subresource}" in (rule.get("resources") or []))


def listed(missing: t.Sequence[Need]) -> list[Object]:
    """The missing permissions as a result shows them: the verbs of each resource."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for need in missing:
        verbs.setdefault((need.namespace, need.title), []).append(need.verb)
    return [
        {"namespace": namespace, "resource": title, "verbs": wanted} for (namespace, title), wanted in verbs.items()
    ]


def permission_problems(cluster: str, missing: t.Sequence[Need], granting: t.Sequence[Need]) -> t.Iterator[Problem]:
    """One problem with everything that is missing; a warning where only the granting of roles is."""
    if missing:
        yield Problem(
            ERROR,
            f"this identity may not {told(missing)}",
            why="Istio's charts and the records of the mesh consist of such objects",
            todo=ADMIN,
            cluster=cluster,
        )
    elif granting:
        yield Problem(
            WARNING,
            f"this identity may not {told(granting)}",
            why="Kubernetes refuses Istio's roles unless the identity has all that they grant",
            todo=ADMIN,
            cluster=cluster,
        )


def told(missing: t.Sequence[Need]) -> str:
    """ "create, patch clusterroles.rbac.authorization.k8s.io and namespaces; create secrets in namespace x"."""
    same: dict[tuple[str, str], list[str]] = {}
    for entry in listed(missing):
        same.setdefault((entry["namespace"], ", ".join(entry["verbs"])), []).append(entry["resource"])
    return "; ".join(
        f"{verbs} {' and '.join(resources)}" + (f" in namespace {namespace}" if namespace else "")
        for (namespace, verbs), resources in same.items()
    )
