# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upgrade is to do, what is in its way, and what is told of it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.revision_names import named
from ansible_collections.multiregion.istio.plugins.module_utils._istio.revisions import Standing, standing_problems
from ansible_collections.multiregion.istio.plugins.module_utils._istio.upgrade import removal_problems, upgrade_plan
from ansible_collections.multiregion.istio.plugins.module_utils._istio.upgrade_summary import (
    upgrade_shown,
    upgrade_summary,
)

Object = dict[str, t.Any]


def cluster(
    name: str, current: str | None, *, reachable: bool = True, kubernetes: str = "1.34", **versions: t.Any
) -> Object:
    """What revisions_info tells; the revision without a name is `default` here."""
    found = [{"revision": named(revision), "version": version} for revision, version in versions.items()]
    return {
        "name": name,
        "reachable": reachable,
        "why": "" if reachable else "no route",
        "kubernetes": kubernetes,
        "current": current,
        "revisions": found,
        "namespaces": {},
        "workloads": [],
    }


def plan(*found: Object, hosts: t.Sequence[str] = (), **options: t.Any) -> Object:
    wanted = {"revision": "", "version": "1.31.0", "engine": "helm", **options}
    wanted.setdefault("charts", wanted["version"])
    names = hosts or [one["name"] for one in found]
    return upgrade_plan(found, "hub", names, **wanted)


@pytest.mark.parametrize(
    ("standing", "revision", "version", "kind"),
    [
        ({"default": "1.30.4"}, "", "1.31.0", "in place"),
        ({"default": "1.30.4"}, "new", "1.31.0", "canary"),
        ({"default": "1.30.4", "new": "1.31.0"}, "new", "1.31.0", "move"),
        ({"default": "1.30.4", "new": "1.31.0"}, "", "1.30.4", "move"),
        ({"default": "1.31.0"}, "", "1.31.0", "nothing"),
    ],
)
def test_what_stands_decides_the_way(standing: Object, revision: str, version: str, kind: str) -> None:
    found = plan(cluster("hub", "", **standing), revision=revision, version=version)
    assert (found["kind"], found["report"]) == (kind, "")
    assert found["before"] == {"revision": "default", "version": standing["default"]}
    assert found["default"] == ""


@pytest.mark.parametrize(
    ("before", "revision", "version", "text"),
    [
        ("1.31.0", "", "1.33.0", "too many minor versions in one step"),
        ("1.31.0", "new", "1.34.0", "Istio supports 2 at a time by revision"),
        ("1.31.0", "", "2.0.0", "too many minor versions in one step"),
        ("1.33.0", "new", "1.31.0", "back to 1.31.0"),
        ("1.31.0", "", "1.30.0", "too old for this collection"),
        ("1.31.0", "", "latest", "no version of Istio"),
    ],
)
def test_a_step_that_istio_does_not_support_is_refused(before: str, revision: str, version: str, text: str) -> None:
    assert text in plan(cluster("hub", "", default=before), revision=revision, version=version)["report"]


@pytest.mark.parametrize(
    ("revision", "version"), [("new", "1.33.0"), ("", "1.32.0"), ("", "1.30.4"), ("new", "1.30.4")]
)
def test_the_longest_steps_that_it_supports_are_not(revision: str, version: str) -> None:
    assert plan(cluster("hub", "", default="1.31.0"), revision=revision, version=version)["report"] == ""


def test_a_revision_that_still_stands_is_gone_back_to_however_far_it_is() -> None:
    found = plan(cluster("hub", "new", default="1.31.0", new="1.33.0"), version="1.31.0")
    assert (found["kind"], found["report"], found["others"], found["newest"]) == ("move", "", ["new"], "1.33.0")


def test_the_definitions_are_those_of_the_newest_that_will_stand() -> None:
    assert plan(cluster("hub", "new", new="1.31.1"), revision="new", version="1.31.0")["newest"] == "1.31.0"
    assert plan(cluster("hub", "", default="1.30.4"), revision="new", version="1.31.0")["newest"] == "1.31.0"


@pytest.mark.parametrize(
    ("found", "options", "text"),
    [
        ([cluster("hub", None)], {}, "control plane of this mesh stands"),
        ([cluster("hub", "", reachable=False)], {}, "cluster does not answer"),
        ([cluster("hub", "", default="1.31.0")], {"engine": "operator"}, "a field of the Istio resource"),
        ([cluster("hub", "", default="1.31.0")], {"version": "1.31.1", "charts": "1.31.0"}, "mesh_chart_source has Istio 1.31.0"),
        ([cluster("hub", "", a="1.31.0", default="1.31.0")], {"revision": "b"}, "other revisions of the mesh stand already"),
        ([cluster("hub", "", default="1.31.0"), cluster("far", "", default="1.31.0")],
         {"hosts": ["far"], "revision": "new"}, "is not among the hosts of --limit"),
        ([cluster("hub", "", kubernetes="1.30", default="1.31.0")], {"version": "1.31.1"}, "Kubernetes 1.30 is too old"),
    ],
)  # fmt: skip
def test_what_else_is_in_the_way_is_told(found: list[Object], options: Object, text: str) -> None:
    assert text in plan(*found, **options)["report"]


