# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls to Alibaba Cloud that this collection makes, as data: where each one goes, how it pages, what permits it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# Regions whose classic load balancers are called at the central endpoint, as the official client does.
SLB_CENTRAL = (
    "cn-qingdao",
    "cn-beijing",
    "cn-hangzhou",
    "cn-shanghai",
    "cn-shenzhen",
    "cn-hongkong",
    "ap-southeast-1",
    "us-east-1",
    "us-west-1",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "cn-north-2-gov-1",
)
READS = ("Describe", "List", "Get", "Check")


@dataclass(frozen=True)
class Product:
    """One of the cloud's products.

    host:    its endpoint; {region} is the call's region
    central: its endpoint for a call without a region
    special: regions whose endpoint does not follow the rule
    ram:     how the names of its RAM actions begin
    region:  parameter in which its calls name their region, "" where they do so each in its own way
    """

    name: str
    version: str
    host: str
    central: str
    ram: str
    region: str = ""
    special: tuple[tuple[str, str], ...] = ()

    def endpoint(self, region: str) -> str:
        return dict(self.special).get(region) or (self.host.format(region=region) if region else self.central)


PRODUCTS = {
    product.name: product
    for product in (
        Product("cs", "2015-12-15", "cs.{region}.aliyuncs.com", "cs.aliyuncs.com", "cs"),
        Product(
            "ecs",
            "2014-05-26",
            "ecs.{region}.aliyuncs.com",
            "ecs.aliyuncs.com",
            "ecs",
            "RegionId",
            (("cn-hangzhou", "ecs-cn-hangzhou.aliyuncs.com"),),
        ),
        Product(
            "vpc",
            "2016-04-28",
            "vpc.{region}.aliyuncs.com",
            "vpc.aliyuncs.com",
            "vpc",
            "RegionId",
            (("cn-hangzhou", "vpc.aliyuncs.com"),),
        ),
        Product("cbn", "2017-09-12", "cbn.aliyuncs.com", "cbn.aliyuncs.com", "cen"),
        Product(
            "slb",
            "2014-05-15",
            "slb.{region}.aliyuncs.com",
            "slb.aliyuncs.com",
            "slb",
            "RegionId",
            tuple((region, "slb.aliyuncs.com") for region in SLB_CENTRAL),
        ),
    )
}


@dataclass(frozen=True)
class Paging:
    """How the answers to a call come in pages.

    items:  path of the list in an answer, parts divided by dots
    number: parameter of the page's number; "" where pages follow a token or where there is one page only
    size:   parameter of a page's length, "" where there is one page only
    length: items of a page that are asked for: the most that the call gives
    total:  path of the number of all items, for pages with numbers
    """

    items: str
    number: str = ""
    size: str = ""
    length: int = 0
    total: str = ""


def numbered(items: str, length: int = 50) -> Paging:
    """PageNumber, PageSize and TotalCount."""
    return Paging(items, "PageNumber", "PageSize", length, "TotalCount")


def by_token(items: str, length: int = 100, size: str = "MaxResults") -> Paging:
    """MaxResults and NextToken."""
    return Paging(items, size=size, length=length)


@dataclass(frozen=True)
class Action:
    """One call.

    style:  RPC (parameters in the query) or ROA (a path, parameters in the query or a JSON body)
    path:   with {names} to fill in
    token:  whether it takes a ClientToken, so that it may be sent twice
    ram:    name of the RAM action that permits it where it is not the call's own
    region: parameter that names its region where it is not the product's
    """

    name: str
    product: str
    style: t.Literal["RPC", "ROA"] = "RPC"
    method: str = "POST"
    path: str = "/"
    paging: Paging | None = None
    token: bool = False
    ram: str = ""
    region: str = ""

    @property
    def is_read(self) -> bool:
        return self.name.startswith(READS)

    @property
    def may_be_sent_twice(self) -> bool:
        return self.is_read or self.token

    @property
    def permission(self) -> str:
        """The RAM action that permits the call, "ecs:AuthorizeSecurityGroup"."""
        return f"{PRODUCTS[self.product].ram}:{self.ram or self.name}"

    @property
    def region_parameter(self) -> str:
        return self.region or PRODUCTS[self.product].region


def _cs(name: str, path: str, paging: Paging | None = None, ram: str = "", region: str = "") -> Action:
    return Action(name, "cs", "ROA", "GET", path, paging, ram=ram, region=region)


CLUSTERS = Paging("clusters", "page_number", "page_size", 50, "page_info.total_count")
NODES = Paging("nodes", "pageNumber", "pageSize", 100, "page.total_count")
ACCESS_LIST = Paging("AclEntrys.AclEntry", "Page", "PageSize", 50, "TotalAclEntry")
ATTACHMENTS = by_token("TransitRouterAttachments")

