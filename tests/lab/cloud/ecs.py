"""Security groups in the lab's cloud. Facts: section 3; what is unverified there is taken in its strictest reading.

The server is idempotent: a rule that is there already is authorised once more without a word, as is the revocation of one
that is not there. A call is done whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .errors import Refused
from .network import Rule, SecurityGroup
from .paging import by_token, numbered
from .request import Request
from .rules import MOST_REFERENCES, MOST_RULES, rule_of, shown_rule
from .state import State
from .vpc import has_tags

MOST_IN_A_CALL = 100
MOST_IDS = 100


def describe_security_groups(state: State, request: Request) -> dict[str, Any]:
    wanted = ids_of(request)
    found = [
        group
        for group in state.groups.values()
        if group.region == request.region
        and (not wanted or group.id in wanted)
        and request.get("VpcId") in ("", group.vpc)
        and request.get("SecurityGroupType") in ("", group.kind)
        and request.get("SecurityGroupName") in ("", group.name)
        and has_tags(group.tags, request)
    ]
    if request.get("MaxResults") or request.get("NextToken"):  # then without TotalCount
        page, token = by_token(request, found, default=10)
        more: dict[str, Any] = {**token}
    else:
        page, counts = numbered(request, found)
        more = {**counts}
    return {
        "RegionId": request.region,
        "SecurityGroups": {"SecurityGroup": [shown_group(state, group) for group in page]},
        **more,
    }


def describe_security_group_attribute(state: State, request: Request) -> dict[str, Any]:
    group = group_of(state, request)
    direction = request.get("Direction", "all").lower()
    if direction not in ("ingress", "egress", "all"):
        raise Refused("InvalidDirection.ValueNotSupported", "Direction is ingress, egress or all.")
    rules = [rule for rule in group.rules if direction in ("all", rule.direction)]
    page, token = by_token(request, rules, default=500, most=1000, least=10)
    return {
        "RegionId": group.region,
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc,
        "InnerAccessPolicy": group.inner_policy,
        "Permissions": {"Permission": [shown_rule(state, rule) for rule in page]},
        **token,
    }


def authorize(direction: str) -> Callable[[State, Request], dict[str, Any]]:
    def handler(state: State, request: Request) -> dict[str, Any]:
        group = group_of(state, request)
        added: list[Rule] = []
        for row in rows_of(request):
            rule = rule_of(state, group, direction, row)
            if rule not in group.rules and rule not in added:
                added.append(rule)
        check_quota(group, added)
        group.rules += [replace(rule, id=state.new_id("sgr"), created=state.time_stamp()) for rule in added]
        return {}

    return handler


def revoke(direction: str) -> Callable[[State, Request], dict[str, Any]]:
    def handler(state: State, request: Request) -> dict[str, Any]:
        group = group_of(state, request)
        if ids := request.listed("SecurityGroupRuleId"):
            known = {rule.id for rule in group.rules if rule.direction == direction}
            if len(ids) > MOST_IN_A_CALL:
                raise Refused("InvalidParameter", f"At most {MOST_IN_A_CALL} SecurityGroupRuleId at a time.")
            if unknown := [one for one in ids if one not in known]:
                text = f"The specified SecurityGroupRuleId {unknown[0]} does not exist."
                raise Refused("InvalidSecurityGroupRuleId.NotFound", text, 404)
            group.rules = [rule for rule in group.rules if rule.id not in ids]
            return {}
        gone = [rule_of(state, group, direction, row) for row in rows_of(request)]
        group.rules = [rule for rule in group.rules if rule not in gone]
        return {}

    return handler


def rows_of(request: Request) -> list[dict[str, str]]:
    """Permissions.N. The deprecated form without them is not served.

    :raises Refused: none, too many, or a mixture of both forms.
    """
    rows = request.rows("Permissions")
    if not rows:
        raise Refused("MissingParameter", "Permissions.1 must be supplied.")
    if len(rows) > MOST_IN_A_CALL:
        raise Refused("InvalidParameter", f"At most {MOST_IN_A_CALL} Permissions at a time.")
    if any(request.get(name) for name in ("IpProtocol", "PortRange", "SourceCidrIp", "DestCidrIp", "Policy")):
        raise Refused("InvalidParamter.Conflict", "Permissions.N and the parameters without it must not be mixed.")
    return rows


def check_quota(group: SecurityGroup, added: list[Rule]) -> None:
    """:raises Refused: too many rules in both directions, or too many groups in them."""
    rules = group.rules + added
    groups = {rule.peer[1] for rule in rules if rule.peer[0].endswith("GroupId")}
    if added and (len(rules) > MOST_RULES or len(groups) > MOST_REFERENCES):
        text = f"The number of rules in security group {group.id} exceeds the limit of {MOST_RULES}."
        raise Refused("AuthorizationLimitExceed", text, 403)


def group_of(state: State, request: Request) -> SecurityGroup:
    group = state.groups.get(request.get("SecurityGroupId"))
    if group is None or group.region != request.region:
        text = f"The specified SecurityGroupId {request.get('SecurityGroupId')} does not exist."
        raise Refused("InvalidSecurityGroupId.NotFound", text, 404)
    return group


def ids_of(request: Request) -> list[str]:
    """SecurityGroupIds, a list as JSON, and SecurityGroupId."""
    try:
        ids = json.loads(request.get("SecurityGroupIds", "[]"))
    except ValueError:
        ids = None
    if not isinstance(ids, list) or len(ids) > MOST_IDS:
        raise Refused("InvalidParameter", f"SecurityGroupIds is a JSON list of at most {MOST_IDS} ids.")
    return [*ids, *filter(None, [request.get("SecurityGroupId")])]


def shown_group(state: State, group: SecurityGroup) -> dict[str, Any]:
    members = [at for at in state.interfaces.values() if group.id in at.groups]
    return {
        "SecurityGroupId": group.id,
        "SecurityGroupName": group.name,
        "SecurityGroupType": group.kind,
        "Description": group.description,
        "VpcId": group.vpc,
        "ServiceManaged": group.service_managed,
        "RuleCount": len(group.rules),
        "GroupToGroupRuleCount": sum(rule.peer[0].endswith("GroupId") for rule in group.rules),
        "EcsCount": len({at.instance for at in members}),
        "Tags": {"Tag": [{"TagKey": key, "TagValue": value} for key, value in group.tags.items()]},
    }


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "DescribeSecurityGroups": describe_security_groups,
    "DescribeSecurityGroupAttribute": describe_security_group_attribute,
    "AuthorizeSecurityGroup": authorize("ingress"),
    "AuthorizeSecurityGroupEgress": authorize("egress"),
    "RevokeSecurityGroup": revoke("ingress"),
    "RevokeSecurityGroupEgress": revoke("egress"),
}
