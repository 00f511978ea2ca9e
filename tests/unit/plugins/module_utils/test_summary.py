# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads after a verification."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.istio.plugins.module_utils._istio.summary import mesh_summary

EAST = {
    "name": "east",
    "region": "cn-beijing",
    "role": "primary",
    "status": "Available",
    "sync": [{"istiod": "istiod-1", "status": "synced", "endpoints": 8}],
    "endpoints": 8,
    "proxies": {"connected": 4, "stale": 0, "never_acknowledged": 0},
    "credential": {"present": False, "days_left": None},
    "gateways": [{"name": "in", "purpose": "ingress", "addresses": ["10.0.0.1"], "kinds": ["private"]}],
}
WEST = {
    **EAST,
    "name": "west",
    "region": "",
    "role": "remote",
    "status": "",
    "endpoints": None,
    "proxies": None,
    "credential": {"present": True, "days_left": 12},
    "gateways": [],
}
PAIR = {"from": "east", "to": "west", "sent": 20, "ok": 19, "p50_ms": 62}


def summary(**fields: t.Any) -> str:
    return mesh_summary({"mesh_id": "mesh1", "members": [], "requests": [], "problems": [], "failure": "", **fields})


def test_members_and_who_reached_whom_are_tables() -> None:
    unsent = {"from": "west", "to": "east", "sent": 0, "ok": 0, "p50_ms": None}
    assert summary(members=[EAST, WEST], requests=[PAIR, unsent]) == (
        "Mesh mesh1: no problems.\n"
        "\n"
        "member  region      role     status     istiod  endpoints  proxies  token  load balancers\n"
        "east    cn-beijing  primary  Available  synced  8          4        -      10.0.0.1\n"
        "west    -           remote   -          synced  -          -        12 d   -\n"
        "\n"
        "Requests answered\n"
        "from \\ to  east       west\n"
        "east       -          19/20, 62 ms\n"
        "west       none sent  -"
    )


def test_proxies_that_do_not_listen_are_counted_and_a_token_without_end_is_said() -> None:
    late = {**WEST, "proxies": {"connected": 9, "stale": 1, "never_acknowledged": 2}}
    assert "9, 3 stale  no end" in summary(members=[{**late, "credential": {"present": True, "days_left": None}}])


def test_users_load_balancers_come_first_and_public_ones_are_marked() -> None:
    between = {
        "name": "a",
        "purpose": "east-west",
        "addresses": ["10.0.0.2", "8.8.8.8"],
        "kinds": ["private", "public"],
    }
    gateways = [between, *t.cast(t.Any, EAST)["gateways"]]
    assert summary(members=[{**EAST, "gateways": gateways}]).endswith("10.0.0.1, 10.0.0.2, +1")
    assert summary(
        members=[{**EAST, "gateways": [{**between, "addresses": ["8.8.8.8"], "kinds": ["public"]}]}]
    ).endswith("8.8.8.8 (public)")


def test_the_table_fits_a_terminal() -> None:
    balancers = [{"name": "a", "purpose": "ingress", "addresses": ["10.120.30.140"] * 4, "kinds": ["private"] * 4}]
    member = {
        **WEST,
        "name": "ap-southeast-1",
        "region": "ap-southeast-1",
        "status": "Available",
        "gateways": balancers,
    }
    assert max(map(len, summary(members=[member]).splitlines())) <= 120


def test_problems_come_first() -> None:
    problem = {"severity": "error", "cluster": "west", "what": "it is gone", "why": "", "todo": ""}
    assert summary(problems=[problem]) == "Mesh mesh1: 1 error.\n\nCluster west\n  error:   It is gone."


def test_a_time_below_a_millisecond_is_not_shown_as_none() -> None:
    assert "19/20, <1 ms" in summary(requests=[{**PAIR, "p50_ms": 0}])


def test_a_pair_without_any_answer_shows_what_was_tried() -> None:
    assert "0/37" in summary(requests=[{**PAIR, "sent": 37, "ok": 0, "p50_ms": None}])


def test_hostile_names_stay_text() -> None:
    assert "\\x1b[31m" in summary(requests=[{**PAIR, "from": "\x1b[31m"}])


def test_what_broke_the_verification_off_is_told_before_the_rest() -> None:
    assert summary(failure="Namespace probe exists.") == "Mesh mesh1: Namespace probe exists."
