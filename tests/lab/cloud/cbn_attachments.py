"""Attachments of transit routers in the lab's cloud: of VPCs, and of other transit routers. Facts: section 4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cbn_common import active_cen, attached, cen_of, check_service, in_pages, new_router, router_of, tags_of
from .errors import Refused
from .network import GONE, Attachment, Network, TransitRouter, Vpc
from .request import Request
from .state import State
from .vpc import has_tags, shown_tags, vpc_of

MOST_ZONES = 10
MOST_LISTED = 20  # by default


def create_vpc_attachment(state: State, request: Request) -> dict[str, Any]:
    check_service(state)
    vpc = vpc_of(state, request.get("VpcId"), request.region)
    check_free(state, vpc, request)
    zones = zones_of(state, request, vpc)
    router = router_for(state, request, vpc)
    for vswitch in zones.values():
        state.vswitches[vswitch].free -= 1
    attachment = Attachment(
        state.new_id("tr-attach"),
        router.cen,
        router.id,
        router.region,
        vpc=vpc.id,
        zones=zones,
        publishes=request.flag("AutoPublishRouteEnabled"),
        name=request.get("TransitRouterAttachmentName"),
        description=request.get("TransitRouterAttachmentDescription"),
        tags=tags_of(request),
    )
    state.begin(attachment, "Attaching", "Attached")
    state.attachments[attachment.id] = attachment
    return {"TransitRouterAttachmentId": attachment.id}


def router_for(state: State, request: Request, vpc: Vpc) -> TransitRouter:
    """The transit router that is named, or the CEN's in the region, which is made where there is none."""
    if request.get("TransitRouterId"):
        router = router_of(state, request.get("TransitRouterId"))
        active_cen(state, router.cen)
    else:
        cen = active_cen(state, request.get("CenId"))
        mine = [one for one in state.present(state.routers.values()) if one.cen == cen.id and one.region == vpc.region]
        router = router_of(state, mine[0].id) if mine else new_router(state, cen, vpc.region)
    if router.region != vpc.region:
        raise Refused("IllegalParam.Region", f"{vpc.id} is in {vpc.region}, {router.id} in {router.region}.")
    return router


def check_free(state: State, vpc: Vpc, request: Request) -> None:
    """:raises Refused: the VPC is attached there already; or to another CEN, and routes would be published to it."""
    for one in state.present(state.attachments.values()):
        if one.vpc != vpc.id:
            continue
        if one.router == request.get("TransitRouterId") or one.cen == request.get("CenId"):
            raise Refused("OperationFailed.VpcAttachmentExist", f"{vpc.id} is attached already, by {one.id}.")
        if request.flag("AutoPublishRouteEnabled"):
            text = f"{vpc.id} is attached to {one.cen} as well, so routes cannot be published to it."
            raise Refused("OperationFailed.SeveralCens", text)


def zones_of(state: State, request: Request, vpc: Vpc) -> dict[str, str]:
    """Zone -> vSwitch, of ZoneMappings.N."""
    rows = request.rows("ZoneMappings")
    zones = {row["ZoneId"]: row["VSwitchId"] for row in rows}
    available = state.zones.get(vpc.region, [])
    if len(zones) != len(rows) or len(rows) > MOST_ZONES:
        raise Refused("InvalidParameter", f"ZoneMappings has one vSwitch a zone, and at most {MOST_ZONES}.")
    if len(zones) < min(2, len(available)):
        raise Refused("InvalidParameter", f"ZoneMappings needs vSwitches in two zones of {vpc.region}.")
    for zone, name in zones.items():
        vswitch = state.vswitches.get(name)
        if vswitch is None or vswitch.vpc != vpc.id or vswitch.zone != zone:
            raise Refused("InvalidVSwitchId.NotFound", f"There is no vSwitch {name} in zone {zone} of {vpc.id}.", 404)
        if zone not in available:
            raise Refused("InvalidZoneId.NotFound", f"Transit routers are not available in zone {zone}.", 404)
        if vswitch.free < 1:
            raise Refused("OperationFailed.NoFreeAddress", f"vSwitch {name} has no free IP address.")
    return zones


