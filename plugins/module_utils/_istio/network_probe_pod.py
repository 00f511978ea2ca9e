# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of the network: a pod a cluster, without a sidecar, from which any address can be asked over HTTP. Pure.

It is Envoy (probe_pod.py). One listener answers with the cluster's name, or with the payload; what is sent to it is read to the
end before. Another, on loopback, passes a request on to the address in its Host header, over TLS where its path says so. So no
probe need know of another when it is made, and their addresses may come as they like.
"""

from __future__ import annotations

import typing as t

from .member import INJECTION_LABEL
from .probe_pod import Object, http_filter, listener, namespace_with, pod_with, text_route, type_url

PAYLOAD_SIZE = 102_400
SEND_PORT = 8081
CONNECT_TIMEOUT = 5.0
REQUEST_TIMEOUT = 10.0

ANSWER, PAYLOAD = "/", "/payload"
# How a request goes on, as the first part of its path.
PLAIN, TLS = "plain", "tls"

DNS_CACHE = {"name": "addresses", "dns_lookup_family": "V4_PREFERRED"}
# What Envoy itself answers where nobody else does: its code for what went wrong, with the reason of the socket.
DETAILS = {"body_format": {"text_format_source": {"inline_string": "%RESPONSE_CODE_DETAILS%"}}}
FORWARD_FILTER = "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig"
FORWARD_CLUSTER = "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig"
BUFFER = "envoy.extensions.filters.http.buffer.v3.Buffer"
TLS_CONTEXT = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def send_path(way: str, path: str) -> str:
    """The path on SEND_PORT by which a request goes to the same path of the address in its Host header."""
    return f"/{way}{path}"


def namespace_object(namespace: str, run: str) -> Object:
    """The probes' namespace, labelled with the run that makes it. No mesh takes its pods in."""
    return namespace_with(namespace, run, {INJECTION_LABEL: "disabled"})


def pod_object(
    cluster: str, namespace: str, image: str, port: int, payload: str, pull_secrets: t.Sequence[str] = ()
) -> Object:
    """A cluster's probe, Ready once it answers on `port`."""
    pod = pod_with(envoy_config(cluster, port, payload), cluster, namespace, image, port, pull_secrets)
    pod["metadata"]["labels"] |= {"sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none"}
    pod["spec"]["containers"][0]["readinessProbe"] = {
        "httpGet": {"path": ANSWER, "port": port},
        "periodSeconds": 1,
        "failureThreshold": 60,
    }
    return pod


def envoy_config(cluster: str, port: int, payload: str) -> Object:
    """Envoy's bootstrap: no admin port. The payload is part of it, as text of PAYLOAD_SIZE bytes."""
    read_all = http_filter("buffer", BUFFER, max_request_bytes=2 * PAYLOAD_SIZE)
    find = http_filter("dynamic_forward_proxy", FORWARD_FILTER, dns_cache_config=DNS_CACHE)
    answers = [text_route({"path": PAYLOAD}, payload), text_route({"prefix": ANSWER}, cluster)]
    large = {"max_direct_response_body_size_bytes": PAYLOAD_SIZE}
    routes = [_route(way) for way in (PLAIN, TLS)]
    return {
        "static_resources": {
            "listeners": [
                listener("answer", "0.0.0.0", port, answers, [read_all], route_config=large),
                listener("send", "127.0.0.1", SEND_PORT, routes, [find], local_reply_config=DETAILS),
            ],
            "clusters": [_upstream(PLAIN), {**_upstream(TLS), **_tls()}],
        }
    }


def _route(way: str) -> Object:
    return {
        "match": {"prefix": f"/{way}/"},
        "route": {"cluster": way, "prefix_rewrite": "/", "timeout": f"{REQUEST_TIMEOUT:g}s"},
    }


def _upstream(name: str) -> Object:
    where = {"@type": type_url(FORWARD_CLUSTER), "dns_cache_config": DNS_CACHE}
    return {
        "name": name,
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": f"{CONNECT_TIMEOUT:g}s",
        "cluster_type": {"name": "envoy.clusters.dynamic_forward_proxy", "typed_config": where},
    }


def _tls() -> Object:
    """TLS with whatever certificate the other side has: that it is reached is asked, and no secret is sent there."""
    context = {
        "@type": type_url(TLS_CONTEXT),
        "common_tls_context": {"tls_params": {"tls_maximum_protocol_version": "TLSv1_3"}},
    }
    options = {
        "@type": type_url(HTTP_OPTIONS),
        "upstream_http_protocol_options": {"auto_sni": True},
        "explicit_http_config": {"http_protocol_options": {}},
    }
    where = {
        "@type": type_url(FORWARD_CLUSTER),
        "dns_cache_config": DNS_CACHE,
        "allow_insecure_cluster_options": True,  # else the certificate would have to be verified
    }
    return {
        "cluster_type": {"name": "envoy.clusters.dynamic_forward_proxy", "typed_config": where},
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": context},
        "typed_extension_protocol_options": {HTTP_OPTIONS: options},
    }
