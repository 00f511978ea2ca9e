# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task changes in a group, and what it leaves alone."""

from __future__ import annotations

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rule import Described, Mark, Rule
from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.rule_changes import (
    Remaining,
    absent,
    difference,
    for_type,
    overruled,
    present,
)

MARK = Mark("mesh1")
OURS = str(MARK)
PART = str(Mark("mesh1", "gateways"))
OTHER_MESH = str(Mark("mesh2"))


def rule(number: int, description: str = "") -> Rule:
    return Rule("ingress", "tcp", "1/65535", f"10.{number}.0.0/16", description=description)


def there(number: int, description: str = "") -> Described:
    return Described(f"sgr-{number}", rule(number, description), str(rule(number)))


OPAQUE = Described("sgr-g", None, "ingress accept all sg-2 priority 1")


def test_what_is_missing_is_added_with_our_mark() -> None:
    changes = present([rule(1), rule(2, "pods")], [there(1, OURS)], MARK, purge=False)
    assert changes.add == (rule(2),) and changes.add[0].description == f"{OURS}: pods"
    assert not changes.revoke and changes.count == 2
    many = [rule(number) for number in (9, 3, 7, 1, 5, 8, 2)]
    assert list(present(many, [], MARK, purge=False).add) == sorted(many), "in an order that does not change"


def test_what_is_there_is_no_change_whoever_made_it() -> None:
    changes = present([rule(1), rule(2)], [there(1, OURS), there(2, "by hand"), OPAQUE], MARK, purge=True)
    assert not changes
    assert changes.kept == (rule(2),)


def test_purge_takes_only_rules_of_this_mesh() -> None:
    before = [there(1, OURS), there(2, "by hand"), there(3, OTHER_MESH), there(4, PART), there(5), OPAQUE]
    assert not present([], before, MARK, purge=False)
    assert present([], before, MARK, purge=True).revoke == (there(1, OURS), there(4, PART))


def test_purge_of_a_part_leaves_the_other_parts() -> None:
    before = [there(1, OURS), there(4, PART)]
    assert present([], before, Mark("mesh1", "gateways"), purge=True).revoke == (there(4, PART),)


def test_a_rule_that_another_part_of_the_mesh_made_is_not_told_as_that_of_others() -> None:
    changes = present([rule(1)], [there(1, OURS)], Mark("mesh1", "gateways"), purge=True)
    assert not changes and not changes.kept


def test_absent_takes_those_of_the_given_rules_that_are_ours() -> None:
    before = [there(1, OURS), there(2, "by hand"), there(3, OURS), there(4, OTHER_MESH)]
    changes = absent([rule(1), rule(2), rule(4), rule(9)], before, MARK)
    assert changes.revoke == (there(1, OURS),) and changes.kept == (rule(2), rule(4))
    assert changes.count == 3


def test_absent_without_rules_takes_all_of_ours() -> None:
    before = [there(1, OURS), there(2, "by hand"), there(3, PART), OPAQUE]
    changes = absent(None, before, MARK)
    assert changes.revoke == (there(1, OURS), there(3, PART)) and not changes.kept
    assert not absent([], before, MARK)


def test_absent_leaves_what_members_need_that_remain() -> None:
    remaining = Remaining(frozenset({"a", "b"}), frozenset({"10.9.0.0/16"}))
    goes = [there(1, f"{PART}: gateways: left"), there(2, f"{OURS}: control plane: left; same network: gone")]
    stays = [
        there(3, f"{PART}: gateways: a, left"),
        there(4, f"{OURS}: control plane: left; same network: b"),
        there(5, f"{PART}: health checks"),
        there(6, OURS),
        there(9, f"{PART}: gateways: left"),
    ]
    assert absent(None, [*goes, *stays, OPAQUE], MARK, remaining).revoke == tuple(goes)


