# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of one host read as one cluster."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.multiregion.istio.plugins.filter.cluster import FilterModule
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import Stage, cluster_of, problem_of

REQUIRED: dict[str, t.Any] = {
    "inventory_hostname": "east",
    "mesh_cluster_kubeconfig": "/etc/east.conf",
    "mesh_cluster_region": "cn-beijing",
    "mesh_cluster_vpc_id": "vpc-1",
    "mesh_cluster_vpc_cidrs": ["10.10.0.0/16"],
    "mesh_cluster_pod_cidrs": ["10.11.0.0/16"],
    "mesh_cluster_service_cidrs": ["10.12.0.0/16"],
}


def test_a_host_with_the_required_variables_is_a_whole_cluster() -> None:
    assert cluster_of(REQUIRED) == {
        "hostname": "east",
        "name": "east",
        "role": "remote",
        "provider": "none",
        "region": "cn-beijing",
        "id": "",
        "vpc_id": "vpc-1",
        "network": "mesh1",
        "pods_in_vpc": False,
        "vpc_cidrs": ["10.10.0.0/16"],
        "vswitch_cidrs": [],
        "pod_cidrs": ["10.11.0.0/16"],
        "service_cidrs": ["10.12.0.0/16"],
        "security_group_ids": [],
        "pod_security_group_ids": [],
        "kubeconfig": "/etc/east.conf",
        "context": "",
        "api_server": "",
        "api_server_proxy": "",
        "api_server_ca": "",
        "api_server_tls_server_name": "",
        "ingress_service_type": "LoadBalancer",
        "ingress_public": True,
        "ingress_load_balancer_id": "",
        "ingress_override_listeners": False,
        "ingress_annotations": {},
        "pilot_annotations": {},
        "missing": [],
    }


def test_given_values_replace_the_defaults() -> None:
    given = {
        "mesh_cluster_name": "beijing-1",
        "mesh_cluster_provider": "ack",
        "mesh_cluster_id": "c123",
        "mesh_cluster_context": "admin",
        "mesh_cluster_api_server": "https://10.10.0.1:6443",
        "mesh_cluster_network": "n1",
        "mesh_cluster_vswitch_cidrs": ["10.10.1.0/24"],
    }
    cluster = cluster_of({**REQUIRED, **given}, "primary")
    assert {f"mesh_cluster_{name}": cluster[name] for name in ("name", "provider", "id", "context")} == {
        name: given[name] for name in list(given)[:4]
    }
    assert (cluster["api_server"], cluster["network"], cluster["role"]) == ("https://10.10.0.1:6443", "n1", "primary")
    assert cluster["vswitch_cidrs"] == ["10.10.1.0/24"]


def test_the_ingress_gateway_is_told_by_the_variables_of_the_role_that_brings_it_in() -> None:
    given = {
        "primary_istio_ingress_load_balancer_id": "lb-1",
        "remote_cluster_ingress_load_balancer_id": "lb-2",
        "remote_cluster_ingress_public": "no",
    }
    primary, remote = (cluster_of({**REQUIRED, **given}, role) for role in ("primary", "remote"))
    assert (primary["ingress_load_balancer_id"], primary["ingress_public"]) == ("lb-1", True)
    assert (remote["ingress_load_balancer_id"], remote["ingress_public"]) == ("lb-2", False)


@pytest.mark.parametrize(
    ("variables", "network"),
    [
        ({}, "mesh1"),
        ({"mesh_id": "m2"}, "m2"),
        ({"mesh_id": "m2", "mesh_network_mode": "flat"}, "m2"),
        ({"mesh_id": "m2", "mesh_network_mode": "gateway"}, "east"),
        ({"mesh_network_mode": "gateway", "mesh_cluster_name": "e1"}, "e1"),
    ],
)
def test_the_network_is_the_mesh_when_flat_and_the_cluster_when_not(variables: dict[str, str], network: str) -> None:
    assert cluster_of({**REQUIRED, **variables})["network"] == network


