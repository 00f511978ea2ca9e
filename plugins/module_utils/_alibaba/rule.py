# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule of a security group in one form, whether it is wanted by a task or described by ECS. No I/O.

Only rules between the group and a block (CIDR) are known here: rules that name another group work in one VPC and in basic
groups alone, so a mesh cannot rely on them.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict, dataclass, field
from ipaddress import ip_network

from .._errors import MeshError
from .._names import LABEL_VALUE

INGRESS, EGRESS = "ingress", "egress"
DIRECTIONS = (INGRESS, EGRESS)
PROTOCOLS = ("tcp", "udp", "icmp", "icmpv6", "gre", "all")
WITH_PORTS = ("tcp", "udp")
ALL_PORTS, NO_PORTS = "1/65535", "-1/-1"
POLICIES = ("accept", "drop")
LONGEST_DESCRIPTION = 512  # characters
PORTS = re.compile(r"(\d{1,5})(?:[/-](\d{1,5}))?")

# What else a rule of ECS may say. A rule that says it is none of ours, and is never compared with one.
BEYOND_BLOCKS = (
    "SourceGroupId",
    "DestGroupId",
    "SourcePrefixListId",
    "DestPrefixListId",
    "PortRangeListId",
)
PEER = {INGRESS: ("SourceCidrIp", "Ipv6SourceCidrIp"), EGRESS: ("DestCidrIp", "Ipv6DestCidrIp")}


@dataclass(frozen=True, order=True)
class Rule:
    """A rule between the group and a block; equal to another one that does the same, whatever their descriptions.

    port_range: FIRST/LAST, -1/-1 for protocols without ports
    cidr:       the peer's block in network form: the source of ingress, the destination of egress
    priority:   1 to 100; the smallest counts, and among equals drop
    """

    direction: str
    protocol: str
    port_range: str
    cidr: str
    policy: str = "accept"
    priority: int = 1
    description: str = field(default="", compare=False)

    def __str__(self) -> str:
        ports = "" if self.port_range == NO_PORTS else f" {self.port_range}"
        return f"{self.direction} {self.policy} {self.protocol}{ports} {self.cidr} priority {self.priority}"

    def as_dict(self) -> dict[str, t.Any]:
        return asdict(self)


@dataclass(frozen=True)
class Described:
    """A rule as ECS has it. `rule` is None where it is more than a rule between the group and a block."""

    rule_id: str
    rule: Rule | None
    text: str

    @property
    def description(self) -> str:
        return self.rule.description if self.rule else ""


def rule_of(options: t.Mapping[str, t.Any]) -> Rule:
    """The Rule that the options of one describe. Raises MeshError, naming the rule, for what ECS would refuse or take otherwise."""
    protocol = options["protocol"]
    try:
        network = ip_network(options["cidr"])
    except ValueError as error:
        raise MeshError(f"no block of a rule: {options['cidr']!r}", why=str(error), todo="Give a CIDR") from error
    if not 1 <= options["priority"] <= 100:
        raise wrong(options, f"priority {options['priority']} is not within 1 to 100")
    if {"icmp": 6, "icmpv6": 4}.get(protocol) == network.version:
        raise wrong(options, f"{protocol} does not go with an IPv{network.version} block")
    return Rule(
        direction=options["direction"],
        protocol=protocol,
        port_range=ports_of(options),
        cidr=str(network),
        policy=options["policy"],
        priority=options["priority"],
        description=options.get("description") or "",
    )


def ports_of(options: t.Mapping[str, t.Any]) -> str:
    """The port range as ECS writes it. Raises MeshError where it is none or does not go with the protocol."""
    given = str(options.get("port_range") or "")
    if options["protocol"] not in WITH_PORTS:
        if given not in ("", NO_PORTS):
            raise wrong(options, f"{options['protocol']} has no ports, but port_range is {given!r}")
        return NO_PORTS
    if not given:
        return ALL_PORTS
    found = PORTS.fullmatch(given)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise wrong(options, f"port_range {given!r} is neither a port nor FIRST/LAST within 1 to 65535")
    return f"{first}/{last}"


def wrong(options: t.Mapping[str, t.Any], why: str) -> MeshError:
    return MeshError(f"rule for {options['cidr']} ({options['direction']}) cannot be written", why=why)


