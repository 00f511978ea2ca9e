# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ack_clusters
short_description: An inventory of ACK clusters, each one a member of a mesh
description:
  - Reads clusters of Alibaba Cloud's Container Service for Kubernetes (ACK). Each is a host with all its variables
    C(mesh_cluster_*), so that the playbooks of this collection can be run with it as it is.
  - One cluster is the host of the group of the primary, all others are hosts of the group of the remotes.
  - Credentials of clusters are no part of it. M(multiregion.istio.ack_kubeconfig) fetches a kubeconfig into a private file; where
    that is, C(mesh_cluster_kubeconfig), is set by O(compose) or in C(group_vars).
  - Besides, each host has C(mesh_cluster_ack), a dict of all that ACK tells of it (C(tags), C(version), C(network_plugin),
    C(cluster_type), C(cluster_spec), C(resource_group_id), C(zone_id), C(vswitch_ids), C(pod_vswitch_ids), C(workers), C(api_servers) and
    more, as M(multiregion.istio.ack_cluster_info) returns them), for O(keyed_groups), O(groups) and O(compose).
  - The name of its file ends in V(ack_clusters.yml) or V(ack_clusters.yaml).
  - It needs the RAM permissions C(cs:GetClusters), C(cs:DescribeClusterDetail), C(cs:DescribeClusterNodePools),
    C(vpc:DescribeVpcs) and C(vpc:DescribeVSwitches), and for some clusters C(cs:ListClusterAddonInstances) and C(cs:DescribeClusterNodes).
author:
  - multiregion.istio contributors (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - multiregion.istio._alibaba
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices: [multiregion.istio.ack_clusters]
  region:
    description:
      - The region whose clusters are read where O(regions) is empty, V(cn-beijing). If it is not set either, clusters of all regions are
        read.
    env:
      - name: ALICLOUD_REGION
      - name: ALICLOUD_REGION_ID
      - name: ALIBABA_CLOUD_REGION_ID
  assume_role_arn:
    env:
      - name: ALICLOUD_ASSUME_ROLE_ARN
  endpoints:
    type: raw
    env:
      - name: ALICLOUD_ENDPOINTS
  regions:
    description: Ids of the regions whose clusters are read. Empty is the one of O(region).
    type: list
    elements: str
    default: []
  names:
    description: Patterns as in a shell, V(mesh-*). The name of a cluster fits one of them. Empty is any name.
    type: list
    elements: str
    default: []
  exclude_names:
    description: Patterns as in a shell. The name of a cluster fits none of them.
    type: list
    elements: str
    default: []
  tags:
    description:
      - Tags that a cluster has, all of them. A value is a text, a list of texts of which it has one, or V(null) for any.
    type: dict
    default: {}
  resource_group_ids:
    description: Ids of resource groups. A cluster is in one of them. Empty is any.
    type: list
    elements: str
    default: []
  primary:
    description:
      - The one cluster that runs the control plane, by one of these keys. It is an error if none or more than one of the selected
        clusters that run is described so, and if the one that is described does not run.
    type: dict
    required: true
    suboptions:
      name:
        description: Its name in ACK, exactly.
        type: str
      cluster_id:
        description: Its id.
        type: str
      tag:
        description: A tag and its value, as in O(tags).
        type: dict
  hostname:
    description:
      - What a host is called, and with it the member of the mesh (C(mesh_cluster_name)); V(name), V(cluster_id), or the value of a tag,
        V(tag:KEY).
      - A mesh wants names of lower case letters, digits and hyphens. Two clusters of one name are an error.
    type: str
    default: name
  api_server:
    description: The address that C(mesh_cluster_api_server) is to be, by which the primary will reach the API server.
    type: str
    choices: [internal, public]
    default: internal
  not_running:
    description:
      - What happens where a selected cluster is not C(running).
      - With V(warn) it is left out with a warning, with V(ignore) without one. V(error) fails.
    type: str
    choices: [warn, error, ignore]
    default: warn
  primary_group:
    description: Name of the group of the primary, what the playbooks call C(mesh_primary_group).
    type: str
    default: istio_primary
  remote_group:
    description: Name of the group of all others, what the playbooks call C(mesh_remote_group).
    type: str
    default: istio_remotes
notes:
  - Ansible goes on without the hosts of an inventory that fails, and only warns of it. E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED)
    ends the run instead.
  - Options of who calls, and those that select clusters, may be templates, as in the examples, and their values may be encrypted by
    Ansible Vault.
  - What a cache keeps is used only while the options are the same and all clusters in it were running; errors are always of the account
    as it is now. It holds no key, no kubeconfig and no certificate.
seealso:
  - module: multiregion.istio.ack_cluster_info
  - module: multiregion.istio.ack_kubeconfig
"""

EXAMPLES = r"""
# mesh.ack_clusters.yml: all clusters of two regions that have the tag mesh=mesh1. Keys are those of the environment.
plugin: multiregion.istio.ack_clusters
regions: [cn-beijing, ap-southeast-1]
tags:
  mesh: mesh1
