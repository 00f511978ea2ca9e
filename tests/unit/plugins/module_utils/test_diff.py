# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown of an object: no bookkeeping and no secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.diff import (
    difference,
    secret_values,
    visible,
)

SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"same": "AAAA", "other": "BBBB"}}


def test_what_the_server_writes_is_not_shown() -> None:
    live = {
        "kind": "ConfigMap",
        "metadata": {
            "name": "a",
            "uid": "1",
            "resourceVersion": "2",
            "generation": 3,
            "creationTimestamp": "now",
            "managedFields": [],
            "labels": {},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "secret"}'},
        },
        "data": {"a": "1"},
        "status": {"phase": "x"},
    }
    assert visible(live) == {"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1"}}
    assert "uid" in live["metadata"]
    assert visible(None) == {}


def test_that_a_secret_changed_can_be_seen_and_its_values_cannot() -> None:
    after = {**SECRET, "data": {"same": "AAAA", "other": "CCCC", "new": "DDDD"}}
    shown = difference("Secret a", SECRET, after)
    assert shown["before"]["data"] == {"same": "(hidden)", "other": "(hidden, the old value)"}
    assert shown["after"]["data"] == {
        "same": "(hidden)",
        "other": "(hidden, the new value)",
        "new": "(hidden, the new value)",
    }
    assert SECRET["data"] == {"same": "AAAA", "other": "BBBB"}


def test_a_secret_that_comes_or_goes_is_hidden_too() -> None:
    assert difference("Secret a", {}, SECRET)["after"]["data"]["same"] == "(hidden, the new value)"
    assert difference("Secret a", SECRET, {})["before"]["data"]["same"] == "(hidden, the old value)"
    string = {"kind": "Secret", "stringData": {"key": "in the clear"}}
    assert difference("Secret a", {}, string)["after"]["stringData"]["key"] == "(hidden, the new value)"


def test_other_kinds_are_shown_as_they_are() -> None:
    config = {"kind": "ConfigMap", "data": {"a": "1"}}
    assert difference("ConfigMap a", {}, config)["after"] == config


def test_values_that_no_output_may_show() -> None:
    body = {"kind": "Secret", "data": {"long": "QUJDREVGRw==", "short": "QQ=="}, "stringData": {"text": "password1"}}
    assert secret_values(body) == {"QUJDREVGRw==", "password1"}
    assert secret_values({"kind": "ConfigMap", "data": {"long": "QUJDREVGRw=="}}) == set()


def test_schemas_of_a_definition_are_shown_only_where_they_change() -> None:
    def definition(maximum: int) -> dict[str, t.Any]:
        version = {"name": "v1", "schema": {"openAPIV3Schema": {"maximum": maximum}}}
        return {"kind": "CustomResourceDefinition", "spec": {"group": "x", "versions": [version]}}

    created = difference("x", {}, definition(1))
    assert created["after"]["spec"] == {"group": "x", "versions": [{"name": "v1", "schema": "(not shown)"}]}
    assert difference("x", definition(1), {})["before"] == created["after"]
    assert difference("x", definition(1), definition(2))["after"] == definition(2)
