# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clusters an inventory has, what they are called, and which of them is the primary."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_inventory import (
    Plan,
    Wanted,
    all_run,
    facts_of_row,
    fingerprint,
    planned,
    selected,
    wanted_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.credentials import Options
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

Facts = dict[str, t.Any]

DEFAULTS: Facts = {
    "regions": [],
    "names": [],
    "exclude_names": [],
    "tags": {},
    "resource_group_ids": [],
    "primary": {"name": "east"},
    "hostname": "name",
    "api_server": "internal",
    "not_running": "warn",
    "primary_group": "istio_primary",
    "remote_group": "istio_remotes",
}


def wanted(**options: t.Any) -> Wanted:
    return wanted_of({**DEFAULTS, **options})


def row(name: str, region: str = "cn-beijing", state: str = "running", group: str = "rg-1", **tags: str) -> Facts:
    """A cluster as DescribeClustersV1 lists it."""
    return {
        "name": name,
        "cluster_id": f"c-{name}",
        "region_id": region,
        "state": state,
        "resource_group_id": group,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def facts(name: str, state: str = "running", cluster_id: str = "", **tags: str) -> Facts:
    """A cluster as it is known after it was looked up; one that does not run is not."""
    known = {**facts_of_row(row(name, state=state, **tags)), "cluster_id": cluster_id or f"c-{name}"}
    if state != "running":
        return known
    return {
        **known,
        "version": "1.34.10",
        "variables": {"mesh_cluster_name": name, "mesh_cluster_id": name},
        "problems": [],
    }


def groups(plan: Plan) -> dict[str, str]:
    return {host.name: host.group for host in plan.hosts}


ROWS = [
    row("west", "ap-southeast-1", mesh="m1", role="remote"),
    row("east", mesh="m1", role="primary"),
    row("east-batch", mesh="m2", group="rg-2"),
    row("test", "ap-southeast-1"),
]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["west", "test", "east", "east-batch"]),
        ({"names": ["east*"]}, ["east", "east-batch"]),
        ({"names": ["east", "t?st"]}, ["test", "east"]),
        ({"names": ["EAST"]}, []),
        ({"names": [""], "exclude_names": [None, ""]}, ["west", "test", "east", "east-batch"]),
        ({"exclude_names": ["*-batch", "test"]}, ["west", "east"]),
        ({"tags": {"mesh": "m1"}}, ["west", "east"]),
        ({"tags": {"mesh": ["m1", "m2"]}}, ["west", "east", "east-batch"]),
        ({"tags": {"mesh": None}}, ["west", "east", "east-batch"]),
        ({"tags": {"mesh": "m1", "role": "primary"}}, ["east"]),
        ({"tags": {"mesh": "m"}}, []),
        ({"resource_group_ids": ["rg-2", "rg-3"]}, ["east-batch"]),
        ({"names": ["east*"], "tags": {"mesh": "m2"}, "resource_group_ids": ["rg-1"]}, []),
    ],
)
def test_clusters_are_selected_by_all_options_together(options: Facts, names: list[str]) -> None:
    if names:
        assert {found["name"] for found in selected(ROWS, wanted(**options))} == set(names)
    else:
        with pytest.raises(MeshError, match="none of 4 ACK clusters is selected"):
            selected(ROWS, wanted(**options))


def test_the_order_of_an_inventory_is_not_that_of_the_cloud() -> None:
    in_order = ["test", "west", "east", "east-batch"]
    assert [found["name"] for found in selected(ROWS, wanted())] == in_order
    assert [found["name"] for found in selected(ROWS[::-1], wanted())] == in_order
    twins = [{**row("east"), "cluster_id": name} for name in ("c-2", "c-1")]
    assert [found["cluster_id"] for found in selected(twins, wanted())] == ["c-1", "c-2"]


def test_values_that_yaml_reads_as_no_text_are_text() -> None:
    rows = [row("a", number="1", flag="true"), row("b", number="2", flag="false")]
    assert [found["name"] for found in selected(rows, wanted(tags={"number": 1, "flag": True}))] == ["a"]


def test_of_very_many_names_the_first_ten_are_told() -> None:
    rows = [row(f"c{number:02}") for number in range(12)]
    for count, end in ((10, r"c09 \(cn-beijing\)\. Check"), (12, r"c09 \(cn-beijing\) and 2 more\. Check")):
        with pytest.raises(MeshError, match=end):
            selected(rows[:count], wanted(names=["north"]))


def test_nothing_selected_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(MeshError, match=r"there are east \(cn-beijing\), east-batch .*Check regions, names, tags"):
        selected(ROWS, wanted(names=["north"]))
    with pytest.raises(MeshError, match="there are no ACK clusters: none in cn-beijing, eu-central-1"):
        selected([], wanted(regions=["cn-beijing", "eu-central-1"]))
    with pytest.raises(MeshError, match="none in the account"):
        selected([], wanted())


