# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In-process execution of the module result_file."""

from __future__ import annotations

from ansible_collections.multiregion.istio.plugins.module_utils._result_file import no_library, run
from ansible_collections.multiregion.istio.plugins.modules.result_file import argument_spec
from ansible_collections.multiregion.istio.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    argument_spec = staticmethod(argument_spec)
    logic = staticmethod(run)
    missing_libraries = staticmethod(no_library)