@pytest.mark.parametrize("name", [name for name in REQUIRED if name != "inventory_hostname"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_required_variable_without_a_value_is_named(name: str, value: t.Any) -> None:
    assert cluster_of({**REQUIRED, name: value})["missing"] == [name]


def test_an_absent_variable_and_an_empty_list_are_named_too() -> None:
    assert cluster_of({"inventory_hostname": "east"})["missing"] == [name for name in REQUIRED if "cluster" in name]
    assert cluster_of({**REQUIRED, "mesh_cluster_pod_cidrs": []})["missing"] == ["mesh_cluster_pod_cidrs"]


def test_pods_in_the_vpc_and_a_vswitch_stand_in_for_pod_and_vpc_blocks() -> None:
    variables = {
        **REQUIRED,
        "mesh_cluster_pod_cidrs": [],
        "mesh_cluster_pods_in_vpc": "yes",
        "mesh_cluster_vpc_cidrs": [],
        "mesh_cluster_vswitch_cidrs": ["10.10.1.0/24"],
    }
    assert cluster_of(variables)["missing"] == []
    assert cluster_of(variables)["pods_in_vpc"] is True


def test_a_text_of_blocks_is_split_at_commas() -> None:
    cluster = cluster_of({**REQUIRED, "mesh_cluster_pod_cidrs": "10.1.0.0/16, 10.2.0.0/16,"})
    assert cluster["pod_cidrs"] == ["10.1.0.0/16", "10.2.0.0/16"]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("mesh_cluster_pods_in_vpc", "perhaps", "true or false"),
        ("mesh_cluster_pod_cidrs", {"a": 1}, "a list of blocks"),
        ("mesh_cluster_security_group_ids", {"a": 1}, "a list of ids"),
        ("mesh_cluster_region", ["x"], "one string"),
        ("remote_cluster_ingress_public", "perhaps", "true or false"),
        ("remote_cluster_ingress_load_balancer_id", ["lb-1"], "one string"),
        ("remote_cluster_ingress_annotations", "a=b", "a dictionary"),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_with_host_and_variable(name: str, value: t.Any, wanted: str) -> None:
    with pytest.raises(MeshError, match=f"variable {name} of host east .* not {wanted}"):
        cluster_of({**REQUIRED, name: value})


def test_the_filter_takes_a_role_and_refuses_others() -> None:
    cluster = FilterModule().filters()["cluster"]
    assert cluster(REQUIRED, role="primary")["role"] == "primary"
    with pytest.raises(AnsibleFilterError, match="no such role"):
        cluster(REQUIRED, "boss")


def test_new_remotes_are_told_from_those_that_are_available() -> None:
    hosts = {name: {**REQUIRED, "inventory_hostname": name} for name in ("east", "west", "north")}
    status = [
        {"name": "west", "status": {"Status": "Available"}},
        {"name": "north", "status": {"Status": "Reconciling"}},
    ]
    told = FilterModule().filters()["remotes"](hosts, ["east"], ["north", "west"], [*status, {"name": "gone"}])
    assert (told["available"], told["new"]) == (["west"], ["north"])
    assert told["primary"]["name"] == "east" and list(told["clusters"]) == ["north", "west"]
    assert told["clusters"]["west"] == FilterModule().filters()["cluster"](hosts["west"])


def test_a_join_is_told_who_the_two_clusters_are_and_what_is_asked_for_but_nothing_empty() -> None:
    cluster, membership = (FilterModule().filters()[name] for name in ("cluster", "membership"))
    west = cluster({**REQUIRED, "inventory_hostname": "west", "mesh_cluster_api_server": "https://west:6443"})
    options = membership(
        west, {"name": "east", "kubeconfig": "", "context": None}, hub="", force=False, gateways={}, wait_timeout=0
    )
    assert options == {
        "name": "west",
        "kubeconfig": west["kubeconfig"],
        "api_server": "https://west:6443",
        "primary": {"name": "east"},
        "force": False,
        "gateways": {},
        "wait_timeout": 0,
    }


def test_all_clusters_of_a_mesh_come_with_their_roles_primaries_first() -> None:
    hosts = {name: {**REQUIRED, "inventory_hostname": name} for name in ("west", "east", "other")}
    found = FilterModule().filters()["clusters"](hosts, ["east"], ["west"])
    assert [(cluster["name"], cluster["role"]) for cluster in found] == [("east", "primary"), ("west", "remote")]


@pytest.mark.parametrize("value", ["east", {"mesh_cluster_name": "east"}])
def test_the_filter_refuses_what_are_no_variables_of_a_host(value: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="wants the variables of one host"):
        FilterModule().filters()["cluster"](value)


HOSTS = {name: {**REQUIRED, "inventory_hostname": name} for name in ("east", "west", "south")}
STAGE = Stage(["east"], ["west", "south"], ["east", "west"])


def changed(host: str, variable: str, value: str) -> dict[str, dict[str, t.Any]]:
    return {**HOSTS, host: {**HOSTS[host], variable: value}}


def test_an_inventory_of_which_a_mesh_can_be_made_has_no_problem() -> None:
    assert problem_of(HOSTS, STAGE) == ""


@pytest.mark.parametrize(
    ("hosts", "stage", "told"),
    [
        (HOSTS, Stage([], ["west"], [], "mine"), r"The group mine has 0 hosts \(none\); .*exactly one primary.*mesh_primary_group"),
        (HOSTS, Stage(["east", "west"], [], []), r"The group istio_primary has 2 hosts \(east, west\)"),
        (changed("south", "mesh_cluster_name", "So_uth"), STAGE, "mesh_cluster_name So_uth of host south is not a DNS-1123 label"),
        (changed("south", "mesh_cluster_name", "s" * 64), STAGE, ".* of host south is not a DNS-1123 label"),
        (changed("south", "mesh_cluster_name", "east"), STAGE, "The name east is that of hosts east, south. Set mesh_cluster_name"),
        (changed("west", "mesh_cluster_kubeconfig", ""), STAGE, "No kubeconfig is known of west. Set mesh_cluster_kubeconfig"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_host_and_variable(hosts: dict[str, dict[str, t.Any]], stage: Stage, told: str) -> None:
    assert re.match(told, problem_of(hosts, stage)), problem_of(hosts, stage)


def test_a_cluster_that_the_stage_does_not_reach_needs_no_kubeconfig() -> None:
    assert problem_of(changed("south", "mesh_cluster_kubeconfig", ""), STAGE) == ""
