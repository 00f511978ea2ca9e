"""The files of a cluster's real node: its directories, and the configuration of containerd, CNI, kubelet and kube-proxy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from . import cgroups
from .certificates import directory, kubeconfig, pki
from .topology import Cluster

DIRECTORIES = ("lib/kubelet", "lib/containerd", "log/pods", "log/containers", "tmp")


def home(cluster: Cluster) -> Path:
    """Where the node's files lie; its /var is in there too."""
    return directory(cluster.name) / "node"


def write(cluster: Cluster) -> None:
    """The node's directories and the configuration of its programs."""
    base = home(cluster)
    for name in DIRECTORIES:
        (base / "var" / name).mkdir(parents=True, exist_ok=True)
    if not (base / "var/run").is_symlink():
        (base / "var/run").symlink_to("/run")
    (base / "cni").mkdir(exist_ok=True)
    hosts = [("127.0.0.1", "localhost"), (cluster.attachment.address, cluster.node)]
    hosts += [(address, name) for name, address in cluster.hollow_nodes.items()]
    (base / "hosts").write_text("".join(f"{address} {name}\n" for address, name in hosts))
    # Nothing listens there, so names from outside the cluster fail at once: the lab has no way out.
    (base / "resolv.conf").write_text(f"nameserver {cluster.attachment.gateway}\n")
    (base / "cni.template").write_text(CNI_TEMPLATE)
    (base / "containerd.toml").write_text(CONTAINERD.format(base=base))
    (base / "kubelet.yaml").write_text(yaml.safe_dump(kubelet_config(cluster)))
    (base / "kube-proxy.yaml").write_text(yaml.safe_dump(kube_proxy_config(cluster)))


# No bridge: each pod has a route of its own, so packets between two pods of a node pass the node's rules like others.
CNI_TEMPLATE = json.dumps(
    {
        "cniVersion": "1.0.0",
        "name": "lab",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": False,  # pods keep their addresses in other clusters
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": "{{.PodCIDR}}"}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }
)
# The plugin `opt` would make a directory in the host's /opt, AppArmor support load a profile into the host's kernel.
CONTAINERD = """version = 2
disabled_plugins = ["io.containerd.internal.v1.opt"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "lab.local/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{base}/cni"
    conf_template = "{base}/cni.template"
"""


def kubelet_config(cluster: Cluster) -> dict[str, Any]:
    """Of the kubelet: as kubeadm's, but its containers are in the lab's control group, and nothing is ever evicted."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(pki(cluster.name) / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": cgroups.name(cluster.node),
        "enforceNodeAllocatable": [],
        "clusterDNS": [str(cluster.dns)],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "evictionHard": {"memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%"},
        "failSwapOn": False,
        "imageGCHighThresholdPercent": 100,
        "resolvConf": str(home(cluster) / "resolv.conf"),
        "oomScoreAdj": 0,
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
    }


def kube_proxy_config(cluster: Cluster) -> dict[str, Any]:
    """Of kube-proxy. Connection tracking limits are the whole machine's: left as they are."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": str(cluster.pods),
        "hostnameOverride": cluster.node,
        "clientConnection": {"kubeconfig": str(kubeconfig(cluster.name, "kube-proxy"))},
        "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "oomScoreAdj": 0,
    }
