# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ecs_security_group_rules does: reads groups, compares, writes what differs, reads again."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace

from .._errors import MeshError
from .._wait import Clock, Progress
from .client import Client
from .errors import AlibabaError, about
from .options import options_of
from .rule import (
    DIRECTIONS,
    EGRESS,
    INGRESS,
    POLICIES,
    PROTOCOLS,
    Described,
    Mark,
    Rule,
    described,
    mark_of,
    permission_of,
    rule_of,
)
from .rule_changes import Changes, Remaining, absent, difference, for_type, overruled, present

Object = dict[str, t.Any]
Params = t.Mapping[str, t.Any]

BATCH = 100  # the most rules, and ids of groups, that one call takes
QUOTA = 200  # rules of a group in both directions
QUOTA_EXCEEDED = "AuthorizationLimitExceed"
# Seconds before each look at what was written: an answer may come from before the write.
LOOKS = (0, 1, 2, 4)
AUTHORIZE = {INGRESS: "AuthorizeSecurityGroup", EGRESS: "AuthorizeSecurityGroupEgress"}
REVOKE = {INGRESS: "RevokeSecurityGroup", EGRESS: "RevokeSecurityGroupEgress"}
SMALLER = (
    "Let blocks stand for those of many clusters (option summaries of the filter security_group_rules), take away rules that nobody"
    " needs, or have the quota raised and say so (option quota)"
)

RULE_OPTIONS: dict[str, dict[str, t.Any]] = {
    "direction": {"type": "str", "choices": list(DIRECTIONS), "default": INGRESS},
    "protocol": {"type": "str", "choices": list(PROTOCOLS), "default": "tcp"},
    "port_range": {"type": "str"},
    "cidr": {"type": "str", "required": True},
    "policy": {"type": "str", "choices": list(POLICIES), "default": "accept"},
    "priority": {"type": "int", "default": 1},
    "description": {"type": "str"},
}
REMAINING_OPTIONS: dict[str, dict[str, t.Any]] = {
    "clusters": {"type": "list", "elements": "str", "required": True},
    "cidrs": {"type": "list", "elements": "str", "required": True},
}
GROUP_OPTIONS: dict[str, dict[str, t.Any]] = {
    "id": {"type": "str", "required": True},
    "rules": {"type": "list", "elements": "dict", "options": RULE_OPTIONS},
}


@dataclass(frozen=True)
class Group:
    """A group as ECS describes it, and what is to become of it.

    kind:  normal or enterprise
    rules: what the task gives for it, None for all of ours
    """

    group_id: str
    kind: str
    rules: tuple[Rule, ...] | None
    changes: Changes


def run(params: Params, check_mode: bool, progress: Progress) -> Object:
    """The result of the module. Raises MeshError, before anything is written, for what could not be written to the end."""
    is_wanted = params["state"] == "present"
    with about(params["cluster"]):
        mark = mark_of(params["mesh_id"], params["part"])
        wanted = wanted_rules(params)
        if not params["region"]:
            raise MeshError("no region is given", todo="Give region (mesh_cluster_region) or ALICLOUD_REGION")
        client = Client(options_of(params))
        wanted |= {name: None for name in groups_of_vpc(client, params) if name not in wanted}
        kinds = kinds_of_groups(client, list(wanted), may_be_gone=not (is_wanted and params["add"]))
        groups = [group_of(client, params, mark, name, kind, wanted[name]) for name, kind in kinds.items()]
        check_quota(groups, params["quota"])
        for group in groups:
            if group.changes and not check_mode:
                write(client, group, params["quota"])
                check_written(client, params, mark, group)
                add, revoke = len(group.changes.add), len(group.changes.revoke)
                progress(f"security group {group.group_id}: {add} rules added, {revoke} removed")
        return {
            "changed": any(group.changes for group in groups),
            "groups": [facts(group, mark) for group in groups],
            "diff": [difference(f"security group {x.group_id}", x.changes) for x in groups if x.changes],
            "warnings": [text for group in groups for text in warnings_about(group)] if is_wanted else [],
        }


def wanted_rules(params: Params) -> dict[str, list[Rule] | None]:
    """Group -> the rules that the task gives, None where it gives none. Raises MeshError for what cannot be meant."""
    wanted: dict[str, list[Rule] | None] = {}
    for group in params["groups"]:
        name, rules = group["id"], group["rules"]
        if name in wanted:
            raise MeshError(f"security group {name} is given twice", todo="Give all rules of a group together")
        if rules is None and params["state"] == "present":
            raise MeshError(f"no rules are given for security group {name}", todo="Give rules, [] where there are none")
        wanted[name] = None if rules is None else [rule_of(rule) for rule in rules]
    return wanted


def groups_of_vpc(client: Client, params: Params) -> list[str]:
    """All groups of the VPC that is named. Raises MeshError where rules are to be given to groups, which have to be named."""
    if not params["vpc_id"]:
        return []
    if params["state"] == "present":
        raise MeshError("vpc_id goes with state: absent", todo="Name the groups that are to have rules")
    return [str(x["SecurityGroupId"]) for x in client.pages("DescribeSecurityGroups", VpcId=params["vpc_id"])]


def kinds_of_groups(client: Client, names: list[str], *, may_be_gone: bool) -> dict[str, str]:
    """Group -> normal or enterprise, in the order given. Raises MeshError where one does not exist, unless it may be gone."""
    kinds: dict[str, str] = {}
    for start in range(0, len(names), BATCH):
        ids = json.dumps(names[start : start + BATCH])
        for group in client.pages("DescribeSecurityGroups", SecurityGroupIds=ids):
            kinds[str(group["SecurityGroupId"])] = str(group.get("SecurityGroupType") or "normal").lower()
    missing = [name for name in names if name not in kinds]
    if missing and not may_be_gone:
        raise MeshError(
            f"no security group {', '.join(missing)} in {client.options.region}",
            why="ECS describes none of that id there to this account",
            todo="Check mesh_cluster_security_group_ids, mesh_cluster_region and the account of the access key",
        )
    return {name: kinds[name] for name in names if name in kinds}


