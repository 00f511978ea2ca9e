# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of a cluster tell about it: versions, nodes, domain, network plugin, Services. No I/O."""

from __future__ import annotations

import re
import typing as t

Object = dict[str, t.Any]

CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
REGION_LABELS = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")

# Nodes that no kubelet runs: pods there are containers of a cloud.
VIRTUAL_LABELS = (
    ("type", "virtual-kubelet"),
    ("alibabacloud.com/virtual-node", "true"),
    ("eks.amazonaws.com/compute-type", "fargate"),
)
VIRTUAL_TAINT = "virtual-kubelet.io/"
# Kubernetes itself sets these and takes them away again: they tell how a node is, not who may use it.
PASSING_TAINTS = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
REPELLING = ("NoSchedule", "NoExecute")

# Begin of a DaemonSet's name, and the plugin that it is. The first that fits counts: what gives addresses comes before what
# only adds policies to it. Terway: shared interfaces, an interface for each pod, and the old one that routes pod blocks
# (Container Service for Kubernetes, FAQ of container networking).
NETWORK_PLUGINS = {
    "terway-eniip": "terway-eniip",
    "terway-eni": "terway-eni",
    "terway": "terway",
    "aws-node": "aws-vpc-cni",
    "azure-cni": "azure-cni",
    "azure-cns": "azure-cni",
    "kube-flannel": "flannel",
    "rke2-flannel": "flannel",
    "canal": "canal",
    "rke2-canal": "canal",
    "calico-node": "calico",
    "cilium": "cilium",
    "anetd": "cilium",
    "kindnet": "kindnet",
    "antrea-agent": "antrea",
    "kube-router": "kube-router",
    "ovnkube-node": "ovn-kubernetes",
    "weave-net": "weave",
}
# Plugins that run without a DaemonSet (k3s) and yet write on nodes.
PLUGIN_ANNOTATIONS = {"flannel.alpha.coreos.com/": "flannel"}
# Where pods have addresses of the VPC itself, and where they surely have not; of the others either may be.
PODS_IN_VPC = {"terway-eniip": True, "terway-eni": True, "aws-vpc-cni": True, "terway": False, "flannel": False}
# Istio keeps these Services in their cluster by itself (istio/istio, pilot/pkg/model/cluster_local.go).
LOCAL_NAMESPACE, LOCAL_SERVICE = "kube-system", ("default", "kubernetes")


def minor_version(text: str) -> str:
    """ "1.34" of "v1.34.10-aliyun.1", "1.24.17-gke.1" or "v1.31+"; "" of anything else."""
    match = re.match(r"v?(\d+)\.(\d+)", text)
    return f"{match[1]}.{match[2]}" if match else ""


def server_version(answer: Object) -> tuple[str, str]:
    """(version as the server gives it, "1.34") of the answer of /version."""
    version = str(answer.get("gitVersion") or "")
    return version, minor_version(version) or minor_version(f"{answer.get('major')}.{answer.get('minor')}")


def node_facts(node: Object) -> Object:
    """One node as a result shows it. Addresses are internal ones: the others are no part of the cluster's network."""
    metadata, spec, status = node["metadata"], node.get("spec") or {}, node.get("status") or {}
    labels = metadata.get("labels") or {}
    taints = [taint for taint in spec.get("taints") or [] if taint.get("effect") in REPELLING]
    return {
        "name": metadata["name"],
        "ready": any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or []),
        "schedulable": not spec.get("unschedulable") and not taints,
        "cordoned": bool(spec.get("unschedulable")),
        "tainted": any(not str(taint.get("key")).startswith(PASSING_TAINTS) for taint in taints),
        "role": role_of(labels, taints),
        "region": first_label(labels, REGION_LABELS),
        "zone": first_label(labels, ZONE_LABELS),
        "pod_cidrs": spec.get("podCIDRs") or ([spec["podCIDR"]] if spec.get("podCIDR") else []),
        "addresses": [a["address"] for a in status.get("addresses") or [] if a["type"] == "InternalIP"],
    }


def role_of(labels: t.Mapping[str, str], taints: list[Object]) -> str:
    """control-plane, virtual (a virtual kubelet, which runs no node) or worker."""
    if any(label in labels for label in CONTROL_PLANE_LABELS):
        return "control-plane"
    is_virtual = any(labels.get(label) == value for label, value in VIRTUAL_LABELS)
    return "virtual" if is_virtual or any(str(x.get("key")).startswith(VIRTUAL_TAINT) for x in taints) else "worker"


def first_label(labels: t.Mapping[str, str], names: t.Sequence[str]) -> str:
    return next((labels[name] for name in names if name in labels), "")


def worker_counts(nodes: list[Object]) -> dict[str, int]:
    """Workers that are Ready, that take ordinary pods as well, all, and why some do not; then the nodes that are none."""
    workers = [node for node in nodes if node["role"] == "worker"]
    ready = [node for node in workers if node["ready"]]
    roles = [node["role"] for node in nodes]
    return {
        "ready": len(ready),
        "schedulable": sum(node["schedulable"] for node in ready),
        "total": len(workers),
        "cordoned": sum(node["cordoned"] for node in workers),
        "tainted": sum(node["tainted"] for node in workers),
        "control_planes": roles.count("control-plane"),
        "virtual": roles.count("virtual"),
    }


def cluster_domain(corefile: str) -> str:
    """The cluster's DNS domain: the first zone of CoreDNS' kubernetes plugin that is no reverse zone; "" where unknown."""
    for line in corefile.splitlines():
        words = line.split("#")[0].replace("{", " ").split()
        if words[:1] == ["kubernetes"]:
            zones = [word.rstrip(".") for word in words[1:]]
            return next((zone for zone in zones if zone and not zone.endswith(".arpa")), "")
    return ""


def network_plugin(daemon_sets: list[Object], nodes: list[Object]) -> str:
    """The plugin that gives pods their addresses, by the names of DaemonSets, else by marks of nodes; "" where unknown."""
    names = sorted(daemon_set["metadata"]["name"] for daemon_set in daemon_sets)
    for start, plugin in NETWORK_PLUGINS.items():
        if any(name.startswith(start) for name in names):
            return plugin
    marks = {mark for node in nodes for mark in node["metadata"].get("annotations") or {}}
    for start, plugin in PLUGIN_ANNOTATIONS.items():
        if any(mark.startswith(start) for mark in marks):
            return plugin
    return ""


def service_facts(services: list[Object], mesh_namespace: str) -> list[Object]:
    """The Services that a mesh may merge with those of other members, each port and the selector as one text.

    Without those that Istio keeps in their cluster by itself, those that are another name for something, and the mesh's own.
    """
    return [
        {
            "namespace": service["metadata"]["namespace"],
            "name": service["metadata"]["name"],
            "ports": sorted(port_text(port) for port in service["spec"].get("ports") or []),
            "selector": ",".join(
                f"{key}={value}" for key, value in sorted((service["spec"].get("selector") or {}).items())
            ),
        }
        for service in services
        if service["metadata"]["namespace"] not in (LOCAL_NAMESPACE, mesh_namespace)
        and (service["metadata"]["namespace"], service["metadata"]["name"]) != LOCAL_SERVICE
        and service["spec"].get("type") != "ExternalName"
    ]


def port_text(port: Object) -> str:
    """ "http 80/TCP", with what it speaks where it says so: "web 80/TCP kubernetes.io/h2c"."""
    texts = (port.get("name"), f"{port['port']}/{port.get('protocol') or 'TCP'}", port.get("appProtocol"))
    return " ".join(text for text in texts if text)
