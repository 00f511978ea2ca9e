# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.cluster. Documented in cluster.yml."""

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


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"cluster": cluster}