def described(permission: t.Mapping[str, t.Any]) -> Described:
    """One Permission of DescribeSecurityGroupAttribute, whatever case its words have."""
    direction = str(permission.get("Direction", "")).lower()
    identity = str(permission.get("SecurityGroupRuleId", ""))
    protocol = str(permission.get("IpProtocol", "")).lower()
    own, own6 = PEER.get(direction, PEER[INGRESS])
    block = network_form(str(permission.get(own) or permission.get(own6) or ""))
    rule = Rule(
        direction=direction,
        protocol=protocol,
        port_range=str(permission.get("PortRange") or NO_PORTS),
        cidr=block,
        policy=str(permission.get("Policy") or "accept").lower(),
        priority=int(permission.get("Priority") or 1),
        description=str(permission.get("Description") or ""),
    )
    return Described(identity, rule if block and is_plain(permission, direction) else None, text_of(permission, rule))


def is_plain(permission: t.Mapping[str, t.Any], direction: str) -> bool:
    """Whether the rule says nothing beyond what a Rule holds."""
    others = PEER[EGRESS if direction == INGRESS else INGRESS]
    return (
        not any(permission.get(key) for key in (*BEYOND_BLOCKS, *others))
        and str(permission.get("SourcePortRange") or NO_PORTS) in (NO_PORTS, ALL_PORTS)
        and str(permission.get("NicType") or "intranet").lower() == "intranet"
    )


def network_form(cidr: str) -> str:
    """A block as ip_network has it, host bits off; "" where it is none. Whether ECS does the same is not known."""
    try:
        return str(ip_network(cidr, strict=False))
    except ValueError:
        return ""


def text_of(permission: t.Mapping[str, t.Any], rule: Rule) -> str:
    """A described rule in one line for people, with the group or list that it names instead of a block."""
    if rule.cidr:
        return str(rule)
    peer = next((str(permission[key]) for key in BEYOND_BLOCKS if permission.get(key)), "")
    return str(Rule(rule.direction, rule.protocol, rule.port_range, peer, rule.policy, rule.priority))


def permission_of(rule: Rule) -> dict[str, str]:
    """The rule as an element of Permissions of AuthorizeSecurityGroup and its twin for egress."""
    key, key6 = PEER[rule.direction]
    return {
        "IpProtocol": rule.protocol.upper() if rule.protocol != "icmpv6" else "ICMPv6",
        "PortRange": rule.port_range,
        "Policy": rule.policy,
        "Priority": str(rule.priority),
        "NicType": "intranet",
        (key6 if ":" in rule.cidr else key): rule.cidr,
        "Description": rule.description,
    }


@dataclass(frozen=True)
class Mark:
    """What tells our rules from those of others: the beginning of the description.

    part: a name for some of a mesh's rules, so that they can be purged without the others; "" for all
    """

    mesh_id: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.prefix} part={self.part}" if self.part else self.prefix

    @property
    def prefix(self) -> str:
        return f"multiregion.istio mesh={self.mesh_id}"

    def on(self, rule: Rule) -> Rule:
        """The rule with the mark before its description, which is cut where ECS would refuse it."""
        text = f"{self}: {rule.description}" if rule.description else str(self)
        return Rule(**{**asdict(rule), "description": text[:LONGEST_DESCRIPTION]})

    def is_on(self, description: str) -> bool:
        """Whether a rule so described is of this mesh and, where this mark has a part, of that part."""
        mark = description.partition(": ")[0]
        return mark == str(self) or (not self.part and mark.startswith(f"{self.prefix} part="))


def mark_of(mesh_id: str, part: str) -> Mark:
    """The mark of a mesh's rules. Raises MeshError for words that could not be read back from a description."""
    for option, word, may_be_empty in (("mesh_id", mesh_id, False), ("part", part, True)):
        if not LABEL_VALUE.fullmatch(word) and not (may_be_empty and not word):
            todo = "Use up to 63 letters, digits, '-', '_' and '.', a letter or digit at either end"
            raise MeshError(f"{option} {word!r} cannot mark the rules of a mesh", todo=todo)
    return Mark(mesh_id, part)
