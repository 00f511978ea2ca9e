# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of each fact in an account: at one cluster, at one CEN by its id, or at the whole of it. Nothing is written.

A look has the name of its fact. It yields nothing where there is nothing by which the fact could be seen. Errors are the caller's.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import replace
from ipaddress import ip_network

from .._errors import MeshError
from .ack import TERWAY, AckCluster, cluster_of, network_of
from .ack_lookup import NOT_FOUND
from .actions import ACTIONS
from .cen.read import read_vpc_tables
from .cen.routes import LEARNED
from .cen.state import WantedVpc
from .cloud_probe_account import PASSED, Account, Cluster
from .cloud_probe_facts import AS_ASSUMED, DIFFERS, NOT_SEEN, Look, Sight, Sights
from .errors import AlibabaError
from .rule import PEER, POLICIES, PROTOCOLS, Rule, described, network_form, rule_of
from .rules import contains

BLOCKS = [key for pair in PEER.values() for key in pair]
NOBODY = "c" + 32 * "0"  # the id of no cluster

# Security groups


def host_bits(account: Account, cluster: Cluster) -> Sights:
    rules = [rule for group in account.groups(cluster) for rule in group]
    blocks = [(rule, str(rule[key])) for rule in rules for key in BLOCKS if rule.get(key)]
    for rule, block in blocks:
        if has_host_bits(block):
            yield Sight(DIFFERS, f"rule {rule.get('SecurityGroupRuleId')} has {block}")
    yield Sight(NOT_SEEN, f"{len(blocks)} blocks in rules were looked at")


def has_host_bits(block: str) -> bool:
    try:
        ip_network(block)
    except ValueError:
        return bool(network_form(block))
    return False


def rule_form(account: Account, cluster: Cluster) -> Sights:
    for told in (described(told) for group in account.groups(cluster) for told in group):
        if rule := told.rule:
            seen = AS_ASSUMED if is_as_written(rule) else DIFFERS
            yield Sight(seen, f"{told.rule_id}: {told.text}" if seen == DIFFERS else "all rules with a block are")


def is_as_written(rule: Rule) -> bool:
    """Whether a rule that was read is what would be written for it."""
    try:
        return rule_of(rule.as_dict()) == rule and rule.protocol in PROTOCOLS and rule.policy in POLICIES
    except MeshError:
        return False


def rule_priority(account: Account, cluster: Cluster) -> Sights:
    for group in account.groups(cluster):
        seen = defaultdict(set)
        for rule in (described(told).rule for told in group):
            if rule:
                seen[replace(rule, priority=1)].add(rule.priority)
        for rule, numbers in seen.items():
            if len(numbers) > 1:
                yield Sight(AS_ASSUMED, f"{rule.protocol} {rule.cidr} is there with priorities {sorted(numbers)}")


def icmpv6_name(account: Account, cluster: Cluster) -> Sights:
    for told in (rule for group in account.groups(cluster) for rule in group):
        name = str(told.get("IpProtocol"))
        if "icmp" in name.lower() and any(told.get(key) for key in BLOCKS if key.startswith("Ipv6")):
            yield Sight(AS_ASSUMED if name.lower() == "icmpv6" else DIFFERS, f"it is named {name}")


# VPCs and ACK


def system_table(account: Account, cluster: Cluster) -> Sights:
    tables = list(read_vpc_tables(account.client, WantedVpc(cluster.vpc_id, cluster.region))) if cluster.vpc_id else []
    for table in tables:
        learned = [x for x in table.routes if x.kind == LEARNED or (table.system and x.hop == "Attachment")]
        kinds = ", ".join(sorted({f"{x.kind} by {x.hop}" for x in learned}))
        if learned:
            seen = AS_ASSUMED if table.system else DIFFERS
            yield Sight(seen, f"{len(learned)} in {table.table_id} ({kinds}); the VPC has {len(tables)} tables")


def ack_cluster(account: Account, cluster: Cluster) -> AckCluster | None:
    """None for a cluster whose id nobody gave."""
    if not cluster.id:
        return None
    return cluster_of(account.client.call("DescribeClusterDetail", cluster.region, path={"ClusterId": cluster.id}))


def terway_blocks(account: Account, cluster: Cluster) -> Sights:
    ours = ack_cluster(account, cluster)
    if ours and ours.plugin == TERWAY:
        told = {key: ours.detail.get(key) for key in ("container_cidr", "subnet_cidr") if ours.detail.get(key)}
        count = len(ours.pod_vswitch_ids)
        seen = AS_ASSUMED if count and not told else DIFFERS
        yield Sight(seen, f"{count} vSwitches of pods are told, and {told or 'no block'}")


def terway_in_vpc(account: Account, cluster: Cluster) -> Sights:
    ours = ack_cluster(account, cluster)
    if ours and ours.pod_vswitch_ids:
        rows = account.client.pages("DescribeVSwitches", ours.region, VpcId=ours.vpc_id)
        network = network_of(account.client.call("DescribeVpcAttribute", ours.region, VpcId=ours.vpc_id), rows)
        for name in ours.pod_vswitch_ids:
            blocks = network.vswitches.get(name, ())
            inside = [x for x in blocks if any(is_within(x, outer) for outer in network.vpc_cidrs)]
            seen = AS_ASSUMED if blocks and len(inside) == len(blocks) else DIFFERS
            yield Sight(seen, f"{name} is {', '.join(blocks) or 'no vSwitch of the VPC'}")


def is_within(block: str, outer: str) -> bool:
    return contains(ip_network(outer, strict=False), ip_network(block, strict=False))


def unknown_cluster(account: Account, cluster: Cluster) -> Sights:
    try:
        account.client.call("DescribeClusterDetail", cluster.region, path={"ClusterId": NOBODY})
    except AlibabaError as error:
        if error.denied or error.passing:
            raise
        account.client.answered |= error.code in NOT_FOUND
        yield Sight(AS_ASSUMED if error.code in NOT_FOUND else DIFFERS, f"{error.code} (HTTP {error.status})")
    else:
        yield Sight(DIFFERS, "an answer without an error")


def denied_by_ack(account: Account, place: t.Any) -> Sights:
    for error in account.client.errors:
        if ACTIONS[error.action].product == "cs" and (error.denied or error.status == 403):
            yield Sight(AS_ASSUMED if error.denied else DIFFERS, f"{error.action}: {error.code} (HTTP {error.status})")


def roles(account: Account, place: t.Any) -> Sights:
    options = account.options
    for name, role in (("AssumeRole", options.assume_role_arn), ("the role of an ECS instance", options.ecs_role_name)):
        if role and account.client.answered:
            yield Sight(AS_ASSUMED, f"calls signed by {name} are answered")


def dry_run(account: Account, place: t.Any) -> Sights:
    for action, code in account.client.dry_runs.items():
        yield Sight(AS_ASSUMED if code == PASSED else DIFFERS, f"{action}: {code or 'an answer without an error'}")


LOOKS: tuple[Look, ...] = (
    *(host_bits, rule_form, rule_priority, icmpv6_name),
    *(system_table, terway_blocks, terway_in_vpc, unknown_cluster, denied_by_ack, dry_run, roles),
)
