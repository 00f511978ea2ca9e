#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Read what a mesh has to know about one cluster
description:
  - Versions, nodes, DNS domain, network plugin, permissions, and what Istio is there.
  - A cluster that does not answer, or a credential that is expired or lacks rights, is a problem in the result. The task does
    not fail, so that all clusters can be judged together.
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
      description: Counts of workers, V(ready), V(schedulable) (Ready, and ordinary pods may come) and V(total).
      type: dict
      returned: always
      sample: {ready: 3, schedulable: 3, total: 3}
    network_plugin:
      description: Its network plugin, for example V(terway), V(flannel), V(calico). Empty where unknown.
      type: str
      returned: always
      sample: terway
    permissions:
      description: What the identity of the kubeconfig may do. C(can_write_cluster_scoped) is what Istio's charts need.
      type: dict
      returned: always
      sample: {can_write_cluster_scoped: true}
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
        managed_by:
          description: Who put it there, as far as its marks say.
          type: str
          returned: always
          sample: Helm release istio-system/istiod
        crd:
          description: Whether RemoteIstio is defined.
          type: bool
          returned: always
        control_planes:
          description: All control planes of the cluster, each with C(namespace), C(name), C(version), C(revision), C(managed_by).
          type: list
          elements: dict
          returned: always
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
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
