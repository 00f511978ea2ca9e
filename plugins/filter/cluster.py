# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.cluster, clusters, remotes, membership and inventory_problem. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import Stage, cluster_of, problem_of

AVAILABLE = "Available"
ACCESS = ("kubeconfig", "context")
REMOTE = ("name", *ACCESS, "api_server", "api_server_proxy", "api_server_ca", "api_server_tls_server_name")


def cluster(variables: t.Mapping[str, t.Any], role: str = "remote") -> dict[str, t.Any]:
    """The variables of a host as one dict that describes its cluster."""
    if not isinstance(variables, t.Mapping) or "inventory_hostname" not in variables:
        raise AnsibleFilterError("multiregion.istio.cluster wants the variables of one host, such as hostvars['east'].")
    try:
        return cluster_of(variables, role)
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


def clusters(
    hosts: t.Mapping[str, t.Mapping[str, t.Any]], primaries: t.Iterable[str], remotes: t.Iterable[str]
) -> list[dict[str, t.Any]]:
    """All clusters of a mesh: the variables of its hosts, primaries first."""
    named = [*((name, "primary") for name in primaries), *((name, "remote") for name in remotes)]
    return [cluster(hosts[name], role) for name, role in named]


def remotes(
    hosts: t.Mapping[str, t.Mapping[str, t.Any]],
    primaries: t.Sequence[str],
    names: t.Sequence[str],
    remote_istios: t.Iterable[t.Mapping[str, t.Any]],
) -> dict[str, t.Any]:
    """The primary and the remotes of a run, with the hosts of those that are Available already and of those that are new."""
    described = {name: cluster(hosts[name]) for name in names}
    there = {one["name"] for one in remote_istios if (one.get("status") or {}).get("Status") == AVAILABLE}
    return {
        "primary": cluster(hosts[primaries[0]], "primary"),
        "clusters": described,
        "available": [name for name in names if described[name]["name"] in there],
        "new": [name for name in names if described[name]["name"] not in there],
    }


def membership(remote: t.Mapping[str, t.Any], primary: t.Mapping[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
    """Options of the module remote_istio: what tells of the two clusters, and those given; none that is empty."""
    return {
        **given(remote, REMOTE),
        "primary": given(primary, ("name", *ACCESS)),
        **given(options, options),
    }


def given(values: t.Mapping[str, t.Any], names: t.Iterable[str]) -> dict[str, t.Any]:
    """Those of a name that have a value."""
    return {name: values[name] for name in names if values.get(name) not in ("", None)}


def inventory_problem(
    hosts: t.Mapping[str, t.Mapping[str, t.Any]],
    primaries: t.Sequence[str],
    remotes: t.Sequence[str],
    reached: t.Sequence[str],
    primary_group: str = "istio_primary",
) -> str:
    """What is wrong with the inventory before a stage, and what to do; empty where nothing is."""
    try:
        return problem_of(hosts, Stage(primaries, remotes, reached, primary_group))
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "cluster": cluster,
            "clusters": clusters,
            "remotes": remotes,
            "membership": membership,
            "inventory_problem": inventory_problem,
        }
