# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a control plane may do in a member, and the account that may. No I/O.

charts:   the account and role of Istio's own charts; only the token is ours
reader:   the same rights in an account of ours, for clusters without those charts
operator: all rights, as the page of Alibaba Cloud gives them to an operator that installs what a member needs
"""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import Kind
from .._kubernetes.rbac import account_with_rights

Object = dict[str, t.Any]

CHARTS, READER, OPERATOR = "charts", "reader", "operator"
OPERATOR_ACCOUNT = "istio-operator"
ACCOUNTS = {
    CHARTS: "istio-reader-service-account",
    # Not the charts' name: Helm refuses to install over an account that it did not make.
    READER: "multiregion-istio-reader",
    OPERATOR: OPERATOR_ACCOUNT,
}
READ = ["get", "list", "watch"]


def rule(groups: list[str], resources: list[str], verbs: list[str]) -> Object:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


# Istio 1.31, manifests/charts/istio-control/istio-discovery/templates/reader-clusterrole.yaml, with what it adds for a remote
# (istiodRemote.enabled): the control plane writes its root certificate and the webhooks' caBundle there.
READER_RULES = [
    rule(
        [
            "config.istio.io",
            "security.istio.io",
            "networking.istio.io",
            "authentication.istio.io",
            "rbac.istio.io",
            "telemetry.istio.io",
            "extensions.istio.io",
        ],
        ["*"],
        READ,
    ),
    rule(
        [""],
        [
            "endpoints",
            "pods",
            "services",
            "nodes",
            "replicationcontrollers",
            "namespaces",
            "secrets",
            "configmaps",
        ],
        READ,
    ),
    rule(["networking.istio.io"], ["workloadentries"], READ),
    rule(["networking.x-k8s.io", "gateway.networking.k8s.io"], ["gateways"], READ),
    rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], READ),
    rule(["discovery.k8s.io"], ["endpointslices"], READ),
    rule(["multicluster.x-k8s.io"], ["serviceexports"], [*READ, "create", "delete"]),
    rule(["multicluster.x-k8s.io"], ["serviceimports"], READ),
    rule(["apps"], ["replicasets"], READ),
    rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]),
    rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]),
    rule([""], ["configmaps"], ["create", *READ, "update"]),
    rule(["admissionregistration.k8s.io"], ["mutatingwebhookconfigurations"], [*READ, "update", "patch"]),
    rule(["admissionregistration.k8s.io"], ["validatingwebhookconfigurations"], [*READ, "update"]),
]
OPERATOR_RULES: list[Object] = [rule(["*"], ["*"], ["*"]), {"nonResourceURLs": ["*"], "verbs": ["*"]}]
RULES = {READER: READER_RULES, OPERATOR: OPERATOR_RULES}


def role_of(account: str, namespace: str) -> str:
    """The name of the ClusterRole of an account of ours and of its binding; the operator's is the one of the page."""
    return account if account == OPERATOR_ACCOUNT else f"{account}-{namespace}"


def objects_of(rules: str, account: str, namespace: str) -> list[tuple[Kind, Object]]:
    """What is ours of an account with these rights, in the order in which it is made: nothing for those of the charts."""
    if rules not in RULES:
        return []
    return account_with_rights(account, namespace, role_of(account, namespace), RULES[rules])