def group_of(client: Client, params: Params, mark: Mark, name: str, kind: str, given: list[Rule] | None) -> Group:
    """A group compared with what the task gives for it."""
    rules = None if given is None else tuple(given)
    if rules is not None and params["state"] == "present":
        rules = for_type(rules, is_enterprise=kind == "enterprise", egress=params["egress"])
    return Group(name, kind, rules, changes_of(params, mark, rules, rules_in(client, name)))


def rules_in(client: Client, group: str) -> list[Described]:
    """All rules of a group, in both directions."""
    return [
        described(x) for x in client.pages("DescribeSecurityGroupAttribute", SecurityGroupId=group, Direction="all")
    ]


def changes_of(params: Params, mark: Mark, rules: t.Iterable[Rule] | None, before: list[Described]) -> Changes:
    if params["state"] == "absent":
        staying = params["remaining"]
        remaining = Remaining(frozenset(staying["clusters"]), frozenset(staying["cidrs"])) if staying else None
        return absent(rules, before, mark, remaining)
    changes = present(rules or (), before, mark, purge=params["purge"])
    return changes if params["add"] else replace(changes, add=())


def check_quota(groups: t.Iterable[Group], quota: int) -> None:
    """Raise MeshError where a group would have more rules than it may, unless it has only to lose some."""
    over = [group for group in groups if group.changes.add and group.changes.count > quota]
    if over:
        raise MeshError(
            "more rules than a security group may have",
            why="; ".join(counted(group, quota) for group in over),
            todo=SMALLER,
            details={"over_quota": {group.group_id: group.changes.count for group in over}},
        )


def counted(group: Group, quota: int) -> str:
    changes = group.changes
    return (
        f"{group.group_id} has {len(changes.before)} rules, {len(changes.add)} are to be added and"
        f" {len(changes.revoke)} removed, which makes {changes.count} of at most {quota}"
    )


def write(client: Client, group: Group, quota: int) -> None:
    """Add what is missing, then revoke what is too much, so that no traffic is cut off; the other way where there is no room."""
    changes = group.changes
    if changes.needs_room > quota:
        revoke(client, group)
        authorize(client, group, quota)
    else:
        authorize(client, group, quota)
        revoke(client, group)


def authorize(client: Client, group: Group, quota: int) -> None:
    for direction in DIRECTIONS:
        rules = [permission_of(rule) for rule in group.changes.add if rule.direction == direction]
        for batch in batches(rules):
            try:
                client.call(AUTHORIZE[direction], **of(group), Permissions=batch)
            except AlibabaError as error:
                if error.code.startswith(QUOTA_EXCEEDED):
                    error.todo = f"The quota is less than {quota}: {counted(group, quota)}. {SMALLER}"
                raise


def revoke(client: Client, group: Group) -> None:
    for direction in DIRECTIONS:
        ids = [x.rule_id for x in group.changes.revoke if x.rule and x.rule.direction == direction]
        for batch in batches(ids):
            revoke_batch(client, group, REVOKE[direction], batch)


def revoke_batch(client: Client, group: Group, action: str, ids: list[str]) -> None:
    """Revoke rules by id, which hits no rule of others. ECS refuses ids that are gone, so what is left is tried once more."""
    try:
        client.call(action, **of(group), SecurityGroupRuleId=ids)
    except AlibabaError as error:
        if not 400 <= error.status < 500:
            raise
        there = {each.rule_id for each in rules_in(client, group.group_id)}
        left = [rule_id for rule_id in ids if rule_id in there]
        if len(left) == len(ids):
            raise
        if left:
            client.call(action, **of(group), SecurityGroupRuleId=left)


def of(group: Group) -> Object:
    return {"SecurityGroupId": group.group_id}


def batches(items: list[t.Any]) -> list[list[t.Any]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


def check_written(client: Client, params: Params, mark: Mark, group: Group) -> None:
    """Read the group again. Raises MeshError where it is still not as wanted: somebody else changes it as well."""
    clock = Clock()
    for pause in LOOKS:
        clock.sleep(pause)
        left = changes_of(params, mark, group.rules, rules_in(client, group.group_id))
        if not left:
            return
    example = next(iter((*map(str, left.add), *(each.text for each in left.revoke))))
    raise MeshError(
        f"security group {group.group_id} is not as it was written",
        why=f"{len(left.add)} rules are missing and {len(left.revoke)} are still there, such as {example}",
        todo="See in ActionTrail who else changes the group, and run it again",
    )


def warnings_about(group: Group) -> list[str]:
    """What keeps rules of the mesh from counting: rules of others that drop the same."""
    return [
        f"security group {group.group_id}: the rule {drop.text!r} drops what {len(hit)} of the mesh's rules let in or out, such"
        f" as {str(hit[0])!r}. Take it away or give it a larger priority."
        for drop, hit in overruled(group.rules or (), group.changes.before)
        if drop.rule not in (group.rules or ()) and drop not in group.changes.revoke
    ]


def facts(group: Group, mark: Mark) -> Object:
    """The group in the module's result."""
    changes = group.changes
    return {
        "id": group.group_id,
        "type": group.kind,
        "rules": [rule.as_dict() for rule in changes.after(mark)],
        "added": [rule.as_dict() for rule in changes.add],
        "removed": [each.rule.as_dict() for each in changes.revoke if each.rule],
        "of_others": [rule.as_dict() for rule in changes.kept],
        "rule_count": changes.count,
    }
