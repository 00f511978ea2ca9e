# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.leave_result, leave_summary, teardown_result and istio_definitions. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "leave_result": deferred("_istio.leave_result", "leave_result"),
            "leave_summary": deferred("_istio.leave_summary", "leave_summary"),
            "teardown_result": deferred("_istio.teardown_result", "teardown_result"),
            "istio_definitions": deferred("_istio.definitions", "istio_definitions"),
        }
