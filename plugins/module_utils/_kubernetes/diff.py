# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is shown of an object: without the server's own bookkeeping and without secrets. No I/O."""

from __future__ import annotations

import typing as t
from copy import deepcopy

Object = dict[str, t.Any]

SERVERS_METADATA = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # holds a whole Secret in clear text
# When we last changed the spec of what an operator reconciles.
SPEC_CHANGED = "multiregion.istio/spec-changed"
SECRET_FIELDS = ("data", "stringData")


def visible(live: Object | None) -> Object:
    """A copy without what the server or a controller writes; {} for no object."""
    body = deepcopy({key: value for key, value in (live or {}).items() if key != "status"})
    metadata = body.get("metadata", {})
    for key in SERVERS_METADATA:
        metadata.pop(key, None)
    if metadata.get("annotations"):
        for note in (LAST_APPLIED, SPEC_CHANGED):
            metadata["annotations"].pop(note, None)
    for key in ("labels", "annotations"):
        if key in metadata and not metadata[key]:
            del metadata[key]
    return body


def masked(before: Object, after: Object) -> tuple[Object, Object]:
    """Both sides of a change without the values of a Secret; that a value differs can still be seen."""
    if "Secret" not in (before.get("kind"), after.get("kind")):
        return before, after
    before, after = deepcopy(before), deepcopy(after)
    for field in SECRET_FIELDS:
        old, new = before.get(field) or {}, after.get(field) or {}
        for key in old.keys() | new.keys():
            same = old.get(key) == new.get(key)
            if key in old:
                old[key] = "(hidden)" if same else "(hidden, the old value)"
            if key in new:
                new[key] = "(hidden)" if same else "(hidden, the new value)"
    return before, after


def shortened(body: Object) -> Object:
    """A definition that comes or goes as a whole, without its schemas: Istio's are 25,000 lines."""
    if body.get("kind") != "CustomResourceDefinition":
        return body
    body = deepcopy(body)
    for version in body.get("spec", {}).get("versions") or []:
        if "schema" in version:
            version["schema"] = "(not shown)"
    return body


def difference(header: str, before: Object, after: Object) -> Object:
    """One entry of a task's `diff`: two objects as visible() gives them, masked."""
    before, after = masked(before, after)
    if not (before and after):
        before, after = shortened(before), shortened(after)
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def secret_values(body: Object) -> set[str]:
    """The values of a Secret that no output may show; those shorter than 8 characters would redact unrelated text."""
    if body.get("kind") != "Secret":
        return set()
    values = {value for field in SECRET_FIELDS for value in (body.get(field) or {}).values()}
    return {value for value in values if isinstance(value, str) and len(value) >= 8}