primary:
  name: cn-beijing-1
compose:
  mesh_id: "'mesh1'"
  mesh_cluster_kubeconfig: "'~/.kube/mesh1/' ~ mesh_cluster_name"

---
# The primary is told by a tag, members are called by one. Groups by region, as region_cn_beijing, and by all tags. Cached for an hour.
plugin: multiregion.istio.ack_clusters
profile: production
names: [prod-*]
exclude_names: ["*-batch"]
primary:
  tag: {mesh-role: primary}
hostname: tag:member
api_server: public
not_running: error
keyed_groups:
  - prefix: region
    key: mesh_cluster_region
  - prefix: tag
    key: mesh_cluster_ack.tags
groups:
  terway: mesh_cluster_pods_in_vpc
strict: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ack_clusters

---
# Keys by templates, and one product by its address inside of a VPC
plugin: multiregion.istio.ack_clusters
region: cn-beijing
alicloud_access_key: "{{ lookup('ansible.builtin.env', 'MESH_KEY') }}"
alicloud_secret_key: "{{ lookup('ansible.builtin.env', 'MESH_SECRET') }}"
endpoints:
  vpc: vpc-vpc.cn-beijing.aliyuncs.com
resource_group_ids: [rg-acfmexample1]
primary:
  cluster_id: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
"""

import threading
import typing as t

from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.module_utils.common.validation import check_type_dict
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack import RUNNING
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_inventory import (
    Host,
    Plan,
    Wanted,
    all_run,
    facts_of,
    fingerprint,
    planned,
    selected,
    wanted_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_lookup import listed, looked_up
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.client import Client, Options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
    options_of,
)
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._interrupts import for_each

Facts = dict[str, t.Any]

SUFFIXES = ("ack_clusters.yml", "ack_clusters.yaml")
SELECTION = (
    "regions",
    "names",
    "exclude_names",
    "tags",
    "resource_group_ids",
    "primary",
    "hostname",
    "api_server",
    "not_running",
    "primary_group",
    "remote_group",
)


def read_clusters(client: Client, wanted: Wanted) -> list[Facts]:
    """The facts of all selected clusters. Raises MeshError for none, and AlibabaError."""
    places = wanted.regions or (client.options.region,)
    listings = for_each(lambda region: listed(client, region), places, threading.Event())
    rows = selected([row for listing in listings for row in listing], wanted)
    found = looked_up(client, [row for row in rows if row.get("state") == RUNNING])
    return facts_of(rows, found, wanted)


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]  # ansible has no types
    """Options in, hosts out; the rules are those of _alibaba/ack_inventory.py."""

    NAME = "multiregion.istio.ack_clusters"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(SUFFIXES)

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        """Nothing is added to the inventory before all of it is known to be right."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            wanted = wanted_of(self._templated(SELECTION))
            plan = self._planned(wanted, self._options_of_calls(wanted), self.get_cache_key(path), cache)
        except MeshError as error:
            raise AnsibleParserError(str(error)) from None
        for warning in plan.warnings:
            self.display.warning(warning)
        for group in (wanted.primary_group, wanted.remote_group):
            inventory.add_group(group)
        for host in plan.hosts:
            self._add(host)

    def _templated(self, names: t.Iterable[str]) -> Facts:
        return {name: self.templar.template(self.get_option(name)) for name in names}

    def _options_of_calls(self, wanted: Wanted) -> Options:
        params = self._templated(alibaba_options())
        if wanted.regions:
            params["region"] = wanted.regions[0]
        try:
            params["endpoints"] = check_type_dict(params["endpoints"] or {})
        except TypeError:
            # Ansible's own words quote the value.
            raise MeshError("endpoints is no dict", todo="Write it as {ecs: HOST} or ecs=HOST,vpc=HOST") from None
        return options_of(params)

    def _planned(self, wanted: Wanted, options: Options, key: str, cache: bool) -> Plan:
        """From the cache where that gives a plan. What it makes an error of may have changed since, so that is read again."""
        caching, mark = self.get_option("cache"), fingerprint(wanted, options)
        kept = self._cache.get(key) if caching and cache else None
        if kept and kept.get("fingerprint") == mark and all_run(kept["clusters"]):
            try:
                return planned(kept["clusters"], wanted)
            except MeshError as error:
                self.display.vv(f"ack_clusters: the cache is not used: {error}")
        missing = missing_libraries()
        if missing:
            raise MeshError(missing[0])
        clusters = read_clusters(Client(options), wanted)
        plan = planned(clusters, wanted)
        if caching:
            self._cache[key] = {"fingerprint": mark, "clusters": clusters}
        return plan

    def _add(self, host: Host) -> None:
        """A host with its variables, and what the user's own expressions make of these."""
        self.inventory.add_host(host.name, group=host.group)
        for name, value in host.variables.items():
            self.inventory.set_variable(host.name, name, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), host.variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), host.variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), host.variables, host.name, strict=strict)
