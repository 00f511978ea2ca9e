"""The table of calls against the official clients, whose code and models are made from the cloud's own description."""

from __future__ import annotations

import functools
import importlib.util
import re
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.actions import ACTIONS, PRODUCTS, Action

PACKAGES = {
    "cs": "alibabacloud_cs20151215",
    "ecs": "alibabacloud_ecs20140526",
    "vpc": "alibabacloud_vpc20160428",
    "cbn": "alibabacloud_cbn20170912",
    "slb": "alibabacloud_slb20140515",
}


def parameters_of(action: Action) -> set[str]:
    """What the official client takes for a call, empty for one without parameters."""
    return fields_of(action, "Request")


def fields_of(action: Action, kind: str) -> set[str]:
    """The fields of a model, empty where there is none. Read as text: importing a package of models takes seconds."""
    file = models_of(action.product).get(f"{action.name}{kind}".lower())
    parts = file.read_text(encoding="utf-8").split("\nclass ")[1:] if file else []
    (model,) = [part for part in parts if part.startswith(f"{action.name}{kind}(")] or [""]
    return set(re.findall(r"m\.get\('([^']+)'\)", model))


@functools.cache
def models_of(product: str) -> dict[str, Path]:
    """The files of models, by the name of their class in lower case."""
    return {file.stem.replace("_", ""): file for file in (package_of(product) / "models").glob("*.py")}


@functools.cache
def package_of(product: str) -> Path:
    spec = importlib.util.find_spec(PACKAGES[product])
    return Path(spec.origin or "").parent if spec else Path()


@functools.cache
def client_of(product: str) -> str:
    return (package_of(product) / "client.py").read_text(encoding="utf-8")


def described(action: Action) -> dict[str, str]:
    """version, path, method and style of a call in the official client's code."""
    found = re.search(
        rf"action = '{action.name}',\s*version = '(?P<version>[^']+)',\s*protocol = 'HTTPS',\s*"
        r"pathname = f?'(?P<path>[^']*)',\s*method = '(?P<method>\w+)',\s*auth_type = 'AK',\s*style = '(?P<style>\w+)'",
        client_of(action.product),
    )
    return found.groupdict() if found else {}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda x: x.name)
def test_a_call_goes_where_the_official_client_sends_it(action: Action) -> None:
    path = re.sub(r"\{[^}]+\}", "{}", action.path)
    known = described(action)
    assert re.sub(r"\{[^}]+\}", "{}", known.get("path", "no such call")) == path
    version = PRODUCTS[action.product].version
    assert (known["version"], known["method"], known["style"]) == (version, action.method, action.style)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda x: x.name)
def test_a_call_has_the_parameters_that_the_client_adds(action: Action) -> None:
    known = parameters_of(action)
    assert action.token == ("ClientToken" in known)
    if action.region_parameter:
        assert action.region_parameter in known


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda x: x.name)
def test_a_call_pages_as_the_official_models_say(action: Action) -> None:
    known = parameters_of(action)
    ways = {"PageNumber", "Page", "page_number", "pageNumber", "NextToken"}
    if action.paging is None:
        assert not known & ways
        return
    answer = fields_of(action, "ResponseBody")
    paging = action.paging
    assert paging.items.partition(".")[0] in answer
    assert {paging.number, paging.size} - {""} <= known
    assert paging.number in known & ways or ("NextToken" in known & answer if paging.size else not known & ways)
    assert not paging.total or paging.total.partition(".")[0] in answer
