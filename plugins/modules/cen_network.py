#!/usr/bin/python
# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cen_network
short_description: VPCs of a mesh joined by a Cloud Enterprise Network
description:
  - Joins the VPCs of Kubernetes clusters by a CEN of Alibaba Cloud, so that their nodes and pods reach each other. It makes what is not
    there of a CEN instance, an Enterprise Edition transit router in each region, an attachment of each VPC, associations and
    propagations, a peer attachment between every two regions, and routes to pods that are no part of their VPC.
  - The CEN is the one that is named, or the one with the mesh's tag. It is never found by a name, which need not be unique.
  - Everything that it makes carries the tag C(multiregion.istio/mesh=<mesh_id>) from the call that makes it; static routes, which
    have no tags, have it as their description. So a run that died is taken up by the next one, and O(state=absent) takes away exactly
    what was made. CENs, transit routers and attachments of others are used and never changed or deleted; what they lack is named.
  - Before anything is written, all that stands in the way is told at once. That is a VPC of another CEN, Basic Edition transit
    routers, overlapping blocks, routes of others into the blocks, a VPC's route table that would be full, a pair of regions across
    the border of mainland China, VPCs of others that would be joined too, and a service that the account has not activated.
  - After that it is seen that the routes are there, in the transit routers' tables of all regions and in the VPCs' tables, and not
    rejected. That packets pass is up to security groups as well (M(multiregion.istio.ecs_security_group_rules)).
  - B(It makes what costs money.) RV(costs) and a warning list what, in check mode too. Bandwidth packages are never bought.
  - VPCs of one cloud account only. Two clusters in one VPC need no CEN.
extends_documentation_fragment:
  - multiregion.istio._alibaba
  - multiregion.istio._attributes
  - multiregion.istio._attributes.writes
  - multiregion.istio._attributes.actiongroup_alibaba
attributes:
  check_mode:
    details:
      - The account is read, and all of it is predicted also where nothing is there yet. What would stand in the way fails the task.
      - Whether the routes come about can be told by a real run alone.
  diff_mode:
    details:
      - A line for each object of the network.
