# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.ingress_annotations. Documented in ingress_annotations.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.ingress import Ingress, annotations_of


def ingress_annotations(cluster: t.Mapping[str, t.Any], variables: str, **options: t.Any) -> dict[str, t.Any]:
    """The annotations by which a cloud is told about the load balancer of an ingress gateway."""
    if not isinstance(cluster, t.Mapping) or "name" not in cluster:
        raise AnsibleFilterError(
            "multiregion.istio.ingress_annotations wants a cluster, as the filter cluster gives it."
        )
    try:
        return annotations_of(Ingress(cluster["name"], variables, cluster.get("provider") or "none", **options))
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"ingress_annotations": ingress_annotations}
