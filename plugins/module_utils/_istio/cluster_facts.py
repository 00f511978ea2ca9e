# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects of a cluster tell about it: versions, nodes, domain, network plugin, Istio. No I/O."""

from __future__ import annotations

import re
import typing as t

from .._kubernetes.ownership import MANAGED_BY, owner_of

Object = dict[str, t.Any]

CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
REGION_LABELS = ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region")
ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")

# Begin of a DaemonSet's name, and the plugin that it is.
NETWORK_PLUGINS = {
    "terway": "terway",
    "kube-flannel": "flannel",
    "calico-node": "calico",
    "canal": "canal",
    "cilium": "cilium",
    "aws-node": "aws-vpc-cni",
    "azure-cni": "azure-cni",
    "kindnet": "kindnet",
    "antrea-agent": "antrea",
    "kube-router": "kube-router",
    "ovnkube-node": "ovn-kubernetes",
    "weave-net": "weave",
}


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
    taints = [taint for taint in spec.get("taints") or [] if taint.get("effect") in ("NoSchedule", "NoExecute")]
    return {
        "name": metadata["name"],
        "ready": any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or []),
        "schedulable": not spec.get("unschedulable") and not taints,
        "role": role_of(labels),
        "region": first_label(labels, REGION_LABELS),
        "zone": first_label(labels, ZONE_LABELS),
        "pod_cidrs": spec.get("podCIDRs") or ([spec["podCIDR"]] if spec.get("podCIDR") else []),
        "addresses": [a["address"] for a in status.get("addresses") or [] if a["type"] == "InternalIP"],
    }


def role_of(labels: t.Mapping[str, str]) -> str:
    """control-plane, virtual (a virtual kubelet, which runs no node) or worker."""
    if any(label in labels for label in CONTROL_PLANE_LABELS):
        return "control-plane"
    return "virtual" if labels.get("type") == "virtual-kubelet" else "worker"


def first_label(labels: t.Mapping[str, str], names: t.Sequence[str]) -> str:
    return next((labels[name] for name in names if name in labels), "")


def worker_counts(nodes: list[Object]) -> dict[str, int]:
    """Workers that are Ready, that take ordinary pods as well, and all."""
    workers = [node for node in nodes if node["role"] == "worker"]
    ready = [node for node in workers if node["ready"]]
    return {
        "ready": len(ready),
        "schedulable": sum(node["schedulable"] for node in ready),
        "total": len(workers),
    }


def cluster_domain(corefile: str) -> str:
    """The cluster's DNS domain: the first zone of CoreDNS' kubernetes plugin that is no reverse zone; "" where unknown."""
    for line in corefile.splitlines():
        words = line.split("#")[0].replace("{", " ").split()
        if words[:1] == ["kubernetes"]:
            zones = [word.rstrip(".") for word in words[1:]]
            return next((zone for zone in zones if zone and not zone.endswith(".arpa")), "")
    return ""


def network_plugin(daemon_sets: list[Object]) -> str:
    """The plugin that gives pods their addresses, by the names of DaemonSets; "" where none is known."""
    names = sorted(daemon_set["metadata"]["name"] for daemon_set in daemon_sets)
    for start, plugin in NETWORK_PLUGINS.items():
        if any(name.startswith(start) for name in names):
            return plugin
    return ""


def control_plane(deployment: Object) -> Object:
    """One istiod: where it is, its version and revision, and who put it there."""
    metadata = deployment["metadata"]
    labels = metadata.get("labels") or {}
    return {
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "version": istio_version(deployment),
        "revision": labels.get("istio.io/rev", ""),
        "managed_by": owner_of(deployment) or labels.get(MANAGED_BY) or made_by_istioctl(labels),
    }


def made_by_istioctl(labels: t.Mapping[str, str]) -> str:
    return "istioctl" if "install.operator.istio.io/owning-resource" in labels else ""


def istio_version(deployment: Object) -> str:
    """The version of an istiod by its image's tag, else by the labels of its chart; "" where neither says."""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    image = next((c["image"] for c in containers if c["name"] == "discovery"), containers[0]["image"])
    labels = deployment["metadata"].get("labels") or {}
    last = image.rsplit("/", 1)[-1].split("@")[0]
    texts = (last.partition(":")[2], labels.get("app.kubernetes.io/version", ""), labels.get("helm.sh/chart", ""))
    for text in texts:
        match = re.search(r"\d+\.\d+(\.\d+)?([-.](alpha|beta|rc)\.\d+)?", text)
        if match:
            return match[0]
    return ""
