"""Which Service gets which load balancer address. No input or output here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True)
class Service:
    """A Service's part in this: `created` in seconds since 1970, `asks_for` its loadBalancerIP, `has` its status."""

    uid: str
    name: str
    created: float
    wants: bool
    asks_for: IPv4Address | None = None
    has: IPv4Address | None = None


def assign(services: Iterable[Service], pool: IPv4Network) -> dict[str, IPv4Address]:
    """The address of each Service that wants one, by uid; a Service for which none is free is left out.

    An address once given stays, so it survives a restart of the controller; of two Services with the same the older
    keeps it. One that asks for an address gets that or none. The others get the lowest that is free, never the first or
    last of the pool.
    """
    oldest_first = sorted((one for one in services if one.wants), key=lambda one: (one.created, one.uid))
    given: dict[str, IPv4Address] = {}
    taken: set[IPv4Address] = set()

    def give(service: Service, address: IPv4Address | None) -> None:
        if address and address in pool and address not in taken and service.uid not in given:
            given[service.uid] = address
            taken.add(address)

    for service in oldest_first:
        if service.has and service.asks_for in (None, service.has):
            give(service, service.has)
    for service in oldest_first:
        give(service, service.asks_for)
    for service in oldest_first:
        if not service.asks_for:
            give(service, next((address for address in pool.hosts() if address not in taken), None))
    return given