def list_attachments(kind: str) -> Callable[[State, Request], dict[str, Any]]:
    def handler(state: State, request: Request) -> dict[str, Any]:
        if request.get("CenId"):
            cen_of(state, request.get("CenId"))
        found = [
            one
            for one in state.present(state.attachments.values())
            if bool(one.peer) == (kind == "peer")
            and request.get("CenId") in ("", one.cen)
            and request.get("VpcId") in ("", one.vpc)
            and request.get("TransitRouterAttachmentId") in ("", one.id)
            and request.get("TransitRouterId") in ("", *one.routers)
            and request.region in ("", *(state.routers[router].region for router in one.routers))
            and request.get("Status") in ("", state.status(one))
            and has_tags(one.tags, request)
        ]
        page, more = in_pages(request, found, MOST_LISTED)
        return {"TransitRouterAttachments": [shown(state, attachment) for attachment in page], **more}

    return handler


def create_peer_attachment(state: State, request: Request) -> dict[str, Any]:
    check_service(state)
    router = router_of(state, request.get("TransitRouterId"))
    peer = router_of(state, request.get("PeerTransitRouterId"))
    if router.cen != peer.cen or router.region == peer.region or request.get("CenId") not in ("", router.cen):
        raise Refused("InvalidParameter", "Transit routers of one CEN in two regions can be peered, no others.")
    if request.region not in ("", router.region) or request.get("PeerTransitRouterRegionId") not in ("", peer.region):
        raise Refused("IllegalParam.Region", "A transit router is in another region than was given for it.")
    active_cen(state, router.cen)
    if any({router.id, peer.id} == set(one.routers) for one in state.present(state.attachments.values())):
        raise Refused("OperationFailed.PeerAttachmentExist", f"{router.id} and {peer.id} are peered already.")
    attachment = Attachment(state.new_id("tr-attach"), router.cen, router.id, router.region, peer=peer.id)
    attachment.bandwidth_type = "BandwidthPackage"  # unless another is asked for
    attachment.tags = tags_of(request)
    change(attachment, request)
    check_bandwidth(attachment)
    state.begin(attachment, "Attaching", "Attached")
    state.attachments[attachment.id] = attachment
    return {"TransitRouterAttachmentId": attachment.id}


def update_attachment(state: State, request: Request) -> dict[str, Any]:
    attachment = attached(state, request.get("TransitRouterAttachmentId"))
    others = [one for one in state.present(state.attachments.values()) if attachment.vpc and one.vpc == attachment.vpc]
    if request.flag("AutoPublishRouteEnabled") and len(others) > 1:
        raise Refused("OperationFailed.SeveralCens", f"{attachment.vpc} is attached to several CENs.")
    change(attachment, request)
    if attachment.peer:
        check_bandwidth(attachment)
    return {}


def change(attachment: Attachment, request: Request) -> None:
    """Set what a call gives."""
    attachment.publishes = request.flag("AutoPublishRouteEnabled", attachment.publishes)
    attachment.name = request.get("TransitRouterAttachmentName", attachment.name)
    attachment.description = request.get("TransitRouterAttachmentDescription", attachment.description)
    attachment.bandwidth = request.number("Bandwidth", attachment.bandwidth)
    attachment.bandwidth_type = request.get("BandwidthType", attachment.bandwidth_type)
    attachment.link_type = request.get("DefaultLinkType", attachment.link_type)


