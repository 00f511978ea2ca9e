"""Classic load balancers: their listeners and access lists. Read only. A balancer's blocks (Balancer.access) are one white list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import Refused
from .network import Balancer, Listener
from .paging import by_token, numbered
from .request import Request
from .state import State


def describe_listeners(state: State, request: Request) -> dict[str, Any]:
    wanted, port = request.listed("LoadBalancerId"), request.number("ListenerPort")
    found = [
        (balancer, one)
        for balancer in in_region(state, request)
        if not wanted or balancer.id in wanted
        for one in balancer.listeners
        if port in (0, one.port) and request.get("ListenerProtocol", "tcp") == "tcp"
    ]
    page, token = by_token(request, found)
    return {"Listeners": [shown_listener(*pair) for pair in page], "TotalCount": len(found), **token}


def shown_listener(balancer: Balancer, one: Listener) -> dict[str, Any]:
    """Without access control neither AclType nor a list is named."""
    access = {"AclStatus": "on", "AclType": "white", "AclId": acl_id(balancer), "AclIds": [acl_id(balancer)]}
    return {
        "LoadBalancerId": balancer.id,
        "ListenerPort": one.port,
        "ListenerProtocol": "tcp",
        "BackendServerPort": one.backend or one.port,
        "Status": "running",
        **({"AclStatus": "off"} if balancer.access is None else access),
    }


def describe_access_list(state: State, request: Request) -> dict[str, Any]:
    """The entries page by Page and PageSize."""
    wanted = request.get("AclId")
    holders = [x for x in in_region(state, request) if x.access is not None and acl_id(x) == wanted]
    if not holders:
        raise Refused("AclNotExist", f"The specified AclId {wanted} does not exist.")
    page, counts = numbered(request, holders[0].access or [], number="Page")
    return {
        "AclId": wanted,
        "AclName": f"list of {holders[0].id}",
        "AddressIPVersion": "ipv4",
        "AclEntrys": {"AclEntry": [{"AclEntryIP": cidr, "AclEntryComment": ""} for cidr in page]},
        "TotalAclEntry": counts["TotalCount"],
    }


def acl_id(balancer: Balancer) -> str:
    return f"acl-{balancer.id.removeprefix('lb-')}"


def in_region(state: State, request: Request) -> list[Balancer]:
    return [one for one in state.balancers.values() if state.vpcs[one.vpc].region == request.region]


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "DescribeLoadBalancerListeners": describe_listeners,
    "DescribeAccessControlListAttribute": describe_access_list,
}
