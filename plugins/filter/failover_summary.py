# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.failover_summary. Documented in failover_summary.yml."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "failover_summary": deferred("_istio.drill_summary", "failover_summary"),
        }
