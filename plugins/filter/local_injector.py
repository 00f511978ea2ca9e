# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.local_injector. Documented in local_injector.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._yaml import load
from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


def local_injector(
    spec: t.Mapping[str, t.Any], config_maps: t.Sequence[t.Mapping[str, t.Any]], discovery_address: str
) -> dict[str, t.Any]:
    """Values of the chart istiod for an injector in a member, from its RemoteIstio and the primary's ConfigMaps."""
    if not isinstance(spec, t.Mapping):
        raise AnsibleFilterError("multiregion.istio.local_injector wants the spec of a RemoteIstio.")
    data = {key: text for one in config_maps for key, text in (one.get("data") or {}).items()}
    mesh, injection = (load(data.get(key, "")) or {} for key in ("mesh", "values"))
    injector_values = deferred("_istio.local_injector", "injector_values")
    return t.cast(dict[str, t.Any], injector_values(spec, mesh, injection, discovery_address))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"local_injector": local_injector}
