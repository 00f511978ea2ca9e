# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.engine_options. Documented in engine_options.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio.engine import PREFIX, options_for


def engine_options(
    variables: t.Mapping[str, t.Any], engine: str, annotations: t.Mapping[str, t.Any] | None = None
) -> dict[str, t.Any]:
    """What the variables of the role primary_istio ask of an engine, and which of them have no effect there."""
    if not isinstance(variables, t.Mapping):
        raise AnsibleFilterError("multiregion.istio.engine_options wants variables of the role primary_istio by name.")
    values = {name.removeprefix(PREFIX): value for name, value in variables.items()}
    try:
        return options_for(engine, values, annotations or {})
    except MeshError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"engine_options": engine_options}
