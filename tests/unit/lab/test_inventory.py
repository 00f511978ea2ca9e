"""The inventory is in the collection's contract."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import yaml

from tests.lab import certificates, inventory
from tests.lab.topology import CLUSTERS


def test_the_first_cluster_is_the_primary_and_the_others_are_remotes() -> None:
    children = inventory.inventory(CLUSTERS, Path("/kube"), Path("/charts"))["all"]["children"]
    assert list(children["istio_primary"]["hosts"]) == ["cn-beijing-1"]
    assert list(children["istio_remotes"]["hosts"]) == ["cn-beijing-2", "ap-southeast-1"]


def test_a_host_has_all_variables_of_a_cluster() -> None:
    assert inventory.host(CLUSTERS[2], Path("/kube")) == {
        "mesh_cluster_region": "ap-southeast-1",
        "mesh_cluster_kubeconfig": "/kube/ap-southeast-1",
        "mesh_cluster_context": "ap-southeast-1",
        "mesh_cluster_api_server": "https://10.20.1.10:6443",
        "mesh_cluster_provider": "none",
        "mesh_cluster_vpc_id": "vpc-singapore",
        "mesh_cluster_vpc_cidrs": ["10.20.0.0/16"],
        "mesh_cluster_vswitch_cidrs": ["10.20.1.0/24"],
        "mesh_cluster_pod_cidrs": ["10.105.0.0/16"],
        "mesh_cluster_service_cidrs": ["10.106.0.0/16"],
        "mesh_cluster_pods_in_vpc": False,
    }


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(inventory, "INVENTORY", tmp_path / "inventory.yml")
    monkeypatch.setattr(inventory, "KUBECONFIGS", tmp_path / "kubeconfigs")
    monkeypatch.setattr(inventory, "ACK", tmp_path / "ack")
    monkeypatch.setattr(certificates, "STATE", tmp_path / "state")
    for name in ("cn-beijing-1", "api-1"):
        admin = certificates.kubeconfig(name, "admin")
        admin.parent.mkdir(parents=True)
        admin.write_text(f"of {name}")
    return tmp_path


def test_kubeconfigs_are_private_and_the_inventory_names_the_clusters_with_nodes(written: Path) -> None:
    inventory.write(["cn-beijing-1", "api-1"], Path("/charts"))
    for name in ("cn-beijing-1", "api-1"):
        file = written / "kubeconfigs" / name
        assert file.read_text() == f"of {name}"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = (written / "inventory.yml").read_text()
    assert "&id" not in text
    hosts = yaml.safe_load(text)["all"]["children"]
    assert list(hosts["istio_primary"]["hosts"]) == ["cn-beijing-1"]
    assert not hosts["istio_remotes"]["hosts"]
    plugin = yaml.safe_load((written / "ack/lab.ack_clusters.yml").read_text())
    assert plugin["primary"] == {"name": "cn-beijing-1"}
    assert plugin["regions"] == ["cn-beijing", "ap-southeast-1"]
    common = yaml.safe_load((written / "ack/group_vars/all.yml").read_text())
    assert common["mesh_alibaba_access"]["endpoints"]["ecs"] == "http://10.40.255.2:8080"


def test_control_planes_alone_leave_the_inventory_as_it_is(written: Path) -> None:
    (written / "inventory.yml").write_text("as it was")
    inventory.write(["api-1"], Path("/charts"))
    assert (written / "inventory.yml").read_text() == "as it was"


def test_what_was_written_is_removed(written: Path) -> None:
    inventory.write(["cn-beijing-1"], Path("/charts"))
    inventory.remove()
    assert not (written / "inventory.yml").exists()
    assert not (written / "kubeconfigs").exists()
    assert not (written / "ack").exists()
