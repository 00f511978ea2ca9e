"""Certificates and kubeconfigs of a cluster, made by kubeadm's own phases as in any kubeadm cluster, once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .host import STATE, run, write_private
from .topology import ControlPlane

Programs = Mapping[str, Path]  # the lab's binaries by name


def directory(cluster: str) -> Path:
    """Where everything of a cluster lies."""
    return STATE / "clusters" / cluster


def pki(cluster: str) -> Path:
    """Where its certificates lie."""
    return directory(cluster) / "certificates/pki"


def kubeconfig(cluster: str, client: str) -> Path:
    """The kubeconfig of `admin` (in system:masters), `controller-manager`, `scheduler`, `kube-proxy` or a node."""
    return directory(cluster) / "certificates" / f"{client}.conf"


def make(plane: ControlPlane, nodes: tuple[str, ...], programs: Programs) -> None:
    """Make what the control plane and these nodes need, whole or not at all; once there it stays as it is."""
    final = pki(plane.name).parent
    if final.exists():
        return
    partial = final.with_name("certificates.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    config = partial / "kubeadm.yaml"
    version = run(programs["kubeadm"], "version", "--output", "short").strip()
    config.write_text(yaml.safe_dump_all(kubeadm_config(plane, partial / "pki", version)))
    kubeadm = programs["kubeadm"]
    run(kubeadm, "init", "phase", "certs", "all", "--config", config)
    run(kubeadm, "init", "phase", "kubeconfig", "all", "--config", config, "--kubeconfig-dir", partial)
    admin = yaml.safe_load((partial / "super-admin.conf").read_text())
    write_private(partial / "admin.conf", yaml.safe_dump(renamed(admin, plane.name), sort_keys=False))
    proxy: list[str] = ["kube-proxy", "system:kube-proxy"]
    for name, user, *groups in [proxy, *([node, f"system:node:{node}", "--org", "system:nodes"] for node in nodes)]:
        client = run(kubeadm, "kubeconfig", "user", "--config", config, "--client-name", user, *groups)
        write_private(partial / f"{name}.conf", client)
    partial.rename(final)


def kubeadm_config(plane: ControlPlane, certificates: Path, version: str) -> list[dict[str, Any]]:
    """kubeadm's configuration. Elliptic curves, since 20 control planes' RSA keys would take most of a minute."""
    api = "kubeadm.k8s.io/v1beta4"
    address = str(plane.address)
    networking = {"dnsDomain": "cluster.local", "serviceSubnet": str(plane.services)}
    if plane.pods:
        networking["podSubnet"] = str(plane.pods)
    return [
        {
            "apiVersion": api,
            "kind": "InitConfiguration",
            "localAPIEndpoint": {"advertiseAddress": address, "bindPort": 6443},
            "nodeRegistration": {"name": plane.name, "criSocket": "unix:///run/containerd/containerd.sock"},
        },
        {
            "apiVersion": api,
            "kind": "ClusterConfiguration",
            "clusterName": plane.name,
            "kubernetesVersion": version,
            "certificatesDir": str(certificates),
            "controlPlaneEndpoint": f"{address}:6443",
            "encryptionAlgorithm": "ECDSA-P256",
            "networking": networking,
            "etcd": {"local": {"dataDir": "/var/lib/etcd", "serverCertSANs": [address], "peerCertSANs": [address]}},
        },
    ]


def renamed(config: dict[str, Any], cluster: str) -> dict[str, Any]:
    """A kubeconfig of one context, in which cluster, user and context all have the cluster's name."""
    user = {"name": cluster, "user": config["users"][0]["user"]}
    return {
        **config,
        "clusters": [{"name": cluster, "cluster": config["clusters"][0]["cluster"]}],
        "users": [user],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
        "current-context": cluster,
    }
