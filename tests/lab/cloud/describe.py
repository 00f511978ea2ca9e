"""Writes schema.json from the official clients for Python: `python -m tests.lab.cloud.describe [CALL ...]`.

What is in the file and what the cloud answers is described, and whatever is named. The clients are made from the cloud's own
description of its calls: types from the models' annotations, required parameters from the comments beside them.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import typing as t
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .schema import FILE

PACKAGES = {  # ECS last: it has old forms of other products' calls
    "cbn": "alibabacloud_cbn20170912",
    "cs": "alibabacloud_cs20151215",
    "slb": "alibabacloud_slb20140515",
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
            text_of(product, "client"),
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
    return fields_of(described_call(name)["product"], f"{name}ResponseBody")


def path_parameter(found: re.Match[str]) -> str:
    return "{" + "".join(word.capitalize() for word in found[1].split("_")) + "}"


def parameters_of(product: str, name: str, path: str) -> dict[str, t.Any]:
    """Those of the request's model, which for ROA calls has the path's not among them."""
    in_path = re.findall(r"percent_encode\((\w+)\)", path)
    ids = {"".join(word.capitalize() for word in one.split("_")) + "*": "string" for one in in_path}
    model = f"{name}Request"
    return {**ids, **(fields_of(product, model) if model in model_files(product) else {})}


@cache
def text_of(product: str, module: str) -> str:
    """The code of a module of an official client. Not imported: all models of ECS take long."""
    spec = importlib.util.find_spec(PACKAGES[product])
    return (Path((spec and spec.origin) or "").parent / f"{module}.py").read_text(encoding="utf-8")


@cache
def model_files(product: str) -> dict[str, str]:
    """In which module of `models` a model is."""
    found = re.findall(r"^from \.(\w+) import (\w+)$", text_of(product, "models/__init__"), re.MULTILINE)
    return {model: module for module, model in found}


def fields_of(product: str, model: str) -> dict[str, t.Any]:
    """Fields of a model by their names on the wire, with types as schema.py has them."""
    text = text_of(product, f"models/{model_files(product)[model]}")
    code = text.partition(f"class {model}(DaraModel):")[2].partition("\nclass ")[0]
    made, read = code.partition("def validate")[0], code.partition("def from_map")[2]
    names, required = names_of(read), required_of(made)
    annotations = re.findall(r"^ +(\w+): (.+) = None,$", made, re.MULTILINE)
    return {names[name] + ("*" if name in required else ""): type_of(product, kind) for name, kind in annotations}


def names_of(read: str) -> dict[str, str]:
    """Attribute to name on the wire, {"region_id": "RegionId"}, from the code that reads a model."""
    found = re.findall(
        r"if m\.get\('([^']+)'\) is not None:\s+(?:for \w+(?:, \w+)? in .+\s+)?(?:temp_model = .+\s+)?self\.(\w+)", read
    )
    return {attribute: key for key, attribute in found}


def required_of(made: str) -> set[str]:
    """Attributes whose comment says so, from the code that makes a model."""
    found, comment = set(), ""
    for line in made.splitlines():
        if line.strip().startswith("#"):
            comment += line
        elif assigned := re.match(r"\s+self\.(\w+) = ", line):
            if REQUIRED in comment:
                found.add(assigned[1])
            comment = ""
    return found


def type_of(product: str, annotation: str) -> t.Any:
    if annotation.startswith("List["):
        return [type_of(product, annotation.removeprefix("List[").removesuffix("]"))]
    if annotation.startswith("Dict["):
        return "json"
    if annotation.startswith("main_models."):
        return fields_of(product, annotation.removeprefix("main_models."))
    return TYPES[annotation]


if __name__ == "__main__":
    main(sys.argv[1:])
