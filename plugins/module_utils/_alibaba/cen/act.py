# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making what a plan says, phase by phase. All of a phase is asked for, and then all of it is waited for.

Whatever is made carries the mesh's tag from the call that makes it, so a run that dies is taken up by the next one.
"""

from __future__ import annotations

import typing as t
from collections import defaultdict

from ..client import Client
from ..errors import about
from . import read
from .parts import (
    ASSOCIATION,
    ATTACHMENT,
    CEN,
    PEER,
    PHASES,
    PROPAGATION,
    PUBLISHED_ROUTE,
    ROUTER,
    SERVICE,
    STATIC_ROUTE,
    UPDATE,
    Part,
    Plan,
)
from .patience import Patience, Pending, statuses, unlike
from .state import NAME, Before, Wanted

# "" is what has no status of its own.
SETTLED = ("", "Active", "Attached")
LOOK = "Look at it in the CEN console; once it has settled, or was deleted there, run it again"


class Act:
    """One run that makes things. ids: (kind, key) of a part -> id of its object, tables: region -> route table."""

    def __init__(self, client: Client, before: Before, wanted: Wanted, plan: Plan, patience: Patience) -> None:
        self.client = client
        self.wanted = wanted
        self.plan = plan
        self.patience = patience
        self.ids = {part.ref: part.object_id for part in plan.parts if part.object_id}
        self.tables = {x: table.table_id for x in wanted.regions if (table := before.table(x, wanted))}
        self.name = f"{NAME}-{wanted.mesh_id}"[:128]

    @property
    def cen_id(self) -> str:
        return self.ids[CEN, ""]

    def perform(self) -> None:
        """Make all changes of the plan, and wait for what others left half done."""
        for kinds in PHASES:
            for part in self.plan.of(*kinds):
                if part.verb:
                    self.patience.progress(f"{part.verb} {part.text}")
                    self.make(part)
            for kind in kinds:
                if waited := [part for part in self.plan.of(kind) if is_unsettled(part)]:
                    self.wait(kind, waited)

    def make(self, part: Part) -> None:
        way = UPDATES[part.kind] if part.verb == UPDATE else MAKES[part.kind]
        with about(part.fields.get("cluster", "")):
            made = way(self, part)
        if made:
            self.ids[part.ref] = made

    def wait(self, kind: str, parts: list[Part]) -> None:
        if kind in WAITS:
            texts = sorted({part.text.partition(",")[0] for part in parts})
            what = texts[0] if len(texts) == 1 else f"{texts[0]} and {len(texts) - 1} more"
            self.patience.until_none(what, LOOK, lambda: WAITS[kind](self, parts))


def is_unsettled(part: Part) -> bool:
    """Whether it is made now, or somebody's making of it has not come to its end."""
    return bool(part.verb) or part.status not in SETTLED


# What makes an object: its id, "" where it has none.


def open_service(act: Act, part: Part) -> str:
    act.client.call("OpenTransitRouterService")
    return part.object_id


def make_cen(act: Act, part: Part) -> str:
    answer = act.client.call(
        "CreateCen", Name=act.name, Description=act.wanted.mark, ProtectionLevel="REDUCED", Tag=[read.tag(act.wanted)]
    )
    return str(answer["CenId"])


def make_router(act: Act, part: Part) -> str:
    answer = act.client.call(
        "CreateTransitRouter",
        CenId=act.cen_id,
        RegionId=part.key,
        TransitRouterName=act.name,
        Tag=[read.tag(act.wanted)],
    )
    return str(answer["TransitRouterId"])


def make_attachment(act: Act, part: Part) -> str:
    region = part.fields["region"]
    answer = act.client.call(
        "CreateTransitRouterVpcAttachment",
        CenId=act.cen_id,
        RegionId=region,
        TransitRouterId=act.ids[ROUTER, region],
        VpcId=part.key,
        ZoneMappings=part.fields["zones"],
        AutoPublishRouteEnabled=True,
        ChargeType="POSTPAY",
        TransitRouterAttachmentName=act.name,
        Tag=[read.tag(act.wanted)],
    )
    return str(answer["TransitRouterAttachmentId"])


def make_peer(act: Act, part: Part) -> str:
    near, far = part.fields["regions"]
    package = part.fields["package"]  # of those that the account has bought; none is bought here
    answer = act.client.call(
        "CreateTransitRouterPeerAttachment",
        CenId=act.cen_id,
        RegionId=near,
        TransitRouterId=act.ids[ROUTER, near],
        PeerTransitRouterRegionId=far,
        PeerTransitRouterId=act.ids[ROUTER, far],
        AutoPublishRouteEnabled=True,
        BandwidthType="BandwidthPackage" if package else "DataTransfer",
        CenBandwidthPackageId=package or None,
        Bandwidth=act.wanted.bandwidth,
        DefaultLinkType=act.wanted.link_type,
        TransitRouterAttachmentName=act.name,
        Tag=[read.tag(act.wanted)],
    )
    return str(answer["TransitRouterAttachmentId"])


def publish(act: Act, part: Part) -> str:
    act.client.call(
        "UpdateTransitRouterVpcAttachmentAttribute",
        TransitRouterAttachmentId=part.object_id,
        AutoPublishRouteEnabled=True,
    )
    return part.object_id


