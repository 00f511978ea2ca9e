#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Read what a mesh has to know about one cluster
description:
  - Versions, nodes, DNS domain, network plugin, permissions, what Istio is there and who put it there, and Services if asked
    for.
  - A cluster that does not answer, or a credential that is expired or lacks rights, is a problem in the result. The task does
    not fail, so that all clusters can be judged together. What may not be read is left out, with one warning.
  - Of Secrets only names, labels and annotations are read, but for Helm releases that Istio's objects are said to be of, in
    O(namespace). Nothing of their content is returned but the name of the mesh.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Name of the cluster in the result and in messages. The default is the context, else the URL of its API server.
    type: str
  namespace:
    description: Namespace of the control plane.
    type: str
    default: istio-system
  api_version:
    description: The API of the RemoteIstio whose definition is looked for.
    type: str
    default: istio.alibabacloud.com/v1beta1
  role:
    description: What the cluster is to be in the mesh. It decides which permissions are needed.
    type: str
    choices: [primary, remote]
    default: remote
  services:
    description: Whether Services are read, too.
    type: bool
    default: false
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_preflight
"""

EXAMPLES = r"""
- name: Read a cluster
  multiregion.istio.cluster_info:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
    name: ap-southeast-1
  register: read

- name: Show what is wrong with it
  ansible.builtin.debug:
    var: read.cluster_info.problems
"""

RETURN = r"""
cluster_info:
  description: The cluster.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: ap-southeast-1
    reachable:
      description: Whether its API server answered this identity. If not, all that follows is empty, but RV(cluster_info.problems).
      type: bool
      returned: always
      sample: true
    version:
      description: Its version as the API server gives it.
      type: str
      returned: always
      sample: v1.34.10-aliyun.1
    kubernetes:
      description: The minor version of Kubernetes.
      type: str
      returned: always
      sample: "1.34"
    domain:
      description: The DNS domain of Services, from CoreDNS. Empty where unknown.
      type: str
      returned: always
      sample: cluster.local
    nodes:
      description: Its nodes.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: Name of the node.
          type: str
          returned: always
        ready:
          description: Whether it is Ready.
          type: bool
          returned: always
        schedulable:
          description: Whether ordinary pods may come to it, so neither cordoned nor tainted.
          type: bool
          returned: always
        cordoned:
          description: Whether somebody took it out of scheduling.
          type: bool
          returned: always
        tainted:
          description: Whether it has a taint that keeps pods off, other than those by which Kubernetes tells how it is.
          type: bool
          returned: always
        role:
          description: One of V(control-plane), V(worker), V(virtual) (a virtual kubelet).
          type: str
          returned: always
        region:
          description: Its region label.
          type: str
          returned: always
        zone:
          description: Its zone label.
          type: str
          returned: always
        pod_cidrs:
          description: Blocks of its pods, as far as the node says.
          type: list
          elements: str
          returned: always
        addresses:
          description: Its internal addresses.
          type: list
          elements: str
          returned: always
    workers:
      description:
        - Counts of workers, C(ready), C(schedulable) (Ready, and ordinary pods may come), C(total), C(cordoned) and C(tainted),
          and of the nodes that are none, C(control_planes) and C(virtual).
        - Null where nodes may not be read.
      type: dict
      returned: always
      sample: {ready: 3, schedulable: 3, total: 3, cordoned: 0, tainted: 0, control_planes: 3, virtual: 1}
    network_plugin:
      description:
        - Its network plugin, for example V(flannel), V(calico), or V(terway-eniip), V(terway-eni) and V(terway) (interfaces shared by
          pods, one for each pod, routes in the VPC). Empty where unknown.
      type: str
      returned: always
      sample: terway-eniip
    permissions:
      description: What the identity of the kubeconfig may not do of all that a mesh needs.
      type: dict
      returned: always
      contains:
        can_write_cluster_scoped:
          description: Whether it may write all that Istio's charts have outside of namespaces.
          type: bool
          returned: always
        missing:
          description: What is missing, each with C(namespace) (empty for what is in none), C(resource) and C(verbs).
          type: list
          elements: dict
          returned: always
          sample:
            - namespace: ""
              resource: clusterroles.rbac.authorization.k8s.io
              verbs: [create, patch]
    istio:
      description: What Istio is there.
      type: dict
      returned: always
      contains:
        installed:
          description: Whether there is a control plane in O(namespace).
          type: bool
          returned: always
        version:
          description: Its version.
          type: str
          returned: always
          sample: 1.31.0
        revision:
          description: Its revision label.
          type: str
          returned: always
          sample: default
        network:
          description: The Istio network that this collection labelled O(namespace) with, empty where it did not.
          type: str
          returned: always
          sample: mesh1
        managed_by:
          description:
            - Who put it there, as far as its marks say, C(Helm release) with namespace and name, C(Helm) (its charts, applied without it),
              C(istioctl), C(operator of) with an API group, V(multiregion.istio), or the value of its label
              C(app.kubernetes.io/managed-by).
          type: str
          returned: always
          sample: Helm release istio-system/istiod
        crd:
          description: Whether RemoteIstio is defined.
          type: bool
          returned: always
        control_planes:
          description:
            - All control planes of the cluster, each with C(namespace), C(name), C(version), C(revision), C(managed_by) and C(mesh).
          type: list
          elements: dict
          returned: always
        traces:
          description:
            - All that is of Istio, control planes, definitions, webhooks, Secrets by which an istiod reads other clusters, Helm releases
              in O(namespace), and resources by which an operator runs a control plane.
            - Control planes have C(version), webhooks C(service), C(blocks) (that Service is away and requests fail)
              and C(injects_by_default), Secrets C(cluster),
              definitions and resources of operators C(group), the latter C(target) (the namespace of the control plane).
          type: list
          elements: dict
          returned: always
          contains:
            kind:
              description: Its kind, C(Helm release) for a release.
              type: str
              returned: always
              sample: Deployment
            namespace:
              description: Its namespace, empty for what is in none.
              type: str
              returned: always
              sample: istio-system
            name:
              description: Its name.
              type: str
              returned: always
              sample: istiod
            made_by:
              description: Who made it, as in RV(cluster_info.istio.managed_by).
              type: str
              returned: always
              sample: istioctl
            mesh:
              description: Id of the mesh of this collection that has it. Empty for what others made.
              type: str
              returned: always
              sample: ""
    services:
      description:
        - With O(services=true) the Services that a mesh may merge with those of other members.
        - Without those of C(kube-system) and C(kubernetes), which Istio keeps in their cluster, those of O(namespace), and names
          for something else (type C(ExternalName)).
      type: list
      elements: dict
      returned: always
      contains:
        namespace:
          description: Its namespace.
          type: str
          returned: always
        name:
          description: Its name.
          type: str
          returned: always
        ports:
          description: Its ports, each as name, port, protocol and application protocol.
          type: list
          elements: str
          returned: always
          sample: [http 80/TCP]
        selector:
          description: The labels of its pods.
          type: str
          returned: always
          sample: app=web
    problems:
      description: What is wrong, each with C(severity), C(what), C(why), C(todo), C(cluster).
      type: list
      elements: dict
      returned: always
      sample: []
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.cluster_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str"},
        "namespace": {"type": "str", "default": "istio-system"},
        "api_version": {"type": "str", "default": API_VERSION},
        "role": {"type": "str", "choices": ["primary", "remote"], "default": "remote"},
        "services": {"type": "bool", "default": False},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
