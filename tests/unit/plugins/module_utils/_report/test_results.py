# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the result files say all together: the verdict, problems, members and stages."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._report.findings import found_in, grouped
from ansible_collections.multiregion.istio.plugins.module_utils._report.members import members_of
from ansible_collections.multiregion.istio.plugins.module_utils._report.network import proof_of, requests_of
from ansible_collections.multiregion.istio.plugins.module_utils._report.stages import steps_of
from ansible_collections.multiregion.istio.plugins.module_utils._report.verdict import Verdict, verdict_of
from tests.unit.result_files import FAR, NEIGHBOUR, PRIMARY, Files, broken, healthy, large, leave, overlapping


def verdict(files: Files) -> Verdict:
    found = found_in(files)
    bad = {problem.cluster for problems in found.values() for problem in problems if problem.severity == "error"}
    return verdict_of(files, found, members_of(files, bad, ()))


def sound() -> Files:
    files = healthy()
    files["preflight"]["problems"] = []
    return files


def test_a_mesh_that_is_well_says_so_with_what_shows_it() -> None:
    what = "Mesh lab is well: 3 clusters in 2 regions, 120 of 120 requests answered."
    assert verdict(sound()) == Verdict("good", what, "Verified 2026-11-29 13:42 UTC.")


def test_warnings_are_counted_and_do_not_make_it_ill() -> None:
    found = verdict(healthy())
    assert found.state == "concern" and "is well" in found.what and "3 warnings" in found.todo


def test_of_a_plan_that_is_refused_the_first_thing_to_do_is_told_with_the_playbook_to_run_then(tmp_path: Path) -> None:
    found = verdict(overlapping(tmp_path))
    assert (found.state, found.what) == ("bad", "Mesh shop is not well: preflight failed with 3 errors.")
    assert found.todo == (
        "First: Give one of the clusters another block; it is set when a cluster is created. (pod block 10.11.0.0/16 of cluster"
        " shop-east is also pod block 10.11.0.0/16 of cluster shop-west.) Then run multiregion.istio.preflight again."
    )


def test_the_earliest_stage_that_failed_comes_first() -> None:
    files = broken()
    assert verdict(files).what == "Mesh lab is not well: verification failed with 4 errors."
    files["primary"]["failure"] = f"cluster {PRIMARY}: cannot install istiod: timed out. Look at its pods.\nmore"
    found = verdict(files)
    assert found.what == "Mesh lab is not well: control plane failed with 1 error."
    assert found.todo == (
        f"First: Cluster {PRIMARY}: cannot install istiod: timed out. Look at its pods. Then run multiregion.istio.primary again."
    )


def test_a_remote_that_failed_is_named() -> None:
    files = sound()
    files["remotes"]["members"][0].update(status="ReconcileFailed", failure=f"cluster {FAR}: no answer. Look.")
    files["remotes"]["not_reached"] = [NEIGHBOUR]
    found = verdict(files)
    assert found.state == "bad" and f"cluster {FAR}: no answer" in found.todo.replace("Cluster", "cluster")
    kinds = [(group.severity, group.entries[0][0]) for group in grouped(found_in(files))]
    assert kinds == [("error", (FAR,)), ("warning", (NEIGHBOUR,))]


def test_a_member_that_is_not_available_is_enough() -> None:
    files = sound()
    files["verify"]["members"][1]["status"] = "Reconciling"
    assert verdict(files).what == f"Mesh lab is not well: {FAR} is Reconciling."


@pytest.mark.parametrize(
    ("gone", "why", "todo"),
    [
        (("verify",), "it was not verified", "verify"),
        (("verify", "remotes"), "it was only checked, or made in part", "site"),
        (("verify", "remotes", "primary", "prerequisites"), "it was only checked, or made in part", "site"),
    ],
)
def test_what_was_not_verified_is_not_called_well(gone: tuple[str, ...], why: str, todo: str) -> None:
    files = {stage: file for stage, file in sound().items() if stage not in gone}
    expected = f"Whether mesh lab is well is not known: {why}."
    assert verdict(files) == Verdict("unknown", expected, f"Run multiregion.istio.{todo}.")


