"""Load balancer addresses: who gets which."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from tests.lab.addresses import Service, assign

POOL = IPv4Network("10.10.1.192/29")  # six addresses, .193 to .198
FIRST, SECOND, THIRD = (IPv4Address(f"10.10.1.{last}") for last in (193, 194, 195))


def service(
    uid: str,
    created: float = 0,
    *,
    wants: bool = True,
    asks_for: IPv4Address | None = None,
    has: IPv4Address | None = None,
) -> Service:
    return Service(uid, f"default/{uid}", created, wants, asks_for, has)


def test_the_older_service_gets_the_lower_address() -> None:
    assert assign([service("a", 2), service("z", 1)], POOL) == {"z": FIRST, "a": SECOND}


def test_an_address_once_given_stays_when_an_older_service_goes() -> None:
    assert assign([service("b", 2, has=SECOND)], POOL) == {"b": SECOND}


def test_a_freed_address_is_given_again() -> None:
    assert assign([service("b", 2, has=SECOND), service("c", 3)], POOL) == {"b": SECOND, "c": FIRST}


def test_of_two_with_the_same_address_the_older_keeps_it() -> None:
    assert assign([service("b", 2, has=FIRST), service("a", 1, has=FIRST)], POOL) == {"a": FIRST, "b": SECOND}


def test_a_service_that_wants_none_gets_none_and_holds_none() -> None:
    assert assign([service("a", 1, wants=False, has=FIRST), service("b", 2)], POOL) == {"b": FIRST}


def test_one_that_asks_for_an_address_gets_that() -> None:
    assert assign([service("a", 1), service("b", 2, asks_for=FIRST)], POOL) == {"a": SECOND, "b": FIRST}


def test_one_that_asks_for_a_taken_or_foreign_address_gets_none() -> None:
    foreign = service("c", 3, asks_for=IPv4Address("10.20.1.193"))
    assert assign([service("a", 1, has=FIRST), service("b", 2, asks_for=FIRST), foreign], POOL) == {"a": FIRST}


def test_one_that_now_asks_for_another_address_moves() -> None:
    assert assign([service("a", 1, has=FIRST, asks_for=THIRD)], POOL) == {"a": THIRD}


def test_an_address_outside_the_pool_is_replaced() -> None:
    assert assign([service("a", 1, has=IPv4Address("10.20.1.193"))], POOL) == {"a": FIRST}


def test_when_none_is_free_the_youngest_go_without() -> None:
    given = assign([service(str(number), number) for number in range(8)], POOL)
    assert set(given) == {str(number) for number in range(6)}
    assert len(set(given.values())) == 6
