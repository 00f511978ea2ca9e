# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an access list lets in: by its entries together, as a whitelist or as a blacklist."""

from __future__ import annotations

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._alibaba.access_list import Access, AccessList, judged
from ansible_collections.multiregion.istio.plugins.module_utils._errors import MeshError

NODES, PODS = "10.10.1.0/24", "10.101.0.0/16"


def access(kind: str, *lists: tuple[str, ...]) -> Access:
    return Access("lb-1", kind, tuple(AccessList(f"acl-{n}", f"list {n}", x) for n, x in enumerate(lists, start=1)))


def seen(guard: Access, *sources: str) -> tuple[str, list[str]]:
    found = judged(guard, sources or (NODES, PODS), "c1")
    return found["access"], found["missing"]


@pytest.mark.parametrize("guard", [access("none"), access("white"), access("white", ()), access("black", ())])
def test_no_list_and_a_list_without_entries_let_everybody_in(guard: Access) -> None:
    assert seen(guard) == ("open", [])


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        (("10.0.0.0/8",), []),
        ((NODES, PODS), []),
        ((NODES,), [PODS]),
        (("10.10.1.0/25", "10.10.1.128/25", "10.101.0.0/17", "10.101.128.0/17"), []),
        (("10.10.1.0/25", "10.10.1.192/26", PODS), [NODES]),
        (("10.10.1.7/24", PODS), []),
        (("100.104.0.0/16", "203.0.113.9"), [NODES, PODS]),
        (("0.0.0.0/0",), []),
    ],
)
def test_a_whitelist_lets_in_what_its_entries_hold_together(entries: tuple[str, ...], missing: list[str]) -> None:
    assert seen(access("white", entries)) == ("missing" if missing else "held", missing)


def test_lists_of_one_listener_count_together() -> None:
    assert seen(access("white", (NODES,), (PODS,))) == ("held", [])


@pytest.mark.parametrize(
    ("entries", "missing"),
    [(("192.0.2.0/24",), []), (("10.101.7.0/24",), [PODS]), (("10.10.1.9", "10.0.0.0/8"), [NODES, PODS])],
)
def test_a_blacklist_shuts_out_what_it_overlaps(entries: tuple[str, ...], missing: list[str]) -> None:
    assert seen(access("black", entries)) == ("missing" if missing else "held", missing)


def test_blocks_of_the_family_that_a_list_does_not_have_do_not_count() -> None:
    six = "2408:4005::/56"
    assert seen(access("white", (NODES,)), NODES, six) == ("held", [])
    assert seen(access("white", ("2001:db8::/32",)), NODES, six) == ("missing", [six])


def test_an_address_is_a_block() -> None:
    assert seen(access("white", ("10.10.1.10",)), "10.10.1.10") == ("held", [])


def test_a_person_reads_which_list_lacks_what_and_what_to_do() -> None:
    assert judged(access("white", (NODES,)), [NODES, PODS], "c1")["problem"] == (
        "cluster c1: load balancer lb-1 of its API server does not let in 10.101.0.0/16: its access list acl-1 (list 1), a whitelist,"
        " has no entries for that. Add it to acl-1 (list 1) in the console (Classic Load Balancer, Access Control) or by its API, and run"
        " it again."
    )
    text = judged(access("black", ("10.101.7.0/24", "192.0.2.1")), [NODES, PODS], "c1")["problem"]
    assert "acl-1 (list 1), a blacklist, has 10.101.7.0/24. Remove these from acl-1 (list 1) in the console" in text
    assert judged(access("none"), [NODES], "c1")["problem"] == ""


@pytest.mark.parametrize(("entries", "source"), [(("10.1.0.0/33",), NODES), ((NODES,), "nodes")])
def test_what_is_no_block_is_refused(entries: tuple[str, ...], source: str) -> None:
    with pytest.raises(MeshError, match="which is no block"):
        judged(access("white", entries), [source], "c1")
