# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one cluster shows of how it belongs to the mesh, beyond its pods and gateways: trust, Services with pods, what nobody reads."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from functools import partial

from .._errors import MeshError
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import KubernetesClient, Object
from .._kubernetes.kinds import CONFIG_MAP, MUTATING_WEBHOOK, Kind
from .._problems import WARNING, Problem
from .trust import ROOT_CONFIG_MAP, Certificates, Webhook, root_in, webhooks_in
from .unheeded import KINDS, Unheeded, unheeded

ENDPOINT_SLICE = Kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices")
LIST = "list "
SERVICE_LABEL, HEADLESS_LABEL = "kubernetes.io/service-name", "service.kubernetes.io/headless"


@dataclass(frozen=True)
class View:
    """As read; None is not known, and `errors` say why.

    root:     certificates of ConfigMap istio-ca-root-cert, none where there is no such
    services: those with Ready pods, as namespace/name
    """

    root: Certificates | None = None
    webhooks: tuple[Webhook, ...] | None = None
    services: frozenset[str] | None = None
    unheeded: Unheeded = field(default_factory=dict)
    errors: tuple[MeshError, ...] = ()


def read_view(client: KubernetesClient, namespace: str, *, is_remote: bool, each: int) -> View:
    """Read all of it at once, over connections of `each` requests. Never raises: what may not be read is not known."""
    errors: list[MeshError] = []

    def attempt(call: t.Callable[[], t.Any], make: t.Callable[[t.Any], t.Any]) -> t.Any:
        try:
            return make(call())
        except MeshError as error:
            errors.append(error)
            return None

    kinds = KINDS if is_remote else ()
    root, webhooks, services, *lists = in_parallel(
        [
            partial(attempt, partial(client.get, CONFIG_MAP, ROOT_CONFIG_MAP, namespace), root_in),
            partial(attempt, partial(client.list, MUTATING_WEBHOOK), partial(webhooks_in, namespace=namespace)),
            partial(attempt, partial(client.list, ENDPOINT_SLICE), with_ready_pods),
            *(partial(attempt, partial(client.list, kind, metadata_only=True), list) for kind in kinds),
        ],
        each,
    )
    found = unheeded((kind, listed or []) for kind, listed in zip(kinds, lists, strict=True))
    return View(root, webhooks, services, found, tuple(errors))


def with_ready_pods(slices: t.Iterable[Object]) -> frozenset[str]:
    """The Services with an address of their own and a Ready pod behind it."""
    return frozenset(
        f"{one['metadata']['namespace']}/{labels[SERVICE_LABEL]}"
        for one in slices
        if SERVICE_LABEL in (labels := one["metadata"].get("labels") or {})
        and HEADLESS_LABEL not in labels
        and any(map(is_ready_pod, one.get("endpoints") or []))
    )


def is_ready_pod(endpoint: Object) -> bool:
    """An absent condition is to be taken for true (Kubernetes, EndpointConditions)."""
    is_ready = (endpoint.get("conditions") or {}).get("ready") is not False
    return is_ready and (endpoint.get("targetRef") or {}).get("kind") == "Pod"


def reading_problems(cluster: str, errors: t.Sequence[MeshError]) -> list[Problem]:
    """One warning for all that could not be read."""
    if not errors:
        return []
    actions = sorted({error.what.removeprefix("cannot ") for error in errors})
    lists = [action.removeprefix(LIST) for action in actions if action.startswith(LIST)]
    told = [action for action in actions if not action.startswith(LIST)] + ([LIST + ", ".join(lists)] if lists else [])
    return [
        Problem(
            WARNING,
            f"not all is known of the cluster: cannot {'; '.join(told)}",
            why=f"What is not read is not checked. {errors[0].why}",
            todo=errors[0].todo,
            cluster=cluster,
        )
    ]
