# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a target that is not reached: on which side, by which rule, for which addresses. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._problems import ERROR, Problem
from .network_probe_pairs import TO_API_SERVER, TO_POD, Pair

SIZE = "100 KB"


@dataclass(frozen=True)
class Place:
    """A cluster as rules see it: the addresses that its probe sends from, and the security groups of its nodes and pods."""

    cluster: str
    pod: str = ""
    node: str = ""
    security_groups: tuple[str, ...] = ()

    @property
    def sources(self) -> str:
        """From where its packets come: a pod's address, or its node's where the network plugin translates it."""
        found = [
            f"{self.pod} (pod of {self.cluster})" if self.pod else "",
            f"{self.node} (its node)" if self.node else "",
        ]
        return " and ".join(filter(None, found)) or f"pods and nodes of {self.cluster}"

    @property
    def groups(self) -> str:
        """Its security groups in words."""
        named = f" ({', '.join(self.security_groups)})" if self.security_groups else ""
        return f"the security groups of {self.cluster}{named}"


def pair_problems(pairs: t.Sequence[Pair], places: t.Mapping[str, Place]) -> list[Problem]:
    """One problem for each pair that was tried and failed. It is the cluster's where something has to be changed."""
    works = {(pair.source, pair.target.cluster) for pair in pairs if pair.target.what == TO_POD and pair.ok}
    problems = []
    for pair in pairs:
        if pair.ok is False and pair.step:
            source, target = places[pair.source], places[pair.target.cluster]
            is_way_back_open = (pair.target.cluster, pair.source) in works
            problems.append(problem(pair, source, target, is_way_back_open))
    return problems


def problem(pair: Pair, source: Place, target: Place, is_way_back_open: bool) -> Problem:
    """The problem of one pair."""
    if pair.step == "probe":
        todo = "Run it again; check that the API server of this cluster reaches its kubelets and that port-forward is allowed"
        return Problem(ERROR, f"nothing could be tried towards {target.cluster}", pair.why, todo, source.cluster)
    if pair.target.what == TO_API_SERVER:
        return api_server_problem(pair, source)
    if pair.step == "reach":
        return reach_problem(pair, source, target, is_way_back_open)
    return size_problem(pair, source, target)


def reach_problem(pair: Pair, source: Place, target: Place, is_way_back_open: bool) -> Problem:
    """No connection between pods: a rule of the receiving side, or a route where the other way fails, too."""
    port = pair.target.port
    first = (
        f"The other way works, so there is a route: look at {target.groups}"
        if is_way_back_open
        else f"The other way does not work either: look first for routes between the pod blocks of both (VPC route tables,"
        f" CEN), then at {target.groups}"
    )
    return Problem(
        ERROR,
        f"pods of {source.cluster} do not reach pods of {target.cluster} on TCP port {port} ({pair.target.address})",
        pair.why,
        f"{first}: TCP port {port} has to be let in from {source.sources}, and by network policies",
        target.cluster,
    )


def size_problem(pair: Pair, source: Place, target: Place) -> Problem:
    """Small requests pass, large ones do not: the path's MTU, seldom its bandwidth."""
    port = pair.target.port
    sender, receiver = (source, target) if pair.step == "send" else (target, source)
    return Problem(
        ERROR,
        f"{SIZE} do not get from a pod of {sender.cluster} to one of {receiver.cluster}, while small requests do"
        f" (TCP port {port} of {pair.target.address})",
        pair.why,
        "Make the MTU of pods no larger than the path's (VPN, tunnels, network plugin), or let in the ICMP messages by which"
        f" it is found out, at {sender.groups}; and check the bandwidth of the link",
        sender.cluster,
    )


def api_server_problem(pair: Pair, source: Place) -> Problem:
    """No API server: it has no security group of the cluster, but an access list of its load balancer."""
    target = pair.target
    return Problem(
        ERROR,
        f"pods of {source.cluster} do not reach the API server of {target.cluster} on TCP port {target.port} ({target.address})",
        pair.why,
        f"Let {source.sources} in where this address is: by the access list of the load balancer before the API server, which is no"
        f" rule of a security group, or by a firewall; check the routes from {source.cluster}, and mesh_cluster_api_server of"
        f" {target.cluster}",
        target.cluster,
    )
