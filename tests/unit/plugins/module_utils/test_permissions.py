# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an identity may not do of all that a mesh needs."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio import access_reviews, permissions
from ansible_collections.multiregion.istio.plugins.module_utils._istio.permissions import Need, is_allowed

Object = dict[str, t.Any]
RBAC = "rbac.authorization.k8s.io"


def rule(verbs: list[str], groups: list[str], resources: list[str], **more: t.Any) -> Object:
    return {"verbs": verbs, "apiGroups": groups, "resources": resources, **more}


@pytest.mark.parametrize(
    ("given", "resource", "allowed"),
    [
        (rule(["create"], [""], ["secrets"]), "secrets", True),
        (rule(["*"], ["*"], ["*"]), "secrets", True),
        (rule(["get"], [""], ["secrets"]), "secrets", False),
        (rule(["create"], ["apps"], ["secrets"]), "secrets", False),
        (rule(["create"], [""], ["secrets"], resourceNames=["one"]), "secrets", False),
        (rule(["create"], [""], ["pods"]), "pods/portforward", False),
        (rule(["create"], [""], ["pods/portforward"]), "pods/portforward", True),
        (rule(["create"], [""], ["*/portforward"]), "pods/portforward", True),
        (rule(["create"], [""], ["*"]), "pods/portforward", True),
        ({"verbs": ["create"]}, "secrets", False),
    ],
)
def test_rules_allow_what_kubernetes_would_allow(given: Object, resource: str, allowed: bool) -> None:
    assert is_allowed(Need("create", "", resource, "x"), [rule([], [], []), given]) is allowed


def test_the_primary_needs_the_records_of_members_and_a_remote_the_way_to_istiod() -> None:
    primary = {need.title for need in permissions.namespaced_needs("primary", "m")}
    remote = {need.title for need in permissions.namespaced_needs("remote", "m")}
    assert primary - remote == {
        "pods/portforward",
        "remoteistios.istio.alibabacloud.com",
        "remoteistios/status.istio.alibabacloud.com",
    }
    assert remote - primary == {"endpointslices.discovery.k8s.io"}


def test_one_problem_names_verbs_and_resources_and_what_to_do() -> None:
    missing = [
        Need("create", RBAC, "clusterroles"),
        Need("patch", RBAC, "clusterroles"),
        Need("create", "", "namespaces"),
        Need("patch", "", "namespaces"),
        Need("create", "", "secrets", "istio-system"),
    ]
    (problem,) = permissions.permission_problems("east", missing, [Need("bind", RBAC, "clusterroles")])
    assert (problem.severity, problem.cluster) == ("error", "east")
    assert problem.what == (
        "this identity may not create, patch clusterroles.rbac.authorization.k8s.io and namespaces; "
        "create secrets in namespace istio-system"
    )
    assert "cluster-admin" in problem.todo
    assert permissions.listed(missing)[0] == {
        "namespace": "",
        "resource": "clusterroles.rbac.authorization.k8s.io",
        "verbs": ["create", "patch"],
    }


def test_an_identity_that_may_write_roles_but_not_grant_is_a_warning() -> None:
    (problem,) = permissions.permission_problems("east", [], [Need("escalate", RBAC, "clusterroles")])
    assert problem.severity == "warning" and "escalate clusterroles" in problem.what
    assert list(permissions.permission_problems("east", [], [])) == []


class Server:
    """Answers reviews: `rules` for any namespace, and yes to what is in `allowed`."""

    def __init__(self, rules: list[Object], allowed: set[tuple[str, str]], *, incomplete: bool = False) -> None:
        self.rules, self.allowed, self.incomplete = rules, allowed, incomplete
        self.asked: list[str] = []

    def request(self, method: str, path: str, *, body: Object, what: str) -> Object:
        kind, spec = body["kind"], body["spec"]
        self.asked.append(kind)
        assert method == "POST" and path.endswith(f"{kind.lower()}s") and what
        if kind == "SelfSubjectRulesReview":
            return {"status": {"resourceRules": self.rules, "incomplete": self.incomplete}}
        attributes = spec["resourceAttributes"]
        return {"status": {"allowed": (attributes["verb"], attributes["resource"]) in self.allowed}}


def missing(server: Server, role: str = "remote") -> tuple[list[Need], list[Need]]:
    return access_reviews.missing_permissions(t.cast(t.Any, server), role, "m")


def test_an_administrator_is_known_by_one_question() -> None:
    server = Server([], {("*", "*")})
    assert missing(server, "primary") == ([], [])
    assert server.asked == ["SelfSubjectAccessReview"]


def test_rules_of_a_namespace_say_nothing_of_what_is_in_none() -> None:
    left, granting = missing(Server([rule(["*"], ["*"], ["*"])], set()))
    assert {need.namespace for need in left} == {""}
    assert {need.resource for need in left} == {
        "namespaces",
        "clusterroles",
        "clusterrolebindings",
        "customresourcedefinitions",
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
    }
    assert {need.verb for need in granting} == {"escalate", "bind"}


def test_the_rules_are_asked_for_once_a_namespace() -> None:
    server = Server([], set())
    left, _granting = missing(server, "primary")
    assert server.asked.count("SelfSubjectRulesReview") == 2
    assert {need.namespace for need in left} == {"", "m", "kube-system"}
    assert {need.resource for need in left if need.namespace == "kube-system"} == {"leases"}


def test_where_rules_are_incomplete_each_verb_is_asked_for() -> None:
    everything = {(need.verb, need.resource.split("/")[0]) for need in permissions.namespaced_needs("remote", "m")}
    left, _granting = missing(Server([], everything - {("create", "secrets")}, incomplete=True))
    assert [need for need in left if need.namespace] == [Need("create", "", "secrets", "m")]
