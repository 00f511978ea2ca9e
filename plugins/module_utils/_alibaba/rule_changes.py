# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wanted rules of a group against described ones: what is to be added, what revoked, what others have a hand in. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from ipaddress import ip_network

from .rule import EGRESS, NO_PORTS, Described, Mark, Rule

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Remaining:
    """The members that stay in a mesh while one leaves it.

    clusters: their names, by which rules are described; cidrs: all blocks by which rules let them in
    """

    clusters: frozenset[str]
    cidrs: frozenset[str]

    def need(self, rule: Rule) -> bool:
        """Whether a rule of ours is theirs. Also where its description is older than a need of theirs, or names no cluster."""
        names = clusters_of(rule.description)
        return not names or bool(names & self.clusters) or rule.cidr in self.cidrs


def clusters_of(description: str) -> set[str]:
    """The clusters that a rule of ours is described to be for: `mark: gateways: a, b; health checks`."""
    rows = description.partition(": ")[2].split("; ")
    return {name for row in rows for name in row.partition(": ")[2].split(", ") if name}


@dataclass(frozen=True)
class Changes:
    """What brings a group from `before` to what is wanted.

    add:    rules that the group has not, with our mark
    revoke: rules of ours
    kept:   rules that are wanted (or, with state absent, were to go) and that others made: they stay as they are
    """

    before: tuple[Described, ...]
    add: tuple[Rule, ...]
    revoke: tuple[Described, ...]
    kept: tuple[Rule, ...]

    def __bool__(self) -> bool:
        return bool(self.add or self.revoke)

    @property
    def count(self) -> int:
        """Rules of the group when it is done, those of others included."""
        return len(self.before) + len(self.add) - len(self.revoke)

    @property
    def needs_room(self) -> int:
        """The most rules that the group has at a time where adding comes first."""
        return len(self.before) + len(self.add)

    def after(self, mark: Mark) -> tuple[Rule, ...]:
        """Our rules of the group when it is done, sorted."""
        gone = {each.rule_id for each in self.revoke}
        stay = (each.rule for each in self.before if each.rule and each.rule_id not in gone)
        return tuple(sorted((*(rule for rule in stay if mark.is_on(rule.description)), *self.add)))


def present(wanted: t.Iterable[Rule], before: t.Sequence[Described], mark: Mark, *, purge: bool) -> Changes:
    """Every wanted rule is there; with `purge` no other of ours is."""
    rules = set(wanted)
    there = {each.rule: each for each in before if each.rule}
    surplus = [each for each in before if purge and each.rule not in rules and mark.is_on(each.description)]
    kept = [rule for rule in rules & there.keys() if rule is not None and is_foreign(there[rule], mark)]
    return Changes(
        before=tuple(before),
        add=tuple(mark.on(rule) for rule in sorted(rules - there.keys())),
        revoke=tuple(surplus),
        kept=tuple(sorted(kept)),
    )


def absent(
    unwanted: t.Iterable[Rule] | None, before: t.Sequence[Described], mark: Mark, remaining: Remaining | None = None
) -> Changes:
    """None of these rules that is ours is there; None for all of ours, but for those that members need which remain."""
    rules = None if unwanted is None else set(unwanted)
    meant = [each for each in before if rules is None or each.rule in rules]
    meant = [each for each in meant if not (remaining and each.rule and remaining.need(each.rule))]
    return Changes(
        before=tuple(before),
        add=(),
        revoke=tuple(each for each in meant if mark.is_on(each.description)),
        kept=tuple(sorted(each.rule for each in meant if rules and each.rule and is_foreign(each, mark))),
    )


def is_foreign(each: Described, mark: Mark) -> bool:
    """Whether others made a rule. Another part of this mesh's is none of them."""
    return not Mark(mark.mesh_id).is_on(each.description)


def for_type(wanted: t.Iterable[Rule], *, is_enterprise: bool, egress: str) -> tuple[Rule, ...]:
    """The rules that a group of that type needs; egress `always` or `enterprise`: basic groups let everything out unless told not to."""
    return tuple(rule for rule in wanted if is_enterprise or egress == "always" or rule.direction != EGRESS)


def overruled(wanted: t.Sequence[Rule], before: t.Iterable[Described]) -> list[tuple[Described, list[Rule]]]:
    """Rules of the group that drop what wanted ones accept, each with those: the smallest priority counts, among equals drop."""
    found = []
    for each in before:
        if each.rule and each.rule.policy == "drop":
            hit = [rule for rule in wanted if rule.policy == "accept" and comes_before(each.rule, rule)]
            if hit:
                found.append((each, hit))
    return found


def comes_before(drop: Rule, rule: Rule) -> bool:
    return (
        drop.direction == rule.direction
        and drop.priority <= rule.priority
        and (drop.protocol == rule.protocol or "all" in (drop.protocol, rule.protocol))
        and ports_meet(drop.port_range, rule.port_range)
        and blocks_meet(drop.cidr, rule.cidr)
    )


def ports_meet(one: str, other: str) -> bool:
    if NO_PORTS in (one, other):
        return True
    (first, last), (first2, last2) = (map(int, each.split("/")) for each in (one, other))
    return first <= last2 and first2 <= last


def blocks_meet(one: str, other: str) -> bool:
    """Never of two families."""
    return ip_network(one).overlaps(ip_network(other))


def difference(header: str, changes: Changes) -> Object:
    """One entry of a task's `diff`: a line for each rule of the group, whoever made it, in an order that does not change."""
    gone = {each.rule_id for each in changes.revoke}
    before = {each.rule_id: line(each.text, each.description) for each in changes.before}
    added = [line(str(rule), rule.description) for rule in changes.add]
    kept = [text for rule_id, text in before.items() if rule_id not in gone]
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join(sorted(before.values())),
        "after": "".join(sorted(kept + added)),
    }


def line(text: str, description: str) -> str:
    return f"{text}  # {description}\n" if description else f"{text}\n"
