#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: failover_policy_info
short_description: Plan how Services of a mesh go over to another region when their own fails
description:
  - Reads the Services of the namespaces given in all members, and DestinationRules and VirtualServices in the primary, which is
    where istiod reads them. The task's cluster is the primary.
  - Returns the objects for each Service that several members have, and those of an earlier run that are not wanted any more.
    M(multiregion.istio.mesh_objects) applies and removes them.
  - What users made for the same hosts is never among them. Where it leaves a host without failover, that is a problem which says
    what to add.
  - Headless Services, other names (ExternalName) and Services that stay in their cluster cannot fail over.
  - A member that does not answer is a problem. Until it is read, no object is given up that it may be a part of.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Name of the primary as a cluster of the mesh.
    type: str
    required: true
  members:
    description: The members of the mesh. The primary need not be among them.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the member.
        type: str
        required: true
      kubeconfig:
        description: Path of a kubeconfig file.
        type: path
      context:
        description: Context of the kubeconfig to use. The default is the current one.
        type: str
  mesh_id:
    description: Name of the mesh.
    type: str
    required: true
  namespace:
    description: Namespace of the mesh, where objects go for a namespace that the primary does not have.
    type: str
    default: istio-system
  enabled:
    description: Whether the mesh routes by locality. If not, all objects of earlier runs are given up.
    type: bool
    default: true
  namespaces:
    description: The Services that are to fail over. None means that all objects of earlier runs are given up.
    type: list
    elements: dict
    default: []
    suboptions:
      namespace:
        description: A namespace.
        type: str
        required: true
      hosts:
        description: Names of Services in it. Without any, all that no other entry names.
        type: list
        elements: str
        default: []
      policy:
        description:
          - V(safe) takes endpoints that fail out of use. Nothing that may have reached a workload is sent again.
          - V(quick) also sends GET, HEAD and OPTIONS again when an answer is 502, 503, 504 or late, and all else when it cannot have
            reached a workload.
        type: str
        choices: [safe, quick]
        default: safe
  istio_version:
    description:
      - Release of Istio in the primary. From 1.31 on its DestinationRules know pings of HTTP/2, by which connections into a region
        that is gone are closed. The default is to do without.
    type: str
    default: ''
  rtt_ms:
    description: Milliseconds of a round trip between the members farthest from each other. Connecting may take five, at least a second.
    type: int
    default: 200
  per_try_timeout:
    description: Seconds after which a GET, HEAD or OPTIONS without the headers of an answer is sent again under V(quick).
    type: float
    default: 5
  local_services:
    description: Services that stay in their cluster, as the filter P(multiregion.istio.local_services#filter) takes them.
    type: list
    elements: str
    default: []
  domain:
    description: DNS domain of the clusters.
    type: str
    default: cluster.local
notes:
  - The kubeconfig of the primary needs to list services, DestinationRules and VirtualServices and to get namespaces, those of the
    others to list services.
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_objects
  - module: multiregion.istio.mesh_info
"""

EXAMPLES = r"""
- name: Plan the failover of a shop
  multiregion.istio.failover_policy_info:
    kubeconfig: ~/.kube/cn-beijing-1
    name: cn-beijing-1
    mesh_id: mesh1
    members:
      - name: ap-southeast-1
        kubeconfig: ~/.kube/ap-southeast-1
    namespaces:
      - namespace: shop
      - namespace: shop
        hosts: [catalogue]
        policy: quick
  register: failover

- name: Put it into the primary
  multiregion.istio.mesh_objects:
    kubeconfig: ~/.kube/cn-beijing-1
    mesh_id: mesh1
    objects: "{{ failover.objects }}"
"""

RETURN = r"""
objects:
  description: DestinationRules and, for V(quick), VirtualServices, as they are to be in the primary.
  returned: success
  type: list
  elements: dict
outdated:
  description: Objects of earlier runs that are not wanted any more, by kind, name and namespace.
  returned: success
  type: list
  elements: dict
  sample:
    - apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: failover-catalogue.shop, namespace: shop}
hosts:
  description: The Services that a policy is for, by namespace and name.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: Its namespace.
      type: str
      sample: shop
    service:
      description: Its name.
      type: str
      sample: catalogue
    clusters:
      description: The members that have it.
      type: list
      elements: str
      sample: [cn-beijing-1, ap-southeast-1]
    policy:
      description: The policy asked for.
      type: str
      sample: quick
    by:
      description: The objects that decide about it, users' own first.
      type: list
      elements: str
      sample: [DestinationRule shop/failover-catalogue.shop, VirtualService shop/failover-catalogue.shop]
problems:
  description: What keeps Services from failing over, as M(multiregion.istio.mesh_info) tells problems. All are warnings.
  returned: success
  type: list
  elements: dict
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.failover_policy_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module

MEMBER_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "kubeconfig": {"type": "path"},
    "context": {"type": "str"},
}
WISH_OPTIONS: dict[str, dict[str, t.Any]] = {
    "namespace": {"type": "str", "required": True},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "policy": {"type": "str", "choices": ["safe", "quick"], "default": "safe"},
}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str", "required": True},
        "members": {"type": "list", "elements": "dict", "default": [], "options": MEMBER_OPTIONS},
        "mesh_id": {"type": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "enabled": {"type": "bool", "default": True},
        "namespaces": {"type": "list", "elements": "dict", "default": [], "options": WISH_OPTIONS},
        "istio_version": {"type": "str", "default": ""},
        "rtt_ms": {"type": "int", "default": 200},
        "per_try_timeout": {"type": "float", "default": 5},
        "local_services": {"type": "list", "elements": "str", "default": []},
        "domain": {"type": "str", "default": "cluster.local"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
