# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers of ingress gateways: what their variables mean on Alibaba Cloud, and where they would mean nothing. Pure.

Annotations and their limits: ACK's "Considerations for configuring a LoadBalancer type Service" and "Add annotations to the YAML file
of a Service to configure CLB instances".
"""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field

from .._errors import MeshError
from .._problems import ERROR, Problem
from .preflight_checks import Member

PREFIX = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-"
LOAD_BALANCER_ID = PREFIX + "id"
VARIABLES = {"primary": "primary_istio_ingress", "remote": "remote_cluster_ingress"}


@dataclass(frozen=True)
class Ingress:
    """What a cluster's variables say of its ingress gateway's Service. `variables` is what the names of these begin with."""

    cluster: str
    variables: str
    provider: str = "none"
    service_type: str = "LoadBalancer"
    public: bool = True
    load_balancer_id: str = ""
    override_listeners: bool = False
    annotations: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def given(self) -> list[str]:
        """The variables that ask for another load balancer than clouds make by themselves, in words."""
        asked = {
            "public is false": not self.public,
            f"load_balancer_id is {self.load_balancer_id}": self.load_balancer_id,
            "override_listeners is true": self.override_listeners,
        }
        return [f"{self.variables}_{words}" for words, is_asked in asked.items() if is_asked]


def ingress_of(member: Member) -> Ingress:
    options = member.options
    return Ingress(
        cluster=member.name,
        variables=VARIABLES[options["role"]],
        provider=options["provider"],
        service_type=options["ingress_service_type"],
        public=options["ingress_public"],
        load_balancer_id=options["ingress_load_balancer_id"],
        override_listeners=options["ingress_override_listeners"],
        annotations=options["ingress_annotations"],
    )


def ingress_problems(ingress: Ingress) -> t.Iterator[Problem]:
    """Variables that would have no effect."""
    names = ingress.variables
    if not ingress.given:
        return
    asked = ", ".join(ingress.given)
    if ingress.provider != "ack":
        yield Problem(
            ERROR,
            f"{asked}, which has no effect where mesh_cluster_provider is {ingress.provider}",
            why="Only Alibaba Cloud's load balancers are told by these variables",
            todo=f"Set mesh_cluster_provider to ack if the cluster is one of ACK; else leave them out, and say it in {names}_annotations "
            "as the cloud of the cluster wants it",
            cluster=ingress.cluster,
        )
    elif ingress.service_type != "LoadBalancer":
        yield Problem(
            ERROR,
            f"{asked}, which has no effect where {names}_service_type is {ingress.service_type}",
            why="There is no load balancer then",
            todo=f"Set {names}_service_type to LoadBalancer, or leave them out",
            cluster=ingress.cluster,
        )
    elif ingress.override_listeners and not ingress.load_balancer_id:
        yield Problem(
            ERROR,
            f"{names}_override_listeners is true, which has no effect where {names}_load_balancer_id is not set",
            why="ACK always looks after the listeners of load balancers that it makes itself",
            todo=f"Set {names}_load_balancer_id to the id of an existing load balancer, or leave {names}_override_listeners out",
            cluster=ingress.cluster,
        )


def annotations_of(ingress: Ingress) -> dict[str, t.Any]:
    """Annotations of the Service: those that the variables stand for, and the user's own, which win.

    Raises MeshError for variables that would have no effect.
    """
    for problem in ingress_problems(ingress):
        raise MeshError(problem.what, cluster=problem.cluster, why=problem.why, todo=problem.todo)
    if ingress.provider != "ack" or ingress.service_type != "LoadBalancer":
        return {**ingress.annotations}
    made = {PREFIX + "address-type": "internet" if ingress.public else "intranet"}
    if ingress.load_balancer_id:
        made[LOAD_BALANCER_ID] = ingress.load_balancer_id
        made[PREFIX + "force-override-listeners"] = "true" if ingress.override_listeners else "false"
    return {**made, **ingress.annotations}


def shared_problems(members: t.Iterable[Member]) -> t.Iterator[Problem]:
    """Existing load balancers that several Services of the mesh are to use: ingress gateways and istiod's."""
    users: dict[str, list[str]] = defaultdict(list)
    for member in members:
        ingress = ingress_of(member)
        found = ingress.annotations.get(LOAD_BALANCER_ID) or ingress.load_balancer_id
        users[found].append(f"the ingress gateway of {member.name}")
        if member.is_primary:
            users[member.options["pilot_annotations"].get(LOAD_BALANCER_ID, "")].append(f"istiod of {member.name}")
    for load_balancer, services in users.items():
        if load_balancer and len(services) > 1:
            yield Problem(
                ERROR,
                f"load balancer {load_balancer} is to serve {' and '.join(services)}",
                why="A port of a load balancer leads to one Service, and controllers of two clusters would overwrite each other's",
                todo="Give each a load balancer of its own (primary_istio_ingress_load_balancer_id, "
                "remote_cluster_ingress_load_balancer_id, primary_istio_pilot_annotations), or leave the id out and a new one is made",
            )
