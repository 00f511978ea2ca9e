# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a cluster that leaves: removed, kept, left and to be restarted, as data and as text."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.changes import changes
from ansible_collections.multiregion.istio.plugins.module_utils._istio.leave_result import leave_result, program
from ansible_collections.multiregion.istio.plugins.module_utils._istio.leave_summary import leave_summary

Object = dict[str, t.Any]

CRD = "CustomResourceDefinition"
DEFINITION = {"kind": CRD, "namespace": None, "name": "a.istio.io"}
NAMES = ["istio-ingressgateway", "istiod", "istio-base"]


def release(name: str, action: str = "removed", why: str = "") -> Object:
    return {"name": name, "namespace": "istio-system", "action": action, "why": why, "changed": action == "removed"}


def found(**given: t.Any) -> Object:
    """A run that had nothing to do, but for what is given."""
    return {
        "mesh_id": "mesh1",
        "finished": "2026-11-24T10:00:00Z",
        "check_mode": False,
        "failure": "",
        "cluster": {"name": "east", "kubeconfig": "/etc/east conf", "context": "admin"},
        "primary": {"name": "west", "kubeconfig": "/etc/west", "context": ""},
        "istiod": "istiod",
        "namespace": "istio-system",
        "reachable": True,
        "why": "",
        "record": {},
        "release_names": NAMES,
        "engine": "helm",
        "leftovers": {"objects": [], "namespaces": []},
        "are_leftovers_removed": False,
        "swept": {},
        "unlabelled": {},
        "releases": [],
        "membership": {},
        "emptied": {},
        "definitions": [],
        "configmaps": [],
        "workloads": [],
        **given,
    }


def titles(entries: list[Object]) -> list[tuple[str, str, str]]:
    return [(one["cluster"], one["kind"], one["name"]) for one in entries]


def test_what_the_steps_removed_is_listed_where_it_was() -> None:
    result = leave_result(
        found(
            unlabelled={"unlabelled": ["shop"]},
            releases=[release("istiod"), release("old", "absent")],
            membership={
                "objects": [
                    {
                        "cluster": "west",
                        "kind": "RemoteIstio",
                        "namespace": "istio-system",
                        "name": "east",
                        "action": "deleted",
                    },
                    {"kind": "Secret", "namespace": "istio-system", "name": "token", "action": "absent"},
                ]
            },
            emptied={
                "objects": [{"kind": "Namespace", "namespace": None, "name": "istio-system", "action": "deleted"}]
            },
        )
    )
    assert titles(result["removed"]) == [
        ("east", "injection label of Namespace", "shop"),
        ("east", "Helm release", "istiod"),
        ("west", "RemoteIstio", "east"),
        ("east", "Namespace", "istio-system"),
    ]
    assert result["kept"] == result["left"] == result["restart"] == []


def test_what_is_kept_says_why() -> None:
    result = leave_result(found(releases=[release("istiod", "kept", "it was adopted")]))
    assert [(one["name"], one["why"]) for one in result["kept"]] == [("istiod", "it was adopted")]


def test_definitions_are_removed_or_kept_with_why() -> None:
    definitions = [
        {**DEFINITION, "action": "deleted"},
        {**DEFINITION, "name": "b.istio.io", "action": "kept", "why": "in use"},
    ]
    result = leave_result(found(definitions=definitions))
    assert titles(result["removed"]) == [("east", CRD, "a.istio.io")]
    assert [(one["name"], one["why"]) for one in result["kept"]] == [("b.istio.io", "in use")]


def test_root_certificates_are_left_with_the_command_that_deletes_them() -> None:
    roots = [{"metadata": {"namespace": name, "name": "istio-ca-root-cert"}} for name in ("shop", "default")]
    (left,) = leave_result(found(configmaps=[*roots, {"metadata": {"namespace": "a", "name": "other"}}]))["left"]
    assert "default, shop;" in left["why"]
    assert left["command"] == (
        "kubectl --kubeconfig '/etc/east conf' --context admin delete configmap --all-namespaces"
        " --field-selector metadata.name=istio-ca-root-cert"
    )


