# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter multiregion.istio.engine_options. Documented in engine_options.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import engine_of_primary as of_primary
from ansible_collections.multiregion.istio.plugins.module_utils._istio import engine_of_remotes as of_remotes

PREFIXES = {"primary_istio": of_primary.PREFIX, "remote_cluster": of_remotes.PREFIX}


def engine_options(
    variables: t.Mapping[str, t.Any],
    engine: str,
    annotations: t.Mapping[str, t.Any] | None = None,
    role: str = "primary_istio",
) -> dict[str, t.Any]:
    """What the variables of a role ask of an engine, which have no effect there, and what is in the way."""
    if not isinstance(variables, t.Mapping) or role not in PREFIXES:
        raise AnsibleFilterError(
            f"multiregion.istio.engine_options wants variables of {' or '.join(PREFIXES)} by name."
        )
    values = {name.removeprefix(PREFIXES[role]): value for name, value in variables.items()}
    try:
        if role == "remote_cluster":
            return {"options": {}, "warnings": of_remotes.warnings_for(engine, values), "problem": ""}
        return {**of_primary.options_for(engine, values, annotations or {}), "problem": ""}
    except MeshError as error:
        return {"options": {}, "warnings": [], "problem": str(error)}


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"engine_options": engine_options}