@pytest.mark.parametrize(
    "primary",
    [
        {"name": "east"},
        {"cluster_id": "c-east"},
        {"tag": {"role": "primary"}},
        {"tag": {"role": ["primary", "first"], "mesh": None}},
        {"name": "east", "cluster_id": None, "tag": {}},
    ],
)
def test_the_primary_is_told_by_name_id_or_tag(primary: Facts) -> None:
    clusters = [facts("west", role="remote", mesh="m1"), facts("east", role="primary", mesh="m1")]
    assert groups(planned(clusters, wanted(primary=primary))) == {"west": "istio_remotes", "east": "istio_primary"}


def test_groups_have_the_names_that_are_given() -> None:
    plan = planned([facts("east"), facts("west")], wanted(primary_group="control", remote_group="data"))
    assert groups(plan) == {"east": "control", "west": "data"}


def test_a_mesh_may_begin_with_the_primary_alone() -> None:
    assert groups(planned([facts("east")], wanted())) == {"east": "istio_primary"}


def test_two_primaries_are_an_error_that_names_both() -> None:
    clusters = [facts("east", role="primary"), facts("west", role="primary"), facts("test")]
    with pytest.raises(MeshError, match="2 of the selected .* primary by tag role=primary") as caught:
        planned(clusters, wanted(primary={"tag": {"role": "primary"}}))
    assert "east (c-east, cn-beijing), west (c-west, cn-beijing)" in caught.value.why
    assert "test" not in caught.value.why
    with pytest.raises(MeshError, match="primary by tag role, mesh=m1|m2$"):
        planned(clusters, wanted(primary={"tag": {"role": None, "mesh": ["m1", "m2"]}}))


def test_no_primary_is_an_error_that_names_what_there_is() -> None:
    with pytest.raises(MeshError, match="none of the selected ACK clusters is the primary by name north") as caught:
        planned([facts("east"), facts("west")], wanted(primary={"name": "north"}))
    assert caught.value.why == "there are east (c-east, cn-beijing), west (c-west, cn-beijing)"
    assert "resource_group_ids" in caught.value.todo


def test_the_name_of_the_primary_is_no_pattern_and_no_part() -> None:
    for name in ("eas", "east*"):
        with pytest.raises(MeshError, match="none of the selected"):
            planned([facts("east")], wanted(primary={"name": name}))


def test_a_primary_that_does_not_run_is_told_so() -> None:
    clusters = [facts("east", "upgrading"), facts("west")]
    for how in ("warn", "ignore"):
        with pytest.raises(
            MeshError, match="cluster east .*the primary is upgrading, not running.*when the cluster is"
        ):
            planned(clusters, wanted(not_running=how))
    with pytest.raises(MeshError, match="the primary is inactive, not running. Start it"):
        planned([facts("east", "inactive")], wanted())
    with pytest.raises(MeshError, match="none of them runs"):
        planned([facts("west", "failed")], wanted())


def test_one_of_two_candidates_that_does_not_run_is_no_candidate() -> None:
    clusters = [facts("old", "deleting", role="primary"), facts("east", role="primary")]
    assert groups(planned(clusters, wanted(primary={"tag": {"role": "primary"}}))) == {"east": "istio_primary"}


def test_clusters_that_do_not_run_are_left_out_with_a_warning() -> None:
    clusters = [facts("east"), facts("west", "upgrading"), facts("test", "inactive")]
    plan = planned(clusters, wanted())
    assert groups(plan) == {"east": "istio_primary"}
    west, test = plan.warnings
    assert west.startswith("cluster west (c-west, cn-beijing): left out, as it is upgrading, not running. Run it again")
    assert "inactive" in test and "Start it" in test
    assert planned(clusters, wanted(not_running="ignore")) == replace(plan, warnings=())


def test_clusters_that_do_not_run_are_an_error_where_that_is_wanted() -> None:
    clusters = [facts("east"), facts("west", "upgrading"), facts("test", "inactive")]
    with pytest.raises(
        MeshError, match=r"2 of 3 selected .*west \(c-west, cn-beijing\) is upgrading, test .* inactive"
    ):
        planned(clusters, wanted(not_running="error"))
    assert len(planned(clusters[:1], wanted(not_running="error")).hosts) == 1


def test_two_clusters_of_one_name_are_an_error_with_their_ids() -> None:
    clusters = [facts("east"), facts("west", cluster_id="c-1"), facts("west", cluster_id="c-2")]
    with pytest.raises(MeshError, match="more than one selected ACK cluster is called west") as caught:
        planned(clusters, wanted())
    assert caught.value.why == "west (c-1, cn-beijing), west (c-2, cn-beijing)"
    assert groups(planned(clusters, wanted(hostname="cluster_id"))) == {
        "c-east": "istio_primary",
        "c-1": "istio_remotes",
        "c-2": "istio_remotes",
    }
    by_id = planned(clusters, wanted(hostname="cluster_id", primary={"cluster_id": "c-2"}))
    assert groups(by_id) == {"c-east": "istio_remotes", "c-1": "istio_remotes", "c-2": "istio_primary"}


