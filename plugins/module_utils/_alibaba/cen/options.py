# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the module cen_network, and what is wanted by them."""

from __future__ import annotations

import typing as t

from ..._errors import MeshError
from .state import CEN_LINK, EXISTING, PUBLISHED, STATIC, Network, Pair, Wanted, WantedVpc

Spec = dict[str, dict[str, t.Any]]


def network_options() -> Spec:
    """The argument spec, without who calls."""
    vpc: Spec = {
        "vpc_id": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "cluster": {"type": "str", "default": ""},
        "vswitch_ids": {"type": "list", "elements": "str", "default": []},
        "pod_cidrs": {"type": "list", "elements": "str", "default": []},
        "pods_in_vpc": {"type": "bool", "default": False},
    }
    package: Spec = {
        "regions": {"type": "list", "elements": "str", "required": True},
        "package_id": {"type": "str", "required": True},
    }
    return {
        "mesh_id": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "vpcs": {"type": "list", "elements": "dict", "default": [], "options": vpc},
        "remaining_vpcs": {"type": "list", "elements": "dict", "default": [], "options": vpc},
        "link": {"type": "str", "choices": [CEN_LINK, EXISTING], "default": CEN_LINK},
        "cen_id": {"type": "str", "default": ""},
        "route_tables": {"type": "dict", "default": {}},
        "pod_routes": {"type": "str", "choices": [STATIC, PUBLISHED], "default": STATIC},
        "bandwidth": {"type": "int", "default": 100},
        "link_type": {"type": "str", "choices": ["Gold", "Platinum"], "default": "Gold"},
        "bandwidth_packages": {"type": "list", "elements": "dict", "default": [], "options": package},
        "joined_vpcs": {"type": "list", "elements": "str", "default": []},
        "cross_border_approved": {"type": "bool", "default": False},
        "open_service": {"type": "bool", "default": False},
        "route_quota": {"type": "int", "default": 200},
        "wait_timeout": {"type": "int", "default": 2520},
        "wait_interval": {"type": "float", "default": 1},
    }


def wanted_of(params: t.Mapping[str, t.Any]) -> Wanted:
    """What the options say. Raises MeshError for blocks that are none, and for a VPC in two regions."""
    if params["bandwidth"] < 1:
        raise MeshError(f"bandwidth {params['bandwidth']} is no number of Mbit/s", todo="Give 1 or more")
    vpcs, remaining = vpcs_of(params["vpcs"]), vpcs_of(params["remaining_vpcs"])
    if remaining and not (vpcs and params["state"] == "absent"):
        raise MeshError(
            "remaining_vpcs goes with state: absent and vpcs", todo="Give in vpcs those of the member that leaves"
        )
    # Where one remains, nothing joins VPCs any more: all goes.
    is_last = bool(remaining) and len(remaining) < 2
    return Wanted(
        mesh_id=params["mesh_id"],
        vpcs=() if is_last else vpcs,
        remaining=() if is_last else remaining,
        link=params["link"],
        cen_id=params["cen_id"],
        route_tables={str(region): str(table) for region, table in params["route_tables"].items()},
        pod_routes=params["pod_routes"],
        bandwidth=params["bandwidth"],
        link_type=params["link_type"],
        packages=dict(package_of(row) for row in params["bandwidth_packages"]),
        joined=frozenset(params["joined_vpcs"]),
        cross_border_approved=params["cross_border_approved"],
        open_service=params["open_service"],
        quota=params["route_quota"],
    )


def vpcs_of(rows: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[WantedVpc, ...]:
    """One for each VPC, in order: several clusters may be in one."""
    together: dict[str, list[t.Mapping[str, t.Any]]] = {}
    for row in rows:
        together.setdefault(row["vpc_id"], []).append(row)
    return tuple(vpc_of(vpc_id, together[vpc_id]) for vpc_id in sorted(together))


def vpc_of(vpc_id: str, rows: t.Sequence[t.Mapping[str, t.Any]]) -> WantedVpc:
    regions = sorted({row["region"] for row in rows})
    if len(regions) > 1:
        raise MeshError(f"VPC {vpc_id} is said to be in {' and in '.join(regions)}", todo="A VPC is in one region")
    pods = [block_of(x, row) for row in rows if not row["pods_in_vpc"] for x in row["pod_cidrs"]]
    return WantedVpc(
        vpc_id=vpc_id,
        region=regions[0],
        clusters=tuple(dict.fromkeys(row["cluster"] for row in rows if row["cluster"])),
        vswitch_ids=tuple(dict.fromkeys(x for row in rows for x in row["vswitch_ids"])),
        pods=tuple(dict.fromkeys(pods)),
    )


def package_of(row: t.Mapping[str, t.Any]) -> tuple[Pair, str]:
    """A bandwidth package by its regions, in order."""
    regions = sorted(set(row["regions"]))
    if len(regions) != 2:
        todo = "Name the two regions whose traffic it is for"
        raise MeshError(f"bandwidth package {row['package_id']} has {len(regions)} regions", todo=todo)
    return (regions[0], regions[1]), row["package_id"]


def block_of(text: str, row: t.Mapping[str, t.Any]) -> Network:
    try:
        return Network(text)
    except ValueError as error:
        todo = "Give an IPv4 block as 10.101.0.0/16, without host bits"
        raise MeshError(
            f"pod_cidrs {text!r} of VPC {row['vpc_id']}", cluster=row["cluster"], why=str(error), todo=todo
        ) from error