def test_the_state_after_is_what_is_ours_then() -> None:
    changes = present([rule(1), rule(3)], [there(1, OURS), there(2, OURS), there(4, "by hand")], MARK, purge=True)
    assert changes.after(MARK) == (rule(1), rule(3))


def test_a_difference_shows_every_rule_of_the_group_before_and_after() -> None:
    changes = present([rule(1), rule(3, "pods")], [there(2, OURS), OPAQUE, there(1, "by hand")], MARK, purge=True)
    assert difference("security group sg-1", changes) == {
        "before_header": "security group sg-1",
        "after_header": "security group sg-1",
        "before": "ingress accept all sg-2 priority 1\n"
        "ingress accept tcp 1/65535 10.1.0.0/16 priority 1  # by hand\n"
        f"ingress accept tcp 1/65535 10.2.0.0/16 priority 1  # {OURS}\n",
        "after": "ingress accept all sg-2 priority 1\n"
        "ingress accept tcp 1/65535 10.1.0.0/16 priority 1  # by hand\n"
        f"ingress accept tcp 1/65535 10.3.0.0/16 priority 1  # {OURS}: pods\n",
    }


@pytest.mark.parametrize(
    ("is_enterprise", "egress", "count"),
    [(True, "enterprise", 2), (False, "enterprise", 1), (True, "always", 2), (False, "always", 2)],
)
def test_enterprise_groups_need_rules_for_what_goes_out(is_enterprise: bool, egress: str, count: int) -> None:
    both = [rule(1), Rule("egress", "tcp", "1/65535", "10.1.0.0/16")]
    assert len(for_type(both, is_enterprise=is_enterprise, egress=egress)) == count


@pytest.mark.parametrize(
    ("drop", "is_overruled"),
    [
        (Rule("ingress", "all", "-1/-1", "0.0.0.0/0", "drop", 1), True),
        (Rule("ingress", "tcp", "22/22", "10.1.2.0/24", "drop", 5), True),
        (Rule("ingress", "tcp", "22/22", "10.1.2.0/24", "drop", 6), False),
        (Rule("ingress", "udp", "1/65535", "10.1.0.0/16", "drop", 1), False),
        (Rule("ingress", "tcp", "22/22", "10.2.0.0/16", "drop", 1), False),
        (Rule("egress", "all", "-1/-1", "0.0.0.0/0", "drop", 1), False),
        (Rule("ingress", "all", "-1/-1", "::/0", "drop", 1), False),
        (Rule("ingress", "tcp", "22/22", "10.1.0.0/16", "accept", 1), False),
    ],
)
def test_a_drop_that_comes_before_a_wanted_rule_is_found(drop: Rule, is_overruled: bool) -> None:
    wanted = [Rule("ingress", "tcp", "1/65535", "10.1.0.0/16", priority=5)]
    found = overruled(wanted, [Described("sgr-1", drop, str(drop)), OPAQUE])
    assert [hit for _drop, hit in found] == ([wanted] if is_overruled else [])


def test_ports_that_do_not_meet_are_not_overruled() -> None:
    drop = Rule("ingress", "tcp", "1000/1023", "10.1.0.0/16", "drop")
    before = [Described("sgr-1", drop, str(drop))]
    for ports, is_overruled in (("999/999", False), ("1024/1024", False), ("1/1000", True), ("1023/2000", True)):
        wanted = [Rule("ingress", "tcp", ports, "10.1.0.0/16")]
        assert bool(overruled(wanted, before)) is is_overruled, ports


def test_a_drop_of_one_protocol_overrules_a_rule_for_all_and_no_other_drop() -> None:
    drop = Rule("ingress", "tcp", "22/22", "10.1.0.0/16", "drop")
    both = [Rule("ingress", "all", "-1/-1", "10.1.0.0/16", policy) for policy in ("accept", "drop")]
    assert [hit for _drop, hit in overruled(both, [Described("sgr-1", drop, str(drop))])] == [both[:1]]
