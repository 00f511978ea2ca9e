# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions whose module is imported with their first call.

Whatever filter a template names, Ansible loads all filter files of the collection. What most runs do not need, and others call
once, would cost each of them 0.1 s.
"""

from __future__ import annotations

import importlib
import typing as t

MODULE_UTILS = "ansible_collections.multiregion.istio.plugins.module_utils"


def deferred(module: str, name: str) -> t.Callable[..., t.Any]:
    """The function of that name; `module` is below module_utils, as in "_istio.upgrade"."""

    def call(*arguments: t.Any, **options: t.Any) -> t.Any:
        return getattr(importlib.import_module(f"{MODULE_UTILS}.{module}"), name)(*arguments, **options)

    return call
