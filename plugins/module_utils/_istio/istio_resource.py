# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logic of the module primary_istio: the Istio resource by which an operator runs the control plane of a mesh.

Read, refuse what must not be, apply what is asked for, wait for the operator.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from functools import partial

from .._errors import ApiError, MeshError
from .._kubernetes.apply import Change, apply_object, in_parallel
from .._kubernetes.client import KubernetesClient
from .._kubernetes.diff import LAST_APPLIED
from .._kubernetes.kinds import SECRET, Kind, describe
from .._kubernetes.options import access_from, apply_method_from
from .._kubernetes.ownership import ownership_of
from .._wait import Progress
from . import outcome
from .istio_spec import SECRETS, Field, asked, defaults, expects_address, option_of, spec_of, unknown
from .operator_wait import check_operator_options, wait_for_operator
from .resource import merged, status_of
from .served_fields import complete_spec, read_definition
from .spec_fields import schema_of
from .spec_note import noted
from .standing import check_owners, check_staying, title_of, with_marks

Object = dict[str, t.Any]


@dataclass(frozen=True)
class Before:
    """What the cluster has.

    resources:  the Istio resources of all namespaces
    definition: None where it may not be read, or is not there
    missing:    Secrets that the options name and that do not exist
    """

    resources: list[Object]
    is_served: bool
    definition: Object | None
    missing: list[str]

    def live(self, name: str, namespace: str) -> Object | None:
        return next((one for one in self.resources if place(one) == (namespace, name)), None)


def run(params: t.Mapping[str, t.Any], check_mode: bool, progress: Progress) -> Object:
    """Options of the module in, its result out. Raises MeshError."""
    check_operator_options(params)
    fields, method = asked(params), apply_method_from(params)
    client = KubernetesClient(access_from(params))
    kind = Kind(params["api_version"], "Istio", "istios")
    before = read(client, kind, params)
    live = before.live(params["name"], params["namespace"])
    warnings = check(client, kind, before, params)
    wanted = wanted_of(client, kind, before, live, fields, params)
    change = apply(client, kind, noted(client, wanted, live), live, dry_run=check_mode, method=method)

    answer: Object | None = None
    with outcome.told([(client.cluster, change)], [outcome.item(client.cluster, wanted)]):
        if params["wait"] and not check_mode:
            answer = wait_for_operator(client, kind, live, change, params, progress)
    return {
        **outcome.results([(client.cluster, change)]),
        "istio": change.after,
        "status": status_of(answer or live),
        "has_ingress_address": expects_address((answer or change.after).get("spec") or {}),
        "warnings": warnings,
    }


def wanted_of(
    client: KubernetesClient,
    kind: Kind,
    before: Before,
    live: Object | None,
    fields: list[Field],
    params: t.Mapping[str, t.Any],
) -> Object:
    """The Istio resource to apply, with our marks. Raises MeshError for fields that are not served, and for those that lack."""
    schema, mesh_id, extra = schema_of(before.definition, kind.api_version), params["mesh_id"], params["spec"]
    title = describe(kind, params["name"], params["namespace"])
    texts = unknown(fields, extra, live, schema)
    if texts:
        raise MeshError(
            f"{title} would have unknown fields; nothing was written",
            cluster=client.cluster,
            why=f"{kind.api_version} as it is served does not have {'; '.join(texts)}",
            todo="Leave these options out, or say it in the option spec by the names of the operator's release",
        )
    if is_ours_alone(live, mesh_id):
        spec = spec_of([*defaults(mesh_id), *fields], extra, live, schema)
    else:
        noted = kept(last_applied(live or {}), (live or {}).get("spec") or {})
        spec = merged(noted, spec_of(fields, extra, live, schema))
    spec = complete_spec(client, kind, params["namespace"], spec, live, before.definition)
    metadata = {"name": params["name"], "namespace": params["namespace"]}
    body = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata}
    # An empty spec would be one that we own as a whole.
    return with_marks({**body, "spec": spec} if spec else body, live, mesh_id)