def test_what_was_changed_after_the_verification_has_to_be_verified_again() -> None:
    files = {**sound(), "leave": leave()}
    found = verdict(files)
    assert found.state == "unknown" and "verified before leave ran last" in found.what


def test_a_cluster_that_has_not_joined_is_named() -> None:
    files = sound()
    files["preflight"]["clusters"].append({**files["preflight"]["clusters"][1], "name": "eu-central-1"})
    found = verdict(files)
    assert found.state == "unknown" and "eu-central-1 had not joined" in found.what and ".site" in found.todo


def test_a_cluster_that_left_is_no_member_unless_it_is_still_planned() -> None:
    files = {**sound(), "leave": leave()}
    assert FAR in [member.name for member in members_of(files, (), ())]
    files["preflight"]["clusters"] = [x for x in files["preflight"]["clusters"] if x["name"] != FAR]
    assert FAR not in [member.name for member in members_of(files, (), ())]


def test_the_same_words_about_several_clusters_are_one_entry() -> None:
    (group,) = grouped(found_in(healthy()))
    assert (group.stage, group.severity, group.more) == ("preflight", "warning", 0)
    assert group.entries == (((FAR, PRIMARY, NEIGHBOUR), "only 1 of 3 Ready workers take ordinary pods (2 tainted)"),)


def test_problems_of_one_kind_are_listed_up_to_a_number_and_then_counted(tmp_path: Path) -> None:
    (group,) = grouped(found_in({"preflight": large(tmp_path, 10, alike=True)["preflight"]}))
    assert len(group.entries) == 20 and group.more == 25


def test_a_failure_that_only_repeats_the_problems_is_not_one_more() -> None:
    files = broken()
    files["verify"]["failure"] = "Requests between the members: 4 errors."
    assert len(found_in(files)["verify"]) == 4


def test_a_primary_that_was_only_installed_tells_the_addresses_of_its_gateways() -> None:
    files = {name: file for name, file in healthy().items() if name != "verify"}
    files["primary"] |= {"ingress_address": "gateway.example.com", "eastwest_address": "10.10.1.195"}
    assert members_of(files, (), ())[0].addresses == ("gateway.example.com", "10.10.1.195")


def test_members_have_what_each_file_tells_of_them() -> None:
    primary, far, _rest = members_of(healthy(), (), (FAR,))
    assert (primary.role, primary.region, primary.vpc_id, primary.state) == (
        "primary",
        "cn-beijing",
        "vpc-beijing",
        "good",
    )
    assert (primary.workers, primary.istiod, primary.addresses) == (
        "3 of 3",
        "synced",
        ("10.10.1.194 (istio-ingressgateway)", "10.10.1.193 (istiod-internal)"),
    )
    assert (far.role, far.status, far.state, far.verified) == (
        "remote",
        "Available",
        "concern",
        datetime(2026, 11, 29, 13, 42, 18, tzinfo=timezone.utc),
    )


def test_members_tell_their_endpoints_and_proxies_and_those_that_do_not_listen() -> None:
    files = healthy()
    near, far, *_others = files["verify"]["members"]
    near.update(endpoints=0, proxies={"connected": 9, "stale": 1, "never_acknowledged": 1})
    far.update(endpoints=None, proxies=None)
    found = {member.name: (member.endpoints, member.proxies) for member in members_of(files, (), ())}
    assert found[near["name"]] == ("0", "9, 2 stale")
    assert found[far["name"]] == ("", "")


