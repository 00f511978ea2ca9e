# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a role that not each engine knows: refused there where they matter, else said to have no effect. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import MeshError

HELM, OPERATOR = "helm", "operator"
Values = t.Mapping[str, t.Any]
# Of the ingress gateway, by default in both roles.
INGRESS_PORTS: list[dict[str, t.Any]] = [
    {"name": "status-port", "port": 15021, "targetPort": 15021, "protocol": "TCP"},
    {"name": "http2", "port": 80, "targetPort": 80, "protocol": "TCP"},
    {"name": "https", "port": 443, "targetPort": 443, "protocol": "TCP"},
]
INGRESS_REQUESTS = {"cpu": "100m", "memory": "128Mi"}


@dataclass(frozen=True)
class Variable:
    """A variable of a role, its name without the role's prefix.

    only:    the engine that knows it, "" for both
    instead: what to do with the other engine
    matters: whether the mesh would be another without it, so that it is refused there; else that it has no effect is said
    """

    default: t.Any
    only: str = ""
    instead: str = ""
    matters: bool = True


def helm(default: t.Any, instead: str, *, matters: bool = True) -> Variable:
    return Variable(default, HELM, instead, matters)


def operator(default: t.Any, instead: str) -> Variable:
    return Variable(default, OPERATOR, instead)


def given_of(table: t.Mapping[str, Variable], values: Values) -> dict[str, t.Any]:
    """The variables that say other than the role's default."""
    return {name: values[name] for name, one in table.items() if is_given(one, values.get(name, one.default))}


def without_effect(prefix: str, table: t.Mapping[str, Variable], given: Values, engine: str) -> list[str]:
    """A sentence for each variable that has no effect. Raises MeshError for those that the engine does not know and that matter."""
    if engine not in (HELM, OPERATOR):
        raise MeshError(f"mesh_engine cannot be {engine!r}", todo=f"Set it to {HELM} or {OPERATOR}")
    strange = {name: table[name] for name in given if table[name].only not in ("", engine)}
    refused = [name for name, variable in strange.items() if variable.matters]
    if refused:
        raise MeshError(
            f"mesh_engine {engine} does not know {', '.join(prefix + name for name in refused)}",
            why="without it the mesh would not be the one that was asked for",
            todo=" ".join(f"{table[name].instead}, or leave {prefix}{name} out." for name in refused),
        )
    said = "has no effect with mesh_engine"
    return [f"{prefix}{name} {said} {engine}. {variable.instead}".strip() for name, variable in strange.items()]


def is_given(variable: Variable, value: t.Any) -> bool:
    """Whether a value says other than the role's default. Variables of the command line are text."""
    default = variable.default
    if value is None or value == "":
        return False
    if isinstance(default, bool):
        return is_true(value) != default
    return bool(str(value) != str(default) if isinstance(default, int) else value != default)


def is_true(value: t.Any) -> bool:
    return str(value).lower() in ("true", "yes", "on", "1")
