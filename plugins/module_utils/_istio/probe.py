# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of requests: a pod a member that tells its cluster's name, and sends requests to the probes of the others. Pure.

It is Envoy (probe_pod.py). One listener answers; another, on loopback, passes /to/<probe> on to the Service of that name as
any workload of the mesh would: by DNS name, out through the sidecar. The Services of all members exist in every member, each
pod in its own only.
"""

from __future__ import annotations

import typing as t

from .._kubernetes.kinds import SERVICE
from .member import INJECTION_LABEL, REVISION_LABEL
from .probe_pod import LABEL, listener, namespace_with, pod_with, probe_name, small_sidecar, text_route

Object = dict[str, t.Any]

MESH_PORT = 80
ANSWER_PORT = 8080
SEND_PORT = 8081
REQUEST_TIMEOUT = 5.0


def send_path(cluster: str) -> str:
    """The path on SEND_PORT by which a probe sends a request to the probe of another member."""
    return f"/to/{probe_name(cluster)}"


def namespace_object(namespace: str, revision: str, run: str) -> Object:
    """The probes' namespace, labelled for injection and with the run that makes it."""
    return namespace_with(namespace, run, {REVISION_LABEL: revision} if revision else {INJECTION_LABEL: "enabled"})


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
    """A member's probe."""
    config = envoy_config(cluster, others, namespace)
    pod = pod_with(config, cluster, namespace, image, ANSWER_PORT, pull_secrets)
    pod["metadata"]["annotations"] = small_sidecar()
    return pod


def envoy_config(cluster: str, others: t.Sequence[str], namespace: str) -> Object:
    """Envoy's bootstrap: no admin port, one listener that answers with the cluster's name, one that sends."""
    return {
        "static_resources": {
            "listeners": [
                listener("answer", "0.0.0.0", ANSWER_PORT, [text_route({"prefix": "/"}, cluster)]),
                listener("send", "127.0.0.1", SEND_PORT, [_route(other, namespace) for other in others]),
            ],
            "clusters": [_upstream(other, namespace) for other in others],
        }
    }


def _host(cluster: str, namespace: str) -> str:
    """Found through the pod's search domains, so that the cluster's own domain need not be known."""
    return f"{probe_name(cluster)}.{namespace}.svc"


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
