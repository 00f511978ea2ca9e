# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which namespaces are labelled for injection, and which labels are taken away."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.injection import (
    MANAGER,
    Plan,
    after,
    plan,
    wanted_label,
)

Object = dict[str, t.Any]

DEFAULT, BLUE = wanted_label(""), wanted_label("blue")


def namespace(ours: dict[str, str] | None = None, theirs: dict[str, str] | None = None) -> Object:
    """A namespace with injection labels by us and by its user."""

    def entry(manager: str, operation: str, labels: dict[str, str]) -> Object:
        fields: Object = {"f:metadata": {"f:labels": {f"f:{key}": {} for key in labels}}}
        return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields}

    entries = [entry(MANAGER, "Apply", ours)] if ours else []
    entries += [entry("kubectl-label", "Update", theirs)] if theirs else []
    return {"metadata": {"labels": {**(ours or {}), **(theirs or {}), "team": "shop"}, "managedFields": entries}}


ENABLED, DISABLED, REV_BLUE = {"istio-injection": "enabled"}, {"istio-injection": "disabled"}, {"istio.io/rev": "blue"}


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        (namespace(), DEFAULT, Plan(label={"a": ENABLED})),
        (namespace(), BLUE, Plan(label={"a": REV_BLUE})),
        (namespace(ours=ENABLED), DEFAULT, Plan()),
        (namespace(theirs=ENABLED), DEFAULT, Plan()),
        (namespace(ours=ENABLED, theirs=ENABLED), DEFAULT, Plan()),
        (namespace(ours=ENABLED), BLUE, Plan(label={"a": REV_BLUE})),
        (namespace(theirs=DISABLED), DEFAULT, Plan(kept={"a": "istio-injection=disabled"})),
        (namespace(theirs=ENABLED), BLUE, Plan(kept={"a": "istio-injection=enabled"})),
        (namespace(theirs=REV_BLUE), DEFAULT, Plan(kept={"a": "istio.io/rev=blue"})),
        (namespace(ours=ENABLED, theirs=REV_BLUE), DEFAULT, Plan(kept={"a": "istio.io/rev=blue"}, unlabel=["a"])),
    ],
)
def test_a_listed_namespace(found: Object, wanted: tuple[str, str], expected: Plan) -> None:
    assert plan({"a": found}, ["a", "a"], wanted) == expected


@pytest.mark.parametrize(
    ("found", "unlabel"),
    [
        (namespace(), []),
        (namespace(ours=ENABLED), ["a"]),
        (namespace(ours=REV_BLUE), ["a"]),
        (namespace(theirs=ENABLED), []),
    ],
)
def test_a_namespace_that_is_not_listed_loses_our_label_only(found: Object, unlabel: list[str]) -> None:
    assert plan({"a": found}, [], DEFAULT) == Plan(unlabel=unlabel)


def test_a_namespace_that_does_not_exist_is_named() -> None:
    assert plan({}, ["a"], DEFAULT) == Plan(missing=["a"])


def test_a_label_that_its_user_has_too_stays() -> None:
    assert after(namespace(ours=ENABLED, theirs=ENABLED), None) == ENABLED
    assert after(namespace(ours=ENABLED), None) == {}


def test_a_namespace_without_managed_fields() -> None:
    assert plan({"a": {"metadata": {}}}, ["a"], DEFAULT) == Plan(label={"a": ENABLED})