def test_a_cluster_that_was_not_reached_is_left_with_a_command_for_each_thing() -> None:
    record = {"spec": {"autoInjectionNamespaces": ["default", "x; rm"]}}
    gone = {"cluster": "west", "kind": "RemoteIstio", "namespace": "istio-system", "name": "east", "action": "deleted"}
    token = {
        "cluster": "east",
        "kind": "Secret",
        "namespace": "istio-system",
        "name": "t",
        "why": "gone",
        "command": "kubectl x",
    }
    result = leave_result(
        found(reachable=False, why="no route", record=record, membership={"objects": [gone], "left": [token]})
    )
    assert leave_result(found(reachable=False, failure="the primary is away", record=record))["left"] == []
    commands = [one["command"] for one in result["left"]]
    assert result["left"][0]["cluster"] == "west"
    assert commands[0].startswith("kubectl --kubeconfig /etc/west rollout restart deployment/istiod")
    assert "kubectl x" in commands
    assert {one["why"] for one in result["left"] if one["name"] == "t"} == {"the cluster was not reached"}
    assert [command for command in commands if "label namespace" in command] == [
        "kubectl --kubeconfig '/etc/east conf' --context admin label namespace default istio-injection- istio.io/rev-",
        "kubectl --kubeconfig '/etc/east conf' --context admin label namespace 'x; rm' istio-injection- istio.io/rev-",
    ]
    helm = "helm --kubeconfig '/etc/east conf' --kube-context admin uninstall --namespace istio-system"
    assert [command for command in commands if command.startswith("helm")] == [f"{helm} {name}" for name in NAMES]
    assert commands[-2].endswith("get pods --all-namespaces --selector security.istio.io/tlsMode=istio")
    assert commands[-1].endswith("delete namespace istio-system")


def test_workloads_are_restarted_but_for_gateways_that_were_removed() -> None:
    def workload(kind: str, name: str, namespace: str = "shop") -> Object:
        return {"namespace": namespace, "kind": kind, "name": name, "pods": 1}

    workloads = [
        workload("Deployment", "cart"),
        workload("Pod", "alone"),
        workload("Deployment", "istio-ingressgateway", "istio-system"),
    ]
    kubectl = "kubectl --kubeconfig '/etc/east conf' --context admin"
    removed = leave_result(found(workloads=workloads, releases=[release("istio-ingressgateway")]))
    assert [one["command"] for one in removed["restart"]] == [
        f"{kubectl} rollout restart deployment/cart --namespace shop",
        f"{kubectl} delete pod/alone --namespace shop",
    ]
    assert len(leave_result(found(workloads=workloads))["restart"]) == 3


def test_programs_are_told_only_what_is_known() -> None:
    assert program("helm", {"kubeconfig": "", "context": ""}) == "helm"
    assert program("helm", {"kubeconfig": "k", "context": "c"}) == "helm --kubeconfig k --kube-context c"


def summary(**given: t.Any) -> str:
    return leave_summary(leave_result(found(**given)))


def test_the_text_begins_with_how_it_ended() -> None:
    assert summary() == "Cluster east has left mesh mesh1. There was nothing to remove."
    assert summary(releases=[release("istiod")]).startswith("Cluster east has left mesh mesh1.\n\nRemoved\n")
    assert summary(failure="no room").startswith("Cluster east has not left mesh mesh1 altogether: no room")
    assert summary(reachable=False, why="no route").startswith(
        "Mesh mesh1 has forgotten cluster east, which was not reached (no route). There was nothing to remove. If it exists: "
    )


def test_in_check_mode_the_text_says_what_would_be() -> None:
    assert summary(check_mode=True, releases=[release("istiod")]).startswith(
        "Cluster east would leave mesh mesh1.\n\nTo be removed\n"
    )
    assert summary(check_mode=True, reachable=False, why="x").startswith("Mesh mesh1 would forget cluster east, ")


