# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of a cluster tell about it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio import cluster_facts as facts

Object = dict[str, t.Any]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("v1.34.10-aliyun.1", "1.34"),
        ("1.24.17-gke.1", "1.24"),
        ("v1.31+", "1.31"),
        ("v1.34.4", "1.34"),
        ("v1.33.1-eks-1de2ab1", "1.33"),
        ("v1.30.5+rke2r1", "1.30"),
        ("v0.0.0-master+$Format:%H$", "0.0"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_versions_of_every_vendor(text: str, minor: str) -> None:
    assert facts.minor_version(text) == minor


def test_the_version_of_a_server() -> None:
    assert facts.server_version({"gitVersion": "v1.34.4", "major": "1", "minor": "34"}) == ("v1.34.4", "1.34")
    assert facts.server_version({"major": "1", "minor": "31+"}) == ("", "1.31")
    assert facts.server_version({}) == ("", "")


def node(*, labels: Object | None = None, spec: Object | None = None, ready: str = "True") -> Object:
    return {
        "metadata": {"name": "n", "labels": labels},
        "spec": spec or {},
        "status": {
            "conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}],
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}, {"type": "ExternalIP", "address": "1.2.3.4"}],
        },
    }


def taint(key: str, effect: str = "NoSchedule") -> Object:
    return {"key": key, "effect": effect}


def test_a_worker() -> None:
    labels = {"topology.kubernetes.io/region": "cn-beijing", "topology.kubernetes.io/zone": "cn-beijing-a"}
    assert facts.node_facts(node(labels=labels, spec={"podCIDR": "10.1.0.0/24"})) == {
        "name": "n",
        "ready": True,
        "schedulable": True,
        "cordoned": False,
        "tainted": False,
        "role": "worker",
        "region": "cn-beijing",
        "zone": "cn-beijing-a",
        "pod_cidrs": ["10.1.0.0/24"],
        "addresses": ["10.0.0.1"],
    }


def test_a_node_of_an_old_cluster_and_one_that_says_nothing() -> None:
    assert facts.node_facts(node(labels={"failure-domain.beta.kubernetes.io/region": "x"}))["region"] == "x"
    bare = facts.node_facts({"metadata": {"name": "n"}})
    assert (bare["ready"], bare["role"], bare["pod_cidrs"], bare["addresses"]) == (False, "worker", [], [])


@pytest.mark.parametrize(
    ("spec", "schedulable", "cordoned", "tainted"),
    [
        ({"unschedulable": True, "taints": [taint("node.kubernetes.io/unschedulable")]}, False, True, False),
        ({"taints": [taint("gpu")]}, False, False, True),
        ({"taints": [taint("gpu", "NoExecute")]}, False, False, True),
        ({"taints": [taint("gpu", "PreferNoSchedule")]}, True, False, False),
        (
            {"taints": [taint("node.kubernetes.io/not-ready"), taint("node.kubernetes.io/unreachable")]},
            False,
            False,
            False,
        ),
        ({"taints": [taint("node.cloudprovider.kubernetes.io/uninitialized")]}, False, False, False),
    ],
)
def test_cordoned_and_tainted_nodes(spec: Object, schedulable: bool, cordoned: bool, tainted: bool) -> None:
    read = facts.node_facts(node(spec=spec))
    assert (read["schedulable"], read["cordoned"], read["tainted"]) == (schedulable, cordoned, tainted)


@pytest.mark.parametrize(
    ("labels", "taints", "role"),
    [
        ({"node-role.kubernetes.io/control-plane": ""}, [], "control-plane"),
        ({"node-role.kubernetes.io/master": "true"}, [taint("node-role.kubernetes.io/master")], "control-plane"),
        ({"type": "virtual-kubelet"}, [], "virtual"),
        ({"alibabacloud.com/virtual-node": "true"}, [], "virtual"),
        ({"eks.amazonaws.com/compute-type": "fargate"}, [], "virtual"),
        ({}, [taint("virtual-kubelet.io/provider")], "virtual"),
        ({"node-role.kubernetes.io/worker": ""}, [taint("gpu")], "worker"),
    ],
)
def test_what_a_node_is(labels: Object, taints: list[Object], role: str) -> None:
    assert facts.node_facts(node(labels=labels, spec={"taints": taints}))["role"] == role


