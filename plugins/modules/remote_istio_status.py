#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remote_istio_status
short_description: Write the status of members that were verified into their RemoteIstio
description:
  - The task's cluster is the primary. For a mesh in which no operator writes the status.
  - C(GatewayAddress) and C(LastVerified) stay as they are where they are not given; C(ErrorMessage) goes where it is not given.
    The rest of the RemoteIstio stays as it is.
extends_documentation_fragment:
  - multiregion.istio._kubernetes
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_kubernetes
attributes:
  check_mode:
    details:
      - Works before the RemoteIstio exists.
  idempotent:
    details:
      - A new O(status.LastVerified) alone is written, but is no change.
options:
  names:
    description: Names of the members.
    type: list
    elements: str
    required: true
  namespace:
    description: Namespace of the mesh.
    type: str
    default: istio-system
  api_version:
    description: API group and version of RemoteIstio.
    type: str
    default: istio.alibabacloud.com/v1beta1
  status:
    description: What to write.
    type: dict
    required: true
    suboptions:
      Status:
        description: How the members are.
        type: str
        choices: [Created, Reconciling, ReconcileFailed, Available, Unmanaged]
        required: true
      ErrorMessage:
        description: What is wrong with them.
        type: str
      GatewayAddress:
        description: Addresses of their gateway.
        type: list
        elements: str
      LastVerified:
        description: When that was found, RFC 3339.
        type: str
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Note that two members were verified
  multiregion.istio.remote_istio_status:
    kubeconfig: ~/.kube/cn-beijing-1
    names: [cn-beijing-2, ap-southeast-1]
    status:
      Status: Available
      LastVerified: "{{ now(utc=true).strftime('%Y-%m-%dT%H:%M:%SZ') }}"
"""

RETURN = r"""
statuses:
  description: The status of each member afterwards, by name; in check mode as it would be.
  returned: success
  type: dict
  sample: {cn-beijing-2: {Status: Available, LastVerified: '2026-11-24T10:00:00Z'}}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._istio.remote_istio_status import run
from ansible_collections.multiregion.istio.plugins.module_utils._istio.resource import API_VERSION, STATUSES
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.options import access_options
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **access_options(),
        "names": {"type": "list", "elements": "str", "required": True},
        "namespace": {"type": "str", "default": "istio-system"},
        "api_version": {"type": "str", "default": API_VERSION},
        "status": {
            "type": "dict",
            "required": True,
            "options": {
                "Status": {"type": "str", "choices": list(STATUSES), "required": True},
                "ErrorMessage": {"type": "str"},
                "GatewayAddress": {"type": "list", "elements": "str"},
                "LastVerified": {"type": "str"},
            },
        },
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run)


if __name__ == "__main__":
    main()
