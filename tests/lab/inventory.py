"""What a checkout is told about the lab, in its .lab directory: kubeconfigs, and inventories for the playbooks.

inventory.yml has the clusters as any cluster, whose network somebody else looks after; ack/ reads them from the lab's cloud.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from . import certificates
from .binaries import ISTIO_VERSION
from .cloud.account import KEY
from .cloud.endpoint import PRODUCTS
from .cloud_daemon import URL
from .host import OUTPUT, write_private
from .topology import CLUSTERS, Cluster


class PlainDumper(yaml.SafeDumper):
    """Writes values that occur twice twice, not as anchor and alias."""

    def ignore_aliases(self, data: object) -> bool:
        """Never an alias."""
        return True


INVENTORY = OUTPUT / "inventory.yml"
ACK = OUTPUT / "ack"
KUBECONFIGS = OUTPUT / "kubeconfigs"
REQUESTS = {"cpu": "10m", "memory": "64Mi"}  # all of a mesh on one small machine
# The lab's Envoy is the plain one, without Istio's own filters: none of them may be asked for.
ISTIOD_VALUES = {
    "env": {"PILOT_ENABLE_ALPN_FILTER": "false", "PILOT_ENABLE_METADATA_EXCHANGE": "false"},
    "global": {"proxy": {"resources": {"requests": REQUESTS}}},
    "meshConfig": {"defaultProviders": {"metrics": []}},
    "telemetry": {"enabled": False},
}


def write(names: Iterable[str], charts: Path) -> None:
    """Write the kubeconfigs of these clusters and control planes, and an inventory of those that have nodes."""
    KUBECONFIGS.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        write_private(KUBECONFIGS / name, certificates.kubeconfig(name, "admin").read_text())
    clusters = [cluster for cluster in CLUSTERS if cluster.name in set(names)]
    if clusters:
        write_yaml(INVENTORY, inventory(clusters, KUBECONFIGS, charts))
        write_yaml(ACK / "lab.ack_clusters.yml", ack_clusters(KUBECONFIGS))
        write_yaml(ACK / "group_vars/all.yml", {**variables(charts), **cloud_variables()})


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(content, Dumper=PlainDumper, sort_keys=False)
    path.write_text(f"# Written by the lab: python -m tests.lab up\n{text}")


def remove() -> None:
    """Remove what `write` wrote."""
    INVENTORY.unlink(missing_ok=True)
    for directory in (KUBECONFIGS, ACK):
        shutil.rmtree(directory, ignore_errors=True)


def inventory(clusters: Sequence[Cluster], kubeconfigs: Path, charts: Path) -> dict[str, Any]:
    """The inventory of these clusters. The first of the lab's clusters is the primary."""
    primary = [cluster for cluster in clusters if cluster == CLUSTERS[0]]
    remotes = [cluster for cluster in clusters if cluster != CLUSTERS[0]]
    return {
        "all": {
            "vars": {**variables(charts), "network_prerequisites_probe": False},
            "children": {
                "istio_primary": {"hosts": {one.name: host(one, kubeconfigs) for one in primary}},
                "istio_remotes": {"hosts": {one.name: host(one, kubeconfigs) for one in remotes}},
            },
        }
    }


def variables(charts: Path) -> dict[str, Any]:
    """The mesh's variables."""
    return {
        "mesh_id": "lab",
        "mesh_istio_version": ISTIO_VERSION,
        "mesh_chart_source": str(charts),
        "mesh_hub": "lab.local/istio",
        "mesh_network_mode": "flat",
        "mesh_flat_across_vpcs": True,
        "mesh_locality_routing": False,
        "primary_istio_values": ISTIOD_VALUES,
        "remote_cluster_values": {**ISTIOD_VALUES, "resources": {"requests": REQUESTS}},
        "primary_istio_requests": REQUESTS,
        "primary_istio_ingress_requests": REQUESTS,
        "remote_cluster_ingress_requests": REQUESTS,
        "mesh_eastwest_requests": REQUESTS,
    }


def ack_clusters(kubeconfigs: Path) -> dict[str, Any]:
    """The inventory that the plugin of this collection reads from the lab's cloud."""
    return {
        "plugin": "multiregion.istio.ack_clusters",
        "regions": list(dict.fromkeys(cluster.vpc.region for cluster in CLUSTERS)),
        "tags": {"mesh": "lab"},
        "primary": {"name": CLUSTERS[0].name},
        "compose": {"mesh_cluster_kubeconfig": f"'{kubeconfigs}/' ~ mesh_cluster_name"},
        **access(),
    }


def cloud_variables() -> dict[str, Any]:
    """How the playbooks call the lab's cloud, and that it may join a region of the mainland to one elsewhere."""
    return {"mesh_alibaba_access": access(), "network_prerequisites_cross_border_approved": True}


def access() -> dict[str, Any]:
    return {"access_key": KEY.id, "secret_key": KEY.secret, "endpoints": dict.fromkeys(PRODUCTS, URL)}


def host(cluster: Cluster, kubeconfigs: Path) -> dict[str, Any]:
    """The variables of one cluster."""
    return {
        "mesh_cluster_region": cluster.vpc.region,
        "mesh_cluster_kubeconfig": str(kubeconfigs / cluster.name),
        "mesh_cluster_context": cluster.name,
        "mesh_cluster_api_server": cluster.control_plane.api_server,
        "mesh_cluster_provider": "none",
        "mesh_cluster_vpc_id": cluster.vpc.name,
        "mesh_cluster_vpc_cidrs": [str(cluster.vpc.block)],
        "mesh_cluster_vswitch_cidrs": [str(cluster.vswitch)],
        "mesh_cluster_pod_cidrs": [str(cluster.pods)],
        "mesh_cluster_service_cidrs": [str(cluster.services)],
        "mesh_cluster_pods_in_vpc": False,
    }
