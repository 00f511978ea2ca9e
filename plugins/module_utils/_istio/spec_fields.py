# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a spec that its kind does not have, each with the name that was probably meant. No I/O.

Source of the rules: Kubernetes, CustomResourceDefinition v1, structural schemas.
"""

from __future__ import annotations

import difflib
import typing as t

Object = dict[str, t.Any]


def schema_of(definition: Object | None, api_version: str) -> Object:
    """The schema that a CustomResourceDefinition serves for a version, {} where there is none."""
    version, spec = api_version.rpartition("/")[2], (definition or {}).get("spec") or {}
    # In apiextensions.k8s.io/v1beta1 one schema may be that of all versions.
    found = [spec.get("validation")]
    found += [served.get("schema") for served in spec.get("versions") or [] if served.get("name") == version]
    return t.cast(Object, next((one["openAPIV3Schema"] for one in reversed(found) if one), {}))


def unknown_fields(value: t.Any, schema: Object, path: str = "") -> list[str]:
    """ "spec.includeIpRanges (did you mean includeIPRanges?)" for each field that the schema does not have."""
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [text for number, item in enumerate(value) for text in unknown_fields(item, items, f"{path}[{number}]")]
    if not isinstance(value, dict):
        return []
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    is_open = bool(extra or schema.get("x-kubernetes-preserve-unknown-fields") or not known)
    found = []
    for key, below in value.items():
        at = f"{path}.{key}" if path else str(key)
        if key in known:
            found += unknown_fields(below, known[key], at)
        elif isinstance(extra, dict):
            found += unknown_fields(below, extra, at)
        elif not is_open:
            found.append(f"{at} ({meant(str(key), list(known))})")
    return found


def meant(name: str, known: list[str]) -> str:
    """A hint at the known name that is nearest, without regard to case."""
    by_lower = {key.lower(): key for key in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return f"did you mean {by_lower[close[0]]}?" if close else f"known are {', '.join(sorted(known))}"
