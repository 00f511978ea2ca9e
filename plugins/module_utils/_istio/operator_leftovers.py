# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator leaves in a member that has left: it takes its definitions away only where it had reconciled the member since it
was started, and of what it wrote into namespaces nothing (banzaicloud/istio-operator, pkg/controller/remoteistio). No I/O.
"""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, MUTATING_WEBHOOK
from .operator_checks import group_in
from .resource import kind_of
from .traces import OPERATOR, VALIDATING_WEBHOOK

Object = dict[str, t.Any]

ROOT_CERTIFICATE = "istio-ca-root-cert"
WEBHOOKS = (MUTATING_WEBHOOK.kind, VALIDATING_WEBHOOK.kind)


def operator_leftovers(
    traces: list[Object], api_version: str, roots: t.Sequence[Object], namespaces: t.Sequence[Object]
) -> Object:
    """{objects, namespaces}: what to delete, in the order in which it goes, and the namespaces with the operator's labels.

    traces:     of the member, as cluster_info has them
    roots:      ConfigMaps of the member that may be Istio's root certificate
    namespaces: those with the label by which the operator marks its own labels

    Nothing in a cluster in which the operator's RemoteIstio is defined too: it is the primary of a mesh itself.
    """
    group = group_in(api_version)
    made = [found for found in traces if found["made_by"].startswith(f"{OPERATOR} {group}")]
    definitions = [found["name"] for found in made if found["kind"] == CUSTOM_RESOURCE_DEFINITION.kind]
    if any(found["name"] == kind_of(api_version).definition for found in traces):
        return {"objects": [], "namespaces": []}
    webhooks = [
        body(MUTATING_WEBHOOK.api_version, each["kind"], each["name"]) for each in made if each["kind"] in WEBHOOKS
    ]
    certificates = [
        body("v1", "ConfigMap", each["metadata"]["name"], each["metadata"]["namespace"])
        for each in roots
        if each["metadata"]["name"] == ROOT_CERTIFICATE
    ]
    crds = [body(CUSTOM_RESOURCE_DEFINITION.api_version, CUSTOM_RESOURCE_DEFINITION.kind, name) for name in definitions]
    return {
        "objects": [*webhooks, *crds, *certificates],
        "namespaces": sorted(each["metadata"]["name"] for each in namespaces),
    }


def body(api_version: str, kind: str, name: str, namespace: str = "") -> Object:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
