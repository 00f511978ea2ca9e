# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token says of itself, and when it is kept."""

from __future__ import annotations

import base64
import json
import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.tokens import (
    claims_of,
    expiry_of,
    lifetime_of,
    secret_of,
    why_not_kept,
)

Object = dict[str, t.Any]

BOUND: Object = {"metadata": {"name": "bound", "uid": "s-1"}}
ACCOUNT: Object = {"metadata": {"name": "reader", "uid": "a-1"}}


def jwt(claims: object) -> str:
    return f"h.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


def token(**over: t.Any) -> str:
    said = {"secret": {"name": "bound", "uid": "s-1"}, "serviceaccount": {"name": "reader", "uid": "a-1"}}
    return jwt({"iat": 1000, "exp": 4000, "kubernetes.io": said, **over})


def kept(value: str, now: int, *live: Object | None) -> str:
    bound, account = live or (BOUND, ACCOUNT)
    return why_not_kept(value, bound, account, datetime.fromtimestamp(now, tz=timezone.utc))


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (jwt({"exp": 1800000000}), "2027-01-15T08:00:00Z"),
        (jwt({"sub": "x"}), None),
        (jwt([]), None),
        (jwt({"exp": "soon"}), None),
        (jwt({"exp": True}), None),
        ("opaque", None),
        ("a.%%%.b", None),
        ("", None),
    ],
)
def test_when_a_token_ends(value: str, end: str | None) -> None:
    assert expiry_of(value) == end


def test_its_lifetime_is_what_the_server_granted() -> None:
    assert lifetime_of(token()) == 3000
    assert lifetime_of(jwt({"iat": 5})) == 0
    assert claims_of("no token") == {}


def test_the_secret_that_it_came_from_or_is_bound_to() -> None:
    assert secret_of(token()) == "bound"
    assert secret_of(jwt({"kubernetes.io/serviceaccount/secret.name": "old"})) == "old"
    assert secret_of(jwt({"kubernetes.io": {"pod": {"name": "x"}}})) == ""
    assert secret_of("opaque") == ""


@pytest.mark.parametrize(("now", "why"), [(1000, ""), (3000, ""), (3001, "less than a third"), (4000, "has expired")])
def test_a_token_is_kept_until_less_than_a_third_of_its_life_is_left(now: int, why: str) -> None:
    found = kept(token(), now)
    assert why in found if why else not found


@pytest.mark.parametrize(
    ("bound", "account", "why"),
    [
        (None, ACCOUNT, "not bound to our Secret"),
        ({"metadata": {"name": "bound", "uid": "s-2"}}, ACCOUNT, "not bound to our Secret"),
        ({"metadata": {"name": "other", "uid": "s-1"}}, ACCOUNT, "not bound to our Secret"),
        (BOUND, None, "ServiceAccount was made anew"),
        (BOUND, {"metadata": {"name": "reader", "uid": "a-2"}}, "ServiceAccount was made anew"),
    ],
)
def test_a_token_whose_object_went_is_minted_anew(bound: Object | None, account: Object | None, why: str) -> None:
    assert why in kept(token(), 1000, bound, account)


@pytest.mark.parametrize("value", ["opaque", jwt({"kubernetes.io": "x"}), jwt({"exp": 4000})])
def test_a_token_of_another_kind_is_not_kept(value: str) -> None:
    assert "not bound" in kept(value, 1000)
    assert kept("", 1000) == "there is none yet"
