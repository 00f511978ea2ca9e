#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ecs_security_group_rules
short_description: Rules of Alibaba Cloud security groups for a mesh
description:
  - Sees to it that security groups have rules, or have them no more, by reading the groups and writing what differs.
  - Rules are between the group and a block. Those that name another group work within one VPC and in basic groups only, so they
    are not made; those that others made are left alone.
  - What it makes is marked. The description of a rule begins with C(multiregion.istio mesh=<mesh_id>). Nothing else is ever
    removed. A rule that is wanted and that others have made already counts as there, and stays theirs.
  - What is to go is removed after what is new has been added, unless a group has no room for both.
  - The filter P(multiregion.istio.security_group_rules#filter) plans the rules of all groups of a mesh.
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_alibaba
attributes:
  check_mode:
    details:
      - The groups are read. Whether the access key may write is not asked, as Alibaba Cloud has no dry run of these calls.
  diff_mode:
    details:
      - All rules of a group that changes, whoever made them.
options:
  mesh_id:
    description: The mesh that the rules are for. It marks them.
    type: str
    required: true
  part:
    description:
      - A name for some of the mesh's rules, V(gateways). It becomes part of their mark, so that O(purge) and O(state=absent) can
        take them without the others of the mesh.
      - Where it is empty, these take the mesh's rules of all parts.
    type: str
    default: ''
  groups:
    description:
      - The security groups, all of O(region). Each may be given once.
      - They are compared with what is wanted before any of them is written to.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: Id of the security group.
        type: str
        required: true
      rules:
        description:
          - Its rules. Two that do the same are one, whatever their descriptions.
          - Required with O(state=present). With O(state=absent), leave it out for all rules of the mesh.
        type: list
        elements: dict
        suboptions:
          direction:
            description: Whether the rule is about packets that come in or go out.
            type: str
            choices: [ingress, egress]
            default: ingress
          protocol:
            description: Protocol of the packets.
            type: str
            choices: [tcp, udp, icmp, icmpv6, gre, all]
            default: tcp
          port_range:
            description:
              - V(443), V(8000/8100), or left out for all ports.
              - Protocols other than V(tcp) and V(udp) have none.
            type: str
          cidr:
            description: The block that packets come from or go to, without host bits.
            type: str
            required: true
          policy:
            description: What becomes of the packets.
            type: str
            choices: [accept, drop]
            default: accept
          priority:
            description: From V(1) to V(100). The smallest counts, and V(drop) among equals.
            type: int
            default: 1
          description:
            description:
              - What the rule is for, to be read behind the mark in the console.
              - It is written with a new rule only. Another description alone is no change.
            type: str
  state:
    description:
      - With V(present) the groups have the rules.
      - With V(absent) they have none of them that is marked with the mesh. A group that does not exist is no error then.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - With O(state=present), remove rules that are marked with the mesh (and O(part)) and are not among O(groups[].rules).
    type: bool
    default: false
  add:
    description:
      - With O(state=present), add rules that are missing. With V(false), O(purge) alone is done, and a group that does not exist is
        no error.
    type: bool
    default: true
  egress:
    description:
      - Which groups get rules of V(egress) with O(state=present). Basic groups let everything out as long as no rule says
        otherwise, enterprise groups nothing; with V(enterprise) only the latter get them.
    type: str
    choices: [always, enterprise]
    default: always
  quota:
    description:
      - The most rules that a group of the account may have, in both directions and whoever made them.
      - Groups that would have more fail the task before anything is written.
    type: int
    default: 200
  cluster:
    description: Name of the cluster that the groups belong to, for messages.
    type: str
    default: ''
  vpc_id:
    description:
      - With O(state=absent), a VPC of which all groups are looked at beside O(groups), each by a call.
      - For clusters whose groups nobody knows any more.
    type: str
    default: ''
  remaining:
    description:
      - With O(state=absent), the members that remain in the mesh. What they need stays, so that the rules go that were for others only.
      - A rule stays whose description, as P(multiregion.istio.security_group_rules#filter) makes it, names one of them, or no cluster.
    type: dict
    suboptions:
      clusters:
        description: Their names.
        type: list
        elements: str
        required: true
      cidrs:
        description: All blocks by which they are let in. A rule for one of these stays, whatever its description.
        type: list
        elements: str
        required: true
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: Let the pods and nodes of the peers in
  multiregion.istio.ecs_security_group_rules:
    region: cn-beijing
    mesh_id: mesh1
    groups:
      - id: sg-2ze0example
        rules:
          - {cidr: 10.103.0.0/16, description: pods of cn-beijing-2}
          - {cidr: 10.10.2.0/24, description: nodes of cn-beijing-2}
          - {cidr: 10.103.0.0/16, protocol: icmp}

- name: Have exactly the rules that the mesh needs now
  multiregion.istio.ecs_security_group_rules:
    region: "{{ mesh_cluster_region }}"
    mesh_id: mesh1
    groups: "{{ clusters | multiregion.istio.security_group_rules(cluster='cn-beijing-1') }}"
    egress: enterprise
    purge: true

- name: Take away all rules of the mesh
  multiregion.istio.ecs_security_group_rules:
    region: cn-beijing
    mesh_id: mesh1
    groups: [{id: sg-2ze0example}]
    state: absent

- name: Take away those that were for a member that has left
  multiregion.istio.ecs_security_group_rules:
    region: cn-beijing
    mesh_id: mesh1
    groups: [{id: sg-2ze0example}]
    state: absent
    remaining:
      clusters: [cn-beijing-1, cn-beijing-2]
      cidrs: [10.10.0.0/16, 10.101.0.0/16, 10.103.0.0/16]
"""

RETURN = r"""
groups:
  description: The groups as they are after the task, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the security group.
      type: str
      sample: sg-2ze0example
    type:
      description: V(normal) for a basic group, or V(enterprise).
      type: str
      sample: normal
    rules:
      description: Its rules that are marked with the mesh, in the form of O(groups[].rules).
      type: list
      elements: dict
      sample:
        - direction: ingress
          protocol: tcp
          port_range: 1/65535
          cidr: 10.103.0.0/16
          policy: accept
          priority: 1
          description: "multiregion.istio mesh=mesh1: pods of cn-beijing-2"
    added:
      description: Rules that it had not before.
      type: list
      elements: dict
    removed:
      description: Rules that it had before.
      type: list
      elements: dict
    of_others:
      description: Rules among O(groups[].rules) that others have made. They stay as they are, with O(state=absent) too.
      type: list
      elements: dict
    rule_count:
      description: Number of all its rules, in both directions and whoever made them.
      type: int
      sample: 14
over_quota:
  description: Group to the number of rules that it would have, where that is more than O(quota).
  returned: when the task fails for it
  type: dict
  sample: {"sg-2ze0example": 214}
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.security_group import (
    GROUP_OPTIONS,
    QUOTA,
    REMAINING_OPTIONS,
    run,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {
        **alibaba_options(),
        "mesh_id": {"type": "str", "required": True},
        "part": {"type": "str", "default": ""},
        "groups": {"type": "list", "elements": "dict", "required": True, "options": GROUP_OPTIONS},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "purge": {"type": "bool", "default": False},
        "add": {"type": "bool", "default": True},
        "egress": {"type": "str", "choices": ["always", "enterprise"], "default": "always"},
        "quota": {"type": "int", "default": QUOTA},
        "cluster": {"type": "str", "default": ""},
        "vpc_id": {"type": "str", "default": ""},
        "remaining": {"type": "dict", "options": REMAINING_OPTIONS},
    }


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
