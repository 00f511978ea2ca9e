# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what of Istio is in a cluster. What it means is in traces.py."""

from __future__ import annotations

import typing as t
from functools import partial

from .._errors import ApiError, MeshError
from .._helm.release import last_mark, read_release, record_of
from .._kubernetes.apply import in_parallel
from .._kubernetes.client import FIELD_MANAGER, KubernetesClient
from .._kubernetes.kinds import (
    CUSTOM_RESOURCE_DEFINITION,
    DEPLOYMENT,
    MUTATING_WEBHOOK,
    NAMESPACE,
    SECRET,
    SERVICE,
    Kind,
)
from . import traces

Object = dict[str, t.Any]
NETWORK = "topology.istio.io/network"
# Makes a call; where reading is refused it keeps the error and answers with the second argument.
Attempt = t.Callable[[t.Callable[[], t.Any], t.Any], t.Any]
Calls = list[t.Callable[[], t.Any]]


def first_lists(client: KubernetesClient, namespace: str, record: Kind) -> Calls:
    """What is read at first, for istio_facts; `record` is the kind of RemoteIstio. Secrets are read without their content."""
    return [
        partial(client.list, DEPLOYMENT, labels=traces.CONTROL_PLANES),
        partial(client.list, CUSTOM_RESOURCE_DEFINITION, metadata_only=True),
        partial(client.list, MUTATING_WEBHOOK),
        partial(client.list, traces.VALIDATING_WEBHOOK),
        partial(client.list, SECRET, namespace, metadata_only=True),
        partial(client.get, NAMESPACE, namespace),
        partial(client.list, record, namespace),
    ]


def istio_facts(client: KubernetesClient, namespace: str, record: Kind, read: list[t.Any], attempt: Attempt) -> Object:
    """All that is known of Istio in a cluster, for a mesh in `namespace`; `record` is the kind of RemoteIstio.

    `read` has the answers of first_lists(); what they lead to is read here, releases of Helm with their content.
    """
    istiods, defined, mutating, validating, secrets, room, records = read
    definitions = [each for each in defined if traces.is_istios(each)]
    webhooks = [each for each in mutating + validating if traces.is_istio_webhook(each)]
    known = istiods + definitions + webhooks
    absent, releases, resources = read_more(client, known, secrets, attempt)
    planes = [traces.control_plane(istiod, releases) for istiod in istiods]
    found = [
        *(traces.trace(istiod, releases, version=traces.istio_version(istiod)) for istiod in istiods),
        *traces.definition_traces(definitions, releases),
        *(traces.webhook_trace(webhook, releases, absent) for webhook in webhooks),
        *traces.secret_traces(secrets, releases),
        *(traces.operator_trace(resource, releases) for resource in resources),
        *(traces.trace(each, releases) for each in records),
    ]
    here = next((plane for plane in planes if plane["namespace"] == namespace), None)
    return {
        "installed": here is not None,
        **{key: here[key] if here else "" for key in ("version", "revision", "managed_by")},
        "network": network_of(room or {}),
        "crd": any(each["metadata"]["name"] == record.definition for each in definitions),
        "control_planes": planes,
        "traces": found,
    }


def network_of(room: Object) -> str:
    """The Istio network that this collection gave the mesh's namespace. What somebody else wrote over it is drift, no network."""
    entries = room.get("metadata", {}).get("managedFields") or []
    labels = [
        entry.get("fieldsV1", {}).get("f:metadata", {}).get("f:labels", {})  # of either way to apply
        for entry in entries
        if entry.get("manager") == FIELD_MANAGER
    ]
    is_ours = any(f"f:{NETWORK}" in owned for owned in labels)
    return str((room["metadata"].get("labels") or {}).get(NETWORK, "")) if is_ours else ""


def read_more(
    client: KubernetesClient, known: list[Object], secrets: list[Object], attempt: Attempt
) -> tuple[set[tuple[str, str]], dict[str, str], list[Object]]:
    """What the first objects lead to: (Services of webhooks that are away, meshes of our releases, resources of operators)."""
    services = sorted({service for service in map(traces.service_of, known) if service})
    authors = {traces.release_of(traces.made_by(each)) for each in known}
    revisions = traces.revisions_of(secrets)
    releases = sorted(title for title in revisions if title in authors or traces.is_istio_release(title))
    kinds = traces.control_plane_kinds([each for each in known if each["kind"] == CUSTOM_RESOURCE_DEFINITION.kind])
    calls: Calls = [
        *(partial(attempt, partial(client.get, SERVICE, name, place), {}) for place, name in services),
        *(partial(attempt, partial(mesh_of, client, revisions[title]), "") for title in releases),
        *(partial(attempt, partial(instances, client, group, plural), []) for group, plural in kinds),
    ]
    answers = in_parallel(calls)
    last = len(services) + len(releases)
    return (
        {service for service, answer in zip(services, answers[: len(services)], strict=True) if answer is None},
        dict(zip(releases, answers[len(services) : last], strict=True)),
        [resource for listed in answers[last:] for resource in listed],
    )


def mesh_of(client: KubernetesClient, revisions: list[Object]) -> str:
    """The mesh of a Helm release of ours, "" of any other, and of one whose record cannot be read (role helm_release tells)."""
    records = sorted(map(record_of, revisions), key=lambda record: record.revision)
    namespace = revisions[0]["metadata"]["namespace"]
    try:
        newest = read_release(client, namespace, records[-1])
        return str(last_mark(client, namespace, records, newest).get("mesh", ""))
    except ApiError:
        raise
    except MeshError:
        return ""


def instances(client: KubernetesClient, group: str, plural: str) -> list[Object]:
    """All objects of a kind of which only the group is known."""
    served = client.request("GET", f"/apis/{group}", what=f"discover {group}")
    version = served["preferredVersion"]["groupVersion"]
    kinds = client.request("GET", f"/apis/{version}", what=f"discover {version}")
    names = [each["kind"] for each in kinds["resources"] if each["name"] == plural]
    return [resource for kind in names for resource in client.list(Kind(version, kind, plural))]