def check_bandwidth(attachment: Attachment) -> None:
    """:raises Refused: the account has no bandwidth package, so only traffic can be paid for."""
    if attachment.bandwidth_type not in ("DataTransfer", "BandwidthPackage"):
        raise Refused("InvalidParameter", "BandwidthType is DataTransfer or BandwidthPackage.")
    if attachment.bandwidth_type == "BandwidthPackage":
        raise Refused("InvalidCenBandwidthPackageId.NotFound", "The bandwidth package does not exist.", 404)
    if attachment.link_type not in ("Gold", "Platinum"):
        raise Refused("InvalidParameter", "DefaultLinkType is Gold or Platinum.")


def delete_attachment(state: State, request: Request) -> dict[str, Any]:
    """Refused while something hangs on it, unless Force."""
    attachment = attached(state, request.get("TransitRouterAttachmentId"))
    if not request.flag("Force"):
        check_unused(state, attachment)
    for relation in [*state.associations, *state.propagations]:
        if relation.attachment == attachment.id:
            state.begin(relation, "Dissociating", GONE)
    for route in state.static_routes.values():
        if route.hop == attachment.id:
            state.begin(route, "Deleting", GONE)
    for vswitch in attachment.zones.values():
        state.vswitches[vswitch].free += 1
    tables = {table.id for table in state.route_tables.values() if table.vpc == attachment.vpc}
    state.published = {one for one in state.published if one[0] != attachment.cen or one[1] not in tables}
    state.begin(attachment, "Detaching", GONE)
    return {}


def check_unused(network: Network, attachment: Attachment) -> None:
    for relations, what in (
        (network.associations, "RouteTableAssociation"),
        (network.propagations, "RouteTablePropagation"),
    ):
        if any(one.attachment == attachment.id for one in network.present(relations)):
            raise Refused(f"OperationFailed.{what}Exist", f"Operation failed because {what} of {attachment.id} exists.")
    if any(one.hop == attachment.id for one in network.present(network.static_routes.values())):
        raise Refused("OperationFailed.RouteEntryExist", f"Operation failed because routes lead to {attachment.id}.")


def shown(state: State, attachment: Attachment) -> dict[str, Any]:
    common = {
        "TransitRouterAttachmentId": attachment.id,
        "TransitRouterAttachmentName": attachment.name,
        "TransitRouterAttachmentDescription": attachment.description,
        "TransitRouterId": attachment.router,
        "CenId": attachment.cen,
        "Status": state.status(attachment),
        "AutoPublishRouteEnabled": attachment.publishes,
        "Tags": shown_tags(attachment.tags),
    }
    if attachment.peer:
        return {
            **common,
            "ResourceType": "TR",
            "RegionId": attachment.region,
            "PeerTransitRouterId": attachment.peer,
            "PeerTransitRouterRegionId": state.routers[attachment.peer].region,
            "PeerTransitRouterOwnerId": int(state.account),
            "Bandwidth": attachment.bandwidth,
            "BandwidthType": attachment.bandwidth_type,
            "DefaultLinkType": attachment.link_type,
        }
    zones = [{"ZoneId": zone, "VSwitchId": vswitch} for zone, vswitch in attachment.zones.items()]
    return {
        **common,
        "ResourceType": "VPC",
        "VpcId": attachment.vpc,
        "VpcOwnerId": int(state.account),
        "VpcRegionId": attachment.region,
        "ChargeType": "POSTPAY",
        "ZoneMappings": zones,
    }


HANDLERS: dict[str, Callable[[State, Request], dict[str, Any]]] = {
    "CreateTransitRouterVpcAttachment": create_vpc_attachment,
    "ListTransitRouterVpcAttachments": list_attachments("vpc"),
    "UpdateTransitRouterVpcAttachmentAttribute": update_attachment,
    "DeleteTransitRouterVpcAttachment": delete_attachment,
    "CreateTransitRouterPeerAttachment": create_peer_attachment,
    "ListTransitRouterPeerAttachments": list_attachments("peer"),
    "UpdateTransitRouterPeerAttachmentAttribute": update_attachment,
    "DeleteTransitRouterPeerAttachment": delete_attachment,
}
