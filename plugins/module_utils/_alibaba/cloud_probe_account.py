# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account as cloud_probe reads it: by a client that cannot change anything."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._errors import MeshError
from .._retry import Backoff
from .actions import ACTIONS, PRODUCTS
from .cen.read import read_cen, read_vswitches, read_zones
from .cen.state import Before, Vpc, Wanted, WantedVpc
from .cen.zones import mappings
from .client import Client, found
from .credentials import Options
from .errors import AlibabaError

Answer = dict[str, t.Any]

# Writes that are sent, as dry runs alone. Each must offer DryRun: a call that does not know it ignores it, and writes.
DRY_RUNS = frozenset(
    {
        "CreateTransitRouter",
        "CreateTransitRouterVpcAttachment",
        "CreateTransitRouterPeerAttachment",
        "CreateTransitRouterRouteEntry",
    }
)
# A read by its name, that issues a credential which nothing revokes.
ISSUES = ("DescribeClusterUserKubeconfig",)
PASSED = "DryRunOperation"


@dataclass(frozen=True)
class Cluster:
    """One of the mesh's. `id` and `vpc_id` are "" where they are not known."""

    name: str
    region: str
    id: str = ""
    vpc_id: str = ""
    security_group_ids: tuple[str, ...] = ()


class ReadOnlyClient(Client):
    """A client that sends reads and dry runs alone, and each of them once.

    answered: whether the cloud has done as it was asked at least once
    errors:   all that were raised
    dry_runs: action -> the code by which a dry run says that the write would be done, "" for an answer without an error
    """

    def __init__(self, options: Options) -> None:
        super().__init__(options, backoff=Backoff(tries=4))
        self.answered = False
        self.errors: list[AlibabaError] = []
        self.dry_runs: dict[str, str] = {}
        self._known: dict[str, Answer | AlibabaError] = {}

    def call(
        self,
        action: str,
        region: str = "",
        *,
        path: t.Mapping[str, str] | None = None,
        body: t.Mapping[str, t.Any] | None = None,
        **parameters: t.Any,
    ) -> Answer:
        """As Client.call. Raises MeshError for a call that could change something: none is sent."""
        row = ACTIONS[action]
        is_dry_run = action in DRY_RUNS and parameters.get("DryRun") is True
        if body or action in ISSUES or not (row.is_read or is_dry_run):
            raise MeshError(f"{action} is no read and no dry run, so it was not sent", todo="Report this as a bug")
        # An endpoint that did not answer is not asked again: each try takes its time.
        silent = PRODUCTS[row.product].endpoint(region)
        key = json.dumps([action, region, path, parameters], sort_keys=True)
        outcome = self._known.get(silent) or self._known.get(key)
        if outcome is None:
            try:
                outcome = super().call(action, region, path=path, **parameters)
                self.answered = True
            except AlibabaError as error:
                outcome = error
                self.errors.append(error)
            self._known[key if getattr(outcome, "status", 1) else silent] = outcome
        if isinstance(outcome, AlibabaError):
            raise outcome
        return outcome

    def dry_run(self, action: str, **parameters: t.Any) -> str:
        """The code with which the cloud would refuse a write, "" where it would do it.

        Raises AlibabaError where neither is known: the call was denied, or the cloud was busy.
        """
        try:
            self.call(action, DryRun=True, **parameters)
        except AlibabaError as error:
            if error.denied or error.passing or not error.code:
                raise
            if error.code != PASSED:
                return error.code
            self.answered = True
            self.dry_runs[action] = PASSED
            return ""
        self.dry_runs[action] = ""
        return ""


class Account:
    """What the facts are looked for in."""

    def __init__(self, options: Options, clusters: t.Sequence[Cluster]) -> None:
        self.options = options
        self.client = ReadOnlyClient(options)
        self.clusters = tuple(clusters)

    def groups(self, cluster: Cluster) -> t.Iterator[list[Answer]]:
        """The rules of each security group, as ECS tells them."""
        for group in cluster.security_group_ids:
            yield self.client.pages(
                "DescribeSecurityGroupAttribute", cluster.region, SecurityGroupId=group, Direction="all"
            )

    def vpc(self, cluster: Cluster) -> Answer:
        """{} where the cluster's VPC is not known."""
        if not cluster.vpc_id:
            return {}
        return self.client.call("DescribeVpcAttribute", cluster.region, VpcId=cluster.vpc_id)

    def cens_of(self, cluster: Cluster) -> list[str]:
        """CENs that the cluster's VPC is in."""
        return [x["CenId"] for x in found(self.vpc(cluster), "AssociatedCens.AssociatedCen") or []]

    def cens(self) -> list[str]:
        """CENs that the clusters' VPCs are in. Raises AlibabaError where no VPC could be asked for."""
        cens: list[str] = []
        errors: list[AlibabaError] = []
        for cluster in self.clusters:
            try:
                cens += self.cens_of(cluster)
            except AlibabaError as error:
                errors.append(error)
        if errors and not cens:
            raise errors[0]
        return list(dict.fromkeys(cens))

    def cen(self, cen_id: str) -> Before:
        """All of a CEN: transit routers, their tables, attachments."""
        return read_cen(self.client, Wanted("", cen_id=cen_id))

    def publishing(self, cen_id: str) -> frozenset[str]:
        """Peer attachments of a CEN that publish routes, at every end that is told."""
        rows = self.client.pages("ListTransitRouterPeerAttachments", CenId=cen_id)
        keep = {x["TransitRouterAttachmentId"] for x in rows if not x.get("AutoPublishRouteEnabled")}
        return frozenset(x["TransitRouterAttachmentId"] for x in rows) - keep

    def attach(self, cluster: Cluster, cen_id: str) -> str:
        """How the cloud would refuse to attach the cluster's VPC to a CEN, "" where it would do it. Nothing is attached."""
        wanted = WantedVpc(cluster.vpc_id, cluster.region)
        vpc = Vpc(cluster.vpc_id, cluster.region, "", (), vswitches=tuple(read_vswitches(self.client, wanted)))
        zones, problem = mappings(wanted, vpc, read_zones(self.client, cluster.region))
        if problem:
            return f"InvalidZones ({problem.what})"
        return self.client.dry_run(
            "CreateTransitRouterVpcAttachment",
            CenId=cen_id,
            RegionId=cluster.region,
            VpcId=cluster.vpc_id,
            ZoneMappings=zones,
            AutoPublishRouteEnabled=True,
            ChargeType="POSTPAY",
        )
