# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of a spec that its kind does not have."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.spec_fields import schema_of, unknown_fields

Object = dict[str, t.Any]

SCHEMA: Object = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "includeIPRanges": {"type": "string"},
                "proxy": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "dockerImage": {"type": "object", "properties": {"region": {"type": "string"}}},
                "enabledServices": {"type": "array", "items": {"type": "object", "properties": {"name": {}}}},
                "nodes": {"type": "object", "additionalProperties": {"type": "object", "properties": {"disk": {}}}},
                "anything": {"type": "object"},
            },
        }
    },
}


@pytest.mark.parametrize(
    ("spec", "unknown"),
    [
        ({"includeIPRanges": "*", "proxy": {"a": {"b": 1}}, "anything": {"x": 1}}, []),
        ({"includeIpRanges": "*"}, ["spec.includeIpRanges (did you mean includeIPRanges?)"]),
        ({"dockerImage": {"regoin": "x"}}, ["spec.dockerImage.regoin (did you mean region?)"]),
        ({"enabledServices": [{"name": "a"}, {"nmae": "b"}]}, ["spec.enabledServices[1].nmae (did you mean name?)"]),
        ({"nodes": {"n1": {"disk": 1}, "n2": {"dsik": 1}}}, ["spec.nodes.n2.dsik (did you mean disk?)"]),
        ({"dockerImage": {"zzz": 1}}, ["spec.dockerImage.zzz (known are region)"]),
        (
            {"Proxy": {}, "dockerimage": {}},
            ["spec.Proxy (did you mean proxy?)", "spec.dockerimage (did you mean dockerImage?)"],
        ),
        ({"dockerImage": None}, []),
    ],
)
def test_each_unknown_field_is_named_with_what_was_probably_meant(spec: Object, unknown: list[str]) -> None:
    assert unknown_fields({"spec": spec}, SCHEMA) == unknown


def test_without_a_schema_nothing_is_unknown() -> None:
    assert unknown_fields({"spec": {"a": 1}}, {}) == []
    assert schema_of(None, "istio.alibabacloud.com/v1beta1") == {}


def test_the_schema_is_the_one_of_the_version() -> None:
    versions = [{"name": "v1alpha1"}, {"name": "v1beta1", "schema": {"openAPIV3Schema": SCHEMA}}]
    assert schema_of({"spec": {"versions": versions}}, "istio.alibabacloud.com/v1beta1") == SCHEMA
    assert schema_of({"spec": {"versions": versions}}, "istio.alibabacloud.com/v1alpha1") == {}
