#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remote_istio_info
short_description: List the members of a mesh as its primary records them
description:
  - The task's cluster is the primary. It lists the RemoteIstio objects with their status, and whether the Secret by which the
    control plane reaches the member is there.
  - Without the definition of RemoteIstio in the cluster the list is empty.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_kubernetes
options:
  name:
    description: Only the member of this name.
    type: str
  namespace:
    description: Namespace of the control plane.
    type: str
    default: istio-system
  api_version:
    description: The API of the RemoteIstio.
    type: str
    default: istio.alibabacloud.com/v1beta1
  credentials:
    description: Whether to tell of the credentials too, for which the Secrets in the primary are read.
    type: bool
    default: true
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.remote_istio
"""

EXAMPLES = r"""
- name: Who is in the mesh
  multiregion.istio.remote_istio_info:
    kubeconfig: ~/.kube/cn-beijing-1.yaml
  register: mesh

- name: Say how they are
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.status.Status | default('unknown') }}"
  loop: "{{ mesh.remote_istios }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
remote_istios:
  description: The members, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The cluster's name in the mesh.
      type: str
      returned: always
      sample: ap-southeast-1
    spec:
      description: The spec of the RemoteIstio.
      type: dict
      returned: always
      sample: {autoInjectionNamespaces: [default], includeIPRanges: '*'}
    status:
      description: Its status, as the API has it.
      type: dict
      returned: always
      sample: {Status: Available, LastVerified: '2026-11-24T10:00:00Z'}
    credential:
      description: How the control plane reaches the member. No secrets.
      type: dict
      returned: O(credentials) is true
      contains:
        present:
          description: Whether the Secret of the member's name holds a kubeconfig for it.
          type: bool
          returned: always
          sample: true
        api_server:
          description: The URL in it, empty for a kubeconfig that is not of our making.
          type: str
          returned: always
          sample: https://10.20.1.10:6443
        expires:
          description: When its token ends, V(none) for one without an end or of unknown form, and for a client certificate.
          type: str
          returned: always
          sample: null
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_istio_info import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "name": {"type": "str"},
        "namespace": {"type": "str", "default": "istio-system"},
        "api_version": {"type": "str", "default": API_VERSION},
        "credentials": {"type": "bool", "default": True},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
