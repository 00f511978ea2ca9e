# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.fields_without_effect. Documented in fields_without_effect.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._istio.effect import without_effect


def fields_without_effect(spec: t.Mapping[str, t.Any], hub: str = "", injector: bool = False) -> list[str]:
    """A sentence for each field of a RemoteIstio's spec that changes nothing in the member."""
    if not isinstance(spec, t.Mapping):
        raise AnsibleFilterError("multiregion.istio.fields_without_effect wants the spec of a RemoteIstio.")
    return without_effect(spec, hub, injector)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"fields_without_effect": fields_without_effect}
