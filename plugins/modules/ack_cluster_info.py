#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ack_cluster_info
short_description: Tell where ACK clusters are, and their blocks
description:
  - Reads clusters of Container Service for Kubernetes (ACK) with all that a mesh has to know of them, as the variables
    C(mesh_cluster_*) that an inventory holds. Only credentials are left out; M(multiregion.istio.ack_kubeconfig) fetches them.
  - Blocks of VPCs and vSwitches are read from the VPC, secondary blocks included, not from what the cluster remembers of its creation.
    Blocks of pods are the cluster's own (Flannel) or those of the vSwitches of its pods (Terway).
  - Workers are counted by node pools, or by nodes where these do not tell. The field C(size) of the API counts otherwise.
  - A cluster that cannot be used as it is, or of which something is not told, is no failure but has C(problems).
  - It needs the RAM permissions C(cs:GetClusters), C(cs:DescribeClusterDetail), C(cs:DescribeClusterNodePools),
    C(vpc:DescribeVpcs) and C(vpc:DescribeVSwitches), and for some clusters C(cs:ListClusterAddonInstances) and C(cs:DescribeClusterNodes).
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_alibaba
options:
  name:
    description:
      - Name of one cluster, exactly. Without it and without O(cluster_id) all clusters of the region are read, or of all regions
        where O(region) is not set either.
      - Names are not unique. It is an error if two clusters have it, or none.
    type: str
  cluster_id:
    description: Id of one cluster.
    type: str
  api_server:
    description: The address that C(mesh_cluster_api_server) is to be, by which the primary will reach the API server.
    type: str
    choices: [internal, public]
    default: internal
notes:
  - vSwitches that were given to Terway's pods after the cluster was made are told by the cluster alone, in the ConfigMap
    C(kube-system/eni-config).
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.ack_kubeconfig
"""

EXAMPLES = r"""
- name: Read one cluster
  multiregion.istio.ack_cluster_info:
    region: cn-beijing
    name: cn-beijing-1
  register: ack

- name: Check the address plan of all clusters of a region
  multiregion.istio.ack_cluster_info:
    region: ap-southeast-1
    api_server: public
"""

RETURN = r"""
clusters:
  description: The clusters.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: cn-beijing-1
    cluster_id:
      description: Its id.
      type: str
      returned: always
      sample: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
    region:
      description: Its region.
      type: str
      returned: always
      sample: cn-beijing
    state:
      description: Its state as ACK tells it. Only a V(running) one can be used.
      type: str
      returned: always
      sample: running
    version:
      description: Its version of Kubernetes.
      type: str
      returned: always
      sample: 1.34.10-aliyun.1
    next_version:
      description: The version that it can be upgraded to, empty for none.
      type: str
      returned: always
      sample: ""
    cluster_type:
      description: Its type as ACK tells it.
      type: str
      returned: always
      sample: ManagedKubernetes
    cluster_spec:
      description: Its edition as ACK tells it.
      type: str
      returned: always
      sample: ack.pro.small
    network_plugin:
      description: V(flannel), V(terway), the name of another, or empty where nothing tells it.
      type: str
      returned: always
      sample: flannel
    zone_id:
      description: The zone of its control plane.
      type: str
      returned: always
      sample: cn-beijing-a
    resource_group_id:
      description: Its resource group.
      type: str
      returned: always
      sample: rg-acfm2
    tags:
      description: Its tags.
      type: dict
      returned: always
      sample: {mesh: mesh1}
    vpc_id:
      description: Its VPC.
      type: str
      returned: always
      sample: vpc-2ze0
    vswitch_ids:
      description: The vSwitches of its control plane and of all node pools.
      type: list
      elements: str
      returned: always
      sample: [vsw-2ze1]
    pod_vswitch_ids:
      description: The vSwitches of its pods (Terway).
      type: list
      elements: str
      returned: always
      sample: []
    security_group_ids:
      description: The cluster's own security group and those of all node pools.
      type: list
      elements: str
      returned: always
      sample: [sg-2ze1, sg-2ze2]
    workers:
      description: How many nodes run pods, V(none) for a cluster that does not run and does not tell.
      type: dict
      returned: always
      contains:
        total:
          description: All.
          type: int
          returned: always
          sample: 3
        ready:
          description: The healthy ones.
          type: int
          returned: always
          sample: 3
    api_servers:
      description: The URLs of its API server.
      type: dict
      returned: always
      contains:
        internal:
          description: Inside the VPC, empty while the cluster is being made.
          type: str
          returned: always
          sample: https://10.10.1.10:6443
        public:
          description: From the internet, empty where it has none.
          type: str
          returned: always
          sample: ""
    variables:
      description: The variables of its host in an inventory.
      type: dict
      returned: always
      contains:
        mesh_cluster_name:
          description: Its name.
          type: str
          returned: always
          sample: cn-beijing-1
        mesh_cluster_provider:
          description: Always V(ack).
          type: str
          returned: always
          sample: ack
        mesh_cluster_region:
          description: Its region.
          type: str
          returned: always
          sample: cn-beijing
        mesh_cluster_id:
          description: Its id.
          type: str
          returned: always
          sample: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
        mesh_cluster_vpc_id:
          description: Its VPC.
          type: str
          returned: always
          sample: vpc-2ze0
        mesh_cluster_security_group_ids:
          description: All security groups of its nodes.
          type: list
          elements: str
          returned: always
          sample: [sg-2ze1, sg-2ze2]
        mesh_cluster_vpc_cidrs:
          description: The blocks of its VPC, secondary ones included.
          type: list
          elements: str
          returned: always
          sample: [10.10.0.0/16]
        mesh_cluster_vswitch_cidrs:
          description: The blocks of RV(clusters[].vswitch_ids).
          type: list
          elements: str
          returned: always
          sample: [10.10.1.0/24]
        mesh_cluster_pod_cidrs:
          description: The blocks of its pods.
          type: list
          elements: str
          returned: always
          sample: [10.101.0.0/16]
        mesh_cluster_service_cidrs:
          description: The blocks of its services.
          type: list
          elements: str
          returned: always
          sample: [10.102.0.0/16]
        mesh_cluster_pods_in_vpc:
          description: Whether pods have addresses of the VPC (Terway).
          type: bool
          returned: always
          sample: false
        mesh_cluster_api_server:
          description: The URL that O(api_server) asks for.
          type: str
          returned: always
          sample: https://10.10.1.10:6443
    problems:
      description: What a mesh would miss of it.
      type: list
      elements: dict
      returned: always
      contains:
        severity:
          description: V(error) or V(warning).
          type: str
          returned: always
          sample: error
        what:
          description: What is wrong.
          type: str
          returned: always
          sample: it is upgrading, not running
        why:
          description: The reason, where there is one.
          type: str
          returned: always
          sample: ""
        todo:
          description: What to do about it.
          type: str
          returned: always
          sample: Run it again when the cluster is running
        cluster:
          description: The cluster's name.
          type: str
          returned: always
          sample: cn-beijing-1
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_cluster_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

CONSTRAINTS: dict[str, t.Any] = {"mutually_exclusive": [("name", "cluster_id")]}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **alibaba_options(),
        "name": {"type": "str"},
        "cluster_id": {"type": "str"},
        "api_server": {"type": "str", "choices": ["internal", "public"], "default": "internal"},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONSTRAINTS)
    run_as_module(module, run, missing_libraries)


if __name__ == "__main__":
    main()
