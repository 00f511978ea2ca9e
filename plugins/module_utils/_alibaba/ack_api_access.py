# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module ack_api_access_info: the access list of the load balancer in front of a cluster's API server."""

from __future__ import annotations

import typing as t
from ipaddress import ip_address
from urllib.parse import urlsplit

from .._errors import MeshError
from .._wait import Progress
from .access_list import BLACK, WHITE, Access, AccessList, judged, unread, wanted
from .ack import api_servers_of
from .ack_lookup import detail_of
from .client import Client, found
from .errors import AlibabaError, about
from .options import options_of

Object = dict[str, t.Any]

PORT = 6443
PAGE = 50  # entries of an access list, the most that one answer has
NLB = "nlb-"  # what the ids of network load balancers begin with
LISTENERS, ACCESS_LIST = "DescribeLoadBalancerListeners", "DescribeAccessControlListAttribute"
NOTHING_READ: Object = {"load_balancer_id": "", "kind": "", "access_lists": []}


class Unread(MeshError):
    """There is something that this collection cannot read; nothing is known to be wrong."""


class OtherWay(Unread):
    """Packets to the API server take another way, on which they do not have the addresses of nodes and pods."""


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError for what is wrong; what cannot be read is told, not raised."""
    cluster, sources = params["cluster"] or params["cluster_id"], params["sources"]
    with about(cluster):
        try:
            access = access_of(Client(options_of(params)), params["cluster_id"], cluster, params["api_server"])
        except MeshError as error:
            if not is_unread(error):
                raise
            error.cluster = error.cluster or cluster
            text = str(error) if isinstance(error, OtherWay) else f"{error} {wanted(sources)}"
            return {"changed": False, **NOTHING_READ, **unread(text)}
        return {"changed": False, **access.as_dict(), **judged(access, sources, cluster)}


def is_unread(error: MeshError) -> bool:
    """Whether an error only keeps from reading: a permission that lacks, no answer, a cloud that fails or throttles."""
    if isinstance(error, AlibabaError):
        return bool(error.denied) or error.passing or not error.status
    return isinstance(error, Unread)


def access_of(client: Client, cluster_id: str, cluster: str, api_server: str) -> Access:
    """What guards the API server. Raises Unread for another way to it and for a load balancer that is no CLB, AlibabaError."""
    detail = detail_of(client, cluster_id, name=cluster)
    check_way(api_server, api_servers_of(detail)["internal"])
    balancer, region = str(detail.get("external_loadbalancer_id") or ""), str(detail.get("region_id") or "")
    check_balancer(balancer)
    listener = listener_of(client, region, balancer)
    if listener.get("AclStatus") != "on":
        return Access(balancer)
    kind, ids = str(listener.get("AclType") or ""), lists_of(listener)
    if kind not in (WHITE, BLACK) or not ids:
        raise Unread(
            f"load balancer {balancer} of its API server has access control of kind {kind!r} with {len(ids)} lists",
            todo="See in the console what it is",
        )
    return Access(balancer, kind, tuple(access_list(client, region, acl) for acl in ids))


def check_way(given: str, internal: str) -> None:
    """Raise OtherWay for a URL with another address than the load balancer has in its VPC. Names are taken to lead there."""
    host, own = urlsplit(given).hostname or "", urlsplit(internal).hostname
    if own and host != own and is_address(host):
        raise OtherWay(
            f"its API server is reached at {given}, not at {internal}, so its access list was not read",
            todo="If there is one, it has to let in the address that the primary's packets have then",
        )


def is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def check_balancer(balancer: str) -> None:
    if not balancer:
        raise Unread("ACK names no load balancer of its API server", todo="See what is in front of it")
    if balancer.startswith(NLB):
        raise Unread(
            f"its API server is behind {balancer}, a Network Load Balancer, which is not read",
            todo=f"See in its security groups, if it has any, whether they let in TCP {PORT}",
        )


def listener_of(client: Client, region: str, balancer: str) -> Object:
    rows = client.pages(LISTENERS, region, LoadBalancerId=[balancer], ListenerPort=PORT, ListenerProtocol="tcp")
    here = [row for row in rows if row.get("ListenerPort") == PORT and row.get("LoadBalancerId", balancer) == balancer]
    if not here:
        raise Unread(
            f"load balancer {balancer} of its API server has no TCP listener at {PORT}",
            todo="See in the console that it is there, in this account",
        )
    return here[0]


def lists_of(listener: Object) -> list[str]:
    """The ids of its lists. Older listeners have one, in AclId; AclIds names them all."""
    return list(dict.fromkeys(str(x) for x in [listener.get("AclId"), *(listener.get("AclIds") or ())] if x))


def access_list(client: Client, region: str, acl: str) -> AccessList:
    """The list with all its entries: one call, unless it has more of them than a page."""
    first = client.call(ACCESS_LIST, region, AclId=acl, Page=1, PageSize=PAGE)
    rows = found(first, "AclEntrys.AclEntry") or []
    if len(rows) < int(first.get("TotalAclEntry") or 0):
        rows = client.pages(ACCESS_LIST, region, AclId=acl)
    return AccessList(acl, str(first.get("AclName") or ""), tuple(str(row["AclEntryIP"]) for row in rows))
