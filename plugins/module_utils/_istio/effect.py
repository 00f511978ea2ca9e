# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a RemoteIstio's spec has an effect where no operator reads it and the primary injects. Pure."""

from __future__ import annotations

import typing as t

BY_PRIMARY = "the primary injects, with its own settings: set it there (primary_istio_values)"
NO_INJECTOR = "the primary injects; no injector runs in the cluster"
NO_CITADEL = "istiod in the primary signs all certificates"
# field: (its values that say nothing, why another has no effect)
FIELDS: dict[str, tuple[tuple[t.Any, ...], str]] = {
    "hub": ((), "images come from mesh_hub or the charts"),
    "dockerImage": (({},), "images come from mesh_hub or the charts"),
    "includeIPRanges": (("*",), BY_PRIMARY),
    "proxy": (({},), BY_PRIMARY),
    "sidecarInjector": (({}, {"enabled": True, "replicaCount": 1}), NO_INJECTOR),
    "security": (({},), NO_CITADEL),
    "citadel": (({},), NO_CITADEL),
}


def without_effect(spec: t.Mapping[str, t.Any], hub: str = "") -> list[str]:
    """A sentence for each field that says other than what holds anyway; `hub` is the mesh's own, "" where the charts say it."""
    return [
        f"spec.{field} has no effect: {why}"
        for field, (silent, why) in FIELDS.items()
        if spec.get(field) is not None and spec[field] not in (*silent, *([hub] if field == "hub" else []))
    ]
