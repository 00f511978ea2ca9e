# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory ack_clusters against the lab's cloud, over HTTP: in this process, and as ansible-inventory runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.multiregion.istio.plugins.inventory import ack_clusters
from ansible_collections.multiregion.istio.plugins.inventory.ack_clusters import InventoryModule, read_clusters
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_inventory import wanted_of
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._inventory import cluster_of
from tests.lab.cloud.account import KEY, TERWAY_CLUSTER, cluster_id
from tests.lab.cloud.endpoint import Endpoint
from tests.lab.cloud.server import Cloud
from tests.lab.cloud.state import Key
from tests.unit.documentation import documentation_of

Dict = dict[str, t.Any]

EAST, WEST, FAR = "cn-beijing-1", "cn-beijing-2", "ap-southeast-1"
SECRET = "a-secret-that-nobody-may-see"
TOKEN = "a-token-that-nobody-may-see"


@dataclass
class Source:
    """An inventory's file, and how it is read in this process."""

    file: Path
    options: Dict
    warnings: list[str]

    def parse(self, flush: bool = False, **options: t.Any) -> InventoryData:
        config = {key: value for key, value in {**self.options, **options}.items() if value is not None}
        self.file.write_text(yaml.safe_dump(config), encoding="utf-8")
        inventory, plugin = InventoryData(), InventoryModule()
        # What Ansible's loader of plugins sets.
        plugin._load_name = plugin.ansible_name = InventoryModule.NAME
        plugin._redirected_names = [InventoryModule.NAME]
        plugin.display = Warnings(self.warnings)
        plugin.parse(inventory, DataLoader(), str(self.file), not flush)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory


@dataclass
class Warnings:
    """Ansible's Display, as far as the plugin uses it."""

    told: list[str]

    def warning(self, text: str) -> None:
        self.told.append(text)

    def vv(self, text: str) -> None:
        self.told.append(f"-vv: {text}")


@pytest.fixture(scope="module")
def definitions() -> Dict:
    """The plugin's options as Ansible knows them once it has loaded the plugin."""
    options: Dict = documentation_of(ack_clusters)["options"]
    constants.config.initialize_plugin_configuration_definitions("inventory", InventoryModule.NAME, options)
    return options


