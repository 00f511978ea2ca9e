# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done about a Helm release, by how it stands."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._helm.plan import (
    Plan,
    Wanted,
    plan_absent,
    plan_present,
    standing_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._helm.release import History, Record, Release

Object = dict[str, t.Any]

WANTED = Wanted("mesh1", "istiod", "1.31.0", {"pilot": {"cni": {"enabled": False}}, "global": {"network": "n"}})
DRIFTED: list[Object] = [
    {"kind": "Service", "namespace": "istio-system", "name": "istiod", "action": "created", "fields": []},
    {"kind": "ClusterRole", "namespace": None, "name": "reader", "action": "changed", "fields": ["rules[0].verbs"]},
]


def mark_of(plan: Plan) -> Object:
    return t.cast(Object, plan.values["global"]["multiregionIstio"])


def release(number: int = 1, status: str = "deployed", mark: Object | None = None, **fields: t.Any) -> Release:
    """A revision of the wanted release."""
    shared = {"network": "n", **({"multiregionIstio": mark} if mark else {})}
    values = {"pilot": {"cni": {"enabled": False}}, "global": shared}
    record = Record(f"sh.helm.release.v1.istiod.v{number}", number, status)
    return replace(Release(record, "istiod", "1.31.0", values, "", "ssa"), **fields)


def history(*releases: Release, mark: Object | None = None) -> History:
    newest = releases[-1]
    deployed = [one for one in releases if one.record.status == "deployed"]
    records = tuple(one.record for one in releases)
    return History(records, newest, deployed[-1] if deployed else None, mark or newest.mark)


OURS = {"mesh": "mesh1"}


def test_what_is_not_there_is_installed_with_our_mark_and_the_users_values() -> None:
    plan = plan_present(History(), WANTED, [])
    assert (plan.action, plan.why, plan.uninstall) == ("installed", "", False)
    assert plan.values["global"] == {"network": "n", "multiregionIstio": {"mesh": "mesh1"}}
    assert WANTED.values["global"] == {"network": "n"}


def test_what_is_as_wanted_is_left_alone() -> None:
    plan = plan_present(history(release(mark=OURS)), WANTED, [])
    assert (plan.action, plan.changed) == ("unchanged", False)


def test_a_repair_of_long_ago_is_no_difference() -> None:
    assert plan_present(history(release(7, mark={**OURS, "repair": 3})), WANTED, []).action == "unchanged"


def test_drift_alone_is_repaired_by_values_that_helm_does_not_know() -> None:
    plan = plan_present(history(release(7, mark={**OURS, "repair": 3})), WANTED, DRIFTED)
    assert (plan.action, plan.force_conflicts) == ("repaired", True)
    assert mark_of(plan) == {"mesh": "mesh1", "repair": 7}
    assert plan.why == ("changed by others: Service istio-system/istiod (missing), ClusterRole reader (rules[0].verbs)")


def test_a_release_applied_by_the_client_knows_no_conflicts() -> None:
    assert not plan_present(history(release(mark=OURS, apply_method="csa")), WANTED, DRIFTED).force_conflicts


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"chart": "base"}, "chart base becomes istiod"),
        ({"chart_version": "1.30.4"}, "version 1.30.4 becomes 1.31.0"),
        (
            {"values": {"pilot": {"cni": {"enabled": True}}, "global": {"network": "n", "multiregionIstio": OURS}}},
            "values changed: pilot.cni.enabled",
        ),
    ],
)
def test_what_differs_is_upgraded_and_said(fields: Object, why: str) -> None:
    plan = plan_present(history(replace(release(2, mark=OURS), **fields), mark=OURS), WANTED, [])
    assert (plan.action, plan.why) == ("upgraded", why)


def test_values_are_not_said() -> None:
    secret = replace(release(mark=OURS), values={"password": "very-secret", "global": {"multiregionIstio": OURS}})
    wanted = replace(WANTED, values={"password": "more-secret"})
    assert plan_present(history(secret), wanted, []).why == "values changed: password"


def test_a_version_with_a_v_or_none_is_no_difference() -> None:
    found = history(release(mark=OURS))
    assert plan_present(found, replace(WANTED, chart_version="v1.31.0"), []).action == "unchanged"
    assert plan_present(found, replace(WANTED, chart_version=""), []).action == "unchanged"


def test_nulls_in_values_are_no_difference() -> None:
    wanted = replace(WANTED, values={**WANTED.values, "extra": None, "list": [{"a": None}]})
    found = replace(release(mark=OURS), values={**release(mark=OURS).values, "list": [{}]})
    assert plan_present(history(found), wanted, []).action == "unchanged"


