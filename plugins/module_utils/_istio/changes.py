# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of a stage changed, in words. Pure."""

from __future__ import annotations

import typing as t

NO_CHANGE = ("unchanged", "absent", "kept")


def changes(objects: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """ "Secret istio-system/east created" for each of a step's objects (kind, namespace, name, action) that was changed."""
    return [f"{one['kind']} {_name(one)} {one['action']}" for one in objects if one["action"] not in NO_CHANGE]


def _name(one: t.Mapping[str, t.Any]) -> str:
    return f"{one['namespace']}/{one['name']}" if one.get("namespace") else str(one["name"])
