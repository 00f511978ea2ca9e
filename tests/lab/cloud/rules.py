"""A security group's rule as calls write it, and as answers show it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from .errors import Refused
from .network import Rule, SecurityGroup
from .state import State

MOST_RULES = 200  # of a group, both directions
MOST_REFERENCES = 20  # groups named in a basic group's rules
MOST_PRIORITY = 100
MOST_DESCRIPTION = 512
PROTOCOLS = ("TCP", "UDP", "ICMP", "GRE", "ALL")
PORTS = re.compile(r"(\d{1,5})/(\d{1,5})")
PEERS = {  # direction -> parameters that name the other side; of several the first counts
    "ingress": ("SourceCidrIp", "Ipv6SourceCidrIp", "SourceGroupId", "SourcePrefixListId"),
    "egress": ("DestCidrIp", "Ipv6DestCidrIp", "DestGroupId", "DestPrefixListId"),
}
OWN = {"ingress": "DestCidrIp", "egress": "SourceCidrIp"}


def rule_of(state: State, group: SecurityGroup, direction: str, row: Mapping[str, str]) -> Rule:
    """A row of Permissions.N.

    :raises Refused: something in it is missing or not valid.
    """
    protocol = row.get("IpProtocol", "").upper()
    if protocol not in PROTOCOLS:
        code = "InvalidIpProtocol.ValueNotSupported" if protocol else "MissingParameter"
        raise Refused(code, f"The parameter IpProtocol is one of {', '.join(PROTOCOLS)}.")
    policy = row.get("Policy", "accept").capitalize()
    if policy not in ("Accept", "Drop"):
        raise Refused("InvalidPolicy.Malformed", "The parameter Policy is accept or drop.")
    if row.get("NicType", "intranet") != "intranet":
        raise Refused("InvalidNicType.ValueNotSupported", "In a VPC the parameter NicType is intranet.")
    rule = Rule(
        direction,
        protocol,
        ports_of(protocol, row.get("PortRange", "")),
        peer_of(state, group, direction, row),
        policy,
        priority_of(row.get("Priority", "1")),
        own=cidr_of(OWN[direction], row.get(OWN[direction], "")),
    )
    if len(row.get("Description", "")) > MOST_DESCRIPTION:
        raise Refused("InvalidDescription.Malformed", f"A description has at most {MOST_DESCRIPTION} characters.")
    source_ports = row.get("SourcePortRange", "")
    if source_ports:
        source_ports = ports_of(protocol, source_ports)
    return replace(rule, source_ports=source_ports, description=row.get("Description", ""))


def ports_of(protocol: str, ports: str) -> str:
    """ "1/65535", and "-1/-1" for protocols without ports."""
    if protocol not in ("TCP", "UDP"):
        if ports == "-1/-1":
            return ports
        raise Refused("InvalidPortRange.Malformed", f"The port range of {protocol} is -1/-1.")
    found = PORTS.fullmatch(ports)
    if found and 1 <= int(found[1]) <= int(found[2]) <= 65535:
        return f"{int(found[1])}/{int(found[2])}"
    code = "InvalidPortRange.Malformed" if ports else "MissingParameter"
    raise Refused(code, f"The port range of {protocol} is like 1/65535, not {ports or 'left out'}.")


def priority_of(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST_PRIORITY:
        raise Refused("InvalidPriority.ValueNotSupported", f"The parameter Priority is from 1 to {MOST_PRIORITY}.")
    return int(text)


def peer_of(state: State, group: SecurityGroup, direction: str, row: Mapping[str, str]) -> tuple[str, str]:
    """The other side. A CIDR beats a group where both are given."""
    for name in PEERS[direction]:
        value = row.get(name, "")
        if not value:
            continue
        if name.endswith("CidrIp"):
            return name, cidr_of(name, value)
        if name.endswith("PrefixListId"):
            raise Refused(f"Invalid{name}.NotFound", f"The specified {name} {value} does not exist.", 404)
        check_reference(state, group, name, value)
        return name, value
    side = "Source" if direction == "ingress" else "Dest"
    raise Refused(f"MissingParameter.{side}", f"One of the parameters {', '.join(PEERS[direction])} must be supplied.")


def cidr_of(name: str, value: str) -> str:
    """A block in network form: whether the cloud would make 10.0.0.0/8 of 10.1.2.3/8 is not known, so it is refused."""
    if not value:
        return ""
    try:
        (IPv6Network if name.startswith("Ipv6") else IPv4Network)(value)
    except ValueError:
        raise Refused(f"Invalid{name}.Malformed", f"The specified parameter {name} is not valid: {value}.") from None
    return value


def check_reference(state: State, group: SecurityGroup, name: str, other: str) -> None:
    """:raises Refused: groups are named within a VPC only, and by basic groups only."""
    found = state.groups.get(other)
    if found is None:
        raise Refused(f"Invalid{name}.NotFound", f"The specified {name} {other} does not exist.", 404)
    if found.vpc != group.vpc:
        text = f"The specified {name} {other} and security group {group.id} are not in the same VPC."
        raise Refused(f"Invalid{name}.Mismatch", text)
    if "enterprise" in (group.kind, found.kind):
        raise Refused("OperationDenied", "An enterprise security group's rules name no groups, and none names it.", 403)


def shown_rule(state: State, rule: Rule) -> dict[str, Any]:
    """A row of DescribeSecurityGroupAttribute: all strings, what is not given is empty."""
    names = {name for names in PEERS.values() for name in names}
    shown = dict.fromkeys(sorted(names), "")
    shown[OWN[rule.direction]] = rule.own
    shown[rule.peer[0]] = rule.peer[1]
    owner = state.account if rule.peer[0].endswith("GroupId") else ""
    shown["SourceGroupOwnerAccount" if rule.direction == "ingress" else "DestGroupOwnerAccount"] = owner
    return {
        **shown,
        "SecurityGroupRuleId": rule.id,
        "Direction": rule.direction,
        "IpProtocol": rule.protocol,
        "PortRange": rule.ports,
        "SourcePortRange": rule.source_ports,
        "Policy": rule.policy,
        "Priority": str(rule.priority),
        "NicType": rule.nic_type,
        "Description": rule.description,
        "CreateTime": rule.created,
    }
