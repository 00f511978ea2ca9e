# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of Istio's definitions may go with a mesh: Helm keeps them when their release goes. Pure."""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT
from .traces import HELM_RELEASE

Object = dict[str, t.Any]
DEFINITION = CUSTOM_RESOURCE_DEFINITION.kind


def istio_definitions(
    traces: t.Sequence[Object], release: t.Mapping[str, t.Any], namespace: str, mesh_id: str
) -> dict[str, list[Object]]:
    """{objects: definitions that may go where no object of their kind is there, kept: the others, with why}.

    traces:  what of Istio is in the cluster, as cluster_info has it
    release: the release istio-base of the namespace, as helm_release_info has it

    They go with a release that is this mesh's and was never anybody else's. Those of a release that stays are that release's, and
    not named. Whose a release was that is gone nobody can tell.
    """
    name = f"{namespace}/istio-base"
    found = [each for each in traces if each["kind"] == DEFINITION and each["made_by"] == f"{HELM_RELEASE} {name}"]
    if release.get("exists") and (release["mesh_id"] != mesh_id or release["adopted"]):
        return {"objects": [], "kept": []}
    others = [
        f"{each['namespace']}/{each['name']}"
        for each in traces
        if each["kind"] == DEPLOYMENT.kind and each["mesh"] != mesh_id
    ]
    if not release.get("exists"):
        why = f"{HELM_RELEASE} {name}, which made it, is gone, and nothing tells whether it was ours"
    elif others:
        why = f"another control plane uses it: {', '.join(others)}"
    else:
        objects = [
            {
                "apiVersion": CUSTOM_RESOURCE_DEFINITION.api_version,
                "kind": DEFINITION,
                "metadata": {"name": each["name"]},
            }
            for each in found
        ]
        return {"objects": objects, "kept": []}
    return {
        "objects": [],
        "kept": [{"kind": DEFINITION, "name": each["name"], "action": "kept", "why": why} for each in found],
    }
