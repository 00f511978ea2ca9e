# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every probe consists of: a pod of a cluster in which Envoy runs with a static configuration. Pure.

Envoy as it comes in the mesh's own proxy image, so no image of ours and no shell in it is needed.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._kubernetes.kinds import NAMESPACE, POD
from .member import RESTRICTED

Object = dict[str, t.Any]

LABEL = "multiregion.istio/probe"
DURATION_HEADER = "x-envoy-upstream-service-time"  # only where somebody behind this Envoy answered
LABEL_LENGTH = 63

HTTP_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = "envoy.extensions.filters.http.router.v3.Router"


def probe_name(cluster: str) -> str:
    """The name of a cluster's probe. A DNS label, also for the longest names of clusters."""
    name = f"probe-{cluster}"
    if len(name) <= LABEL_LENGTH:
        return name
    digest = hashlib.sha256(cluster.encode()).hexdigest()[:10]
    return f"{name[: LABEL_LENGTH - len(digest) - 1].rstrip('-')}-{digest}"


def namespace_with(name: str, run: str, labels: t.Mapping[str, str]) -> Object:
    """The probes' namespace, labelled with the run that makes it."""
    metadata = {"name": name, "labels": {LABEL: run, **labels}}
    return {"apiVersion": NAMESPACE.api_version, "kind": NAMESPACE.kind, "metadata": metadata}


def pod_with(
    config: Object, cluster: str, namespace: str, image: str, port: int, pull_secrets: t.Sequence[str] = ()
) -> Object:
    """The pod of a cluster in which Envoy runs with this configuration, and answers on `port`.

    Its uid is not that of a sidecar (1337), so that one captures what it sends.
    """
    name = probe_name(cluster)
    text = json.dumps(config, separators=(",", ":"))
    container = {
        "name": "probe",
        "image": image,
        "command": ["envoy"],
        "args": ["--config-yaml", text, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"],
        "ports": [{"name": "http", "containerPort": port}],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": RESTRICTED,
    }
    return {
        "apiVersion": POD.api_version,
        "kind": POD.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": {LABEL: name, "app": name}},
        "spec": {**pod_spec([container], pull_secrets), "terminationGracePeriodSeconds": 1},
    }


def small_sidecar() -> dict[str, str]:
    """Annotations of a pod whose sidecar has little to do."""
    return {"sidecar.istio.io/proxyCPU": "10m", "sidecar.istio.io/proxyMemory": "64Mi"}


def pod_spec(containers: list[Object], pull_secrets: t.Sequence[str]) -> Object:
    """What all pods of probes and drills have in common."""
    secrets = {"imagePullSecrets": [{"name": secret} for secret in pull_secrets]} if pull_secrets else {}
    return {"automountServiceAccountToken": False, "enableServiceLinks": False, "containers": containers, **secrets}


def listener(
    name: str, address: str, port: int, routes: list[Object], filters: t.Sequence[Object] = (), **manager: t.Any
) -> Object:
    """A listener for HTTP; `filters` come before the router, `manager` holds further fields of the HTTP connection manager."""
    config = {
        "@type": type_url(HTTP_MANAGER),
        "stat_prefix": name,
        "http_filters": [*filters, http_filter("router", ROUTER)],
        **manager,
        "route_config": {
            "virtual_hosts": [{"name": name, "domains": ["*"], "routes": routes}],
            **manager.get("route_config", {}),
        },
    }
    return {
        "name": name,
        "address": {"socket_address": {"address": address, "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": config}]}
        ],
    }


def http_filter(name: str, message: str, **fields: t.Any) -> Object:
    """A filter of Envoy for HTTP, configured by a message of its API."""
    return {"name": f"envoy.filters.http.{name}", "typed_config": {"@type": type_url(message), **fields}}


def text_route(match: Object, text: str) -> Object:
    """A route that answers with this text."""
    return {"match": match, "direct_response": {"status": 200, "body": {"inline_string": text}}}


def type_url(message: str) -> str:
    """A message of Envoy's API as @type wants it."""
    return f"type.googleapis.com/{message}"
