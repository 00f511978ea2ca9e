# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole preflight: one list with everything, each with a cluster and something to do."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import preflight
from ansible_collections.multiregion.istio.plugins.module_utils._problems import Problem

Dict = dict[str, t.Any]


@pytest.fixture(autouse=True)
def machine_without_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks of the machine have tests of their own."""
    monkeypatch.setattr(preflight, "controller_problems", lambda _run_command, with_helm: iter(()))


@pytest.fixture
def east(tmp_path: Path) -> Dict:
    return member(tmp_path, "east", 10, role="primary")


@pytest.fixture
def west(tmp_path: Path) -> Dict:
    return member(tmp_path, "west", 20)


def member(folder: Path, name: str, first: int, **overrides: t.Any) -> Dict:
    """A cluster with blocks of its own and a kubeconfig."""
    path = folder / name
    config = {
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name}}],
        "clusters": [{"name": name, "cluster": {"server": f"https://{first}.0.0.9:6443"}}],
    }
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    path.chmod(0o600)
    blocks = {f"{kind}_cidrs": [f"{first + n}.0.0.0/16"] for n, kind in enumerate(("vpc", "pod", "service"))}
    rest = {option: value.get("default") for option, value in preflight.MEMBER_OPTIONS.items()}
    own = {"name": name, "hostname": f"host-{name}", "kubeconfig": str(path), "network": "m", "vpc_id": f"vpc-{name}"}
    return {**rest, **blocks, **own, **overrides}


def info(name: str, first: int, **overrides: t.Any) -> Dict:
    node = {"name": "n1", "addresses": [f"{first}.0.0.7"], "pod_cidrs": [f"{first + 1}.0.3.0/24"]}
    read = {"reachable": True, "kubernetes": "1.34", "domain": "cluster.local", "workers": {"ready": 3, "total": 3}}
    return {"name": name, **read, "nodes": [node], "problems": [], **overrides}


def check(*clusters: Dict, **options: t.Any) -> Dict:
    return preflight.check(params_of(*clusters, **options), lambda _command: (0, "v4.3.1", ""))


def params_of(*clusters: Dict, infos: t.Sequence[Dict] = (), **options: t.Any) -> Dict:
    mesh = {"mesh_id": "m", "istio_version": "1.31.0", "engine": "helm", "network_mode": "flat"}
    rest = {"flat_across_vpcs": True, "minimum_workers": 3, "external_cidrs": [], "strict": True, "fail_on": "error"}
    place = {
        "namespace": "istio-system",
        "revision": "",
        "local_services": [],
        "force": False,
        "found": [],
        "locality_routing": None,
        "api_version": "istio.alibabacloud.com/v1beta1",
    }
    return {"clusters": list(clusters), "infos": list(infos), **mesh, **rest, **place, **options}


def problems(result: Dict) -> list[tuple[str, str, str]]:
    return [(problem["severity"], problem["cluster"], problem["what"]) for problem in result["problems"]]


def test_a_sound_mesh_has_no_problems(east: Dict, west: Dict) -> None:
    result = check(east, west, infos=[info("west", 20), info("east", 10)])
    assert problems(result) == []
    assert result["failed"] is False and result["changed"] is False
    assert result["report"] == "Preflight of mesh m, 2 clusters: no problems."


def test_clusters_are_summed_up(east: Dict, west: Dict) -> None:
    first, second = check(east, west, infos=[info("east", 10)])["clusters"]
    assert first == {
        "name": "east",
        "hostname": "host-east",
        "role": "primary",
        "provider": "none",
        "region": "",
        "network": "m",
        "vpc_id": "vpc-east",
        "contacted": True,
        "reachable": True,
        "kubernetes": "1.34",
        "workers": {"ready": 3, "total": 3},
        "errors": 0,
    }
    assert (second["contacted"], second["reachable"], second["kubernetes"], second["workers"]) == (
        False,
        False,
        "",
        None,
    )


def test_everything_is_told_at_once_and_names_its_cluster(east: Dict, west: Dict) -> None:
    east.update(name="East", missing=["mesh_cluster_region"])
    west.update(pod_cidrs=["10.0.8.0/24"], api_server="https://127.0.0.1:6443")
    result = check(
        east,
        west,
        infos=[
            info("East", 10, kubernetes="1.28", workers={"ready": 1, "total": 2}),
            info("west", 20, domain="b.local"),
        ],
        flat_across_vpcs=False,
        istio_version="1.30.0",
    )
    errors = [(cluster, what) for severity, cluster, what in problems(result) if severity == "error"]
    assert result["failed"] is True
    assert errors == [
        ("", "Istio 1.30.0 is too old for this collection"),
        ("", "the clusters of network m are in several VPCs (vpc-east, vpc-west) but are to be one flat network"),
        ("", "the clusters have different cluster domains: cluster.local (East), b.local (west)"),
        ("East", "the name 'East' is not a DNS-1123 label"),
        ("East", "not set for host host-east: mesh_cluster_region"),
        ("East", "Kubernetes 1.28 is too old for Istio 1.30.0"),
        ("East", "1 of 2 workers are Ready, at least 3 are wanted"),
        ("west", "api_server 'https://127.0.0.1:6443' is a loopback address"),
        ("west", "pod block 10.0.8.0/24 of cluster west overlaps VPC block 10.0.0.0/16 of cluster East"),
    ]
    assert all(problem["todo"] for problem in result["problems"])
    assert all(what.split(" ", 1)[1] in result["report"] for _cluster, what in errors)


@pytest.mark.parametrize("name", ["East", "-east", "east-", "e_st", "a" * 64, "", "öst", "east\n"])
def test_a_name_that_is_no_dns_label_is_an_error(east: Dict, west: Dict, name: str) -> None:
    assert ("error", name, f"the name {name!r} is not a DNS-1123 label") in problems(
        check({**east, "name": name}, west)
    )


@pytest.mark.parametrize("name", ["e", "1", "a" * 63, "cn-beijing-1"])
def test_dns_labels_are_names(east: Dict, west: Dict, name: str) -> None:
    assert problems(check({**east, "name": name}, west)) == []


def test_a_name_that_is_used_twice_is_one_error_with_both_hosts(east: Dict, west: Dict) -> None:
    found = problems(check(east, {**west, "name": "east"}))
    assert found == [("error", "east", "2 clusters have the name east (hosts host-east, host-west)")]


@pytest.mark.parametrize(
    ("roles", "what"),
    [
        (("remote", "remote"), "the mesh has no primary"),
        (("primary", "primary"), "the mesh has 2 primaries: east, west"),
    ],
)
def test_a_mesh_has_exactly_one_primary(east: Dict, west: Dict, roles: tuple[str, str], what: str) -> None:
    result = check({**east, "role": roles[0]}, {**west, "role": roles[1]})
    assert problems(result) == [("error", "", what)]
    assert "mesh_primary_group" in result["problems"][0]["todo"]


@pytest.mark.parametrize("mesh_id", ["", "a b", "-m", "m" * 64])
def test_a_mesh_that_cannot_be_a_label_is_an_error(east: Dict, west: Dict, mesh_id: str) -> None:
    assert problems(check(east, west, mesh_id=mesh_id)) == [
        ("error", "", f"mesh_id {mesh_id!r} cannot be the value of a label")
    ]


def test_a_network_that_cannot_be_a_label_is_an_error(east: Dict, west: Dict) -> None:
    found = problems(check({**east, "network": "a b"}, {**west, "network": "a b"}))
    assert found == [("error", name, "the network 'a b' cannot be the value of a label") for name in ("east", "west")]


def test_a_mesh_of_one_cluster_has_no_remotes(east: Dict, west: Dict) -> None:
    (found,) = problems(check(east, west, network_mode="disabled"))
    assert found[2] == "mesh_network_mode is disabled, which is a mesh of one cluster, and there are remotes: west"
    assert problems(check(east, network_mode="disabled")) == []


def test_only_the_clusters_of_one_network_have_to_be_in_one_vpc(east: Dict, west: Dict) -> None:
    apart = {**west, "network": "n"}
    assert problems(check(east, apart, network_mode="gateway", flat_across_vpcs=False)) == []
    north = {**apart, "name": "north", "vpc_id": "vpc-north"}
    found = problems(check(east, apart, north, flat_across_vpcs=False))
    assert any(
        what.startswith("the clusters of network n are in several VPCs (vpc-north, ")
        for _severity, _cluster, what in found
    )


def test_the_network_of_a_running_mesh_is_not_changed(east: Dict, west: Dict) -> None:
    infos = [info("east", 10), info("west", 20)]
    infos[1]["istio"] = {"network": "old"}
    found = problems(check(east, west, infos=infos))
    assert found == [("error", "west", "the cluster is in network old of a running mesh, and is to be in m")]
    infos[1]["istio"] = {"network": "m"}
    assert problems(check(east, west, infos=infos)) == []


def test_a_load_balancer_that_nobody_would_make_and_one_for_two_gateways_are_errors(east: Dict, west: Dict) -> None:
    one = {"ingress_load_balancer_id": "lb-1"}
    found = problems(check(east | one | {"provider": "ack"}, west | one))
    assert found == [
        ("error", "", "load balancer lb-1 is to serve the ingress gateway of east and the ingress gateway of west"),
        (
            "error",
            "west",
            "remote_cluster_ingress_load_balancer_id is lb-1, which has no effect where mesh_cluster_provider is none",
        ),
    ]


def test_several_vpcs_need_a_word_of_consent_and_one_does_not(east: Dict, west: Dict) -> None:
    assert problems(check(east, west, flat_across_vpcs=False))[0][2].startswith(
        "the clusters of network m are in several VPCs"
    )
    west.update(vpc_id="vpc-east", vpc_cidrs=east["vpc_cidrs"], api_server="")
    assert problems(check(east, west, flat_across_vpcs=False)) == []


def test_one_cluster_domain_in_all_that_are_known(east: Dict, west: Dict) -> None:
    infos = [info("east", 10), info("west", 20, domain="")]
    assert problems(check(east, west, infos=infos)) == []
    infos[1]["domain"] = "corp.local"
    assert [cluster for _severity, cluster, _what in problems(check(east, west, infos=infos))] == [""]


@pytest.mark.parametrize(("minimum", "errors"), [(3, 1), (2, 0), (0, 0)])
def test_workers_are_counted_unless_the_minimum_is_zero(east: Dict, west: Dict, minimum: int, errors: int) -> None:
    infos = [info("east", 10), info("west", 20, workers={"ready": 2, "total": 5})]
    result = check(east, west, infos=infos, minimum_workers=minimum)
    assert problems(result) == [("error", "west", "2 of 5 workers are Ready, at least 3 are wanted")] * errors


def test_what_cluster_info_found_is_passed_on(east: Dict, west: Dict) -> None:
    found = {"severity": "error", "what": "the API server does not answer", "why": "timeout", "todo": "Start it"}
    result = check(east, west, infos=[{"name": "west", "reachable": False, "problems": [found]}])
    assert result["problems"] == [{**found, "cluster": "west"}]
    assert (result["clusters"][1]["contacted"], result["clusters"][1]["reachable"]) == (True, False)


def test_what_other_modules_found_is_told_with_the_rest(east: Dict, west: Dict) -> None:
    found = {"severity": "error", "what": "no files", "why": "", "todo": "Make them", "cluster": "west"}
    result = check(east, west, found=[found])
    assert result["problems"] == [found] and result["failed"]
    assert {cluster["name"]: cluster["errors"] for cluster in result["clusters"]} == {"east": 0, "west": 1}


def test_missing_variables_are_named_once_with_their_host(east: Dict, west: Dict) -> None:
    west.update(pod_cidrs=[], vpc_id="", kubeconfig="")
    west.update(missing=["mesh_cluster_kubeconfig", "mesh_cluster_vpc_id", "mesh_cluster_pod_cidrs"])
    names = "mesh_cluster_kubeconfig, mesh_cluster_vpc_id, mesh_cluster_pod_cidrs"
    result = check(east, west)
    assert problems(result) == [("error", "west", f"not set for host host-west: {names}")]
    assert {finding["rule"] for finding in result["findings"]} == {"missing_block", "missing_vpc_id"}


def test_missing_blocks_are_told_by_the_plan_where_no_variables_are_named(east: Dict, west: Dict) -> None:
    assert problems(check(east, {**west, "pod_cidrs": []})) == [
        ("error", "west", "cluster west has no pod block in the plan")
    ]


def test_a_kubeconfig_that_cannot_be_read_is_an_error_and_its_mode_a_warning(east: Dict, west: Dict) -> None:
    Path(east["kubeconfig"]).unlink()
    Path(west["kubeconfig"]).chmod(0o644)
    assert problems(check(east, west)) == [
        ("error", "east", f"kubeconfig {east['kubeconfig']} cannot be read"),
        ("warning", "west", f"kubeconfig {west['kubeconfig']} can be read or written by other users (mode 0644)"),
    ]


def test_a_kubeconfig_that_cannot_be_read_is_told_once(east: Dict, west: Dict) -> None:
    Path(west["kubeconfig"]).unlink()
    told = {"severity": "error", "what": "cannot load kubeconfig", "why": "", "todo": "Set it"}
    result = check(east, west, infos=[{"name": "west", "reachable": False, "problems": [told]}])
    assert [what for _severity, _cluster, what in problems(result)] == [
        f"kubeconfig {west['kubeconfig']} cannot be read"
    ]


def test_loopback_is_refused_for_remotes_only(east: Dict, west: Dict) -> None:
    loopback = {"api_server": "https://localhost:6443"}
    assert problems(check({**east, **loopback}, west)) == []
    assert problems(check(east, {**west, **loopback})) == [
        ("error", "west", "api_server 'https://localhost:6443' is a loopback address")
    ]


def test_an_api_server_in_a_block_of_another_cluster_is_an_error(east: Dict, west: Dict) -> None:
    result = check(east, {**west, "api_server": "https://11.0.0.9:6443"})
    assert [finding["rule"] for finding in result["findings"]] == ["address_in_range"]
    assert [(x["name"], x["errors"]) for x in result["clusters"]] == [("east", 1), ("west", 1)]


def test_nodes_outside_the_declared_blocks_are_a_warning_and_are_not_all_listed(east: Dict, west: Dict) -> None:
    nodes = [{"name": f"n{n}", "addresses": [f"50.0.0.{n}", "name"], "pod_cidrs": ["21.0.1.0/24"]} for n in range(5)]
    found = problems(check(east, west, infos=[info("west", 20, nodes=nodes)]))
    assert found == [
        (
            "warning",
            "west",
            "node addresses outside the declared blocks: 50.0.0.0 (node n0), 50.0.0.1 (node n1), 50.0.0.2 (node n2) and 2 more",
        )
    ]


def test_pod_blocks_of_nodes_outside_the_declared_ones_are_a_warning(east: Dict, west: Dict) -> None:
    nodes = [{"name": "n1", "addresses": [], "pod_cidrs": ["22.9.0.0/24", "2001:db8::/64"]}]
    found = problems(check(east, west, infos=[info("west", 20, nodes=nodes)]))
    assert found == [("warning", "west", "pod addresses outside the declared blocks: 22.9.0.0/24 (node n1)")]


def test_fail_on_decides_whether_warnings_fail(east: Dict, west: Dict) -> None:
    Path(west["kubeconfig"]).chmod(0o644)
    assert check(east, west)["failed"] is False
    assert check(east, west, fail_on="warning")["failed"] is True
    assert check({**east, "name": "X"}, west, fail_on="never")["failed"] is False


def test_what_has_to_fail_is_an_error_with_the_whole_result(east: Dict, west: Dict) -> None:
    wrong = {**east, "name": "X"}
    with pytest.raises(MeshError, match="Preflight of mesh m, 2 clusters") as raised:
        preflight.run(params_of(wrong, west), False, lambda _line: None)
    found = check(wrong, west)
    assert str(raised.value) == found.pop("report")
    assert {**raised.value.details, "failed": True} == found
    assert "report" in preflight.run(params_of(wrong, west, fail_on="never"), False, lambda _line: None)


@pytest.mark.parametrize(
    ("counts", "severity", "what"),
    [
        (
            {"ready": 1, "total": 2, "schedulable": 1, "cordoned": 0, "tainted": 1, "control_planes": 3, "virtual": 1},
            "error",
            "1 of 2 workers are Ready, at least 3 are wanted (1 tainted, 3 of the control plane, 1 virtual)",
        ),
        (
            {"ready": 3, "total": 3, "schedulable": 1, "cordoned": 1, "tainted": 1, "control_planes": 0, "virtual": 0},
            "warning",
            "only 1 of 3 Ready workers take ordinary pods (1 cordoned, 1 tainted)",
        ),
    ],
)
def test_too_few_workers_are_told_with_the_nodes_that_do_not_count(
    east: Dict, west: Dict, counts: Dict, severity: str, what: str
) -> None:
    assert problems(check(east, west, infos=[info("west", 20, workers=counts)])) == [(severity, "west", what)]


def test_workers_that_could_not_be_counted_are_no_error(east: Dict, west: Dict) -> None:
    assert problems(check(east, west, infos=[info("west", 20, workers=None, nodes=[])])) == []


@pytest.mark.parametrize(
    ("plugin", "pods_in_vpc", "warnings"),
    [
        ("terway-eniip", False, 1),
        ("terway-eniip", True, 0),
        ("flannel", True, 1),
        ("flannel", False, 0),
        ("cilium", True, 0),
        ("", True, 0),
    ],
)
def test_a_plugin_that_says_otherwise_than_the_inventory_is_a_warning(
    east: Dict, west: Dict, plugin: str, pods_in_vpc: bool, warnings: int
) -> None:
    found = problems(check(east, {**west, "pods_in_vpc": pods_in_vpc}, infos=[info("west", 20, network_plugin=plugin)]))
    told = [what for severity, _cluster, what in found if severity == "warning"]
    assert len(told) == warnings and all("mesh_cluster_pods_in_vpc" in what for what in told)


def test_istio_of_others_is_told_by_cluster(east: Dict, west: Dict) -> None:
    trace = {"kind": "Deployment", "namespace": "istio-system", "name": "istiod", "made_by": "istioctl", "mesh": ""}
    infos = [info("east", 10, istio={"traces": [{**trace, "mesh": "m"}]}), info("west", 20, istio={"traces": [trace]})]
    what = "Istio of istioctl is in the way: Deployment istio-system/istiod"
    assert problems(check(east, west, infos=infos)) == [("error", "west", what)]
    assert problems(check(east, west, infos=infos, force=True)) == [("warning", "west", what)]
    assert problems(check(east, west, infos=infos, namespace="mesh"))[0][0] == "warning"


def test_services_of_one_name_are_told_once_for_the_mesh(east: Dict, west: Dict) -> None:
    web = {"namespace": "default", "name": "web", "ports": ["http 80/TCP"], "selector": "app=web"}
    infos = [info("east", 10, services=[web]), info("west", 20, services=[web])]
    result = check(east, west, infos=infos)
    what = "Services of one name, merged on purpose or by accident (1): default/web (east, west)"
    assert problems(result) == [("warning", "", what)]
    assert result["merged_services"] == [{"clusters": ["east", "west"], "differs": [], "services": ["default/web"]}]
    assert problems(check(east, west, infos=infos, local_services=["default/*"])) == []


def test_a_pattern_that_is_none_is_an_error(east: Dict, west: Dict) -> None:
    found = problems(check(east, west, local_services=["default/web-*"]))
    assert found == [("error", "", "'default/web-*' does not say which Services stay in their cluster")]


@pytest.mark.parametrize(
    ("kind", "block", "what"),
    [
        ("pod", "10.0.0.1/8", "pod block '10.0.0.1/8' of cluster west"),
        ("service", "10.0.0.0/33", "service block '10.0.0.0/33' of cluster west"),
        ("vpc", "", "VPC block '' of cluster west"),
    ],
)
def test_a_block_that_cannot_be_read_is_an_error_with_cluster_kind_and_block(
    east: Dict, west: Dict, kind: str, block: str, what: str
) -> None:
    west[f"{kind}_cidrs"] = [block]
    found = problems(check(east, west))
    assert [(severity, cluster) for severity, cluster, _what in found] == [("error", "west")]
    assert found[0][2].startswith(what)


def test_a_block_given_twice_is_an_error_with_cluster_kind_and_block(east: Dict, west: Dict) -> None:
    ((severity, cluster, what),) = problems(check(east, {**west, "pod_cidrs": ["21.0.0.0/16", "21.0.0.0/16"]}))
    assert (severity, cluster) == ("error", "west")
    assert "pod block 21.0.0.0/16" in what and "twice" in what


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{}", "has no current-context"),
        ("a: [", "cannot be read"),
        ("current-context: x", "has no 'x' in contexts"),
    ],
)
def test_a_kubeconfig_that_names_no_cluster_is_one_error_with_cluster_and_field(
    east: Dict, west: Dict, content: str, reason: str
) -> None:
    Path(west["kubeconfig"]).write_text(content, encoding="utf-8")
    (problem,) = check(east, west)["problems"]
    assert (problem["severity"], problem["cluster"]) == ("error", "west")
    assert reason in problem["what"] and "mesh_cluster_" in problem["todo"]


def test_hostile_text_of_clusters_stays_on_its_line(east: Dict, west: Dict) -> None:
    author = "Helm release {{ lookup('pipe', 'id') }}\x1b[31m/<b>\nerror: all is well"
    trace = {"kind": "Deployment", "namespace": "istio-system", "name": "istiod", "made_by": author, "mesh": ""}
    result = check(east, west, infos=[info("west", 20, istio={"traces": [trace]})])
    assert "\x1b" not in result["report"] and "\nerror" not in result["report"]
    assert "{{ lookup('pipe', 'id') }}\\x1b[31m" in result["report"]


def test_the_machine_is_checked(east: Dict, west: Dict, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Problem("error", "helm is not found", todo="Install it")
    monkeypatch.setattr(preflight, "controller_problems", lambda _run_command, with_helm: iter([found]))
    assert problems(check(east, west)) == [("error", "", "helm is not found")]


def test_clusters_in_two_regions_need_a_decision_about_locality(east: Dict, west: Dict) -> None:
    east["region"], west["region"] = "r1", "r2"
    wanted = ("error", "", "mesh_locality_routing is not set, and the clusters are in 2 regions (r1, r2)")
    assert problems(check(east, west)) == [wanted]
    assert problems(check(east, west, locality_routing=False)) == []


@pytest.mark.parametrize(("locality_routing", "severities"), [(True, ["error", "warning"]), (False, []), (None, [])])
def test_nodes_have_to_tell_their_region_where_requests_go_by_it(
    east: Dict, locality_routing: bool | None, severities: list[str]
) -> None:
    found = check(east, infos=[info("east", 10)], locality_routing=locality_routing)["problems"]
    assert [problem["severity"] for problem in found] == severities
    assert all(problem["cluster"] == "east" and ": n1" in problem["what"] for problem in found)


def test_an_operator_has_to_be_there_and_brings_its_own_versions(east: Dict, west: Dict) -> None:
    options = {"engine": "operator", "api_version": "istio.banzaicloud.io/v1beta1", "istio_version": "1.10.4"}
    found = check(east, west, infos=[info("west", 20, kubernetes="1.24"), info("east", 10)], **options)
    assert problems(found) == [
        ("error", "east", "no operator: istios.istio.banzaicloud.io, remoteistios.istio.banzaicloud.io not defined")
    ]