def test_workers_are_counted_without_control_planes_and_virtual_nodes() -> None:
    nodes = [
        node(labels={"node-role.kubernetes.io/control-plane": ""}),
        node(labels={"node-role.kubernetes.io/master": ""}, spec={"taints": [taint("node-role.kubernetes.io/master")]}),
        node(labels={"type": "virtual-kubelet"}),
        node(),
        node(spec={"unschedulable": True}),
        node(spec={"taints": [taint("gpu")]}),
        node(ready="Unknown", spec={"taints": [taint("node.kubernetes.io/unreachable", "NoExecute")]}),
    ]
    counts = facts.worker_counts([facts.node_facts(one) for one in nodes])
    rest = {"cordoned": 1, "tainted": 1, "control_planes": 2, "virtual": 1}
    assert counts == {"ready": 3, "schedulable": 1, "total": 4, **rest}


@pytest.mark.parametrize(
    ("corefile", "domain"),
    [
        (".:53 {\n  kubernetes cluster.local in-addr.arpa ip6.arpa {\n    pods insecure\n  }\n}", "cluster.local"),
        (".:53 {\n  kubernetes in-addr.arpa mesh.example. {\n  }\n}", "mesh.example"),
        ("# kubernetes old.example\n.:53 {\n  kubernetes new.example\n}", "new.example"),
        ("kubernetes{\n}", ""),
        (".:53 {\n  forward . /etc/resolv.conf\n}", ""),
        ("", ""),
    ],
)
def test_the_domain_of_a_cluster(corefile: str, domain: str) -> None:
    assert facts.cluster_domain(corefile) == domain


@pytest.mark.parametrize(
    ("names", "plugin"),
    [
        (["kube-proxy", "terway-eniip"], "terway-eniip"),
        (["terway-eni"], "terway-eni"),
        (["terway", "terway-qos"], "terway"),
        (["kube-flannel-ds"], "flannel"),
        (["calico-node"], "calico"),
        (["calico-node", "aws-node"], "aws-vpc-cni"),
        (["calico-node", "rke2-canal"], "canal"),
        (["cilium", "cilium-envoy"], "cilium"),
        (["kube-proxy"], ""),
        ([], ""),
    ],
)
def test_the_network_plugin(names: list[str], plugin: str) -> None:
    assert facts.network_plugin([{"metadata": {"name": name}} for name in names], []) == plugin


def test_a_plugin_without_a_daemon_set_is_known_by_its_marks_on_nodes() -> None:
    k3s = {"metadata": {"name": "n", "annotations": {"flannel.alpha.coreos.com/backend-type": "vxlan"}}}
    assert facts.network_plugin([], [node(), k3s]) == "flannel"
    assert facts.network_plugin([], [node()]) == ""


def service(namespace: str, name: str, **spec: t.Any) -> Object:
    return {"metadata": {"namespace": namespace, "name": name}, "spec": spec}


def test_services_are_told_by_what_matters_to_a_mesh() -> None:
    ports = [
        {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 8080, "nodePort": 30080},
        {"port": 53, "protocol": "UDP"},
        {"name": "h2", "port": 81, "appProtocol": "kubernetes.io/h2c"},
    ]
    assert facts.service_facts([service("a", "web", ports=ports, selector={"b": "2", "a": "1"})], "istio-system") == [
        {
            "namespace": "a",
            "name": "web",
            "ports": ["53/UDP", "h2 81/TCP kubernetes.io/h2c", "web 80/TCP"],
            "selector": "a=1,b=2",
        }
    ]


@pytest.mark.parametrize(
    ("namespace", "name", "spec", "is_told"),
    [
        ("default", "web", {}, True),
        ("default", "kubernetes", {}, False),
        ("other", "kubernetes", {}, True),
        ("kube-system", "kube-dns", {}, False),
        ("mesh", "istiod", {}, False),
        ("default", "db", {"type": "ExternalName", "externalName": "db.example.com"}, False),
        ("default", "headless", {"clusterIP": "None"}, True),
    ],
)
def test_services_that_no_mesh_merges_are_left_out(namespace: str, name: str, spec: Object, is_told: bool) -> None:
    assert bool(facts.service_facts([service(namespace, name, **spec)], "mesh")) is is_told
