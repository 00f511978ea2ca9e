"""What each call takes, from schema.json, and whether a request is that: known, complete and of the right types.

schema.json is made from the official clients' code by describe.py. A call in it:
{"product": "ecs", "version": "2014-05-26", "style": "RPC", "method": "POST", "path": "/", "parameters": {NAME: TYPE}}.
TYPE is string, integer, number, boolean or json (a map, which travels as JSON), [TYPE] for a list, {NAME: TYPE} for an
object; a NAME that ends with * is required.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .errors import Refused

FILE = Path(__file__).parent / "schema.json"
VALUES = {
    "integer": re.compile(r"-?\d+"),
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "boolean": re.compile("true|false", re.IGNORECASE),
}


@dataclass(frozen=True)
class Call:
    """One call of a product."""

    name: str
    product: str
    version: str
    style: str
    method: str
    path: str
    parameters: Mapping[str, Any]

    def path_parameters(self, path: str) -> dict[str, str] | None:
        """{"ClusterId": "c1"} for a path that is this call's, else None."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.path))
        found = re.fullmatch(pattern, path)
        return found.groupdict() if found else None


@cache
def calls() -> dict[str, Call]:
    described = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: Call(name, **fields) for name, fields in described.items()}


def check(call: Call, parameters: Mapping[str, str]) -> None:
    """:raises Refused: a parameter is unknown, missing or of another type."""
    tree = nested(parameters)
    check_object(call.parameters, tree, "")


def nested(parameters: Mapping[str, str]) -> dict[str, Any]:
    """{"Permissions": {"1": {"Policy": "accept"}}} for Permissions.1.Policy=accept."""
    tree: dict[str, Any] = {}
    for key, value in parameters.items():
        *above, last = key.split(".")
        level = tree
        for name in above:
            level = level.setdefault(name, {})
            if not isinstance(level, dict):
                raise Refused("InvalidParameter", f"Parameter {key} is given as a value and as an object.")
        if last in level:
            raise Refused("InvalidParameter", f"Parameter {key} is given as a value and as an object.")
        level[last] = value
    return tree


def check_object(wanted: Mapping[str, Any], given: Mapping[str, Any], at: str) -> None:
    types = {name.rstrip("*"): kind for name, kind in wanted.items()}
    for name in given:
        if name not in types:
            raise Refused("InvalidParameter", f"The parameter {at}{name} is not known to this action.")
    for name in wanted:
        if name.endswith("*") and not given.get(name.rstrip("*")):
            text = f'The input parameter "{at}{name.rstrip("*")}" that is mandatory for this request is not supplied.'
            raise Refused("MissingParameter", text)
    for name, value in given.items():
        check_value(types[name], value, f"{at}{name}")


def check_value(kind: Any, value: Any, at: str) -> None:
    if isinstance(kind, list):
        items = value if isinstance(value, dict) else {}
        if sorted(items) != sorted(str(number) for number in range(1, len(items) + 1)) or not items:
            raise Refused("InvalidParameter", f"The parameter {at} is a list: {at}.1, {at}.2 and so on.")
        for number, item in items.items():
            check_value(kind[0], item, f"{at}.{number}")
    elif isinstance(kind, dict):
        if not isinstance(value, dict):
            raise Refused("InvalidParameter", f"The parameter {at} is an object.")
        check_object(kind, value, f"{at}.")
    elif not isinstance(value, str) or not is_of(kind, value):
        raise Refused("InvalidParameter", f"The specified parameter {at} is not valid: it is of type {kind}.")


def is_of(kind: str, value: str) -> bool:
    if kind == "json":
        try:
            return isinstance(json.loads(value), dict)
        except ValueError:
            return False
    return kind not in VALUES or bool(VALUES[kind].fullmatch(value))