def read(client: KubernetesClient, kind: Kind, params: t.Mapping[str, t.Any]) -> Before:
    """Three requests at once, and one for each Secret that the options name."""
    secrets = [option_of(params, option) for option in SECRETS if option_of(params, option)]
    calls: list[t.Callable[[], t.Any]] = [
        lambda: client.list(kind),
        lambda: client.kind_of(kind.api_version, kind.kind),
        lambda: read_definition(client, kind),
        *[partial(client.get, SECRET, name, params["namespace"]) for name in secrets],
    ]
    resources, served, definition, *found = in_parallel(calls)
    missing = [name for name, secret in zip(secrets, found, strict=True) if secret is None]
    return Before(resources, served is not None, definition, missing)


def check(client: KubernetesClient, kind: Kind, before: Before, params: t.Mapping[str, t.Any]) -> list[str]:
    """Refuse before anything is written; the warnings otherwise."""
    name, namespace = params["name"], params["namespace"]
    if not before.is_served:
        raise MeshError(
            f"Istio of {kind.api_version} is not served",
            cluster=client.cluster,
            why="the operator that owns this kind is not installed, or has another API",
            todo="Install the operator first, or set api_version (mesh_api_version) to the API that its Istio and RemoteIstio have",
        )
    live = before.live(name, namespace)
    refuse_others(client, [other for other in before.resources if other is not live])
    check_staying(
        live, client.cluster, "Let the operator end that (its log says what it waits for), then run this again"
    )
    if before.missing:
        raise MeshError(
            f"there is no Secret {' and no Secret '.join(f'{namespace}/{one}' for one in before.missing)}; nothing was written",
            cluster=client.cluster,
            todo="Make it with the user and the password of the add-on (kubectl create secret generic)",
        )
    return check_owners([(client.cluster, live)], params["mesh_id"], force=params["force"])


def refuse_others(client: KubernetesClient, others: list[Object]) -> None:
    for other in others:
        raise MeshError(
            f"there is another Istio resource: {title_of(other)}; nothing was written",
            cluster=client.cluster,
            why="an operator takes the first that it finds, or refuses two",
            todo=f"To go on with that one, set name to {other['metadata']['name']} and namespace to "
            f"{other['metadata']['namespace']}: it is adopted. Else delete it (kubectl delete), which ends its mesh",
        )


def apply(
    client: KubernetesClient, kind: Kind, wanted: Object, live: Object | None, *, dry_run: bool, method: t.Any
) -> Change:
    try:
        return apply_object(client, kind, wanted, live, dry_run=dry_run, method=method)
    except ApiError as error:
        if error.status != 404:
            raise
        todo = f"Make the namespace {wanted['metadata']['namespace']} first, as the role primary_istio does"
        raise MeshError(error.what, cluster=error.cluster, why=error.why, todo=todo) from error


def is_ours_alone(live: Object | None, mesh_id: str) -> bool:
    """Whether nobody else had made the resource, so that what no option says is ours to say."""
    standing = ownership_of(live, mesh_id) if live else None
    return standing is None or (standing.standing == "ours" and not standing.adopted)


def last_applied(live: Object) -> Object:
    """The spec that `kubectl apply` noted. What it has and a client-side apply does not ask for is removed."""
    try:
        noted = json.loads((live["metadata"].get("annotations") or {}).get(LAST_APPLIED, ""))
    except ValueError:
        return {}
    return t.cast(Object, noted.get("spec") or {}) if isinstance(noted, dict) else {}


def kept(noted: Object, live: Object) -> Object:
    """The fields of `noted` as they are by now."""
    return {
        key: kept(value, live[key]) if isinstance(value, dict) and isinstance(live[key], dict) else live[key]
        for key, value in noted.items()
        if key in live
    }


def place(live: Object) -> tuple[str, str]:
    return live["metadata"]["namespace"], live["metadata"]["name"]
