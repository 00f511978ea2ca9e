# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server-side apply could change anything, read from the live object alone. No I/O.

Source of the format: Kubernetes' structured-merge-diff, `fieldsV1`: `f:<field>`, `k:<keys of a list item>`, `v:<value of
a set>`, "." for the item itself, {} for a leaf, which owns all below it.
"""

from __future__ import annotations

import json
import typing as t

Object = dict[str, t.Any]
IMPLIED = ("apiVersion", "kind")
IMPLIED_METADATA = ("name", "namespace")


def is_applied(wanted: Object, live: Object, manager: str) -> bool:
    """True only where applying `wanted` as `manager` would certainly change nothing.

    So it is where the manager's applied fields are exactly those of `wanted` and the live values equal. False means that the
    server has to be asked: it may know "0.5" and "500m" to be one quantity.
    """
    fields = applied_fields(live, manager, wanted["apiVersion"])
    if fields is None:
        return False
    body = {key: value for key, value in wanted.items() if key not in IMPLIED}
    body["metadata"] = {key: value for key, value in body["metadata"].items() if key not in IMPLIED_METADATA}
    if not body["metadata"]:
        del body["metadata"]
    return _same(fields, body, live)


def applied_fields(live: Object, manager: str, api_version: str) -> Object | None:
    """The fields that a manager last applied, as fieldsV1; None where it applied none."""
    for entry in live.get("metadata", {}).get("managedFields") or []:
        found = (entry.get("manager"), entry.get("operation"), entry.get("apiVersion"), entry.get("subresource", ""))
        if found == (manager, "Apply", api_version, ""):
            return t.cast(Object, entry.get("fieldsV1") or {})
    return None


def without_emptied(wanted: Object, live: Object) -> Object:
    """`wanted` without the maps that it has empty while the live ones hold something.

    A server that takes the last key out of an applied map makes null of the map, which a schema may refuse; a map that is
    left out is taken out as a whole.
    """
    kept = {}
    for key, value in wanted.items():
        below = live.get(key)
        if not isinstance(value, dict) or not isinstance(below, dict):
            kept[key] = value
        elif value or not below:
            kept[key] = without_emptied(value, below)
    return kept


def without_nulls(value: t.Any) -> t.Any:
    """A copy without keys that are null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(below) for key, below in value.items() if below is not None}
    return [without_nulls(below) for below in value] if isinstance(value, list) else value


def _same(fields: Object, wanted: t.Any, live: t.Any) -> bool:
    """Whether `fields` describes exactly `wanted`, and `live` has the same values there."""
    children = {key: value for key, value in fields.items() if key != "."}
    if not children:
        # Of a map that was applied empty only its being there is ours; whoever had replaced a whole one would own it now.
        return bool(wanted == live) or (wanted == {} and isinstance(live, dict))
    if isinstance(wanted, dict) and isinstance(live, dict):
        return _same_map(children, wanted, live)
    if isinstance(wanted, list) and isinstance(live, list):
        return _same_list(children, wanted, live)
    return False


def _same_map(children: Object, wanted: Object, live: Object) -> bool:
    if {f"f:{key}" for key in wanted} != children.keys():
        return False
    return all(key in live and _same(children[f"f:{key}"], value, live[key]) for key, value in wanted.items())


def _same_list(children: Object, wanted: list[t.Any], live: list[t.Any]) -> bool:
    if len(children) != len(wanted):
        return False
    for key, below in children.items():
        sort, _colon, text = key.partition(":")
        value: t.Any = json.loads(text) if sort in ("k", "v") else None
        if sort == "v":
            same = value in wanted and value in live
        elif sort == "k":
            item, there = _item(wanted, value), _item(live, value)
            same = item is not None and there is not None and _same(below, item, there)
        else:
            same = False
        if not same:
            return False
    return True


def _item(items: list[t.Any], keys: Object) -> Object | None:
    """The item of an associative list with these keys; a default that is not written out (protocol: TCP) is not found."""
    for item in items:
        if isinstance(item, dict) and all(item.get(name) == value for name, value in keys.items()):
            return item
    return None
