#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sidecars_info
short_description: Tell which workloads of a cluster run a sidecar
description:
  - A sidecar stays in a pod until the pod is made anew, whatever becomes of labels and of the control plane. These are the
    workloads to restart after a cluster has left a mesh, or has gone over to another revision.
  - Pods are told by what makes them anew, a Deployment for its ReplicaSet. One that nothing makes anew is told itself.
  - Pods that have ended or are about to are left out.
  - A cluster that does not answer is a finding, the task does not fail. One that refuses the identity fails it.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Name of the cluster in messages.
    type: str
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.mesh_info
"""

EXAMPLES = r"""
- name: See what runs a sidecar
  multiregion.istio.sidecars_info:
    kubeconfig: ~/.kube/ap-southeast-1.yaml
  register: sidecars
"""

RETURN = r"""
reachable:
  description: Whether the cluster answered. If not, RV(workloads) is empty.
  returned: success
  type: bool
  sample: true
why:
  description: Why it did not.
  returned: success
  type: str
  sample: ""
workloads:
  description: The workloads, by namespace, kind and name.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: Their namespace.
      type: str
      returned: always
      sample: shop
    kind:
      description: Their kind, V(Pod) for one that nothing makes anew.
      type: str
      returned: always
      sample: Deployment
    name:
      description: Their name.
      type: str
      returned: always
      sample: cart
    pods:
      description: How many of their pods run a sidecar.
      type: int
      returned: always
      sample: 3
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.sidecars import run
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {**access_options(), "name": {"type": "str"}}


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
