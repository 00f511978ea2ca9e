"""The table of calls against the official clients, whose code and models are made from the cloud's own description."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.actions import ACTIONS, PRODUCTS, Action

PACKAGES = {
    "cs": "alibabacloud_cs20151215",
    "ecs": "alibabacloud_ecs20140526",
    "vpc": "alibabacloud_vpc20160428",
    "cbn": "alibabacloud_cbn20170912",
}


def parameters_of(action: Action) -> set[str]:
    """What the official client takes for a call, empty for one without parameters."""
    models = importlib.import_module(f"{PACKAGES[action.product]}.models")
    return fields_of(getattr(models, f"{action.name}Request", None))


def fields_of(model: t.Any) -> set[str]:
    return set(re.findall(r"m\.get\('([^']+)'\)", inspect.getsource(model.from_map))) if model else set()


def described(action: Action) -> dict[str, str]:
    """version, path, method and style of a call in the official client's code."""
    spec = importlib.util.find_spec(PACKAGES[action.product])
    source = (Path(spec.origin or "").parent / "client.py").read_text(encoding="utf-8") if spec else ""
    found = re.search(
        rf"action = '{action.name}',\s*version = '(?P<version>[^']+)',\s*protocol = 'HTTPS',\s*"
        r"pathname = f?'(?P<path>[^']*)',\s*method = '(?P<method>\w+)',\s*auth_type = 'AK',\s*style = '(?P<style>\w+)'",
        source,
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
    ways = {"PageNumber", "page_number", "pageNumber", "NextToken"}
    if action.paging is None:
        assert not known & ways
        return
    models = importlib.import_module(f"{PACKAGES[action.product]}.models")
    answer = fields_of(getattr(models, f"{action.name}ResponseBody"))
    paging = action.paging
    assert paging.items.partition(".")[0] in answer
    assert {paging.number, paging.size} - {""} <= known
    assert paging.number in known & ways or ("NextToken" in known & answer if paging.size else not known & ways)
    assert not paging.total or paging.total.partition(".")[0] in answer