def test_a_cluster_that_is_away_is_in_the_way_only_of_its_own_upgrade() -> None:
    found = [cluster("hub", "", default="1.31.0"), cluster("far", None, reachable=False)]
    assert "far" in plan(*found, version="1.31.1")["report"]
    assert plan(*found, hosts=["hub"], version="1.31.1")["report"] == ""


def test_one_that_has_not_joined_is_passed_over() -> None:
    found = plan(cluster("hub", "", default="1.31.0"), cluster("far", None), version="1.31.1")
    assert (found["members"], found["skipped"]) == (["hub"], ["far"])


@pytest.mark.parametrize(
    ("versions", "current", "refused"),
    [
        ({}, None, False),
        ({"": "1.31.0"}, "", False),
        ({"": "1.30.4"}, "", True),
        ({"old": "1.31.0"}, "old", True),
        ({"": "1.31.0", "old": "1.30.4"}, "old", True),
        ({"": "1.31.0", "new": "1.31.1"}, "", False),
        ({"": "1.31.0"}, None, False),
    ],
)
def test_only_an_upgrade_changes_what_a_cluster_goes_by(
    versions: dict[str, str], current: str | None, refused: bool
) -> None:
    problems = standing_problems(Standing(versions, current), "", "1.31.0", "hub")
    assert bool(problems) == refused
    assert not refused or "multiregion.istio.upgrade" in problems[0].todo


def test_all_who_follow_a_revision_keep_it() -> None:
    work = {"namespace": "shop", "kind": "Deployment", "name": "cart", "revision": "", "pods": ["cart-1"]}
    found = [
        {**cluster("hub", "new"), "namespaces": {"shop": "", "default": "new"}},
        {**cluster("east", "new"), "workloads": [work, {**work, "name": "moved", "revision": "new"}]},
        cluster("west", ""),
        cluster("far", None, reachable=False),
    ]
    seen = [{"istiod": "old-1", "proxies": 2}, {"istiod": "new-1", "proxies": 9}, {"istiod": "old-2", "proxies": None}]
    istiods = [
        {"name": name, "revision": {"old": "default", "new": "new"}[name[:3]]} for name in ("old-1", "new-1", "old-2")
    ]
    views = {
        "istiods": istiods,
        "strangers": ["lost"],
        "members": [{"name": "east", "sync": seen}, {"name": "hub", "sync": [{"istiod": "old-1", "proxies": 0}]}],
    }
    assert removal_problems(found, views, "new") == [
        "hub: namespace shop asks for revision default",
        "east: Deployment shop/cart runs a sidecar of revision default",
        "west: it goes by revision default",
        "far: it does not answer (no route)",
        "lost: it belongs to the mesh and is not in the inventory, so that it was not looked at",
        "east: 2 proxies are connected to istiod old-1",
        "east: it is not known whether proxies are connected to istiod old-2",
    ]


def outcome(**changes: t.Any) -> Object:
    cart = {"namespace": "shop", "kind": "Deployment", "name": "cart", "pods": ["cart-1"]}
    one = {
        "name": "hub",
        "before": "1.31.0 (default)",
        "now": "1.31.1 (new)",
        "proxies": {"new": 4},
        "failure": "",
        "restarted": [cart],
        "to_restart": [],
        "staying": [],
    }
    return {
        "mesh_id": "m",
        "check_mode": False,
        "failure": "",
        "version": "1.31.1",
        "revision": "new",
        "kind": "canary",
        "clusters": [one],
        "not_reached": [],
        "removed": [],
        "others": ["default"],
        "before": {"revision": "default", "version": "1.31.0"},
        **changes,
    }


def test_the_summary_tells_each_cluster_and_how_to_go_back() -> None:
    text = upgrade_summary(outcome())
    assert text.startswith("Mesh m goes to Istio 1.31.1 (revision new), which comes beside the one that stands.")
    assert "hub      1.31.0 (default)  1.31.1 (new)  4 at new  1          0" in text
    assert "Revision default still stands" in text and "mesh_upgrade_remove_old=true" in text
    assert "mesh_istio_version: 1.31.0" in upgrade_summary(outcome(kind="in place", others=[]))


def test_the_summary_tells_what_is_left_to_do_what_was_not_reached_and_what_was_removed() -> None:
    left = outcome()
    left["clusters"][0] |= {
        "to_restart": [{"namespace": "shop", "kind": "Deployment", "name": "cart", "pods": []}],
        "staying": [
            {"namespace": "shop", "kind": "Pod", "name": "debug", "pods": ["debug"], "why": "nothing makes it anew"}
        ],
    }
    text = upgrade_summary({**left, "failure": "cluster hub: it broke", "not_reached": ["far"]})
    assert "cluster hub: it broke" in text and "Not changed: far." in text
    assert "hub: restart Deployment shop/cart" in text
    assert "hub: Pod shop/debug is left as it is: nothing makes it anew" in text
    assert "Removed:\n  hub: revision default" in upgrade_summary(outcome(removed=["hub: revision default"]))


def test_a_cluster_is_shown_by_what_it_goes_by() -> None:
    assert upgrade_shown(cluster("hub", "new", default="1.30.4", new="1.31.0")) == "1.31.0 (new)"
    assert upgrade_shown(cluster("hub", "new", default="1.30.4")) == "1.30.4 (default)"
    assert upgrade_shown(cluster("hub", None)) == ""
