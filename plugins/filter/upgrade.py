# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters multiregion.istio.upgrade_plan, upgrade_followers, upgrade_shown and upgrade_summary. Documented in files of their names."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "upgrade_plan": deferred("_istio.upgrade", "upgrade_plan"),
            "upgrade_followers": deferred("_istio.upgrade", "removal_problems"),
            "upgrade_shown": deferred("_istio.upgrade_summary", "upgrade_shown"),
            "upgrade_summary": deferred("_istio.upgrade_summary", "upgrade_summary"),
        }
