#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_probe
short_description: See whether Alibaba Cloud is as the collection assumes
description:
  - Where no source says how Alibaba Cloud behaves, the collection assumes something. This module looks for each of these assumptions in an
    account, and tells whether it is so.
  - It changes nothing. It sends calls that read, and calls of CEN with C(DryRun), which the cloud checks and does not do. No credential is
    issued.
  - What is seen depends on what the account has. It shows most where two regions are joined by M(multiregion.istio.cen_network).
  - A call that is denied leaves its rows unseen, with the RAM permission that is missing, and does not stop the others. It uses
    C(ecs:DescribeSecurityGroupAttribute), C(vpc:Describe*), C(cs:DescribeClusterDetail), C(cen:Describe*), C(cen:List*) and, for dry runs,
    C(cen:CreateTransitRouter), C(cen:CreateTransitRouterVpcAttachment), C(cen:CreateTransitRouterPeerAttachment) and
    C(cen:CreateTransitRouterRouteEntry).
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_alibaba
options:
  clusters:
    description:
      - The clusters that are looked at. The CENs that their VPCs are in are looked at as well.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the cluster.
        type: str
        required: true
      region:
        description: Its region.
        type: str
        required: true
      id:
        description: Its id. Without it, what ACK tells of it is not seen.
        type: str
        default: ''
      vpc_id:
        description: Its VPC. Without it, the network is not seen.
        type: str
        default: ''
      security_group_ids:
        description: Security groups of its nodes and pods.
        type: list
        elements: str
        default: []
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: See whether Alibaba Cloud is as assumed
  multiregion.istio.cloud_probe:
    clusters:
      - name: cn-beijing-1
        region: cn-beijing
        id: c1example
        vpc_id: vpc-2ze0example
        security_group_ids: [sg-2ze0example]
  register: probe

- name: Show what differs
  ansible.builtin.debug:
    msg: "{{ probe.facts | selectattr('seen', 'equalto', 'differs') }}"
"""

RETURN = r"""
facts:
  description: A row for each assumption.
  returned: success
  type: list
  elements: dict
  contains:
    fact:
      description: Its short name.
      type: str
      returned: always
      sample: listed_by_cen
    about:
      description: The part of the cloud.
      type: str
      returned: always
      sample: CEN
    assumed:
      description: What the collection assumes.
      type: str
      returned: always
      sample: attachments are listed by the CEN's id alone
    seen:
      description:
        - Whether it is so. V(not seen) where the account has nothing that shows it, a call was denied, or only a write would show it.
        - Where several things were seen, a difference counts.
      type: str
      returned: always
      sample: as assumed
    detail:
      description: What was seen, or why nothing was. It has ids and codes of errors, no credentials.
      type: str
      returned: always
      sample: ListTransitRouterVpcAttachments tells 1 of 1 without the transit router
    call:
      description: The call that shows it, empty where none does.
      type: str
      returned: always
      sample: ListTransitRouterVpcAttachments and ListTransitRouterPeerAttachments
    region:
      description: The region where it was seen first, empty where it is about no region or not seen.
      type: str
      returned: always
      sample: cn-beijing
    cluster:
      description: The cluster where it was seen first, empty where it is about no cluster or not seen.
      type: str
      returned: always
      sample: ''
summary:
  description: The same as lines for a terminal, differences first.
  returned: success
  type: list
  elements: str
  sample: ['as assumed listed_by_cen              ListTransitRouterVpcAttachments tells 1 of 1 without the transit router']
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cloud_probe import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    cluster: dict[str, dict[str, t.Any]] = {
        "name": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "id": {"type": "str", "default": ""},
        "vpc_id": {"type": "str", "default": ""},
        "security_group_ids": {"type": "list", "elements": "str", "default": []},
    }
    return {
        **alibaba_options(),
        "clusters": {"type": "list", "elements": "dict", "required": True, "options": cluster},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