options:
  mesh_id:
    description: The mesh that the VPCs are joined for. It is the value of the tag.
    type: str
    required: true
  state:
    description:
      - With V(present) the VPCs are joined.
      - With V(absent) what was made for the mesh is taken away, in the reverse order of its making. With O(vpcs), the attachments of
        these VPCs, and what nothing uses any longer after that; without it, all. Give the same O(cen_id) as with V(present).
    type: str
    choices: [present, absent]
    default: present
  vpcs:
    description:
      - The VPCs, an entry for each cluster or each VPC. Entries of one VPC are put together.
      - A VPC that is not named any more stays attached until O(state=absent) names it. Name in O(remaining_vpcs) those that go on.
    type: list
    elements: dict
    default: []
    suboptions:
      vpc_id:
        description: Id of the VPC.
        type: str
        required: true
      region:
        description: Its region.
        type: str
        required: true
      cluster:
        description: Name of the cluster in it, for messages.
        type: str
        default: ''
      vswitch_ids:
        description:
          - vSwitches in which the transit router gets its network interfaces, in two zones where it has more than one in the region.
          - Left out, the two with the most free addresses are chosen. An existing attachment keeps what it has.
        type: list
        elements: str
        default: []
      pod_cidrs:
        description: Blocks of the cluster's pods. They count only where the pods are no part of the VPC.
        type: list
        elements: str
        default: []
      pods_in_vpc:
        description: Whether pods have addresses of the VPC's vSwitches (Terway). With Flannel they have not.
        type: bool
        default: false
  remaining_vpcs:
    description:
      - With O(state=absent) and O(vpcs), the VPCs of the members that remain in the mesh, in the form of O(vpcs). What these need stays.
      - Of a VPC that is named in both, the routes to pods go that only the member that leaves has, and nothing else of it.
      - Where one VPC remains, nothing joins VPCs any more, so all that was made for the mesh goes.
    type: list
    elements: dict
    default: []
    suboptions:
      vpc_id:
        description: Id of the VPC.
        type: str
        required: true
      region:
        description: Its region.
        type: str
        required: true
      cluster:
        description: Name of the cluster in it, for messages.
        type: str
        default: ''
      vswitch_ids:
        description: Without effect.
        type: list
        elements: str
        default: []
      pod_cidrs:
        description: Blocks of the cluster's pods. They count only where the pods are no part of the VPC.
        type: list
        elements: str
        default: []
      pods_in_vpc:
        description: Whether pods have addresses of the VPC's vSwitches (Terway). With Flannel they have not.
        type: bool
        default: false
  link:
    description:
      - With V(cen) the VPCs are joined by a CEN.
      - With V(existing) somebody has joined them in another way (VPC peering, Express Connect, VPN gateways). Then nothing is made.
        Their system route tables are read, and routes that are missing are named.
    type: str
    choices: [cen, existing]
    default: cen
  cen_id:
    description:
      - A CEN to use. Where it has no transit router in a region, one is made.
      - Left out, the CEN with the mesh's tag is used, or made.
    type: str
    default: ''
  route_tables:
    description:
      - Route tables of transit routers to use in place of their system tables, by region.
      - Whatever is associated with a system table reaches all that propagates to it, so in a CEN that others use a table of the mesh's own
        keeps VPCs apart.
    type: dict
    default: {}
  joined_vpcs:
    description:
      - VPCs of others that may come to reach the mesh's VPCs, and to be reached, because they use the same route tables.
    type: list
    elements: str
    default: []
  pod_routes:
    description:
      - How others find pods that are no part of their VPC (Flannel). Alibaba Cloud does not advertise the routes to them.
      - With V(static), one static route for each block in the transit router's table leads to the VPC, whose own table knows the nodes. It
        stays right when nodes come and go.
      - With V(published), each node's route in the VPC's system table is published. With every node that comes the task has to run again,
        and each of them is an entry in the tables of all VPCs. It needs an attachment of our own.
      - After a change of it, routes of the other way stay until O(state=absent).
    type: str
    choices: [static, published]
    default: static
  bandwidth:
    description: Mbit/s at which the traffic between two regions is cut off. The traffic is paid, not the bandwidth.
    type: int
    default: 100
  link_type:
    description: Quality of the lines between regions.
    type: str
    choices: [Gold, Platinum]
    default: Gold
  bandwidth_packages:
    description:
      - Bandwidth packages that the account has bought and associated with the CEN, for pairs of regions that are connected anew.
        The traffic of all other pairs is paid. None is ever bought here.
    type: list
    elements: dict
    default: []
    suboptions:
      regions:
        description: The two regions.
        type: list
        elements: str
        required: true
      package_id:
        description: Id of the package.
        type: str
        required: true
  cross_border_approved:
    description:
      - Says that the account has the approval for connections between mainland China and elsewhere, which are China Unicom's.
      - Without it, such a pair of regions fails the task before anything is written.
    type: bool
    default: false
  open_service:
    description: Order the transit router service where the account has not activated it.
    type: bool
    default: false
  route_quota:
    description: The most entries that a VPC's route table of the account may have.
    type: int
    default: 200
  wait_timeout:
    description:
      - Seconds that each step may take. Attaching a VPC is known to take up to 42 minutes.
      - The routes have 5 minutes of it at most, after all else is there.
    type: int
    default: 2520
  wait_interval:
    description: Seconds between two looks.
    type: float
    default: 1
author:
  - multiregion.istio contributors (!UNKNOWN)
"""

EXAMPLES = r"""
- name: See what joining the VPCs would make, and what of it costs money
  multiregion.istio.cen_network:
    mesh_id: mesh1
    vpcs: &vpcs
      - {vpc_id: vpc-2ze0example, region: cn-beijing, cluster: cn-beijing-1, pod_cidrs: [10.101.0.0/16]}
      - {vpc_id: vpc-uf60example, region: cn-shanghai, cluster: cn-shanghai-1, pod_cidrs: [10.103.0.0/16]}
  check_mode: true
  register: network

- name: Join them
  multiregion.istio.cen_network:
    mesh_id: mesh1
    vpcs: *vpcs
    bandwidth: 200

- name: Use a CEN of the company, in route tables of the mesh's own
  multiregion.istio.cen_network:
    mesh_id: mesh1
    vpcs: *vpcs
    cen_id: cen-0example
    route_tables:
      cn-beijing: vtb-2ze1example
      cn-shanghai: vtb-uf61example

