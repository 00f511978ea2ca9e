# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.cluster, clusters and hosts_in. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import cluster_of


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


def hosts_in(groups: t.Mapping[str, t.Sequence[str]], group: str) -> list[str]:
    """The hosts of a group of the inventory, none where there is no such group.

    To load one filter of a collection Ansible imports all of them, and with them `kubernetes`. A play that takes its
    hosts from this one has that done before it forks its first worker, instead of by each worker anew (0.3 s of CPU).
    """
    return [str(host) for host in groups.get(group) or []]


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"cluster": cluster, "clusters": clusters, "hosts_in": hosts_in}
