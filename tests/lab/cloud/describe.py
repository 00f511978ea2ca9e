"""Writes schema.json from the official clients for Python: `python -m tests.lab.cloud.describe [CALL ...]`.

What is in the file and what the cloud answers is described, and whatever is named. The clients are made from the cloud's own
description of its calls: types from the models' annotations, required parameters from the comments beside them.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
import sys
import textwrap
import typing as t
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .schema import FILE

PACKAGES = {  # ECS last: it has old forms of other products' calls
    "cbn": "alibabacloud_cbn20170912",
    "cs": "alibabacloud_cs20151215",
    "vpc": "alibabacloud_vpc20160428",
    "ecs": "alibabacloud_ecs20140526",
}
TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
REQUIRED = "This parameter is required."


def main(names: Iterable[str]) -> None:
    from .handlers import HANDLERS

    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    described = {name: described_call(name) for name in sorted({*known, *HANDLERS, *names})}
    lines = [f"{json.dumps(name)}: {json.dumps(call)}" for name, call in described.items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def described_call(name: str) -> dict[str, t.Any]:
    """One call as schema.py takes it. Raises LookupError for one that no product has."""
    for product in PACKAGES:
        found = re.search(
            rf"action = '{name}',\s*version = '(?P<version>[^']+)',\s*protocol = 'HTTPS',\s*"
            r"pathname = f?'(?P<path>[^']*)',\s*method = '(?P<method>\w+)',\s*auth_type = 'AK',\s*style = '(?P<style>\w+)'",
            client_source(product),
        )
        if found:
            return {
                "product": product,
                "version": found["version"],
                "style": found["style"],
                "method": found["method"],
                "path": re.sub(r"\{DaraURL\.percent_encode\((\w+)\)\}", path_parameter, found["path"]),
                "parameters": parameters_of(product, name, found["path"]),
            }
    raise LookupError(f"no product has a call {name}")


def described_answer(name: str) -> dict[str, t.Any]:
    """The fields of a call's answer, with types as schema.py has them for parameters."""
    product = described_call(name)["product"]
    return fields_of(getattr(models(product), f"{name}ResponseBody"))


def path_parameter(found: re.Match[str]) -> str:
    return "{" + "".join(word.capitalize() for word in found[1].split("_")) + "}"


def parameters_of(product: str, name: str, path: str) -> dict[str, t.Any]:
    """Those of the request's model, which for ROA calls has the path's not among them."""
    in_path = re.findall(r"percent_encode\((\w+)\)", path)
    ids = {"".join(word.capitalize() for word in one.split("_")) + "*": "string" for one in in_path}
    model = getattr(models(product), f"{name}Request", None)
    return {**ids, **(fields_of(model) if model else {})}


@cache
def client_source(product: str) -> str:
    spec = importlib.util.find_spec(PACKAGES[product])
    return (Path((spec and spec.origin) or "").parent / "client.py").read_text(encoding="utf-8")


def models(product: str) -> t.Any:
    return importlib.import_module(f"{PACKAGES[product]}.models")


def fields_of(model: t.Any) -> dict[str, t.Any]:
    """Parameters of a model by their names on the wire, with types as schema.py has them."""
    source = textwrap.dedent(inspect.getsource(model.__init__))
    wire = names_of(model)
    annotations = dict(re.findall(r"^ +(\w+): (.+) = None,$", source, re.MULTILINE))
    required = required_of(source)
    return {
        wire[name] + ("*" if name in required else ""): type_of(model, annotation)
        for name, annotation in annotations.items()
    }


def names_of(model: t.Any) -> dict[str, str]:
    """Attribute to name on the wire: {"region_id": "RegionId"}."""
    found = re.findall(
        r"if m\.get\('([^']+)'\) is not None:\s+(?:for \w+(?:, \w+)? in .+\s+)?(?:temp_model = .+\s+)?self\.(\w+)",
        inspect.getsource(model.from_map),
    )
    return {attribute: key for key, attribute in found}


def required_of(source: str) -> set[str]:
    """Attributes whose comment says so."""
    found, comment = set(), ""
    for line in source.splitlines():
        if line.strip().startswith("#"):
            comment += line
        elif assigned := re.match(r"\s+self\.(\w+) = ", line):
            if REQUIRED in comment:
                found.add(assigned[1])
            comment = ""
    return found


def type_of(model: t.Any, annotation: str) -> t.Any:
    if annotation.startswith("List["):
        return [type_of(model, annotation.removeprefix("List[").removesuffix("]"))]
    if annotation.startswith("Dict["):
        return "json"
    if annotation.startswith("main_models."):
        return fields_of(getattr(sys.modules[model.__module__].main_models, annotation.removeprefix("main_models.")))
    return TYPES[annotation]


if __name__ == "__main__":
    main(sys.argv[1:])