def test_the_text_names_what_is_kept_with_the_reason_and_many_definitions_once() -> None:
    kept = [
        {**DEFINITION, "name": f"{name}.istio.io", "action": "kept", "why": "its release is gone"}
        for name in ("a", "b", "c")
    ]
    text = summary(definitions=kept, releases=[release("istiod", "kept", "it was adopted")])
    assert "  east: Helm release istio-system/istiod: it was adopted\n" in text
    assert f"  east: 3 {CRD}s (a.istio.io, ...): its release is gone" in text


def test_of_many_definitions_that_are_removed_one_is_named() -> None:
    gone = [{**DEFINITION, "name": f"{name}.istio.io", "action": "deleted"} for name in ("a", "b")]
    releases = [release("istiod"), release("istio-base")]
    lines = summary(definitions=gone, releases=releases).splitlines()
    assert lines[-4:] == [
        "Removed",
        "  east: Helm release istio-system/istiod",
        "  east: Helm release istio-system/istio-base",
        f"  east: 2 {CRD}s (a.istio.io, ...)",
    ]


def test_commands_stand_on_lines_of_their_own() -> None:
    roots = [{"metadata": {"namespace": "shop", "name": "istio-ca-root-cert"}}]
    lines = summary(configmaps=roots).splitlines()
    assert [line for line in lines if line.startswith("    kubectl ")]


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "two\nlines"])
def test_what_clusters_say_cannot_reach_the_terminal_as_more_than_text(hostile: str) -> None:
    text = summary(releases=[release("istiod", "kept", hostile)], failure=hostile)
    assert hostile not in text
    assert "\x1b" not in text


def test_changes_are_told_in_words_and_what_did_not_change_is_not() -> None:
    objects: list[Object] = [
        {"kind": "Secret", "namespace": "istio-system", "name": "east", "action": "created"},
        {"kind": "Namespace", "namespace": None, "name": "istio-system", "action": "changed"},
        *({"kind": "Secret", "name": "x", "action": action} for action in ("unchanged", "absent", "kept")),
    ]
    assert changes(objects) == ["Secret istio-system/east created", "Namespace istio-system changed"]


LEFTOVERS = {
    "objects": [
        {"kind": CRD, "metadata": {"name": "istios.istio.banzaicloud.io"}},
        {"kind": "ConfigMap", "metadata": {"name": "istio-ca-root-cert", "namespace": "web"}},
    ],
    "namespaces": ["web"],
}


def test_what_an_operator_leaves_is_listed_with_the_commands_that_remove_it() -> None:
    left = leave_result(found(engine="operator", leftovers=LEFTOVERS))["left"]
    assert [one["kind"] for one in left] == [CRD, "ConfigMap", "injection label of Namespace"]
    assert "and with it all objects of its kind" in left[0]["why"]
    assert left[1]["command"] == (
        "kubectl --kubeconfig '/etc/east conf' --context admin delete configmap istio-ca-root-cert --namespace web"
    )
    assert left[2]["command"].endswith("label namespace web istio-injection- istio-operator-managed-injection-")


def test_what_an_operator_left_is_told_as_removed_where_that_was_asked_for() -> None:
    swept = {"objects": [{"kind": CRD, "name": "istios.istio.banzaicloud.io", "action": "deleted"}]}
    told = leave_result(found(engine="operator", leftovers=LEFTOVERS, are_leftovers_removed=True, swept=swept))
    assert told["left"] == []
    assert titles(told["removed"]) == [
        ("east", "injection label of Namespace", "web"),
        ("east", CRD, "istios.istio.banzaicloud.io"),
    ]


def test_istiod_is_not_to_be_restarted_where_an_operator_runs_it() -> None:
    gone = {"membership": {"objects": [{"kind": "RemoteIstio", "name": "east", "action": "deleted"}]}}
    left = leave_result(found(engine="operator", reachable=False, release_names=[], **gone))["left"]
    assert "Deployment" not in [one["kind"] for one in left]
