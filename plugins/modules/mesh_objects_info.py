#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_objects_info
short_description: Read Kubernetes objects, and wait for what others write into them
description:
  - Reads one object, or all of a kind with a label, and with O(wait) reads again until an expression is true of them, such as
    the address that a cloud gives a Service.
  - Known kinds need no discovery, so a read is one request.
  - Values of Secrets are left out.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._wait
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  api_version:
    description: API group and version of the objects.
    type: str
    default: v1
  kind:
    description: Their kind.
    type: str
    required: true
  namespace:
    description: Their namespace. Without it objects of all namespaces are read.
    type: str
  name:
    description: Name of one object.
    type: str
  labels:
    description: Selector of labels, where no O(name) is given.
    type: str
  fields:
    description: Selector of fields, where no O(name) is given, for example V(metadata.name=istio-ca-root-cert) in all namespaces.
    type: str
  until:
    description:
      - With O(wait), a JMESPath expression over RV(objects) that ends the wait when it is true.
    type: str
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Wait for the address of a gateway
  multiregion.istio.mesh_objects_info:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    kind: Service
    namespace: istio-system
    name: istio-ingressgateway
    wait: true
    until: objects[0].status.loadBalancer.ingress
  register: gateway

- name: See which namespaces get sidecars
  multiregion.istio.mesh_objects_info:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
    kind: Namespace
    labels: istio-injection=enabled
"""

RETURN = r"""
objects:
  description: The objects, none where there are none or their kind is not served.
  returned: success
  type: list
  elements: dict
  sample:
    - apiVersion: v1
      kind: Service
      metadata: {name: istio-ingressgateway, namespace: istio-system}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.objects_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module
from ansible_collections.multiregion.istio.plugins.module_utils._wait import wait_options

CONSTRAINTS: dict[str, t.Any] = {"required_if": [("wait", True, ["until"])], "mutually_exclusive": [("name", "labels")]}


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        **wait_options(),
        "api_version": {"type": "str", "default": "v1"},
        "kind": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "name": {"type": "str"},
        "labels": {"type": "str"},
        "fields": {"type": "str"},
        "until": {"type": "str"},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **CONSTRAINTS), run)


if __name__ == "__main__":
    main()