def test_a_name_that_is_taken_by_one_that_does_not_run_is_free() -> None:
    clusters = [facts("east"), facts("east", "failed", cluster_id="c-1")]
    assert groups(planned(clusters, wanted())) == {"east": "istio_primary"}


def test_hosts_and_members_are_called_by_a_tag() -> None:
    clusters = [facts("East_1", member="east"), facts("West_1", member="west")]
    plan = planned(clusters, wanted(hostname="tag:member", primary={"name": "East_1"}))
    assert [host.name for host in plan.hosts] == ["east", "west"]
    assert [host.variables["mesh_cluster_name"] for host in plan.hosts] == ["east", "west"]
    with pytest.raises(MeshError, match=r"not every selected .* a tag member .*test \(c-test.*tags: \{member: null\}"):
        planned([*clusters, facts("test")], wanted(hostname="tag:member"))
    with pytest.raises(MeshError, match="called east"):
        planned([*clusters, facts("test", member="east")], wanted(hostname="tag:member"))


def test_a_host_has_the_variables_of_its_cluster_and_what_ack_tells() -> None:
    (host,) = planned([facts("east", mesh="m1")], wanted()).hosts
    assert host.variables == {
        "mesh_cluster_name": "east",
        "mesh_cluster_id": "east",
        "mesh_cluster_ack": {
            "name": "east",
            "cluster_id": "c-east",
            "region": "cn-beijing",
            "state": "running",
            "tags": {"mesh": "m1"},
            "version": "1.34.10",
        },
    }


def test_problems_of_clusters_are_warnings() -> None:
    problem = {
        "severity": "error",
        "what": "it has no public API server",
        "why": "it was made so",
        "todo": "Give it one",
        "cluster": "east",
    }
    plan = planned([{**facts("east"), "problems": [problem]}], wanted())
    (warning,) = plan.warnings
    assert warning == "cluster east (c-east, cn-beijing): it has no public API server: it was made so. Give it one."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"primary": {}}, "primary is {}.*Give one of name, cluster_id, tag"),
        ({"primary": {"name": ""}}, "primary is"),
        ({"primary": "east"}, "primary is 'east'"),
        ({"primary": {"name": "east", "cluster_id": "c"}}, "primary is .*Give one of"),
        ({"primary": {"id": "c"}}, "primary is .*Give one of"),
        ({"primary": {"tag": "role=primary"}}, "primary.tag is 'role=primary'"),
        ({"tags": {"a": {"b": "c"}}}, "tags is"),
        ({"hostname": "id"}, "hostname is 'id'.*tag:KEY"),
        ({"hostname": "tag:"}, "hostname is 'tag:'"),
        ({"remote_group": "istio_primary"}, "are the same"),
    ],
)
def test_options_that_cannot_be_are_told(options: Facts, words: str) -> None:
    with pytest.raises(MeshError, match=words):
        wanted(**options)


def test_a_cache_counts_only_for_the_same_reading_of_the_same_account() -> None:
    who = Options("cn-beijing", "key", "secret", "token")
    mark = fingerprint(wanted(), who)
    assert mark == fingerprint(wanted(), replace(who, secret_key="other", security_token="other"))
    assert mark == fingerprint(wanted(primary={"name": "west"}, not_running="error", primary_group="x"), who)
    others = [
        fingerprint(wanted(), replace(who, access_key="other")),
        fingerprint(wanted(), replace(who, region="")),
        fingerprint(wanted(), replace(who, profile="other")),
        fingerprint(wanted(), replace(who, ecs_role_name="other")),
        fingerprint(wanted(), replace(who, assume_role_arn="acs:ram::1:role/x")),
        fingerprint(wanted(), replace(who, endpoints={"cs": "localhost"})),
        fingerprint(wanted(api_server="public"), who),
        fingerprint(wanted(names=["a"]), who),
        fingerprint(wanted(exclude_names=["a"]), who),
        fingerprint(wanted(regions=["a"]), who),
        fingerprint(wanted(tags={"a": "b"}), who),
        fingerprint(wanted(tags={"a": ["b", "c"]}), who),
        fingerprint(wanted(resource_group_ids=["a"]), who),
    ]
    assert len({mark, *others}) == 1 + len(others)


def test_a_cluster_that_does_not_run_is_noticed() -> None:
    assert all_run([facts("east"), facts("west")])
    assert not all_run([facts("east"), facts("west", "upgrading")])
