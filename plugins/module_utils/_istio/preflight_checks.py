# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of members and mesh by what the inventory says, and by what was read of the clusters before."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .._address_plan.blocks import Range, parse_block
from .._errors import MeshError
from .._kubernetes.kubeconfig import check_server
from .._names import DNS_LABEL, LABEL_VALUE
from .._problems import ERROR, WARNING, Problem
from .cluster_facts import PODS_IN_VPC
from .kubeconfig_file import mode_problems, server_of
from .locality import label_problems, setting_problems
from .operator_checks import RECORD, adopted_problems, engine_problems, operator_problems
from .supported_versions import istio_problems, kubernetes_problems

Dict = dict[str, t.Any]

MANY_NODES = 3
# Nodes that are not among the workers, and workers that take no ordinary pods.
NOT_COUNTED = {
    "cordoned": "cordoned",
    "tainted": "tainted",
    "control_planes": "of the control plane",
    "virtual": "virtual",
}


@dataclass(frozen=True)
class Member:
    """One cluster: what the inventory says of it, and what cluster_info read (None where it was not asked)."""

    options: Dict
    info: Dict | None

    @property
    def name(self) -> str:
        return str(self.options["name"])

    @property
    def is_primary(self) -> bool:
        return bool(self.options["role"] == "primary")

    @property
    def reached(self) -> Dict:
        """What was read of a cluster that answered, empty otherwise."""
        return self.info if self.info and self.info.get("reachable") else {}


def mesh_problems(params: t.Mapping[str, t.Any], members: list[Member]) -> t.Iterator[Problem]:
    """What is wrong with the mesh as a whole."""
    if not LABEL_VALUE.fullmatch(params["mesh_id"]):
        todo = "Set mesh_id to letters, digits, '-', '_' and '.', at most 63 of them"
        yield Problem(ERROR, f"mesh_id {params['mesh_id']!r} cannot be the value of a label", todo=todo)
    if params["engine"] == "helm":
        yield from istio_problems(params["istio_version"])
    else:
        yield from engine_problems(params, {member.options["network"] for member in members}, len(members))
    yield from network_problems(params, members)
    primaries = [member.name for member in members if member.is_primary]
    if len(primaries) != 1:
        found = f"{len(primaries)} primaries: {', '.join(primaries)}" if primaries else "no primary"
        todo = "Put exactly one host into the group istio_primary (mesh_primary_group)"
        yield Problem(ERROR, f"the mesh has {found}", "One cluster runs the control plane of all", todo)
    yield from domain_problems(members)
    yield from setting_problems([member.options["region"] for member in members], params["locality_routing"])


def network_problems(params: t.Mapping[str, t.Any], members: list[Member]) -> t.Iterator[Problem]:
    """Whether the clusters of each network can be one flat network, and whether there may be several clusters at all."""
    remotes = [member.name for member in members if not member.is_primary]
    if params["network_mode"] == "disabled" and remotes:
        what = f"mesh_network_mode is disabled, which is a mesh of one cluster, and there are remotes: {', '.join(remotes)}"
        todo = "Set mesh_network_mode to flat or gateway, or take the remotes out of the inventory"
        yield Problem(ERROR, what, todo=todo)
    for network in dict.fromkeys(member.options["network"] for member in members):
        vpcs = sorted({member.options["vpc_id"] for member in members if member.options["network"] == network} - {""})
        if len(vpcs) > 1 and not params["flat_across_vpcs"]:
            yield Problem(
                ERROR,
                f"the clusters of network {network} are in several VPCs ({', '.join(vpcs)}) but are to be one flat network",
                why="Pods of one VPC do not reach those of another unless their blocks are routed between the VPCs",
                todo="Join the VPCs (Cloud Enterprise Network, VPN) and then set mesh_flat_across_vpcs to true; or set "
                "mesh_network_mode to gateway, so that pods of different clusters meet at gateways only",
            )


