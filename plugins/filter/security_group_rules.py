# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.security_group_rules. Documented in security_group_rules.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


def security_group_rules(
    clusters: t.Sequence[t.Mapping[str, t.Any]], cluster: str = "", **options: t.Any
) -> list[dict[str, t.Any]]:
    """Which rules the security groups of a mesh's clusters need, as the option groups of ecs_security_group_rules."""
    described = isinstance(clusters, (list, tuple)) and all(isinstance(item, t.Mapping) for item in clusters)
    if not described or not all({"name", "network"} <= item.keys() for item in clusters):
        raise AnsibleFilterError(
            "multiregion.istio.security_group_rules wants a list of clusters, as the filter cluster gives them."
        )
    try:
        return t.cast(list[dict[str, t.Any]], deferred("_alibaba.plan_input", "planned")(clusters, cluster, options))
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"security_group_rules": security_group_rules}