- name: See that VPCs are joined by VPC peering connections
  multiregion.istio.cen_network:
    mesh_id: mesh1
    vpcs: *vpcs
    link: existing

- name: Take away what only one member needed
  multiregion.istio.cen_network:
    mesh_id: mesh1
    state: absent
    vpcs:
      - {vpc_id: vpc-uf60example, region: cn-shanghai, cluster: cn-shanghai-1, pod_cidrs: [10.103.0.0/16]}
    remaining_vpcs:
      - {vpc_id: vpc-2ze0example, region: cn-beijing, cluster: cn-beijing-1, pod_cidrs: [10.101.0.0/16]}
      - {vpc_id: vpc-2vc0example, region: cn-chengdu, cluster: cn-chengdu-1, pod_cidrs: [10.107.0.0/16]}

- name: Take away all that was made
  multiregion.istio.cen_network:
    mesh_id: mesh1
    state: absent
"""

RETURN = r"""
cen:
  description: The CEN.
  returned: success
  type: dict
  contains:
    cen_id:
      description: Its id, empty where it is still to be made.
      type: str
      returned: always
      sample: cen-0example
    ours:
      description: Whether it was made for the mesh.
      type: bool
      returned: always
      sample: true
transit_routers:
  description: The transit routers in use.
  returned: success
  type: list
  elements: dict
  sample:
    - {region: cn-beijing, transit_router_id: tr-2ze0example, ours: true, change: create}
attachments:
  description:
    - Attachments of the VPCs. C(change) is V(create), V(update), V(delete) or empty, and states are C(to come) or
      C(absent) where there is none yet or any more.
  returned: success
  type: list
  elements: dict
  sample:
    - vpc_id: vpc-2ze0example
      region: cn-beijing
      attachment_id: tr-attach-0example
      status: Attached
      ours: true
      change: create
      association: Active
      propagation: Active
peers:
  description: Connections between regions. Their bandwidth is in Mbit/s.
  returned: success
  type: list
  elements: dict
  sample:
    - regions: [cn-beijing, cn-shanghai]
      attachment_id: tr-attach-1example
      status: Attached
      bandwidth: 100
      ours: true
      change: create
changes:
  description: All that is made, changed or deleted, in this order.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: static_route
      key: 10.101.0.0/16
      text: static route 10.101.0.0/16 to VPC vpc-2ze0example in the route table of cn-beijing
      change: create
      id: ''
costs:
  description: What was made for the mesh, or is to be, and costs money. Also returned when something stands in the way.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: attachment
      key: vpc-2ze0example
      what: attachment of VPC vpc-2ze0example (cn-beijing, of cn-beijing-1)
      charged: by the hour for the connection, and by the data that the transit router processes
      new: true
ended_costs:
  description: What costs money no more, as it is taken away.
  returned: success
  type: list
  elements: dict
  sample: []
kept:
  description: With O(state=absent), what was made for the mesh and stays because others use it.
  returned: success
  type: list
  elements: str
  sample: ['transit router tr-2ze0example (cn-beijing): others are attached to it']
missing_routes:
  description:
    - Routes that are not there. They are warned of. With O(state=present) a run fails for those that a VPC's system table or a transit
      router lacks, so these are of tables that somebody made beside the system table and that vSwitches use.
  returned: success
  type: list
  elements: str
  sample: []
problems:
  description: What stands in the way.
  returned: failure
  type: list
  elements: dict
  sample:
    - severity: error
      cluster: cn-shanghai-1
      what: VPC vpc-uf60example (cn-shanghai, of cn-shanghai-1) is attached to another CEN, cen-1example of account 1000000000000001
      why: ''
      todo: 'Give cen_id: cen-1example to join the others by that CEN, or have its owner detach the VPC from it'
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.options import network_options
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.cen.run import run
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.options import (
    alibaba_options,
    missing_libraries,
)
from ansible_collections.multiregion.istio.plugins.module_utils._module import run_as_module


def argument_spec() -> dict[str, dict[str, t.Any]]:
    return {**alibaba_options(), **network_options()}


def main() -> None:
    run_as_module(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), run, missing_libraries)


if __name__ == "__main__":
    main()
