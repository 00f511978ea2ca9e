#!/usr/bin/python

# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cidr_overlap
short_description: Check the address plan of clusters that are to become one mesh
description:
  - Compares all blocks of all clusters with each other and with reserved ranges, in both directions, IPv4 and IPv6
    apart.
  - Which overlaps are allowed depends on whether two clusters are of one network (O(clusters[].network)), share a VPC,
    and take pod addresses from it. The README of the role P(multiregion.istio.mesh_preflight#role) has the table.
  - Nothing is contacted, nothing is written.
extends_documentation_fragment:
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
author:
  - multiregion.istio contributors (!UNKNOWN)
requirements:
  - python >= 3.11
  - netaddr >= 1.3
options:
  clusters:
    description: The clusters of the plan.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster, used in messages. Must be given once only.
        type: str
        required: true
      region:
        description: Region of the cluster. No rule depends on it.
        type: str
        default: ''
      provider:
        description: V(ack) for clusters on Alibaba Cloud, where further ranges are reserved.
        type: str
        choices: [ack, none]
        default: none
      network:
        description:
          - Name of the Istio network that the cluster belongs to.
          - Pods of one network reach each other by their own addresses; two networks meet through gateways only.
        type: str
        default: ''
      vpc_id:
        description:
          - Id of the VPC that the nodes are in or, without a cloud, a name of the routed domain.
          - Clusters with the same value share their nodes' network. It is never guessed, so it is an error to leave it
            out where there are two clusters or more.
        type: str
        default: ''
      pods_in_vpc:
        description:
          - Whether pods have addresses of the VPC itself, as with Terway. Then O(clusters[].pod_cidrs) may be left out.
        type: bool
        default: false
      vpc_cidrs:
        description:
          - Blocks of the VPC, secondary ones too. Without a cloud, the blocks of the nodes' network.
          - One of this and O(clusters[].vswitch_cidrs) is needed.
        type: list
        elements: str
        default: []
      vswitch_cidrs:
        description: Blocks of the vSwitches or subnets that nodes, and pods where they are in the VPC, are in.
        type: list
        elements: str
        default: []
      pod_cidrs:
        description: Blocks that pods have addresses from.
        type: list
        elements: str
        default: []
      service_cidrs:
        description: Blocks that Services have cluster addresses from.
        type: list
        elements: str
        default: []
      addresses:
        description: Addresses, not names, by which other clusters reach the gateways and the API server of this one.
        type: list
        elements: str
        default: []
  external_cidrs:
    description: Blocks outside the clusters that their routers reach, such as on-premises networks.
    type: list
    elements: str
    default: []
  strict:
    description:
      - Whether overlaps that Istio can live with are errors. With V(false) they are warnings.
      - These are overlapping service blocks of two clusters and, between clusters of different networks, all overlaps of
        pod and service blocks.
    type: bool
    default: true
  public_addresses:
    description:
      - Whether gateways and API servers of all clusters are reached by public addresses.
      - Then overlapping VPCs of different networks are a warning only.
    type: bool
    default: false
  fail_on:
    description: The least severity of a finding that fails the task.
    type: str
    choices: [error, warning, never]
    default: error
"""

EXAMPLES = r"""
- name: Check that two clusters can share one flat network
  multiregion.istio.cidr_overlap:
    clusters:
      - name: east
        network: mesh1
        vpc_id: vpc-east
        vpc_cidrs: [10.10.0.0/16]
        pod_cidrs: [10.101.0.0/16]
        service_cidrs: [10.102.0.0/16]
      - name: west
        network: mesh1
        vpc_id: vpc-west
        vpc_cidrs: [10.20.0.0/16]
        pod_cidrs: [10.103.0.0/16]
        service_cidrs: [10.104.0.0/16]
    external_cidrs: [192.168.0.0/24]

- name: List what is wrong with a plan, without failing
  multiregion.istio.cidr_overlap:
    clusters: "{{ planned_clusters }}"
    fail_on: never
  register: plan
"""

RETURN = r"""
findings:
  description: What is wrong, errors first. Empty for a sound plan.
  returned: always
  type: list
  elements: dict
  contains:
    rule:
      description: Name of the rule in the table of the role's README.
      type: str
      sample: between_clusters
    severity:
      description: V(error) or V(warning).
      type: str
      sample: error
    left:
      description: The block that the finding is about.
      type: dict
      contains:
        cluster:
          description: Name of its cluster. Empty for external blocks.
          type: str
          sample: east
        kind:
          description: V(vpc), V(vswitch), V(pod), V(service), V(address) or V(external).
          type: str
          sample: pod
        cidr:
          description: The block in canonical form, as given where it cannot be read, or empty where it is missing.
          type: str
          sample: 10.101.0.0/16
    right:
      description:
        - The block that it overlaps, as in RV(findings[].left), or a range of kind V(reserved).
        - Null where the finding is about one block.
      type: dict
      sample: {"cluster": "west", "kind": "service", "cidr": "10.101.64.0/20"}
    overlap:
      description: The addresses that both blocks hold. Empty where the finding is about one block.
      type: str
      sample: 10.101.64.0/20
    message:
      description: What is wrong, why it matters, and what to do.
      type: str
blocks:
  description: All blocks of the plan that could be read, in canonical form, by cluster and kind.
  returned: always
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster. Empty for external blocks.
      type: str
      sample: east
    kind:
      description: V(vpc), V(vswitch), V(pod), V(service) or V(external).
      type: str
      sample: pod
    cidr:
      description: The block.
      type: str
      sample: 10.101.0.0/16
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import NETADDR_ERROR
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.run import CLUSTER_OPTIONS, run
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError
from ansible_collections.multiregion.istio.plugins.module_utils._libraries import first_missing


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "clusters": {"type": "list", "elements": "dict", "required": True, "options": CLUSTER_OPTIONS},
        "external_cidrs": {"type": "list", "elements": "str", "default": []},
        "strict": {"type": "bool", "default": True},
        "public_addresses": {"type": "bool", "default": False},
        "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    missing = first_missing({"netaddr": NETADDR_ERROR})
    if missing:
        module.fail_json(msg=missing[0], exception=missing[1])
    try:
        result = run(module.params, module.check_mode, module.log)
    except MeshError as error:
        module.fail_json(msg=str(error), **error.details)
    failed, text = result.pop("failed"), result.pop("report")
    if failed:
        module.fail_json(msg=text, **result)
    if result["findings"] and module.params["fail_on"] != "never":
        module.warn(text)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