@pytest.fixture
def source(tmp_path: Path, definitions: Dict, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Source:
    for name in [name for name in os.environ if name.startswith(("ALICLOUD_", "ALIBABA_CLOUD_"))]:
        monkeypatch.delenv(name)
    config = {
        "plugin": InventoryModule.NAME,
        "alicloud_access_key": KEY.id,
        "alicloud_secret_key": KEY.secret,
        "endpoints": endpoint.endpoints,
        "primary": {"name": EAST},
    }
    return Source(tmp_path / "mesh.ack_clusters.yml", config, [])


def hosts(inventory: InventoryData, group: str) -> list[str]:
    return sorted(host.name for host in inventory.groups[group].get_hosts())


def variables(inventory: InventoryData, host: str) -> Dict:
    return dict(inventory.hosts[host].get_vars())


def actions(cloud: Cloud) -> list[str]:
    return [call.action for call in cloud.calls]


def test_all_clusters_of_the_account_are_hosts_in_two_groups(source: Source, cloud: Cloud) -> None:
    inventory = source.parse()
    assert hosts(inventory, "istio_primary") == [EAST]
    assert hosts(inventory, "istio_remotes") == [FAR, TERWAY_CLUSTER, WEST]
    assert source.warnings == []
    assert not cloud.writes


def test_a_host_has_every_variable_of_a_cluster_but_how_it_is_reached(source: Source) -> None:
    inventory = source.parse()
    for host in inventory.hosts:
        cluster = cluster_of(variables(inventory, host))
        assert cluster["missing"] == ["mesh_cluster_kubeconfig"]
        assert (cluster["name"], cluster["provider"]) == (host, "ack")
    east = variables(inventory, EAST)
    assert {
        key: value for key, value in east.items() if key.startswith("mesh_cluster_") and key != "mesh_cluster_ack"
    } == {
        "mesh_cluster_name": EAST,
        "mesh_cluster_provider": "ack",
        "mesh_cluster_region": "cn-beijing",
        "mesh_cluster_id": cluster_id(EAST),
        "mesh_cluster_vpc_id": "vpc-beijing",
        "mesh_cluster_security_group_ids": ["sg-cn-beijing-1-1", "sg-cn-beijing-1-2"],
        "mesh_cluster_vpc_cidrs": ["10.10.0.0/16"],
        "mesh_cluster_vswitch_cidrs": ["10.10.1.0/24"],
        "mesh_cluster_pod_cidrs": ["10.101.0.0/16"],
        "mesh_cluster_service_cidrs": ["10.102.0.0/16"],
        "mesh_cluster_pods_in_vpc": False,
        "mesh_cluster_api_server": "https://10.10.1.10:6443",
    }
    assert (east["mesh_cluster_ack"]["network_plugin"], east["mesh_cluster_ack"]["tags"]) == (
        "flannel",
        {"mesh": "lab"},
    )
    assert variables(inventory, TERWAY_CLUSTER)["mesh_cluster_pods_in_vpc"] is True


def test_only_selected_clusters_are_asked_for_more(source: Source, cloud: Cloud) -> None:
    inventory = source.parse(regions=["cn-beijing"], names=[EAST])
    assert list(inventory.hosts) == [EAST]
    assert actions(cloud).count("DescribeClusterDetail") == 1
    assert [call.region for call in cloud.calls if call.action == "DescribeClustersV1"] == ["cn-beijing"]


def test_regions_are_read_one_by_one(source: Source, cloud: Cloud) -> None:
    inventory = source.parse(regions=["cn-beijing", "ap-southeast-1"], tags={"mesh": "lab"})
    assert set(inventory.hosts) == {EAST, WEST, FAR}
    assert actions(cloud).count("DescribeClustersV1") == 2


def test_the_region_of_the_environment_is_the_one_where_none_is_given(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALICLOUD_REGION", "cn-beijing")
    assert set(source.parse().hosts) == {EAST, WEST}
    assert set(source.parse(region_id="ap-southeast-1", primary={"name": FAR}).hosts) == {FAR, TERWAY_CLUSTER}
    assert set(source.parse(regions=["ap-southeast-1"], primary={"name": FAR}).hosts) == {FAR, TERWAY_CLUSTER}


def test_keys_and_endpoints_of_the_environment_are_used(
    source: Source, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALICLOUD_ACCESS_KEY", KEY.id)
    monkeypatch.setenv("ALICLOUD_SECRET_KEY", KEY.secret)
    monkeypatch.setenv("ALICLOUD_ENDPOINTS", ",".join(f"{key}={url}" for key, url in endpoint.endpoints.items()))
    inventory = source.parse(alicloud_access_key=None, alicloud_secret_key=None, endpoints=None)
    assert len(inventory.hosts) == 4
    monkeypatch.setenv("ALICLOUD_ENDPOINTS", "here")
    with pytest.raises(AnsibleParserError, match="endpoints is no dict"):
        source.parse(endpoints=None)


def test_calls_go_to_the_clouds_own_endpoints_and_a_role_is_assumed_in_the_first_region(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALICLOUD_REGION", "eu-central-1")
    asked: list[Client] = []

    def read(client: Client, _wanted: t.Any) -> list[Dict]:
        asked.append(client)
        raise MeshError("seen")

    monkeypatch.setattr(ack_clusters, "read_clusters", read)
    for regions in ([], ["ap-southeast-1", "cn-beijing"]):
        with pytest.raises(AnsibleParserError, match="seen"):
            source.parse(endpoints=None, regions=regions)
    assert [(client.options.endpoints, client.options.region) for client in asked] == [
        ({}, "eu-central-1"),
        ({}, "ap-southeast-1"),
    ]


def test_names_of_options_may_be_their_aliases(source: Source) -> None:
    inventory = source.parse(
        alicloud_access_key=None, alicloud_secret_key=None, access_key_id=KEY.id, access_key_secret=KEY.secret
    )
    assert len(inventory.hosts) == 4


def test_options_may_be_templates(source: Source) -> None:
    inventory = source.parse(
        alicloud_secret_key=f"{{{{ '{KEY.secret}' | trim }}}}", primary={"name": "{{ 'cn-' ~ 'beijing-1' }}"}
    )
    assert hosts(inventory, "istio_primary") == [EAST]


def test_the_public_api_server_is_an_option(source: Source, cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id(EAST)].public = "https://8.8.8.8:6443"
    inventory = source.parse(api_server="public")
    assert variables(inventory, EAST)["mesh_cluster_api_server"] == "https://8.8.8.8:6443"
    assert variables(inventory, TERWAY_CLUSTER)["mesh_cluster_api_server"] == ""
    assert source.warnings == [
        f"cluster {TERWAY_CLUSTER} ({cluster_id(TERWAY_CLUSTER)}, ap-southeast-1): it has no public API server. "
        "Give its API server a public address (EIP) in the console, or use api_server: internal."
    ]


def test_a_cluster_that_does_not_run_is_left_out_and_not_asked(source: Source, cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id(WEST)].state = "initial"
    inventory = source.parse()
    assert hosts(inventory, "istio_remotes") == [FAR, TERWAY_CLUSTER]
    assert [f"cluster {WEST}" in text and "initial" in text for text in source.warnings] == [True]
    assert actions(cloud).count("DescribeClusterDetail") == 3
    with pytest.raises(AnsibleParserError, match=f"1 of 4 selected .*{WEST}.*initial"):
        source.parse(not_running="error")


def test_users_make_groups_and_variables_of_what_ack_tells(source: Source) -> None:
    inventory = source.parse(
        compose={"mesh_cluster_kubeconfig": "'/keys/' ~ mesh_cluster_name", "version": "mesh_cluster_ack.version"},
        groups={"terway": "mesh_cluster_pods_in_vpc", "ours": "mesh_cluster_kubeconfig is defined"},
        keyed_groups=[
            {"prefix": "region", "key": "mesh_cluster_region"},
            {"prefix": "tag", "key": "mesh_cluster_ack.tags"},
        ],
        strict=True,
    )
    assert variables(inventory, EAST)["mesh_cluster_kubeconfig"] == "/keys/cn-beijing-1"
    assert variables(inventory, EAST)["version"] == "1.34.10-aliyun.1"
    assert hosts(inventory, "terway") == [TERWAY_CLUSTER]
    assert hosts(inventory, "ours") == sorted(inventory.hosts)
    assert hosts(inventory, "region_ap_southeast_1") == [FAR, TERWAY_CLUSTER]
    assert hosts(inventory, "tag_mesh_lab") == [FAR, EAST, WEST]


def test_an_expression_that_fails_is_an_error_only_where_that_is_wanted(source: Source) -> None:
    site = "mesh_cluster_ack.tags.site"
    broken: Dict = {"compose": {"site": site}, "groups": {"sited": site}, "keyed_groups": [{"key": site}]}
    assert "site" not in variables(source.parse(**broken), EAST)
    for option, value in broken.items():
        with pytest.raises(AnsibleError, match="[Cc]ould not .*host"):
            source.parse(**{option: value}, strict=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"primary": {"name": "north"}}, f"primary by name north: there are .*{EAST}"),
        ({"primary": {"tag": {"mesh": "lab"}}}, f"3 of the selected .*{FAR}.*{EAST}.*{WEST}"),
        ({"names": ["x*"]}, "none of 4 ACK clusters is selected"),
        ({"hostname": "tag:member"}, "a tag member"),
        ({"primary": {"names": "x"}}, "primary is "),
        ({"endpoints": {"s3": "x"}}, "endpoints names no product 's3'"),
        ({"not_running": "stop"}, "not_running"),
        ({"primary": None}, "primary"),
        ({"alicloud_secret_key": "other"}, "SignatureDoesNotMatch.*alicloud_secret_key"),
    ],
)
def test_an_error_says_what_to_do_and_adds_no_host(source: Source, options: Dict, words: str) -> None:
    with pytest.raises(AnsibleError, match=words) as caught:
        source.parse(**options)
    assert KEY.secret not in str(caught.value)


def test_two_clusters_of_one_name_are_an_error(source: Source, cloud: Cloud) -> None:
    cloud.state.clusters[cluster_id(WEST)].name = EAST
    with pytest.raises(AnsibleParserError, match=f"is called {EAST}") as caught:
        source.parse()
    assert cluster_id(EAST) in str(caught.value) and cluster_id(WEST) in str(caught.value)
    assert set(source.parse(hostname="cluster_id", primary={"cluster_id": cluster_id(EAST)}, names=["cn-*"]).hosts) == {
        cluster_id(EAST),
        cluster_id(WEST),
    }


def test_a_permission_that_is_missing_is_named(source: Source, cloud: Cloud) -> None:
    cloud.state.keys = {KEY.id: Key(KEY.id, KEY.secret, denied=frozenset({"cs:GetClusters"}))}
    with pytest.raises(AnsibleParserError, match="RAM permission cs:GetClusters"):
        source.parse()


def test_a_library_that_is_missing_is_told(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ack_clusters, "missing_libraries", lambda: ("Failed to import alibabacloud-x", "trace"))
    with pytest.raises(AnsibleParserError, match="alibabacloud-x"):
        source.parse()


def test_only_files_of_its_name_are_its_own(tmp_path: Path) -> None:
    for name, is_own in {
        "ack_clusters.yml": True,
        "mesh.ack_clusters.yaml": True,
        "mesh_ack_clusters.yml": True,
        "mesh.yml": False,
        "ack_clusters.json": False,
    }.items():
        (tmp_path / name).touch()
        assert InventoryModule().verify_file(str(tmp_path / name)) is is_own
    assert not InventoryModule().verify_file(str(tmp_path / "none.ack_clusters.yml"))


@pytest.fixture
def caching(tmp_path: Path) -> Dict:
    return {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}


def test_what_is_cached_is_not_asked_again(source: Source, cloud: Cloud, caching: Dict) -> None:
    first = source.parse(**caching)
    cloud.calls.clear()
    second = source.parse(**caching)
    assert not cloud.calls
    assert {host: variables(second, host) for host in second.hosts} == {
        host: variables(first, host) for host in first.hosts
    }
    assert hosts(second, "istio_primary") == [EAST]


def test_a_cache_that_is_to_be_flushed_is_written_anew(source: Source, cloud: Cloud, caching: Dict) -> None:
    source.parse(**caching)
    cloud.state.clusters[cluster_id(WEST)].name = "new"
    assert "new" not in source.parse(**caching).hosts
    assert "new" in source.parse(flush=True, **caching).hosts
    cloud.calls.clear()
    assert "new" in source.parse(**caching).hosts
    assert not cloud.calls


def test_other_options_of_selection_are_not_answered_from_a_cache(source: Source, cloud: Cloud, caching: Dict) -> None:
    source.parse(**caching)
    assert set(source.parse(names=["cn-*"], **caching).hosts) == {EAST, WEST}
    cloud.calls.clear()
    assert hosts(source.parse(names=["cn-*"], primary={"name": WEST}, **caching), "istio_primary") == [WEST]
    assert not cloud.calls, "who is the primary is no matter of what is read"


def test_errors_are_never_those_of_a_cache(source: Source, cloud: Cloud, caching: Dict) -> None:
    source.parse(**caching)
    cloud.state.clusters[cluster_id(WEST)].name = "new"
    assert hosts(source.parse(primary={"name": "new"}, **caching), "istio_primary") == ["new"]
    assert hosts(source.parse(primary={"name": "new"}, **caching), "istio_primary") == ["new"]


def test_a_cluster_that_runs_again_is_seen_though_there_is_a_cache(source: Source, cloud: Cloud, caching: Dict) -> None:
    cloud.state.clusters[cluster_id(WEST)].state = "upgrading"
    assert WEST not in source.parse(**caching).hosts
    cloud.state.clusters[cluster_id(WEST)].state = "running"
    assert WEST in source.parse(**caching).hosts


def test_clusters_are_read_by_the_client_of_all_modules(client: Client, cloud: Cloud) -> None:
    wanted = wanted_of(
        {
            **{name: [] for name in ("regions", "names", "exclude_names", "resource_group_ids")},
            "tags": {},
            "primary": {"name": EAST},
            "hostname": "name",
            "api_server": "internal",
            "not_running": "warn",
            "primary_group": "a",
            "remote_group": "b",
        }
    )
    assert [cluster["name"] for cluster in read_clusters(client, wanted)] == [EAST, WEST]
    cloud.faults.add("throttle", "Describe*", times=2)
    assert len(read_clusters(client, wanted)) == 2


def ansible_inventory(source: Source, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """ansible-inventory of the environment that the tests run in."""
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(source.file), *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALICLOUD_", "ALIBABA_"))}
    return subprocess.run(command, env={**clean, **environment}, text=True, capture_output=True, check=False)


def assert_no_key_material(text: str) -> None:
    """Neither the secrets of this file's account, nor what certificates, keys and kubeconfigs begin with or hold."""
    assert SECRET not in text and TOKEN not in text and KEY.secret not in text
    assert not re.search(
        r"-----BEGIN|certificate-authority|client-(key|certificate)|LS0t|current-context|BEGIN_|(secret|access)_key|token\b",
        text,
        re.IGNORECASE,
    )


def test_ansible_inventory_lists_the_mesh_without_key_material(source: Source, cloud: Cloud, caching: Dict) -> None:
    cloud.state.keys = {"STS.lab": Key("STS.lab", SECRET, TOKEN)}
    for cluster in cloud.state.clusters.values():
        cluster.kubeconfig = "clusters: [{cluster: {certificate-authority-data: LS0tLS1CRUdJTg==}}]"
    who = {
        "alicloud_access_key": "STS.lab",
        "alicloud_secret_key": "{{ lookup('ansible.builtin.env', 'MESH_SECRET') }}",
        "alicloud_security_token": TOKEN,
    }
    source.file.write_text(yaml.safe_dump({**source.options, **who, **caching}), encoding="utf-8")
    done = ansible_inventory(source, "--list", "-vvvv", MESH_SECRET=SECRET)
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout[done.stdout.index("\n{") :])
    assert listed["istio_primary"]["hosts"] == [EAST]
    assert sorted(listed["istio_remotes"]["hosts"]) == [FAR, TERWAY_CLUSTER, WEST]
    assert listed["_meta"]["hostvars"][TERWAY_CLUSTER]["mesh_cluster_pods_in_vpc"] is True
    (cache,) = Path(caching["cache_connection"]).iterdir()
    assert cluster_id(EAST) in cache.read_text(encoding="utf-8")
    for text in (done.stdout, done.stderr, cache.read_text(encoding="utf-8")):
        assert_no_key_material(text)
    cloud.calls.clear()
    again = ansible_inventory(source, "--list", MESH_SECRET=SECRET)
    assert json.loads(again.stdout) == listed
    assert not cloud.calls
    assert_no_key_material(again.stdout + again.stderr)


def test_ansible_inventory_tells_an_error_without_key_material(source: Source) -> None:
    options = {**source.options, "alicloud_secret_key": SECRET}
    source.file.write_text(yaml.safe_dump(options), encoding="utf-8")
    done = ansible_inventory(source, "--list", "-vvvv", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="1")
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert "SignatureDoesNotMatch" in said and "alicloud_secret_key" in said
    assert SECRET not in done.stdout + done.stderr
