#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ack_api_access_info
short_description: Tell whether an ACK cluster's API server lets blocks in
description:
  - The API server of an ACK cluster sits behind a load balancer, which no security group opens or shuts. Its listener at port 6443 may
    have access control lists, each a whitelist or a blacklist; this module reads them and compares them with blocks that have to get in.
  - A block is let in by a whitelist where its entries together hold it, and by a blacklist where no entry overlaps it. A list without
    entries lets everybody in.
  - The public and the internal address of an API server are guarded by the same lists.
  - What cannot be read is no failure but V(unread) with the reason. That is a permission that lacks, no answer, another way to the
    API server, or a load balancer that is a Network Load Balancer (NLB), whose security groups have to be looked at by hand.
  - It needs the RAM permissions C(cs:DescribeClusterDetail), C(slb:DescribeLoadBalancerListeners) and, where there is a list,
    C(slb:DescribeAccessControlListAttribute).
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.reads
  - multiregion.istio._attributes.actiongroup_alibaba
options:
  cluster_id:
    description: Id of the cluster.
    type: str
    required: true
  cluster:
    description: Name of the cluster in messages. Its id by default.
    type: str
    default: ''
  api_server:
    description:
      - The URL by which the API server is called. Where it has another address than the load balancer's in its VPC, packets do not have
        the addresses of O(sources) there, and the result is V(unread). Left empty, it is the load balancer's.
    type: str
    default: ''
  sources:
    description:
      - The blocks that have to be let in, of nodes and pods that call the API server.
      - Those of another IP version than the entries of the lists do not count, since a load balancer has one version.
    type: list
    elements: str
    required: true
author:
  - multiregion.istio contributors (!UNKNOWN)
seealso:
  - module: multiregion.istio.ack_cluster_info
"""

EXAMPLES = r"""
- name: See whether the primary's nodes and pods get to the API server of a remote
  multiregion.istio.ack_api_access_info:
    region: ap-southeast-1
    cluster_id: c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f60
    sources: [10.10.1.0/24, 10.101.0.0/16]
  register: api

- name: Stop where they do not
  ansible.builtin.assert:
    that: api.access != 'missing'
    fail_msg: "{{ api.problem }}"
"""

RETURN = r"""
access:
  description:
    - V(open) where no list, or an empty one, guards the API server; V(held) where one does and lets all blocks in.
    - V(missing) where some are shut out, V(unread) where it could not be read.
  returned: success
  type: str
  sample: missing
load_balancer_id:
  description: The load balancer, empty where that was not read.
  returned: success
  type: str
  sample: lb-2zeab1
kind:
  description: How its lists count; V(none) where it has none, V(white), V(black), and empty where that was not read.
  returned: success
  type: str
  sample: white
access_lists:
  description: Its access control lists.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The list's id.
      type: str
      returned: always
      sample: acl-2zeab1
    name:
      description: Its name.
      type: str
      returned: always
      sample: api-server
    entries:
      description: Addresses and blocks in it.
      type: list
      elements: str
      returned: always
      sample: [10.10.0.0/16]
missing:
  description: The blocks of O(sources) that are not let in whole.
  returned: success
  type: list
  elements: str
  sample: [10.101.0.0/16]
problem:
  description: What is wrong, or why nothing was read, and what to do about it. Empty where all is well.
  returned: success
  type: str
  sample: >-
    cluster c1: load balancer lb-2zeab1 of its API server does not let in 10.101.0.0/16: its access list acl-2zeab1 (api-server), a
    whitelist, has no entries for that. Add it to acl-2zeab1 (api-server) in the console (Classic Load Balancer, Access Control) or by its
    API, and run it again.
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.ack_api_access import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **alibaba_options(),
        "cluster_id": {"type": "str", "required": True},
        "cluster": {"type": "str", "default": ""},
        "api_server": {"type": "str", "default": ""},
        "sources": {"type": "list", "elements": "str", "required": True},
    }


def main() -> None:
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    run_as_module(module, run, missing_libraries)


if __name__ == "__main__":
    main()
