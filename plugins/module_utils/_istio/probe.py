# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe: a pod a member that tells its cluster's name, and sends requests to the probes of the others. Pure.

It is Envoy as it comes in the mesh's own proxy image, with a static configuration, so no image of ours is needed. One
listener answers; another, on loopback, passes /to/<probe> on to the Service of that name as any workload of the mesh
would: by DNS name, out through the sidecar. The Services of all members exist in every member, each pod in its own only.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._kubernetes.kinds import NAMESPACE, POD, SERVICE
from .member import INJECTION_LABEL, RESTRICTED, REVISION_LABEL

Object = dict[str, t.Any]

LABEL = "multiregion.istio/probe"
MESH_PORT = 80
ANSWER_PORT = 8080
SEND_PORT = 8081
REQUEST_TIMEOUT = 5.0
DURATION_HEADER = "x-envoy-upstream-service-time"
LABEL_LENGTH = 63

MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER_TYPE = "envoy.extensions.filters.http.router.v3.Router"


def probe_name(cluster: str) -> str:
    """The name of a member's probe: Pod, Service and path. A DNS label, also for the longest names of clusters."""
    name = f"probe-{cluster}"
    if len(name) <= LABEL_LENGTH:
        return name
    digest = hashlib.sha256(cluster.encode()).hexdigest()[:10]
    return f"{name[: LABEL_LENGTH - len(digest) - 1].rstrip('-')}-{digest}"


def send_path(cluster: str) -> str:
    """The path on SEND_PORT by which a probe sends a request to the probe of another member."""
    return f"/to/{probe_name(cluster)}"


def namespace_object(namespace: str, revision: str, run: str) -> Object:
    """The probes' namespace, labelled for injection and with the run that makes it."""
    label = {REVISION_LABEL: revision} if revision else {INJECTION_LABEL: "enabled"}
    metadata = {"name": namespace, "labels": {LABEL: run, **label}}
    return {"apiVersion": NAMESPACE.api_version, "kind": NAMESPACE.kind, "metadata": metadata}


def service_object(cluster: str, namespace: str) -> Object:
    """The Service of one member's probe, the same in every member."""
    name = probe_name(cluster)
    return {
        "apiVersion": SERVICE.api_version,
        "kind": SERVICE.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {LABEL: name},
            "ports": [{"name": "http", "port": MESH_PORT, "targetPort": ANSWER_PORT}],
        },
    }


def pod_object(
    cluster: str, others: t.Sequence[str], namespace: str, image: str, pull_secrets: t.Sequence[str] = ()
) -> Object:
    """A member's probe. Its uid is not the sidecar's (1337), so that the sidecar captures what it sends."""
    config = json.dumps(envoy_config(cluster, others, namespace), separators=(",", ":"))
    name = probe_name(cluster)
    container = {
        "name": "probe",
        "image": image,
        "command": ["envoy"],
        "args": ["--config-yaml", config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning"],
        "ports": [{"name": "http", "containerPort": ANSWER_PORT}],
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": RESTRICTED,
    }
    return {
        "apiVersion": POD.api_version,
        "kind": POD.kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {LABEL: name, "app": name},
            "annotations": {"sidecar.istio.io/proxyCPU": "10m", "sidecar.istio.io/proxyMemory": "64Mi"},
        },
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 1,
            "containers": [container],
            **({"imagePullSecrets": [{"name": secret} for secret in pull_secrets]} if pull_secrets else {}),
        },
    }


def envoy_config(cluster: str, others: t.Sequence[str], namespace: str) -> Object:
    """Envoy's bootstrap: no admin port, one listener that answers with the cluster's name, one that sends."""
    answer = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": cluster}}}
    return {
        "static_resources": {
            "listeners": [
                _listener("answer", "0.0.0.0", ANSWER_PORT, [answer]),
                _listener("send", "127.0.0.1", SEND_PORT, [_route(other, namespace) for other in others]),
            ],
            "clusters": [_upstream(other, namespace) for other in others],
        }
    }


def _host(cluster: str, namespace: str) -> str:
    """Found through the pod's search domains, so that the cluster's own domain need not be known."""
    return f"{probe_name(cluster)}.{namespace}.svc"


def _listener(name: str, address: str, port: int, routes: list[Object]) -> Object:
    manager = {
        "@type": f"type.googleapis.com/{MANAGER_TYPE}",
        "stat_prefix": name,
        "http_filters": [
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"type.googleapis.com/{ROUTER_TYPE}"}}
        ],
        "route_config": {"virtual_hosts": [{"name": name, "domains": ["*"], "routes": routes}]},
    }
    return {
        "name": name,
        "address": {"socket_address": {"address": address, "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }


def _route(cluster: str, namespace: str) -> Object:
    return {
        "match": {"path": send_path(cluster)},
        "route": {
            "cluster": probe_name(cluster),
            "host_rewrite_literal": _host(cluster, namespace),
            "timeout": f"{REQUEST_TIMEOUT:g}s",
        },
    }


def _upstream(cluster: str, namespace: str) -> Object:
    address = {"socket_address": {"address": _host(cluster, namespace), "port_value": MESH_PORT}}
    return {
        "name": probe_name(cluster),
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": f"{REQUEST_TIMEOUT:g}s",
        "load_assignment": {
            "cluster_name": probe_name(cluster),
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
