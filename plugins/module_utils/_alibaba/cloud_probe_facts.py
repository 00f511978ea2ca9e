# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection assumes of Alibaba Cloud because no source says it, one row a fact. docs/alibaba-cloud.md has the same facts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .cloud_probe_account import Account

AS_ASSUMED, DIFFERS, NOT_SEEN = "as assumed", "differs", "not seen"


@dataclass(frozen=True)
class Fact:
    """One assumption.

    name:    short and lasting: reports are compared by it. Its look has the same name
    place:   where it is looked for: at each cluster, at each cen, once in the account, or never
    call:    by which it is looked for, "" where none shows it
    unseen:  what is needed to see it, or why it is not seen
    """

    name: str
    place: str
    about: str
    call: str
    assumed: str
    unseen: str


@dataclass(frozen=True)
class Sight:
    """One thing that was seen. A look at a cluster leaves out where, which is the cluster's own region."""

    seen: str
    detail: str
    region: str = ""
    cluster: str = ""


Sights = t.Iterator[Sight]
Look = t.Callable[[Account, t.Any], Sights]

# Two lines a fact: name | place | about | call | assumed, then unseen. Those that look at the others' calls are last.
TABLE = """
host_bits | cluster | security groups | DescribeSecurityGroupAttribute | blocks with host bits are refused
    a rule with host bits would be needed: AuthorizeSecurityGroup has no dry run
rule_form | cluster | security groups | DescribeSecurityGroupAttribute | rules come back as written, but for the case of letters
    a rule with a block would be needed
rule_priority | cluster | security groups | DescribeSecurityGroupAttribute | the priority is part of what makes two rules different
    two rules that differ by it alone would be needed: AuthorizeSecurityGroup has no dry run
icmpv6_name | cluster | security groups | DescribeSecurityGroupAttribute | IPv6 rules for ICMP are named ICMPv6
    a rule for ICMP with an IPv6 block would be needed
static_routes | cen | CEN | ListTransitRouterRouteEntries | a static route of a transit router's table reaches the tables of its peers
    two regions joined by a CEN that publishes routes, and a static route to a VPC, would be needed
pod_route | cluster | CEN | CreateTransitRouterRouteEntry (dry run) | a static route to Flannel's pods is taken
    a cluster with Flannel and its id, its VPC in a CEN, would be needed
pod_route_hops | never | CEN | | the VPC's own table leads packets of such a route on to the nodes
    only packets show it: the module network_probe sends some
both_regions | cen | CEN | ListTransitRouterRouteEntries | a peer attachment needs association and propagation in both regions' tables
    a table without its propagation would be needed, beside one with it; of association only packets tell
unpublished | cen | CEN | ListTransitRouterRouteEntries | nothing crosses a peering without automatic publishing of routes
    a peer attachment without it would be needed
third_region | cen | CEN | ListTransitRouterRouteEntries | a peering carries on no routes of a third region
    three regions, of which one is joined to both others, would be needed
listed_by_cen | cen | CEN | ListTransitRouterVpcAttachments, ...PeerAttachments | attachments are listed by the CEN's id alone
    a VPC of the mesh in a CEN would be needed
other_cen | cluster | CEN | CreateTransitRouterVpcAttachment (dry run) | a VPC in another CEN is refused, by whatever code
    a VPC of the mesh in a CEN, and a second CEN, would be needed
attached_again | cluster | CEN | CreateTransitRouterVpcAttachment (dry run) | a VPC that is attached already is refused, by whatever code
    a VPC of the mesh in a CEN would be needed
cross_border | cen | CEN | CreateTransitRouterPeerAttachment (dry run) | that cross-border pairs need an approval is shown by no call
    only a refusal shows it: two such regions in a CEN, not joined, would be needed, and an account without the approval
limits | never | CEN | | no limit of attachments is met
    only a real write shows it
basic_edition | never | CEN | | AttachCenChildInstance is for Basic Edition; it is never called
    only a real write shows it
system_table | cluster | VPC | DescribeRouteEntryList | learned routes go into the VPC's system table
    a VPC of the mesh that is joined to another would be needed
node_addresses | never | Flannel | | packets of pods may carry their node's address
    only packets show it: both are let in
terway_blocks | cluster | ACK | DescribeClusterDetail | a cluster with Terway tells vSwitches of its pods, and no block
    a cluster with Terway and its id would be needed
terway_in_vpc | cluster | ACK | DescribeVSwitches | vSwitches of pods lie within the VPC's blocks
    a cluster with Terway and its id would be needed
terway_later | never | ACK | | vSwitches that Terway's pods were given later are known to kube-system/eni-config alone
    no call of the cloud shows it: compare that ConfigMap with pod_vswitch_ids of ack_cluster_info
kubeconfig_lifetime | never | ACK | | a kubeconfig without a lifetime is valid for three years
    it would issue a credential that nothing revokes; ack_kubeconfig always gives a lifetime
unknown_cluster | cluster | errors | DescribeClusterDetail | a cluster that does not exist is ErrorClusterNotFound
    ACK would have to answer
long_token | cen | errors | CreateTransitRouter (dry run) | a client token of more than 64 characters is refused
    a VPC of the mesh in a CEN would be needed
same_token | cen | errors | CreateTransitRouter (dry run) | a client token repeated with other parameters is IdempotentParameterMismatch
    a VPC of the mesh in a CEN would be needed, and dry runs that remember their tokens
wrong_calls | never | errors | | codes of a wrong signature or body hash, and of a missing public endpoint
    the first are never sent, and the last would issue a credential where it is not missing
denied_by_ack | account | errors | calls of ACK | a denied call of ACK has one of the known codes
    no call of ACK was denied
dry_run | account | errors | all dry runs | a dry run that passes is the error DryRunOperation
    no dry run has passed
roles | account | credentials | all calls | roles of ECS, OIDC and AssumeRole work as alibabacloud-credentials has them
    ecs_role_name or assume_role_arn would be needed; OIDC is not told from other ways
"""


def facts_of(table: str) -> t.Iterator[Fact]:
    lines = table.strip().splitlines()
    for row, unseen in zip(lines[::2], lines[1::2], strict=True):
        name, place, about, call, assumed = (cell.strip() for cell in row.split("|"))
        yield Fact(name, place, about, call, assumed, unseen.strip())


FACTS = tuple(facts_of(TABLE))
