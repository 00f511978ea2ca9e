# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.operator_leftovers. Documented in the file of its name."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.plugin_utils._deferred import deferred


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "operator_leftovers": deferred("_istio.operator_leftovers", "operator_leftovers"),
        }
