# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh asks for whose members an operator reconciles (mesh_engine: operator). No I/O."""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION
from .._problems import ERROR, WARNING, Problem
from .traces import HELM_RELEASE, OPERATOR

Dict = dict[str, t.Any]

PLURALS = ("istios", "remoteistios")
RECORD = "RemoteIstio"


def group_in(api_version: str) -> str:
    """ "istio.banzaicloud.io" of "istio.banzaicloud.io/v1beta1"."""
    return api_version.partition("/")[0]


def is_operators(found: Dict, traces: list[Dict], group: str) -> bool:
    """Whether a trace of Istio is the operator's: of its group, owned by one of its resources, or of the release that it came by."""
    if found.get("group") == group or found["made_by"].startswith(f"{OPERATOR} {group}"):
        return True
    releases = {each["made_by"] for each in traces if each.get("group") == group}
    return found["kind"] == HELM_RELEASE and found["made_by"] in releases


def defined_groups(traces: list[Dict]) -> dict[str, set[str]]:
    """The groups of operators that a cluster has, each with its kinds: {"istio.banzaicloud.io": {"istios", "remoteistios"}}."""
    groups: dict[str, set[str]] = {}
    for found in traces:
        if found["kind"] == CUSTOM_RESOURCE_DEFINITION.kind:
            plural, _dot, group = found["name"].partition(".")
            if plural in PLURALS:
                groups.setdefault(group, set()).add(plural)
    return groups


def operator_problems(traces: list[Dict], api_version: str, primary: str) -> t.Iterator[Problem]:
    """Whether an operator owns the kinds Istio and RemoteIstio in the primary, and has one control plane at most."""
    group, groups = group_in(api_version), defined_groups(traces)
    planes = [
        f"{found['namespace']}/{found['name']}" for found in traces if "target" in found and found["group"] == group
    ]
    if len(planes) > 1:
        yield Problem(
            ERROR,
            f"there are {len(planes)} Istio resources: {', '.join(sorted(planes))}",
            why="The operator takes one, and does nothing for members while there are more",
            todo="Delete those that the mesh does not run by, and wait until the operator has removed what it made for them",
            cluster=primary,
        )
    missing = [plural for plural in PLURALS if plural not in groups.get(group, set())]
    if not missing:
        return
    others = sorted(other for other, plurals in groups.items() if plurals == set(PLURALS))
    names = ", ".join(f"{plural}.{group}" for plural in missing)
    todo = "Install the operator first, which brings them, or set mesh_engine to helm"
    if others:
        todo = f"Set mesh_api_version to that of the operator that is there ({', '.join(others)}), or install the other one first"
    yield Problem(ERROR, f"no operator: {names} not defined", "It would reconcile what is written", todo, primary)


def adopted_problems(traces: list[Dict], primary: str) -> t.Iterator[Problem]:
    """What was made by hand for this mesh and is about to be adopted: the record of members, and the operator's control plane."""
    made = [found for found in traces if found["kind"] == RECORD or (found["kind"] == "Istio" and "target" in found)]
    names = [f"{found['kind']} {found['namespace']}/{found['name']}" for found in made if not found["mesh"]]
    if names:
        yield Problem(
            WARNING,
            f"made without this collection: {', '.join(sorted(names))}",
            why="What has the name of one of ours is adopted: it is changed to what the variables say",
            todo="See by --check --diff what that is; remote_cluster_credential_kind: adopted keeps the credentials in use",
            cluster=primary,
        )


def engine_problems(params: t.Mapping[str, t.Any], networks: set[str], clusters: int) -> t.Iterator[Problem]:
    """What an operator cannot do. It knows one network for all clusters, or one for each."""
    if 1 < len(networks) < clusters:
        yield Problem(
            ERROR,
            f"mesh_engine operator knows one network or one for each cluster, and there are {len(networks)} for {clusters} clusters",
            todo="Take mesh_cluster_network out of the inventory, or set mesh_engine to helm",
        )
    if params["revision"]:
        yield Problem(
            ERROR,
            f"mesh_engine operator has no revisions, and mesh_revision is {params['revision']!r}",
            todo="Leave mesh_revision empty, or set mesh_engine to helm",
        )