def test_a_killed_first_install_is_removed_and_done_again() -> None:
    plan = plan_present(history(release(status="pending-install", mark=OURS)), WANTED, [])
    assert (plan.action, plan.uninstall, plan.records) == ("installed", True, ())
    assert plan.why.startswith("revision 1 is pending-install: a run was interrupted")


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_the_record_of_a_killed_upgrade_is_removed_and_the_upgrade_done_again(status: str) -> None:
    found = history(release(2, mark=OURS), release(3, status, mark=OURS))
    plan = plan_present(found, WANTED, [])
    assert (plan.action, plan.uninstall) == ("upgraded", False)
    assert plan.records == ("sh.helm.release.v1.istiod.v3",)
    # Revision 2 has these values already: Helm would find nothing to do.
    assert mark_of(plan) == {"mesh": "mesh1", "repair": 3}


def test_a_failed_upgrade_is_done_again_even_to_the_values_of_before() -> None:
    other = {"global": {"multiregionIstio": OURS, "network": "other"}}
    plan = plan_present(history(release(2, mark=OURS), replace(release(3, "failed"), values=other)), WANTED, [])
    assert (plan.action, plan.records, mark_of(plan)) == ("upgraded", (), {"mesh": "mesh1", "repair": 3})
    assert plan.why == "revision 3 is failed: it is upgraded again"


def test_a_killed_uninstall_is_finished_before_the_install() -> None:
    found = history(release(1, "superseded", mark=OURS), release(2, "uninstalling", mark=OURS))
    plan = plan_present(found, WANTED, [])
    assert (plan.action, plan.uninstall) == ("installed", False)
    assert plan.records == ("sh.helm.release.v1.istiod.v1", "sh.helm.release.v1.istiod.v2")


@pytest.mark.parametrize("mark", [None, {"mesh": "mesh2"}])
def test_a_release_of_others_is_refused_with_its_owner(mark: Object | None) -> None:
    plan = plan_present(history(release(3, mark=mark)), WANTED, [])
    assert not plan.changed
    assert "chart istiod 1.31.0, revision 3, deployed" in plan.refused
    assert ("mesh2" in plan.refused) if mark else ("not by this collection" in plan.refused)
    assert "mesh_force" in plan.todo


def test_a_release_of_others_is_taken_over_by_force_and_marked_for_ever() -> None:
    plan = plan_present(history(release(3)), replace(WANTED, force=True), [])
    assert (plan.action, mark_of(plan)) == ("upgraded", {"mesh": "mesh1", "adopted": True})
    assert "taken over" in plan.why
    later = plan_present(history(release(4, mark=mark_of(plan))), replace(WANTED, values={"new": 1}), [])
    assert mark_of(later) == {"mesh": "mesh1", "adopted": True}


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "uninstalling"])
def test_a_run_of_others_is_not_disturbed_even_by_force(status: str) -> None:
    plan = plan_present(history(release(status=status)), replace(WANTED, force=True), [])
    assert plan.refused and not plan.changed and not plan.records and not plan.uninstall


def test_a_mark_that_an_upgrade_by_hand_dropped_is_written_again() -> None:
    plan = plan_present(history(release(2), mark=OURS), WANTED, [])
    assert (plan.action, mark_of(plan)) == ("upgraded", {"mesh": "mesh1"})


@pytest.mark.parametrize(
    ("found", "action", "why"),
    [
        (History(), "absent", ""),
        (history(release(status="uninstalled", mark=OURS)), "absent", ""),
        (history(release(mark=OURS)), "removed", ""),
        (history(release(status="pending-upgrade", mark=OURS)), "removed", ""),
        (history(release()), "kept", "it was installed by Helm, not by this collection"),
        (history(release(mark={"mesh": "mesh2"})), "kept", "it belongs to the mesh mesh2 of this collection"),
        (history(release(mark={**OURS, "adopted": True})), "kept", "it was adopted: it was there before us"),
    ],
)
def test_only_what_is_ours_is_taken_away(found: History, action: str, why: str) -> None:
    plan = plan_absent(found, WANTED)
    assert (plan.action, plan.why) == (action, why)
    assert plan.uninstall == (action == "removed")


def test_a_killed_uninstall_is_finished() -> None:
    plan = plan_absent(history(release(2, "uninstalling", mark=OURS)), WANTED)
    assert (plan.action, plan.uninstall, plan.records) == ("removed", False, ("sh.helm.release.v1.istiod.v2",))


def test_standing() -> None:
    assert standing_of(history(release(mark=OURS)), "mesh1") == "ours"
    assert standing_of(history(release(mark=OURS)), "mesh2") == "foreign"


def test_a_plan_has_no_key_that_jinja_takes_for_a_method() -> None:
    assert not set(plan_present(History(), WANTED, []).as_dict()) & set(dir(dict))


def test_many_drifted_objects_are_told_in_one_line() -> None:
    many = [{**DRIFTED[0], "name": f"s{number}"} for number in range(7)]
    many[0] = {**DRIFTED[1], "fields": [f"f{number}" for number in range(7)]}
    why = plan_present(history(release(mark=OURS)), WANTED, many).why
    assert "ClusterRole reader (f0, f1, f2, f3, f4 and 2 more)" in why and why.endswith("and 2 more")