def moved_problems(member: Member, read: Dict) -> t.Iterator[Problem]:
    """Whether the cluster is in another network already: its proxies and gateways would go on telling the old one."""
    found, wanted = (read.get("istio") or {}).get("network", ""), member.options["network"]
    if found and found != wanted:
        yield Problem(
            ERROR,
            f"the cluster is in network {found} of a running mesh, and is to be in {wanted}",
            why="A network is written into every sidecar: changed under way, requests between clusters would fail until all are restarted",
            todo=f"Leave it in {found} (mesh_network_mode, mesh_cluster_network). Or take it out of the mesh by multiregion.istio.leave "
            "and let it join again; the primary changes last, by hand: uninstall its releases once no remote is left",
            cluster=member.name,
        )


def domain_problems(members: list[Member]) -> t.Iterator[Problem]:
    """Whether all clusters that were read have one cluster domain."""
    domains = {member.name: member.reached.get("domain") for member in members}
    known = {name: domain for name, domain in domains.items() if domain}
    if len(set(known.values())) > 1:
        listed = ", ".join(f"{domain} ({name})" for name, domain in sorted(known.items()))
        yield Problem(
            ERROR,
            f"the clusters have different cluster domains: {listed}",
            why="A Service must have the same name in all members of a mesh",
            todo="Leave out of the mesh the clusters whose domain is another; it is set when a cluster is created",
        )