_ALL = (
    # clusters
    _cs("DescribeClustersV1", "/api/v1/clusters", CLUSTERS, ram="GetClusters", region="region_id"),
    _cs("DescribeClusterDetail", "/clusters/{ClusterId}"),
    _cs("DescribeClusterNodePools", "/clusters/{ClusterId}/nodepools", Paging("nodepools")),
    _cs("DescribeClusterNodes", "/clusters/{ClusterId}/nodes", NODES),
    _cs("ListClusterAddonInstances", "/clusters/{ClusterId}/addon_instances", Paging("addons")),
    _cs("DescribeClusterUserKubeconfig", "/k8s/{ClusterId}/user_config"),
    # VPCs
    Action("DescribeVpcs", "vpc", paging=numbered("Vpcs.Vpc")),
    Action("DescribeVpcAttribute", "vpc"),
    Action("DescribeVSwitches", "vpc", paging=numbered("VSwitches.VSwitch")),
    Action("DescribeRouteTableList", "vpc", paging=numbered("RouterTableList.RouterTableListType")),
    Action("DescribeRouteEntryList", "vpc", paging=by_token("RouteEntrys.RouteEntry", size="MaxResult")),
    # security groups
    Action("DescribeSecurityGroups", "ecs", paging=by_token("SecurityGroups.SecurityGroup")),
    Action("DescribeSecurityGroupAttribute", "ecs", paging=by_token("Permissions.Permission", 1000)),
    Action("AuthorizeSecurityGroup", "ecs", token=True),
    Action("AuthorizeSecurityGroupEgress", "ecs", token=True),
    Action("RevokeSecurityGroup", "ecs", token=True),
    Action("RevokeSecurityGroupEgress", "ecs", token=True),
    # classic load balancers
    Action("DescribeLoadBalancerListeners", "slb", paging=by_token("Listeners")),
    Action("DescribeAccessControlListAttribute", "slb", paging=ACCESS_LIST),
    # CEN
    Action("CheckTransitRouterService", "cbn", token=True),
    Action("OpenTransitRouterService", "cbn", token=True),
    Action("DescribeCens", "cbn", paging=numbered("Cens.Cen")),
    Action("CreateCen", "cbn", token=True),
    Action("DeleteCen", "cbn"),
    Action("ListTransitRouters", "cbn", paging=numbered("TransitRouters")),
    Action("CreateTransitRouter", "cbn", token=True),
    Action("DeleteTransitRouter", "cbn", token=True),
    Action("ListTransitRouterAvailableResource", "cbn"),
    Action("ListTransitRouterVpcAttachments", "cbn", paging=ATTACHMENTS),
    Action("CreateTransitRouterVpcAttachment", "cbn", token=True),
    Action("UpdateTransitRouterVpcAttachmentAttribute", "cbn", token=True),
    Action("DeleteTransitRouterVpcAttachment", "cbn", token=True),
    Action("ListTransitRouterPeerAttachments", "cbn", paging=ATTACHMENTS),
    Action("CreateTransitRouterPeerAttachment", "cbn", token=True),
    Action("UpdateTransitRouterPeerAttachmentAttribute", "cbn", token=True),
    Action("DeleteTransitRouterPeerAttachment", "cbn", token=True),
    Action("ListTransitRouterRouteTables", "cbn", paging=by_token("TransitRouterRouteTables")),
    Action("ListTransitRouterRouteTableAssociations", "cbn", paging=by_token("TransitRouterAssociations")),
    Action("AssociateTransitRouterAttachmentWithRouteTable", "cbn", token=True),
    Action("DissociateTransitRouterAttachmentFromRouteTable", "cbn", token=True),
    Action("ListTransitRouterRouteTablePropagations", "cbn", paging=by_token("TransitRouterPropagations")),
    Action("EnableTransitRouterRouteTablePropagation", "cbn", token=True),
    Action("DisableTransitRouterRouteTablePropagation", "cbn", token=True),
    Action("ListTransitRouterRouteEntries", "cbn", paging=by_token("TransitRouterRouteEntries")),
    Action("CreateTransitRouterRouteEntry", "cbn", token=True),
    Action("DeleteTransitRouterRouteEntry", "cbn", token=True),
    Action("DescribePublishedRouteEntries", "cbn", paging=numbered("PublishedRouteEntries.PublishedRouteEntry")),
    Action("PublishRouteEntries", "cbn"),
    Action("WithdrawPublishedRouteEntries", "cbn"),
    Action("DescribeRouteConflict", "cbn", paging=numbered("RouteConflicts.RouteConflict")),
)
ACTIONS: dict[str, Action] = {action.name: action for action in _ALL}
