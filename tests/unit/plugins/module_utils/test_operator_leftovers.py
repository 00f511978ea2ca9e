# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator leaves in a member that has left."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._istio.operator_leftovers import operator_leftovers

Dict = dict[str, t.Any]

GROUP = "istio.banzaicloud.io"
BY_OPERATOR = f"operator of {GROUP}"


def definition(plural: str, group: str = GROUP, made_by: str = BY_OPERATOR) -> Dict:
    return {"kind": "CustomResourceDefinition", "name": f"{plural}.{group}", "made_by": made_by}


def webhook(name: str, made_by: str) -> Dict:
    return {"kind": "MutatingWebhookConfiguration", "name": name, "made_by": made_by}


def names(*traces: Dict) -> list[str]:
    found = operator_leftovers(list(traces), f"{GROUP}/v1beta1", [], [])
    return [each["metadata"]["name"] for each in found["objects"]]


def test_webhooks_go_first_and_only_what_the_operator_made() -> None:
    traces = [
        definition("istios"),
        definition("gateways", "networking.istio.io", "istioctl"),
        webhook("injector", f"{BY_OPERATOR} (Istio istio-config)"),
        webhook("theirs", "istioctl"),
    ]
    assert names(*traces) == ["injector", "istios.istio.banzaicloud.io"]


def test_definitions_of_somebody_who_installed_the_operator_there_stay() -> None:
    assert names(definition("istios", made_by="Helm release operators/istio-operator")) == []


def test_nothing_is_left_over_in_the_primary_of_another_mesh() -> None:
    assert names(definition("istios"), definition("remoteistios")) == []


def test_root_certificates_and_labelled_namespaces_are_found() -> None:
    roots = [{"metadata": {"name": name, "namespace": "web"}} for name in ("istio-ca-root-cert", "other")]
    found = operator_leftovers([], f"{GROUP}/v1beta1", roots, [{"metadata": {"name": "web"}}])
    certificate = {"apiVersion": "v1", "kind": "ConfigMap"}
    assert found == {
        "objects": [{**certificate, "metadata": {"name": "istio-ca-root-cert", "namespace": "web"}}],
        "namespaces": ["web"],
    }
