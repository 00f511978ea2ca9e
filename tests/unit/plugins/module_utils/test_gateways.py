# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways of a member: what they are for, and who reaches their addresses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._istio.gateways import (
    Gateway,
    gateway,
    gateway_problems,
    kind_of,
)


def service(*ports: int, labels: dict[str, str] | None = None, ingress: t.Any = None) -> dict[str, t.Any]:
    spec = {"type": "LoadBalancer", "ports": [{"port": port} for port in ports]}
    return {
        "metadata": {"name": "gw", "labels": labels or {}},
        "spec": spec,
        "status": {"loadBalancer": {"ingress": ingress}},
    }


def told(*addresses: str, purpose: str = "east-west", public: bool = False) -> list[tuple[str, str]]:
    found = gateway_problems("west", [Gateway("gw", addresses, purpose)], may_be_public=public)
    return [(problem.severity, problem.what) for problem in found]


def test_a_gateway_has_addresses_or_names() -> None:
    assert gateway(service(80, ingress=[{"ip": "10.10.1.200"}, {"hostname": "nlb.example.com"}])).addresses == (
        "10.10.1.200",
        "nlb.example.com",
    )
    assert gateway({"metadata": {"name": "in"}, "spec": {}}).addresses == ()


@pytest.mark.parametrize(
    ("ports", "labels", "purpose"),
    [
        ((15021, 80, 443), {}, "ingress"),
        ((15021, 15443, 15012, 15017), {}, "east-west"),
        ((8443,), {"topology.istio.io/network": "net1"}, "east-west"),
        ((15012, 15017), {}, "istiod"),
        ((), {}, "ingress"),
    ],
)
def test_label_and_ports_tell_what_a_gateway_is_for(
    ports: tuple[int, ...], labels: dict[str, str], purpose: str
) -> None:
    assert gateway(service(*ports, labels=labels)).purpose == purpose


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("172.32.0.1", "public"),
        ("192.168.7.7", "private"),
        ("100.64.0.1", "private"),
        ("100.128.0.1", "public"),
        ("47.92.1.1", "public"),
        ("fd00::1", "private"),
        ("2400:3200::1", "public"),
        ("nlb-1.cn-beijing.nlb.aliyuncs.com", "host name"),
        ("10.1", "host name"),
    ],
)
def test_an_address_is_private_public_or_a_host_name(address: str, kind: str) -> None:
    assert kind_of(address) == kind


def test_between_members_a_public_address_is_a_warning_unless_it_was_asked_for() -> None:
    assert told("10.0.0.1") == []
    assert told("47.92.1.1") == [("warning", "the east-west gateway (Service gw) has the public address 47.92.1.1")]
    assert told("47.92.1.1", purpose="istiod") == [
        ("warning", "the way to istiod (Service gw) has the public address 47.92.1.1")
    ]
    assert told("47.92.1.1", public=True) == []


def test_between_members_a_host_name_is_a_warning() -> None:
    assert told("nlb.example.com", public=True) == [
        ("warning", "the east-west gateway (Service gw) has a host name, nlb.example.com")
    ]


def test_users_may_come_by_public_addresses_and_names() -> None:
    assert told("47.92.1.1", "nlb.example.com", purpose="ingress") == []


@pytest.mark.parametrize("purpose", ["ingress", "east-west", "istiod"])
def test_a_pending_gateway_is_a_warning_whatever_it_is_for(purpose: str) -> None:
    assert told(purpose=purpose) == [("warning", "Service gw has no address")]
