# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two clusters whose address plan is sound, and ways to spoil it: shared by the tests of the address plan."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.blocks import Cluster
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.check import Plan, check_plan
from ansible_collections.multiregion.istio.plugins.module_utils._address_plan.rules import Policy

EAST = Cluster(
    "east", "n1", "none", "vpc-1", False, ("10.1.0.0/16",), ("10.1.1.0/24",), ("10.3.0.0/16",), ("10.4.0.0/16",)
)
WEST = Cluster(
    "west", "n1", "none", "vpc-2", False, ("10.2.0.0/16",), ("10.2.1.0/24",), ("10.5.0.0/16",), ("10.6.0.0/16",)
)
IN_ONE_VPC: dict[str, t.Any] = {
    "vpc_id": "vpc-1",
    "vpc_cidrs": ("10.1.0.0/16",),
    "vswitch_cidrs": ("10.1.1.0/24",),
    "pods_in_vpc": True,
}
Overrides = dict[str, t.Any]


def check(east: Overrides, west: Overrides, external: tuple[str, ...] = (), **policy: bool) -> Plan:
    return check_plan([replace(EAST, **east), replace(WEST, **west)], external, Policy(**policy))


def found(plan: Plan) -> set[tuple[str, str, str, str]]:
    """(rule, severity, left kind, right kind) of each finding."""
    return {(x.rule, x.severity, x.left.kind, x.right.kind if x.right else "") for x in plan.findings}
