# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workload of a failover drill: a Deployment and a Service, the same in two regions, that tells which cluster answered. Pure.

It is Envoy in the mesh's own proxy image, as the probes are (probe_pod.py). Each kind of load has a port of its own, so that what
a sidecar learns of the workload by one kind does not help another. Each request is noted in the pod's log as "<kind> <number>",
from which those that were worked on twice are counted. By its admin port, on loopback, it is made to answer 503 or slowly.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._kubernetes.kinds import DEPLOYMENT, SERVICE
from .member import RESTRICTED
from .probe_pod import Object, http_filter, listener, pod_spec, small_sidecar, type_url

NAME = "failover"
CLUSTER_HEADER = "x-answered-by"
GRPC_STATUS = "grpc-status"
NUMBER_HEADER, KIND_HEADER = "X-VEGETA-SEQ", "X-VEGETA-ATTACK"  # vegeta sends them with each request of a named attack
ADMIN_PORT = 9901
LINGER = 5  # seconds in which a pod that is being deleted goes on answering, as those of well-kept workloads do

FAULT = "envoy.extensions.filters.http.fault.v3.HTTPFault"
LOG = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"
ECHO = "envoy.extensions.filters.network.echo.v3.Echo"
ERROR_PERCENT, SLOW_PERCENT, SLOW_MS = (
    "fault.http.abort.abort_percent",
    "fault.http.delay.fixed_delay_percent",
    "fault.http.delay.fixed_duration_ms",
)


@dataclass(frozen=True)
class Kind:
    """A kind of load: its name, its port, and the name of the port, by whose prefix Istio knows the protocol.

    methods: GET and the like may be sent twice; is_http: one of vegeta's, with a number each
    """

    name: str
    port: int
    port_name: str
    method: str = "GET"
    is_http: bool = True


GET = Kind("get", 8080, "http-get")
POST = Kind("post", 8081, "http-post", "POST")
GRPC = Kind("grpc", 8082, "grpc", "POST")
CONNECTIONS = Kind("connections", 8083, "tcp-connections")
STREAM = Kind("stream", 8084, "tcp-stream", "", is_http=False)
KINDS = (GET, POST, GRPC, CONNECTIONS, STREAM)


def service_object(namespace: str) -> Object:
    """The Service by which the mesh knows the workload of all regions as one."""
    ports = [{"name": kind.port_name, "port": kind.port, "targetPort": kind.port} for kind in KINDS]
    return {
        "apiVersion": SERVICE.api_version,
        "kind": SERVICE.kind,
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"selector": {"app": NAME}, "ports": ports},
    }


def deployment_object(cluster: str, namespace: str, image: str, pull_secrets: t.Sequence[str] = ()) -> Object:
    """The workload of one cluster: one pod, with a sidecar."""
    config = json.dumps(envoy_config(cluster), separators=(",", ":"))
    container = {
        "name": "workload",
        "image": image,
        "command": ["envoy"],
        # What was noted has to be in the log before the pod is killed.
        "args": ["--config-yaml", config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warning",
                 "--file-flush-interval-msec", "20"],
        "ports": [{"name": kind.port_name, "containerPort": kind.port} for kind in KINDS],
        "readinessProbe": {"tcpSocket": {"port": GET.port}, "periodSeconds": 1},
        "lifecycle": {"preStop": {"sleep": {"seconds": LINGER}}},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": RESTRICTED,
    }  # fmt: skip
    return {
        "apiVersion": DEPLOYMENT.api_version,
        "kind": DEPLOYMENT.kind,
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": NAME}},
            "template": {
                "metadata": {"labels": {"app": NAME}, "annotations": small_sidecar()},
                "spec": {**pod_spec([container], pull_secrets), "terminationGracePeriodSeconds": 2 * LINGER},
            },
        },
    }


def envoy_config(cluster: str) -> Object:
    """Envoy's bootstrap: a listener for each kind of load, and the admin port."""
    return {
        "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": ADMIN_PORT}}},
        "layered_runtime": {"layers": [{"name": "admin", "admin_layer": {}}]},
        "static_resources": {
            "listeners": [_http_listener(kind, cluster) for kind in KINDS if kind.is_http] + [_echo_listener()]
        },
    }


def _http_listener(kind: Kind, cluster: str) -> Object:
    headers = {CLUSTER_HEADER: cluster, **({GRPC_STATUS: "0"} if kind == GRPC else {})}
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200},
        "response_headers_to_add": [{"header": {"key": key, "value": value}} for key, value in headers.items()],
    }
    none = {"numerator": 0}
    fault = http_filter(
        "fault",
        FAULT,
        abort={"http_status": 503, "percentage": none},
        delay={"fixed_delay": "1s", "percentage": none},
    )
    note = {"@type": type_url(LOG), "log_format": {"text_format_source": {"inline_string": NOTE}}}
    log = {"name": "envoy.access_loggers.stdout", "typed_config": note}
    return listener(kind.name, "0.0.0.0", kind.port, [route], [fault], access_log=[log])


NOTE = f"%REQ({KIND_HEADER})% %REQ({NUMBER_HEADER})%\n"


def _echo_listener() -> Object:
    echo = {"name": "envoy.filters.network.echo", "typed_config": {"@type": type_url(ECHO)}}
    address = {"socket_address": {"address": "0.0.0.0", "port_value": STREAM.port}}
    return {"name": STREAM.name, "address": address, "filter_chains": [{"filters": [echo]}]}
