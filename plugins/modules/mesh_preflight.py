#!/usr/bin/python

# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_preflight
short_description: Check everything that must be right before a mesh is made or changed
description:
  - Checks names, required variables, versions, workers, cluster domains, the address plan, kubeconfig files, what of Istio is
    in the clusters already, Services that the mesh would merge, and this machine's Python packages and Helm, and fails once
    with the whole list.
  - Contacts no cluster. What is known of the clusters comes from M(multiregion.istio.cluster_info).
  - Run it once for all clusters, on the machine that runs the other modules.
extends_documentation_fragment:
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
author:
  - multiregion.istio contributors (!UNKNOWN)
requirements:
  - python >= 3.11
  - netaddr >= 1.3
  - PyYAML
options:
  clusters:
    description:
      - All clusters of the mesh, as the filter P(multiregion.istio.cluster#filter) describes them.
      - Clusters that are not to be contacted in this run belong to the list too, since blocks and names are compared.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster in the mesh.
        type: str
        required: true
      hostname:
        description: Name of its host in the inventory, for messages.
        type: str
        default: ''
      role:
        description: Whether it runs the control plane.
        type: str
        choices: [primary, remote]
        default: remote
      region:
        description: Region of the cluster.
        type: str
        default: ''
      provider:
        description: V(ack) for clusters on Alibaba Cloud, where further ranges are reserved.
        type: str
        choices: [ack, none]
        default: none
      id:
        description: Id of the cluster at its provider.
        type: str
        default: ''
      network:
        description: Istio network of the cluster.
        type: str
        default: ''
      vpc_id:
        description: Id of the VPC that the nodes are in or, without a cloud, a name of the routed domain.
        type: str
        default: ''
      pods_in_vpc:
        description: Whether pods have addresses of the VPC itself, as with Terway.
        type: bool
        default: false
      vpc_cidrs:
        description: Blocks of the VPC or, without a cloud, of the nodes' network.
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
      security_group_ids:
        description: Security groups of the nodes. They are not looked at.
        type: list
        elements: str
        default: []
      pod_security_group_ids:
        description: Security groups of the pods. They are not looked at.
        type: list
        elements: str
        default: []
      kubeconfig:
        description: Kubeconfig file by which the cluster is reached. It is read for its server and its mode.
        type: path
        default: ''
      context:
        description: Context in it. The current one by default.
        type: str
        default: ''
      api_server:
        description: URL by which the primary reaches the API server. That of the kubeconfig by default.
        type: str
        default: ''
      api_server_proxy:
        description: URL of a proxy by which the primary reaches it.
        type: str
        default: ''
      api_server_ca:
        description: Path of a certificate authority by which the primary trusts it.
        type: str
        default: ''
      api_server_tls_server_name:
        description: Name that the primary looks for in its certificate.
        type: str
        default: ''
      ingress_service_type:
        description: Type of its ingress gateway's Service.
        type: str
        choices: [LoadBalancer, NodePort, ClusterIP]
        default: LoadBalancer
      ingress_public:
        description: Whether the load balancer of its ingress gateway is to have a public address.
        type: bool
        default: true
      ingress_load_balancer_id:
        description: Id of an existing load balancer for its ingress gateway.
        type: str
        default: ''
      ingress_override_listeners:
        description: Whether the listeners of that are made as the ingress gateway's ports say.
        type: bool
        default: false
      ingress_annotations:
        description: Annotations of its ingress gateway's Service.
        type: dict
        default: {}
      pilot_annotations:
        description: Annotations of the Service C(istiod-internal), of the primary.
        type: dict
        default: {}
      missing:
        description: Names of required variables that the inventory does not set.
        type: list
        elements: str
        default: []
  infos:
    description:
      - RV(multiregion.istio.cluster_info#module:cluster_info) of the clusters that were read, in any order.
      - What is not known of a cluster is not checked.
    type: list
    elements: dict
    default: []
  found:
    description:
      - RV(problems) that other modules found in the clusters, such as M(multiregion.istio.mesh_ca). They are told with the rest.
    type: list
    elements: dict
    default: []
    suboptions:
      severity:
        description: V(error) or V(warning).
        type: str
        choices: [error, warning]
        required: true
      what:
        description: What is wrong.
        type: str
        required: true
      why:
        description: Why it matters.
        type: str
        default: ''
      todo:
        description: What to do.
        type: str
        default: ''
      cluster:
        description: Name of the cluster.
        type: str
        default: ''
  mesh_id:
    description: Name of the mesh.
    type: str
    required: true
  istio_version:
    description: Version of Istio that is to be installed, such as V(1.31.0).
    type: str
    required: true
  namespace:
    description: Namespace of the mesh's control plane. A control plane of others there is an error, elsewhere a warning.
    type: str
    default: istio-system
  revision:
    description:
      - Revision of the mesh's control plane. Empty means the default one, which no other control plane beside it can have.
    type: str
    default: ''
  local_services:
    description:
      - Services that stay in their cluster, C(namespace/name) or C(namespace/*), as the filter P(multiregion.istio.local_services#filter)
        takes them. Others of the same namespace and name in several clusters are one Service in the mesh.
    type: list
    elements: str
    default: []
  locality_routing:
    description:
      - Whether requests are to be answered by the nearest region. With V(true) all nodes need labels that tell where they are.
      - Leaving it out is an error where the clusters are in several regions.
    type: bool
  force:
    description: Whether what others made in the mesh's place is a warning only, since the roles are to take it over.
    type: bool
    default: false
  engine:
    description:
      - What reconciles the members. With V(operator) the primary has to have one that owns the kinds Istio and RemoteIstio; versions of
        Istio and Kubernetes are its matter then.
    type: str
    choices: [helm, operator]
    default: helm
  api_version:
    description: The API of Istio and RemoteIstio, with O(engine=operator).
    type: str
    default: istio.alibabacloud.com/v1beta1
  network_mode:
    description:
      - How pods of different clusters reach each other. V(flat) is by their addresses, V(gateway) through east-west gateways, and
        V(disabled) is a mesh of one cluster.
    type: str
    choices: [flat, gateway, disabled]
    default: flat
  flat_across_vpcs:
    description: Whether clusters of different VPCs are one flat network, since pod blocks are routed between the VPCs.
    type: bool
    default: false
  minimum_workers:
    description: How many Ready workers each cluster must have. V(0) means that they are not counted.
    type: int
    default: 3
  external_cidrs:
    description: Blocks outside the clusters that their routers reach, such as on-premises networks.
    type: list
    elements: str
    default: []
  strict:
    description: Whether overlaps that Istio can live with are errors, as in M(multiregion.istio.cidr_overlap).
    type: bool
    default: true
  fail_on:
    description: The least severity of a problem that fails the task.
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - module: multiregion.istio.cidr_overlap
  - module: multiregion.istio.cluster_info
"""

EXAMPLES = r"""
- name: Check the plan of a mesh without contacting its clusters
  multiregion.istio.mesh_preflight:
    mesh_id: mesh1
    istio_version: 1.31.0
    flat_across_vpcs: true
    locality_routing: true
    clusters:
      - name: east
        role: primary
        region: cn-beijing
        network: mesh1
        kubeconfig: ~/.kube/east
        vpc_id: vpc-east
        vpc_cidrs: [10.10.0.0/16]
        pod_cidrs: [10.101.0.0/16]
        service_cidrs: [10.102.0.0/16]
      - name: west
        region: ap-southeast-1
        network: mesh1
        kubeconfig: ~/.kube/west
        vpc_id: vpc-west
        vpc_cidrs: [10.20.0.0/16]
        pod_cidrs: [10.103.0.0/16]
        service_cidrs: [10.104.0.0/16]
  run_once: true
"""

RETURN = r"""
problems:
  description: All that is wrong, of the whole mesh first, then by cluster, errors first.
  returned: always
  type: list
  elements: dict
  contains:
    severity:
      description: V(error) or V(warning).
      type: str
      sample: error
    cluster:
      description: Name of the cluster. Empty for the whole mesh and this machine.
      type: str
      sample: west
    what:
      description: What is wrong.
      type: str
      sample: Kubernetes 1.28 is too old for Istio 1.31.0
    why:
      description: Why it matters, or the reason. May be empty.
      type: str
      sample: Istio 1.31 supports Kubernetes 1.32 to 1.36
    todo:
      description: What to do.
      type: str
      sample: Upgrade the cluster, or leave it out of the mesh
findings:
  description: The findings of the address plan, as M(multiregion.istio.cidr_overlap) returns them.
  returned: always
  type: list
  elements: dict
blocks:
  description: All blocks of the plan that could be read, as M(multiregion.istio.cidr_overlap) returns them.
  returned: always
  type: list
  elements: dict
clusters:
  description:
    - What each cluster is and how it stands.
    - The keys C(name), C(hostname), C(role), C(provider), C(region), C(network) and C(vpc_id) are as in O(clusters).
  returned: always
  type: list
  elements: dict
  contains:
    contacted:
      description: Whether O(infos) has something about it.
      type: bool
    reachable:
      description: Whether its API server answered.
      type: bool
    kubernetes:
      description: Minor version of Kubernetes, empty where unknown.
      type: str
      sample: '1.34'
    workers:
      description: Counts of workers, as M(multiregion.istio.cluster_info) returns them. Null where unknown.
      type: dict
    errors:
      description: Count of errors that the cluster has a part in.
      type: int
merged_services:
  description:
    - Services that are in several clusters by the same namespace and name, and not among O(local_services).
    - One entry for all that are in the same C(clusters) and differ in the same, C(differs), which is some of V(ports) and
      V(selector). Their names are in C(services).
  returned: always
  type: list
  elements: dict
  sample:
    - clusters: [east, west]
      differs: [ports]
      services: [default/web]
report:
  description: The text of all problems, as a failed task shows it.
  returned: success
  type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.preflight import (
    FOUND_OPTIONS,
    MEMBER_OPTIONS,
    missing_libraries,
    run,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        "clusters": {"type": "list", "elements": "dict", "required": True, "options": MEMBER_OPTIONS},
        "infos": {"type": "list", "elements": "dict", "default": []},
        "found": {"type": "list", "elements": "dict", "default": [], "options": FOUND_OPTIONS},
        "mesh_id": {"type": "str", "required": True},
        "istio_version": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "revision": {"type": "str", "default": ""},
        "local_services": {"type": "list", "elements": "str", "default": []},
        "locality_routing": {"type": "bool"},
        "force": {"type": "bool", "default": False},
        "engine": {"type": "str", "choices": ["helm", "operator"], "default": "helm"},
        "api_version": {"type": "str", "default": API_VERSION},
        "network_mode": {"type": "str", "choices": ["flat", "gateway", "disabled"], "default": "flat"},
        "flat_across_vpcs": {"type": "bool", "default": False},
        "minimum_workers": {"type": "int", "default": 3},
        "external_cidrs": {"type": "list", "elements": "str", "default": []},
        "strict": {"type": "bool", "default": True},
        "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
