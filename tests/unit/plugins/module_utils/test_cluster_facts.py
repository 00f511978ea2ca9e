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


def test_a_worker() -> None:
    labels = {"topology.kubernetes.io/region": "cn-beijing", "topology.kubernetes.io/zone": "cn-beijing-a"}
    assert facts.node_facts(node(labels=labels, spec={"podCIDR": "10.1.0.0/24"})) == {
        "name": "n",
        "ready": True,
        "schedulable": True,
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
    ("spec", "schedulable"),
    [
        ({"unschedulable": True}, False),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]}, False),
        ({"taints": [{"key": "a", "effect": "NoExecute"}]}, False),
        ({"taints": [{"key": "a", "effect": "PreferNoSchedule"}]}, True),
    ],
)
def test_cordoned_and_tainted_nodes(spec: Object, schedulable: bool) -> None:
    assert facts.node_facts(node(spec=spec))["schedulable"] is schedulable


def test_workers_are_counted_without_control_planes_and_virtual_nodes() -> None:
    nodes = [
        node(labels={"node-role.kubernetes.io/control-plane": ""}),
        node(labels={"node-role.kubernetes.io/master": ""}),
        node(labels={"type": "virtual-kubelet"}),
        node(),
        node(spec={"unschedulable": True}),
        node(ready="Unknown"),
    ]
    counts = facts.worker_counts([facts.node_facts(one) for one in nodes])
    assert counts == {"ready": 2, "schedulable": 1, "total": 3}


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
        (["kube-proxy", "terway-eniip"], "terway"),
        (["kube-flannel-ds"], "flannel"),
        (["calico-node"], "calico"),
        (["cilium", "cilium-envoy"], "cilium"),
        (["kube-proxy"], ""),
        ([], ""),
    ],
)
def test_the_network_plugin(names: list[str], plugin: str) -> None:
    assert facts.network_plugin([{"metadata": {"name": name}} for name in names]) == plugin


def istiod(image: str, **metadata: Object) -> Object:
    containers = [{"name": "istio-proxy", "image": "x:9.9.9"}, {"name": "discovery", "image": image}]
    return {
        "metadata": {"name": "istiod", "namespace": "istio-system", **metadata},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


@pytest.mark.parametrize(
    ("image", "labels", "version"),
    [
        ("docker.io/istio/pilot:1.31.0", {}, "1.31.0"),
        ("registry.example.com:5000/istio/pilot:1.30.2-distroless", {}, "1.30.2"),
        ("pilot:1.31.0-rc.1", {}, "1.31.0-rc.1"),
        ("registry.example.com:5000/pilot@sha256:1234567890", {"app.kubernetes.io/version": "1.29.1"}, "1.29.1"),
        ("pilot:latest", {"helm.sh/chart": "istiod-1.28.0"}, "1.28.0"),
        ("pilot:1.31.0@sha256:1234", {}, "1.31.0"),
        ("pilot", {}, ""),
    ],
)
def test_the_version_of_istio(image: str, labels: Object, version: str) -> None:
    assert facts.istio_version(istiod(image, labels=labels)) == version


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        (
            {"annotations": {"meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "x"}},
            "Helm release x/istiod",
        ),
        ({"labels": {"install.operator.istio.io/owning-resource": "unknown"}}, "istioctl"),
        ({"labels": {"app.kubernetes.io/managed-by": "multiregion.istio"}}, "multiregion.istio"),
        ({}, ""),
    ],
)
def test_who_put_istio_there(metadata: Object, owner: str) -> None:
    assert facts.control_plane(istiod("pilot:1.31.0", **metadata))["managed_by"] == owner
