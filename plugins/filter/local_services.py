# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.local_services. Documented in local_services.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.local_services import DOMAIN, service_settings


def local_services(patterns: t.Sequence[str] | str, domain: str = DOMAIN) -> list[dict[str, t.Any]]:
    """Patterns of Services that stay in their cluster as a list for meshConfig.serviceSettings."""
    if isinstance(patterns, str):  # as Ansible reads an option that is a list
        patterns = [part.strip() for part in patterns.split(",") if part.strip()]
    if not isinstance(patterns, (list, tuple)):
        raise AnsibleFilterError("multiregion.istio.local_services wants a list of namespace/name or namespace/*.")
    try:
        return service_settings(patterns, domain)
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"local_services": local_services}