def set_bandwidth(act: Act, part: Part) -> str:
    act.client.call(
        "UpdateTransitRouterPeerAttachmentAttribute",
        TransitRouterAttachmentId=part.object_id,
        Bandwidth=act.wanted.bandwidth,
        DefaultLinkType=act.wanted.link_type,
    )
    return part.object_id


def associate(act: Act, part: Part) -> str:
    act.client.call("AssociateTransitRouterAttachmentWithRouteTable", **joint(act, part))
    return ""


def propagate(act: Act, part: Part) -> str:
    act.client.call("EnableTransitRouterRouteTablePropagation", **joint(act, part))
    return ""


def joint(act: Act, part: Part) -> dict[str, t.Any]:
    table = act.tables[part.fields["region"]]
    return {"TransitRouterAttachmentId": act.ids[part.fields["of"]], "TransitRouterRouteTableId": table}


def make_static_route(act: Act, part: Part) -> str:
    answer = act.client.call(
        "CreateTransitRouterRouteEntry",
        TransitRouterRouteTableId=act.tables[part.fields["region"]],
        TransitRouterRouteEntryDestinationCidrBlock=str(part.fields["block"]),
        TransitRouterRouteEntryNextHopType="Attachment",
        TransitRouterRouteEntryNextHopId=act.ids[ATTACHMENT, part.fields["vpc_id"]],
        TransitRouterRouteEntryName=act.name,
        TransitRouterRouteEntryDescription=act.wanted.mark,
    )
    return str(answer["TransitRouterRouteEntryId"])


def publish_route(act: Act, part: Part) -> str:
    act.client.call(
        "PublishRouteEntries",
        **read.child(act.cen_id, part.fields["vpc_id"], part.fields["region"]),
        ChildInstanceRouteTableId=part.fields["table"],
        DestinationCidrBlock=str(part.fields["block"]),
    )
    return ""


MAKES: dict[str, t.Callable[[Act, Part], str]] = {
    SERVICE: open_service,
    CEN: make_cen,
    ROUTER: make_router,
    ATTACHMENT: make_attachment,
    PEER: make_peer,
    ASSOCIATION: associate,
    PROPAGATION: propagate,
    STATIC_ROUTE: make_static_route,
    PUBLISHED_ROUTE: publish_route,
}
UPDATES: dict[str, t.Callable[[Act, Part], str]] = {ATTACHMENT: publish, PEER: set_bandwidth}


# What is not yet as it should be, of the parts of a kind.


def titles(act: Act, parts: list[Part]) -> dict[str, str]:
    return {act.ids[part.ref]: f"{part.text.partition(',')[0]} ({act.ids[part.ref]})" for part in parts}


def unopened(act: Act, parts: list[Part]) -> Pending:
    return {} if read.service_is_open(act.client) else {part.text: "not activated" for part in parts}


def inactive_cen(act: Act, parts: list[Part]) -> Pending:
    rows = act.client.pages("DescribeCens", Filter=[{"Key": "CenId", "Value": [act.cen_id]}])
    return unlike(titles(act, parts), {row["CenId"]: row.get("Status", "") for row in rows}, "Active")


def inactive_routers(act: Act, parts: list[Part]) -> Pending:
    there = statuses(act.client, "ListTransitRouters", "TransitRouterId", "Status", CenId=act.cen_id)
    pending = unlike(titles(act, parts), there, "Active")
    return pending or unready_tables(act)


def unready_tables(act: Act) -> Pending:
    """A new transit router's system table comes a little later than it."""
    pending: Pending = {}
    for region in act.wanted.regions:
        if region not in act.tables:
            rows = act.client.pages("ListTransitRouterRouteTables", TransitRouterId=act.ids[ROUTER, region])
            row = next((x for x in rows if x.get("TransitRouterRouteTableType") == "System"), {})
            if row.get("TransitRouterRouteTableStatus") == "Active":
                act.tables[region] = row["TransitRouterRouteTableId"]
            else:
                pending[f"route table of {region}"] = row.get("TransitRouterRouteTableStatus", "")
    return pending


def unattached(act: Act, parts: list[Part]) -> Pending:
    kind = "Vpc" if parts[0].kind == ATTACHMENT else "Peer"
    action = f"ListTransitRouter{kind}Attachments"
    there = statuses(act.client, action, "TransitRouterAttachmentId", "Status", CenId=act.cen_id)
    return unlike(titles(act, parts), there, "Attached")


def unjoined(act: Act, parts: list[Part]) -> Pending:
    """Of associations or propagations, each table looked at once."""
    action = f"ListTransitRouterRouteTable{'Associations' if parts[0].kind == ASSOCIATION else 'Propagations'}"
    by_table: dict[str, dict[str, str]] = defaultdict(dict)
    for part in parts:
        by_table[act.tables[part.fields["region"]]][act.ids[part.fields["of"]]] = part.text
    pending: Pending = {}
    for table, wanted in by_table.items():
        there = statuses(act.client, action, "TransitRouterAttachmentId", "Status", TransitRouterRouteTableId=table)
        pending |= unlike(wanted, there, "Active")
    return pending


WAITS: dict[str, t.Callable[[Act, list[Part]], Pending]] = {
    SERVICE: unopened,
    CEN: inactive_cen,
    ROUTER: inactive_routers,
    ATTACHMENT: unattached,
    PEER: unattached,
    ASSOCIATION: unjoined,
    PROPAGATION: unjoined,
}