def test_members_of_a_plan_alone_are_not_called_well() -> None:
    files = {"preflight": healthy()["preflight"]}
    files["preflight"]["clusters"][1].update(contacted=True, reachable=False, errors=2)
    first, second, _rest = members_of(files, (), ())
    assert (first.state, first.standing) == ("unknown", "no member yet")
    assert (second.state, second.standing) == ("bad", "with errors")
    assert second.remarks == ("its API server did not answer", "2 errors in the preflight")


def test_the_matrix_tells_times_and_where_requests_were_lost() -> None:
    found = requests_of(broken())
    assert found and found.answered == 2 and len(found.failed) == 4
    cells = {names: pair.cell for names, pair in found.cells.items()}
    assert cells[PRIMARY, NEIGHBOUR] == "2" and cells[PRIMARY, FAR] == "0 of 20" and cells[FAR, PRIMARY] == "3 of 20"


@pytest.mark.parametrize(
    ("pair", "cell", "is_fine"),
    [
        ({"sent": 20, "ok": 20, "p50_ms": 0}, "<1", True),
        ({"sent": 20, "ok": 20, "p50_ms": None}, "ok", True),
        ({"sent": 20, "ok": 20, "p50_ms": 4, "why": "took too long"}, "20 of 20", False),
        ({"sent": 20, "ok": 18, "p50_ms": 4, "why": ""}, "18 of 20", False),
        ({"sent": 0, "ok": 0, "why": "no probe in east"}, "none sent", False),
        ({"sent": "many", "ok": float("nan")}, "none sent", False),
    ],
)
def test_cells_of_the_matrix(pair: dict[str, t.Any], cell: str, is_fine: bool) -> None:
    found = requests_of({"verify": {"requests": [{"from": "a", "to": "b", **pair}]}})
    assert found and (found.cells["a", "b"].cell, found.cells["a", "b"].is_fine) == (cell, is_fine)


def test_the_proof_names_what_was_not_reached() -> None:
    found = proof_of(broken())
    assert found and found.answered == 2
    pair = found.cells[PRIMARY, FAR]
    assert pair.cell == "no pod, API server" and pair.why.startswith(
        "pod 10.105.2.11:8080: connection timed out; API server"
    )


def test_stages_have_bars_from_begin_to_end_of_the_last_run() -> None:
    files = healthy()
    steps = {step.title: step for step in steps_of(files, found_in(files))}
    assert [*steps] == ["Preflight", "Network", "Control plane", "Remotes", FAR, NEIGHBOUR, "Verification"]
    assert (steps["Preflight"].begin, steps["Preflight"].width, steps["Preflight"].took) == (0, 0, None)
    assert steps["Remotes"].took == timedelta(seconds=7) and steps[FAR].took == timedelta(seconds=3)
    last = steps["Verification"]
    assert last.begin is not None and last.width is not None and last.begin + last.width == pytest.approx(100)


def test_a_stage_of_an_earlier_run_has_no_bar() -> None:
    files = healthy()
    files["preflight"]["finished"] = "2026-11-28T09:00:00Z"
    steps = {step.stage: step for step in steps_of(files, found_in(files))}
    assert steps["preflight"].begin is None and steps["prerequisites"].begin == 0


@pytest.mark.parametrize("started", ["", "yesterday", "2026-11-29T14:42:36Z", 7, None])
def test_a_begin_that_cannot_be_is_left_out(started: t.Any) -> None:
    files = {"verify": {**healthy()["verify"], "started": started}}
    (step,) = steps_of(files, found_in(files))
    assert (step.started, step.took, step.begin, step.width) == (None, None, 0, 0)


def test_stages_say_how_they_ended() -> None:
    files = broken()
    files["primary"]["failure"] = "cluster x: no."
    outcomes = {step.title: (step.state, step.outcome) for step in steps_of(files, found_in(files))}
    assert outcomes["Preflight"] == ("concern", "3 warnings")
    assert outcomes["Control plane"] == ("bad", "failed")
    assert outcomes["Verification"] == ("bad", "failed: 4 errors")
    assert outcomes["Network"] == ("good", "done")
