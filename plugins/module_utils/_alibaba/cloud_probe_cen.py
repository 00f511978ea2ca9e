# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of CEN: in the tables of transit routers, in lists, and by dry runs. As in cloud_probe_looks.py."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .cen.checks import is_mainland
from .cen.routes import ACTIVE
from .cen.state import ENTERPRISE, Before, Network, Peer, Table, TableRoute
from .cloud_probe_account import Account, Cluster
from .cloud_probe_facts import AS_ASSUMED, DIFFERS, NOT_SEEN, Look, Sight, Sights
from .cloud_probe_looks import ack_cluster
from .errors import AlibabaError

# A refusal that may be about the call's parameters, and then shows nothing.
OTHERWISE = ("Missing", "Invalid", "Illegal", "Parameter")
LISTS = ("ListTransitRouterVpcAttachments", "ListTransitRouterPeerAttachments")

# What tables and lists hold


def led(table: Table, peer: Peer) -> list[TableRoute]:
    """Routes that a table has learned by a peer attachment."""
    return [x for x in table.routes if not x.static and x.attachment_id == peer.attachment_id]


def passages(before: Before, peers: t.Iterable[str]) -> t.Iterator[tuple[Peer, Table, Table]]:
    """(peer attachment, table that it tells of, table of the other region that learns by it)."""
    for peer in before.peers:
        name = peer.attachment_id
        if peer.status == "Attached" and name in peers:
            for told in (x for x in before.tables if name in x.associated):
                for hearing in (x for x in before.tables if name in x.propagating and x.region != told.region):
                    yield peer, told, hearing


def carried(peer: Peer, told: Table, hearing: Table, among: t.Iterable[str], *, static: bool) -> Sights:
    """Whether routes by these attachments pass, seen AS_ASSUMED where they do."""
    for route in told.routes:
        if route.static is static and route.status == ACTIVE and route.attachment_id in among:
            passes = route.block in [x.block for x in led(hearing, peer)]
            text = (
                f"{route.block} of {told.table_id} ({told.region}) is {'' if passes else 'not '}in {hearing.table_id}"
            )
            yield Sight(AS_ASSUMED if passes else DIFFERS, text, hearing.region)


def static_routes(account: Account, cen_id: str) -> Sights:
    before, publishing = account.cen(cen_id), account.publishing(cen_id)
    for passage in passages(before, publishing):
        yield from carried(*passage, [x.attachment_id for x in before.attachments], static=True)


def third_region(account: Account, cen_id: str) -> Sights:
    before, publishing = account.cen(cen_id), account.publishing(cen_id)
    opposite = {AS_ASSUMED: DIFFERS, DIFFERS: AS_ASSUMED}
    for peer, told, hearing in passages(before, publishing):
        others = [x.attachment_id for x in before.peers if x != peer]
        for sight in carried(peer, told, hearing, others, static=False):
            yield replace(sight, seen=opposite[sight.seen])


def unpublished(account: Account, cen_id: str) -> Sights:
    before, publishing = account.cen(cen_id), account.publishing(cen_id)
    silent = {x.attachment_id for x in before.peers} - publishing
    for peer, told, hearing in passages(before, silent):
        if told.routes:
            count = len(led(hearing, peer))
            text = f"{hearing.table_id} has {count} routes by {peer.attachment_id}, which publishes none"
            yield Sight(DIFFERS if count else AS_ASSUMED, text, hearing.region)


def both_regions(account: Account, cen_id: str) -> Sights:
    before = account.cen(cen_id)
    for peer in before.peers:
        ends = [x for x in before.tables if x.region in peer.regions]
        for table in ends:
            count, propagates = len(led(table, peer)), peer.attachment_id in table.propagating
            beside = [x for x in ends if x.region == table.region and led(x, peer)]
            text = f"{table.table_id} has {count} routes by {peer.attachment_id}, which does {'' if propagates else 'not '}propagate to it"
            if propagates:
                yield Sight(NOT_SEEN, text, table.region)
            elif count or beside:
                yield Sight(DIFFERS if count else AS_ASSUMED, text, table.region)


def listed_by_cen(account: Account, cen_id: str) -> Sights:
    for action in LISTS:
        try:
            alone = {x["TransitRouterAttachmentId"] for x in account.client.pages(action, CenId=cen_id)}
        except AlibabaError as error:
            if not error.code.startswith(OTHERWISE):
                raise
            yield Sight(DIFFERS, f"{action} was refused: {error.code}")
            continue
        for router in account.client.pages("ListTransitRouters", CenId=cen_id):
            more = {"RegionId": router["RegionId"], "TransitRouterId": router["TransitRouterId"]}
            known = {x["TransitRouterAttachmentId"] for x in account.client.pages(action, CenId=cen_id, **more)}
            if known:
                text = f"{action} tells {len(known & alone)} of {len(known)} without the transit router"
                yield Sight(AS_ASSUMED if known <= alone else DIFFERS, text, router["RegionId"])


