# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether applying an object could change anything, by the fields that were applied last."""

from __future__ import annotations

import typing as t
from copy import deepcopy

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.fields import (
    applied_fields,
    is_applied,
    without_emptied,
)

Object = dict[str, t.Any]

MANAGER = "multiregion.istio"
WANTED: Object = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}, "finalizers": ["a/b"]},
    "spec": {
        "selector": {"app": "web"},
        "ports": [
            {"name": "http", "port": 80, "protocol": "TCP"},
            {"name": "more", "port": 81, "protocol": "TCP"},
        ],
        "externalIPs": ["10.0.0.1"],
    },
}
# As a server has it: others' fields beside ours, a set, an associative list, an atomic list and an atomic map.
FIELDS: Object = {
    "f:metadata": {"f:labels": {"f:app": {}}, "f:finalizers": {'v:"a/b"': {}}},
    "f:spec": {
        "f:selector": {},
        "f:externalIPs": {},
        "f:ports": {
            'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}},
            'k:{"port":81,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}},
        },
    },
}


def server(fields: Object | None = None, **entry: t.Any) -> Object:
    found = deepcopy(WANTED)
    found["metadata"]["labels"]["team"] = "shop"
    found["metadata"]["finalizers"].append("c/d")
    found["spec"]["clusterIP"] = "10.1.0.1"
    found["spec"]["ports"].append({"name": "theirs", "port": 82, "protocol": "TCP"})
    found["spec"]["ports"][0]["nodePort"] = 30080
    applied = {"manager": MANAGER, "operation": "Apply", "apiVersion": "v1", "fieldsV1": fields or FIELDS, **entry}
    found["metadata"]["managedFields"] = [{"manager": "kubectl", "operation": "Update", "apiVersion": "v1"}, applied]
    return found


def test_nothing_to_apply_where_fields_and_values_are_the_same() -> None:
    assert is_applied(WANTED, server(), MANAGER)


def test_what_others_put_into_a_map_that_we_applied_empty_is_theirs() -> None:
    wanted: Object = {"apiVersion": "v1", "kind": "RemoteIstio", "metadata": {"name": "x"}, "spec": {"proxy": {}}}
    applied = {"manager": MANAGER, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:spec": {"f:proxy": {}}}}
    live = {**wanted, "metadata": {"name": "x", "managedFields": [applied]}, "spec": {"proxy": {"resources": {}}}}
    assert is_applied(wanted, live, MANAGER)
    assert not is_applied(wanted, {**live, "spec": {"proxy": None}}, MANAGER)
    held = {**applied, "fieldsV1": {"f:spec": {"f:proxy": {"f:resources": {}}}}}
    assert not is_applied(wanted, {**live, "metadata": {"name": "x", "managedFields": [held]}}, MANAGER)


@pytest.mark.parametrize(
    "change",
    [
        lambda wanted: wanted["metadata"]["labels"].update(app="other"),
        lambda wanted: wanted["metadata"]["labels"].update(more="x"),
        lambda wanted: wanted["metadata"]["labels"].pop("app"),
        lambda wanted: wanted["metadata"]["finalizers"].append("c/d"),
        lambda wanted: wanted["metadata"].update(finalizers=["x/y"]),
        lambda wanted: wanted["spec"]["selector"].update(tier="x"),
        lambda wanted: wanted["spec"].update(externalIPs=["10.0.0.1", "10.0.0.2"]),
        lambda wanted: wanted["spec"]["ports"].pop(),
        lambda wanted: wanted["spec"]["ports"][0].update(targetPort=8080),
        lambda wanted: wanted["spec"]["ports"][0].update(name="https"),
        lambda wanted: wanted["spec"]["ports"][0].pop("protocol"),
        lambda wanted: wanted["spec"].update(ports=None),
        lambda wanted: wanted.pop("spec"),
        lambda wanted: wanted.update(extra={}),
    ],
)
def test_any_other_wish_goes_to_the_server(change: t.Callable[[Object], t.Any]) -> None:
    wanted = deepcopy(WANTED)
    change(wanted)
    assert not is_applied(wanted, server(), MANAGER)


@pytest.mark.parametrize(
    "drift",
    [
        lambda live: live["metadata"]["labels"].update(app="other"),
        lambda live: live["metadata"]["labels"].pop("app"),
        lambda live: live["metadata"].update(finalizers=["c/d"]),
        lambda live: live["spec"]["selector"].update(tier="x"),
        lambda live: live["spec"]["ports"][0].update(name="broken"),
        lambda live: live["spec"]["ports"].pop(0),
        lambda live: live["spec"].pop("ports"),
        lambda live: live.update(spec="broken"),
    ],
)
def test_drift_of_our_fields_goes_to_the_server(drift: t.Callable[[Object], t.Any]) -> None:
    live = server()
    drift(live)
    assert not is_applied(WANTED, live, MANAGER)


@pytest.mark.parametrize(
    "entry",
    [{"manager": "other"}, {"operation": "Update"}, {"apiVersion": "v2"}, {"subresource": "status"}],
)
def test_only_our_own_last_apply_counts(entry: Object) -> None:
    live = server(**entry)
    assert applied_fields(live, MANAGER, "v1") is None
    assert not is_applied(WANTED, live, MANAGER)


def test_a_list_whose_fields_are_told_by_position_goes_to_the_server() -> None:
    fields = deepcopy(FIELDS)
    fields["f:spec"]["f:externalIPs"] = {"i:0": {}}
    assert not is_applied(WANTED, server(fields), MANAGER)


def test_an_object_without_managed_fields_goes_to_the_server() -> None:
    live = server()
    del live["metadata"]["managedFields"]
    assert not is_applied(WANTED, live, MANAGER)


def test_an_object_with_nothing_but_a_name() -> None:
    wanted: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    entry = {"manager": MANAGER, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"f:metadata": {"f:labels": {}}}}
    live = {**wanted, "metadata": {"name": "shop", "managedFields": [entry]}}
    assert not is_applied(wanted, live, MANAGER)


@pytest.mark.parametrize(
    ("wanted", "live", "left"),
    [
        ({"security": {}, "hub": "h"}, {"security": {"key": 1}}, {"hub": "h"}),
        ({"spec": {"gateways": {}}}, {"spec": {"gateways": {"k8singress": {}}, "hub": "h"}}, {"spec": {}}),
        ({"security": {}}, {"security": {}}, {"security": {}}),
        ({"security": {}}, {}, {"security": {}}),
        ({"security": {}}, {"security": None}, {"security": {}}),
        ({"proxy": {"a": 1}}, {"proxy": {"a": 2, "b": 1}}, {"proxy": {"a": 1}}),
        ({"names": []}, {"names": ["a"]}, {"names": []}),
    ],
)
def test_a_map_that_is_emptied_is_left_out(wanted: Object, live: Object, left: Object) -> None:
    assert without_emptied(wanted, live) == left