def name_problems(member: Member, params: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """A cluster's name is an object's name, a key, a label and a part of paths: one string everywhere."""
    names = Counter(options["name"] for options in params["clusters"])
    if not DNS_LABEL.fullmatch(member.name):
        host = member.options["hostname"] or member.name
        todo = f"Set mesh_cluster_name of host {host} to lower-case letters, digits and '-', at most 63 of them"
        yield Problem(ERROR, f"the name {member.name!r} is not a DNS-1123 label", "", todo, member.name)
    if names[member.name] > 1:
        hosts = [options["hostname"] for options in params["clusters"] if options["name"] == member.name]
        what = f"{names[member.name]} clusters have the name {member.name} (hosts {', '.join(hosts)})"
        yield Problem(ERROR, what, "", "Set mesh_cluster_name to a name of its own for each", member.name)
    if not LABEL_VALUE.fullmatch(member.options["network"]):
        todo = "Set mesh_cluster_network to letters, digits, '-', '_' and '.', at most 63 of them"
        what = f"the network {member.options['network']!r} cannot be the value of a label"
        yield Problem(ERROR, what, "", todo, member.name)


def missing_problems(member: Member) -> t.Iterator[Problem]:
    """Required variables that the inventory does not set."""
    missing = member.options["missing"]
    if missing:
        what = f"not set for host {member.options['hostname'] or member.name}: {', '.join(missing)}"
        yield Problem(ERROR, what, "", "Set it in the inventory; the README says what each variable means", member.name)


def kubeconfig_problems(member: Member) -> tuple[str, list[Problem]]:
    """The URL of the API server that the kubeconfig names (empty where it cannot be read), and what is wrong with it."""
    path = member.options["kubeconfig"]
    try:
        server = server_of(path, member.options["context"]) if path else ""
        return server, [*mode_problems(path, member.name)] if path else []
    except MeshError as error:
        return "", [Problem(ERROR, error.what, error.why, error.todo, member.name)]


def server_problems(member: Member, server: str) -> t.Iterator[Problem]:
    """Whether the primary can use the URL of a remote's API server at all."""
    try:
        if server and not member.is_primary:
            check_server(server, member.name)
    except MeshError as error:
        yield Problem(ERROR, error.what, error.why, error.todo, member.name)


def read_problems(member: Member, params: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """What cluster_info found, and what this mesh asks of a cluster beyond it."""
    for found in (member.info or {}).get("problems", []):
        yield Problem(found["severity"], found["what"], found.get("why", ""), found.get("todo", ""), member.name)
    read = member.reached
    if not read:
        return
    yield from moved_problems(member, read)
    if params["engine"] == "helm":
        yield from kubernetes_problems(params["istio_version"], read["kubernetes"], member.name)
    if member.is_primary:
        yield from record_problems(member.name, (read.get("istio") or {}).get("traces", []), params)
    yield from worker_problems(read.get("workers"), params["minimum_workers"], member.name)
    yield from plugin_problems(member, read.get("network_plugin", ""))
    yield from undeclared_problems(member, read["nodes"])
    if params["locality_routing"]:
        yield from label_problems(member.name, member.options["region"], read["nodes"])


def record_problems(primary: str, traces: list[Dict], params: t.Mapping[str, t.Any]) -> t.Iterator[Problem]:
    """What the primary has of resources by which the mesh is recorded, and of an operator where one is to reconcile them."""
    if params["engine"] == "operator":
        yield from operator_problems(traces, params["api_version"], primary)
        yield from adopted_problems(traces, primary)
    else:
        yield from adopted_problems([found for found in traces if found["kind"] == RECORD], primary)


def worker_problems(workers: Dict | None, wanted: int, cluster: str) -> t.Iterator[Problem]:
    """Whether enough workers are Ready, and take ordinary pods. Nothing where they could not be counted."""
    if workers is None:
        return
    why = "Control plane and gateways are spread over workers, so that one may fail"
    others = [f"{workers[key]} {text}" for key, text in NOT_COUNTED.items() if workers.get(key)]
    beside = f" ({', '.join(others)})" if others else ""
    if workers["ready"] < wanted:
        what = f"{workers['ready']} of {workers['total']} workers are Ready, at least {wanted} are wanted{beside}"
        todo = "Repair or add workers, or lower mesh_preflight_minimum_workers (0 means no check)"
        yield Problem(ERROR, what, why, todo, cluster)
    elif workers.get("schedulable", wanted) < wanted:
        what = f"only {workers['schedulable']} of {workers['ready']} Ready workers take ordinary pods{beside}"
        todo = "Uncordon workers, or give istiod and the gateways tolerations by their values"
        yield Problem(WARNING, what, why, todo, cluster)


def plugin_problems(member: Member, plugin: str) -> t.Iterator[Problem]:
    """Whether pods are in the VPC as the inventory says, where the network plugin tells it for sure."""
    in_vpc = PODS_IN_VPC.get(plugin)
    if in_vpc is not None and in_vpc != member.options["pods_in_vpc"]:
        where = "in the VPC" if in_vpc else "in blocks of their own"
        yield Problem(
            WARNING,
            f"network plugin {plugin} puts pods {where}, but mesh_cluster_pods_in_vpc is {str(not in_vpc).lower()}",
            why="The address plan is checked by other rules than those that apply",
            todo=f"Set mesh_cluster_pods_in_vpc to {str(in_vpc).lower()}",
            cluster=member.name,
        )


def undeclared_problems(member: Member, nodes: list[Dict]) -> t.Iterator[Problem]:
    """Nodes and their pod blocks that the plan does not know: then the plan's check says too little.

    The declared blocks stay what is checked: a node tells of its own part of them only.
    """
    options = member.options
    declared = {"node": options["vpc_cidrs"] + options["vswitch_cidrs"], "pod": options["pod_cidrs"]}
    seen = {
        "node": [(node["name"], address) for node in nodes for address in node["addresses"]],
        "pod": [(node["name"], cidr) for node in nodes for cidr in node["pod_cidrs"]],
    }
    for kind, variable in (("node", "mesh_cluster_vpc_cidrs"), ("pod", "mesh_cluster_pod_cidrs")):
        blocks = [block for block in (readable(text, "vpc") for text in declared[kind]) if block]
        versions = {block.version for block in blocks}
        outside = []
        for node, text in seen[kind]:
            block = readable(text, "address" if kind == "node" else "pod")
            if block and block.version in versions and not any(known.holds(block) for known in blocks):
                outside.append(f"{text} (node {node})")
        if outside:
            more = f" and {len(outside) - MANY_NODES} more" if outside[MANY_NODES:] else ""
            listed = ", ".join(outside[:MANY_NODES]) + more
            what = f"{kind} addresses outside the declared blocks: {listed}"
            yield Problem(WARNING, what, "Overlaps with them cannot be found", f"Correct {variable}", member.name)


def readable(text: str, kind: str) -> Range | None:
    """The range of a block or address, None where it cannot be read."""
    try:
        return parse_block(text, kind)[1]
    except ValueError:
        return None
