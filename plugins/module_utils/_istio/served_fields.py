# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that the served definition of a kind requires and a spec lacks: defaulted where the right value is known, else named.

Releases of an operator differ in what they require. `enabledServices` of a RemoteIstio names the Services of the control plane
that are to be had in the remote; banzaicloud/istio-operator requires it, and adds the usual ones by itself from 0.6.8 on
(pkg/apis/istio/v1beta1/remoteistio_types.go, pkg/controller/remoteistio).
"""

from __future__ import annotations

import re
import typing as t

from .._errors import ApiError, MeshError
from .._kubernetes.client import KubernetesClient
from .._kubernetes.kinds import CUSTOM_RESOURCE_DEFINITION, SERVICE, Kind
from .resource import merged
from .spec_fields import schema_of

Object = dict[str, t.Any]

# Served in the place of v1 by Kubernetes before 1.16.
OLD_DEFINITION = Kind("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "customresourcedefinitions", False)
ENABLED_SERVICES = "enabledServices"
# istiod of today, pilot and mixer of earlier releases; those of a revision have its name behind.
CONTROL_PLANE_SERVICE = re.compile(r"(istiod|istio-(pilot|policy|telemetry))(-.+)?")


def read_definition(client: KubernetesClient, kind: Kind) -> Object | None:
    """The CustomResourceDefinition of a kind; None where there is none, or it may not be read."""
    try:
        return client.get(CUSTOM_RESOURCE_DEFINITION, kind.definition) or client.get(OLD_DEFINITION, kind.definition)
    except ApiError as error:
        if error.status != 403:
            raise
        return None


def complete_spec(
    client: KubernetesClient, kind: Kind, namespace: str, spec: Object, live: Object | None, definition: Object | None
) -> Object:
    """`spec` with what the definition requires: enabledServices as they are, else those that the control plane has.

    live: the object as it is, None for a new one; what its spec has does not lack
    Raises MeshError with every field that lacks and has no default.
    """
    schema, has = schema_of(definition, kind.api_version), (live or {}).get("spec") or {}
    if f"spec.{ENABLED_SERVICES}" in required_fields({"spec": spec}, schema):
        services = has.get(ENABLED_SERVICES) or control_plane_services(client.list(SERVICE, namespace))
        spec = {**spec, ENABLED_SERVICES: services} if services else spec
    lacking = required_fields({"spec": merged(has, spec)}, schema)
    if lacking:
        raise MeshError(
            f"the spec of {kind.kind} lacks fields that the primary requires; nothing was written",
            cluster=client.cluster,
            why=f"{kind.api_version} requires {', '.join(lacking)}",
            todo="Give them in the option spec",
        )
    return spec


def required_fields(value: t.Any, schema: Object, path: str = "") -> list[str]:
    """ "spec.enabledServices", "spec.nodes[0].name" for each field that a schema requires and a value lacks.

    What has a default in the schema the server fills in.
    """
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [text for number, item in enumerate(value) for text in required_fields(item, items, f"{path}[{number}]")]
    if not isinstance(value, dict):
        return []
    known, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    found = [
        f"{path}.{key}" if path else key
        for key in schema.get("required") or []
        if value.get(key) is None and "default" not in (known.get(key) or {})
    ]
    for key, below in value.items():
        deeper = known.get(key) or (extra if isinstance(extra, dict) else {})
        found += required_fields(below, deeper, f"{path}.{key}" if path else str(key))
    return found


def control_plane_services(services: list[Object]) -> list[Object]:
    """The entries of enabledServices for the control plane's Services, each with the pods that it selects."""
    return [
        {
            "name": service["metadata"]["name"],
            "labelSelector": ",".join(f"{key}={value}" for key, value in sorted(selector.items())),
        }
        for service in sorted(services, key=lambda service: str(service["metadata"]["name"]))
        if (selector := service["spec"].get("selector"))
        and CONTROL_PLANE_SERVICE.fullmatch(service["metadata"]["name"])
    ]
