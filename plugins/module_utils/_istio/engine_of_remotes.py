# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of the role remote_cluster an engine knows. Pure. Each default is that of the role."""

from __future__ import annotations

from .engine_variables import (
    INGRESS_PORTS,
    INGRESS_REQUESTS,
    Values,
    Variable,
    given_of,
    helm,
    operator,
    without_effect,
)

PREFIX = "remote_cluster_"

IN_SPEC = "Say it in remote_cluster_spec, by the fields that the operator's release has"
GATEWAY = "The operator makes the gateway: say it in remote_cluster_spec.gateways, by the fields that its release has"
VARIABLES: dict[str, Variable] = {
    "revision": helm("", "The operator names revisions itself"),
    "ca": helm("self_signed", "Give the operator its authority by primary_istio_spec.citadel.caSecretName"),
    "values": helm({}, IN_SPEC, matters=False),
    "pilot_address": helm("", "The operator has the remotes reach the control plane", matters=False),
    "ingress_service_type": helm("LoadBalancer", GATEWAY),
    "ingress_public": helm(True, GATEWAY),
    "ingress_load_balancer_id": helm("", GATEWAY),
    "ingress_override_listeners": helm(False, GATEWAY),
    "ingress_annotations": helm({}, GATEWAY),
    "ingress_ports": helm(INGRESS_PORTS, GATEWAY),
    "ingress_min_replicas": helm(2, GATEWAY, matters=False),
    "ingress_max_replicas": helm(5, GATEWAY, matters=False),
    "ingress_requests": helm(INGRESS_REQUESTS, GATEWAY, matters=False),
    "ingress_values": helm({}, GATEWAY, matters=False),
    "docker_image_region": operator("", "Images come from mesh_hub or the charts"),
}


def warnings_for(engine: str, values: Values) -> list[str]:
    """A sentence for each variable that has no effect.

    values: the role's variables by their names without the prefix, with more or fewer than the table has
    Raises MeshError for variables that the engine does not know and that matter.
    """
    return without_effect(PREFIX, VARIABLES, given_of(VARIABLES, values), engine)
