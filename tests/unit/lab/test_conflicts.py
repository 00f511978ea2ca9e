"""When the lab refuses to start."""

from __future__ import annotations

from ipaddress import IPv4Network

from tests.lab.conflicts import MARK, Host, Route, conflicts

BLOCKS = {"vpc-beijing": IPv4Network("10.10.0.0/16")}
LINK = "mrlab-host"


def reasons(
    *routes: tuple[str, str], links: dict[str, str] | None = None, spaces: dict[str, bool] | None = None
) -> str:
    host = Host(tuple(Route(IPv4Network(block), device) for block, device in routes), links or {}, spaces or {})
    return "\n".join(conflicts(host, BLOCKS, LINK, ["mrlab-router"]))


def test_a_machine_with_other_networks_is_accepted() -> None:
    assert not reasons(("0.0.0.0/0", "eth0"), ("192.0.2.0/24", "eth0"), links={"eth0": "02:00:00:00:00:01"})


def test_a_default_route_in_two_halves_is_no_conflict() -> None:
    assert not reasons(("0.0.0.0/1", "tun0"), ("128.0.0.0/1", "tun0"))


def test_a_wider_and_a_narrower_route_are_conflicts_that_name_block_and_interface() -> None:
    assert "10.10.0.0/16 (vpc-beijing) is in use: the host has the route 10.0.0.0/8 by tun0" in reasons(
        ("10.0.0.0/8", "tun0")
    )
    assert "the route 10.10.3.0/24 by docker0" in reasons(("10.10.3.0/24", "docker0"))


def test_the_labs_own_interface_and_routes_are_no_conflict() -> None:
    assert not reasons(("10.10.0.0/16", LINK), links={LINK: MARK}, spaces={"mrlab-router": True})


def test_anothers_interface_of_that_name_is_refused_once() -> None:
    answer = reasons(("10.10.0.0/16", LINK), links={LINK: "02:00:00:00:00:01"})
    assert answer.splitlines() == [answer]
    assert "ip link delete mrlab-host" in answer


def test_anothers_namespace_of_that_name_is_refused() -> None:
    assert "mrlab-router" in reasons(spaces={"mrlab-router": False, "mrlab-mine": False})
    assert "mrlab-mine" not in reasons(spaces={"mrlab-router": False, "mrlab-mine": False})