# What dry runs say


def judged(code: str) -> Sight:
    """A dry run that is assumed to be refused."""
    if not code:
        return Sight(DIFFERS, "a dry run is not refused")
    if code.startswith(OTHERWISE):
        return Sight(NOT_SEEN, f"a dry run was refused for another reason, it seems: {code}")
    return Sight(AS_ASSUMED, f"a dry run is refused: {code}")


def other_cen(account: Account, cluster: Cluster) -> Sights:
    mine = account.cens_of(cluster)
    others = [x["CenId"] for x in account.client.pages("DescribeCens") if x["CenId"] not in mine] if mine else []
    for cen_id in others[:1]:
        yield judged(account.attach(cluster, cen_id))


def attached_again(account: Account, cluster: Cluster) -> Sights:
    for cen_id in account.cens_of(cluster)[:1]:
        yield judged(account.attach(cluster, cen_id))


def cross_border(account: Account, cen_id: str) -> Sights:
    """Only a refusal says something: an account that has the approval is not refused either."""
    before = account.cen(cen_id)
    routers = [x for x in before.routers.values() if x.edition == ENTERPRISE]
    for near in (x for x in routers if is_mainland(x.region)):
        for far in (x for x in routers if not is_mainland(x.region)):
            if before.peer((min(near.region, far.region), max(near.region, far.region))):
                continue
            code = account.client.dry_run(
                "CreateTransitRouterPeerAttachment",
                CenId=cen_id,
                RegionId=near.region,
                TransitRouterId=near.router_id,
                PeerTransitRouterRegionId=far.region,
                PeerTransitRouterId=far.router_id,
                BandwidthType="DataTransfer",
                Bandwidth=1,
            )
            seen = DIFFERS if code and not code.startswith(OTHERWISE) else NOT_SEEN
            yield Sight(seen, f"a dry run with {far.region} {f'is refused: {code}' if code else 'passes'}", near.region)


def pod_route(account: Account, cluster: Cluster) -> Sights:
    ours = ack_cluster(account, cluster)
    blocks = [Network(x) for x in ours.pod_cidrs if ":" not in x] if ours else []
    for cen_id in account.cens_of(cluster)[:1] if blocks else []:
        before = account.cen(cen_id)
        attachment = before.attachment(cluster.vpc_id)
        tables = [x for x in before.tables if x.region == cluster.region and x.system]
        if attachment and tables:
            there = [x.status for x in tables[0].routes if x.static and x.block == blocks[0]]
            if there:
                yield Sight(AS_ASSUMED if ACTIVE in there else DIFFERS, f"it is there: {there[0]}")
            else:
                code = pod_route_code(account, tables[0], blocks[0], attachment.attachment_id)
                yield Sight(DIFFERS if code else AS_ASSUMED, f"a dry run {f'is refused: {code}' if code else 'passes'}")


def pod_route_code(account: Account, table: Table, block: Network, attachment: str) -> str:
    return account.client.dry_run(
        "CreateTransitRouterRouteEntry",
        TransitRouterRouteTableId=table.table_id,
        TransitRouterRouteEntryDestinationCidrBlock=str(block),
        TransitRouterRouteEntryNextHopType="Attachment",
        TransitRouterRouteEntryNextHopId=attachment,
    )


def router_code(account: Account, cen_id: str, token: str, name: str) -> str:
    """How a transit router would be refused. There may be one already: that is another refusal."""
    region = account.clusters[0].region
    return account.client.dry_run(
        "CreateTransitRouter", CenId=cen_id, RegionId=region, TransitRouterName=name, ClientToken=token
    )


def long_token(account: Account, cen_id: str) -> Sights:
    code, usual = (router_code(account, cen_id, "mri-probe-" + size * "0", "probe") for size in (55, 54))
    if code != usual:
        yield Sight(AS_ASSUMED, f"65 characters are refused: {code}")
    else:
        yield Sight(
            NOT_SEEN if code else DIFFERS, f"65 characters are answered as 64 are: {code or 'a dry run passes'}"
        )


def same_token(account: Account, cen_id: str) -> Sights:
    first, second = (router_code(account, cen_id, "mri-probe-same", name) for name in ("probe-1", "probe-2"))
    if second == "IdempotentParameterMismatch":
        yield Sight(AS_ASSUMED, second)
    else:
        yield Sight(NOT_SEEN if first == second else DIFFERS, f"a second dry run is answered: {second or 'it passes'}")


LOOKS: tuple[Look, ...] = (
    *(static_routes, both_regions, unpublished, third_region, listed_by_cen),
    *(other_cen, attached_again, cross_border, pod_route, long_token, same_token),
)
