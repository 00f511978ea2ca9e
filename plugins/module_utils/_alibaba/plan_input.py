# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters and options of a plan of rules as the filter security_group_rules takes them. No I/O."""

from __future__ import annotations

import typing as t
from dataclasses import fields

from .._errors import MeshError
from .rules import Cluster, Options, Strings, plan_rules

Object = dict[str, t.Any]

BLOCKS = ("pod_cidrs", "vswitch_cidrs", "vpc_cidrs", "gateway_addresses", "gateway_sources")
NODE_BLOCKS = ("vswitch", "vpc")


def planned(clusters: t.Iterable[t.Mapping[str, t.Any]], only: str, given: t.Mapping[str, t.Any]) -> list[Object]:
    """The plan as the option `groups` of ecs_security_group_rules: [{id, rules}, ...].

    clusters: as of the filter `cluster`, with security_group_ids, pod_security_group_ids, gateway_ports,
              gateway_addresses and gateway_sources where these are known
    Raises MeshError for what cannot be planned, or meant.
    """
    plan = plan_rules([cluster_from(cluster) for cluster in clusters], options_from(given), only)
    return [{"id": group, "rules": [rule.as_dict() for rule in rules]} for group, rules in plan.items()]


def cluster_from(given: t.Mapping[str, t.Any]) -> Cluster:
    name = str(given["name"])
    return Cluster(
        name=name,
        network=str(given["network"]),
        is_primary=given.get("role") == "primary",
        pods_in_vpc=bool(given.get("pods_in_vpc")),
        groups=strings(name, "security_group_ids", given),
        pod_groups=strings(name, "pod_security_group_ids", given),
        gateway_ports=ports(name, "gateway_ports", given),
        **{key: strings(name, key, given) for key in BLOCKS},
    )


def options_from(given: t.Mapping[str, t.Any]) -> Options:
    """The Options by name. Raises MeshError for a name that is none, and a value that cannot be meant."""
    defaults = {each.name: each.default for each in fields(Options)}
    if unknown := sorted(given.keys() - defaults.keys()):
        raise MeshError(
            f"no such option of a plan of rules: {', '.join(unknown)}", todo=f"There are {', '.join(defaults)}"
        )
    options: Object = {}
    for name, value in given.items():
        if name == "gateway_ports":
            options[name] = ports("", name, given)
        elif isinstance(defaults[name], tuple):
            options[name] = strings("", name, given)
        else:
            options[name] = value
    if options.get("node_blocks", "vswitch") not in NODE_BLOCKS:
        raise MeshError(f"node_blocks is {options['node_blocks']!r}", todo=f"Give one of {', '.join(NODE_BLOCKS)}")
    return Options(**options)


def strings(cluster: str, name: str, given: t.Mapping[str, t.Any]) -> Strings:
    """A list of strings; one string is split at commas, as Ansible does with options of type list."""
    value = given.get(name) or ()
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, (list, tuple)):
        raise MeshError(f"{name} is {value!r}, not a list", cluster=cluster)
    return tuple(str(item) for item in value)


def ports(cluster: str, name: str, given: t.Mapping[str, t.Any]) -> tuple[int, ...]:
    """A list of ports. Raises MeshError for what is none."""
    value = given.get(name) or ()
    items = value if isinstance(value, (list, tuple)) else (value,)
    try:
        found = tuple(int(item) for item in items)
    except (TypeError, ValueError):
        found = (0,)
    if any(not 1 <= port <= 65535 for port in found):
        raise MeshError(f"{name} is {value!r}, not a list of ports", cluster=cluster)
    return found
