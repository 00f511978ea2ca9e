"""What the load balancers' controller sees in a Service."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

import pytest
from kubernetes import client

from tests.lab.load_balancer import NOWHERE, view

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
INGRESS = [client.V1LoadBalancerIngress(ip="10.10.1.193")]
STATUS = client.V1ServiceStatus(load_balancer=client.V1LoadBalancerStatus(ingress=INGRESS))


def service(status: Any = None, deleted: datetime | None = None, **spec: Any) -> Any:
    metadata = client.V1ObjectMeta(
        uid="u", name="web", namespace="shop", creation_timestamp=CREATED, deletion_timestamp=deleted
    )
    return client.V1Service(metadata=metadata, spec=client.V1ServiceSpec(**spec), status=status)


def test_a_service_of_type_load_balancer_wants_an_address_and_keeps_what_its_status_says() -> None:
    seen = view(service(STATUS, type="LoadBalancer"))
    assert seen.wants
    assert seen.has == IPv4Address("10.10.1.193")
    assert seen.asks_for is None
    assert (seen.name, seen.created) == ("shop/web", CREATED.timestamp())


@pytest.mark.parametrize("spec", [{"type": "ClusterIP"}, {"type": "LoadBalancer", "load_balancer_class": "other"}])
def test_another_type_or_anothers_class_wants_none(spec: dict[str, Any]) -> None:
    assert not view(service(**spec)).wants


def test_one_that_is_being_deleted_wants_none() -> None:
    assert not view(service(STATUS, CREATED, type="LoadBalancer")).wants


@pytest.mark.parametrize(("text", "asked"), [("10.10.1.194", IPv4Address("10.10.1.194")), ("2001:db8::1", NOWHERE)])
def test_what_is_no_ipv4_address_is_asked_for_in_vain(text: str, asked: IPv4Address) -> None:
    assert view(service(type="LoadBalancer", load_balancer_ip=text)).asks_for == asked
