# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.network_plan, network_leave_plan and network_summary. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


def network_plan(clusters: t.Sequence[t.Mapping[str, t.Any]], **options: t.Any) -> dict[str, t.Any]:
    """What the role network_prerequisites has to look after."""
    return planned("network_plan", clusters, deferred("_alibaba.network_plan", "network_plan"), options)


def network_leave_plan(clusters: t.Sequence[t.Mapping[str, t.Any]], leaving: str, **options: t.Any) -> dict[str, t.Any]:
    """What the role network_prerequisites has to close when a cluster leaves."""
    return planned(
        "network_leave_plan", clusters, deferred("_alibaba.leave_plan", "leave_plan"), {"leaving": leaving, **options}
    )


def planned(
    name: str,
    clusters: t.Sequence[t.Mapping[str, t.Any]],
    plan: t.Callable[..., dict[str, t.Any]],
    options: dict[str, t.Any],
) -> dict[str, t.Any]:
    described = isinstance(clusters, (list, tuple)) and all(isinstance(item, t.Mapping) for item in clusters)
    if not described or not all({"hostname", "provider"} <= item.keys() for item in clusters):
        raise AnsibleFilterError(
            f"multiregion.istio.{name} wants a list of clusters, as the filter cluster gives them."
        )
    try:
        return plan(clusters, **options)
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "network_plan": network_plan,
            "network_leave_plan": network_leave_plan,
            "network_summary": deferred("_alibaba.network_summary", "network_summary"),
        }
