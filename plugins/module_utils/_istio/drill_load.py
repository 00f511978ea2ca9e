# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load of a failover drill: a pod with a sidecar in the near region, a container for each kind of load. Pure.

vegeta sends at a constant rate whatever becomes of the requests, and notes each of them. The image has to have it and a shell.
A stream is one connection of nc, on which a line goes out every tenth of a second and is sent back.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._kubernetes.kinds import POD
from .drill_workload import CONNECTIONS, GRPC, KINDS, NAME, STREAM, Kind
from .member import RESTRICTED
from .probe_pod import Object, pod_spec, small_sidecar

TIMEOUT = 15  # seconds until vegeta gives a request up
DEADLINE = 5  # seconds that a gRPC call may take, as its client says in the request
GRPC_HEADERS = {"content-type": ["application/grpc"], "te": ["trailers"], "grpc-timeout": [f"{DEADLINE}S"]}
EMPTY_MESSAGE = "AAAAAAA="  # of gRPC: five bytes of zero, which say that nothing follows
STREAM_INTERVAL = 0.1
APP = "load"

ATTACK = 'echo "$TARGET" | vegeta attack -format=json -name=$NAME -max-body=0 "$@" | vegeta encode -to=json'
# A line says when it was sent, by the machine's uptime; a connection that ends is opened anew.
TALK = """\
send() { while :; do read -r now rest </proc/uptime; echo "sent $now" >&2; echo "$now" || return; sleep $INTERVAL; done; }
while :; do
    send | nc $HOST $PORT | while read -r sent; do read -r now rest </proc/uptime; echo "echoed $sent $now"; done
    sleep $INTERVAL
done"""


@dataclass(frozen=True)
class Load:
    """For how many seconds and how many requests a second of each kind; kinds without a rate send nothing."""

    seconds: int
    rates: t.Mapping[str, int]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return tuple(kind for kind in KINDS if kind == STREAM or self.rates.get(kind.name))


def load_pod(name: str, namespace: str, image: str, load: Load, pull_secrets: t.Sequence[str] = ()) -> Object:
    """The pod that sends, and ends when it has. Its containers start when the sidecar is ready."""
    host = f"{NAME}.{namespace}.svc"
    containers = [_container(kind, name, host, image, load) for kind in load.kinds]
    hold = {"proxy.istio.io/config": json.dumps({"holdApplicationUntilProxyStarts": True})}
    return {
        "apiVersion": POD.api_version,
        "kind": POD.kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app": APP},
            "annotations": {**small_sidecar(), **hold},
        },
        "spec": {**pod_spec(containers, pull_secrets), "restartPolicy": "Never", "terminationGracePeriodSeconds": 1},
    }


def attack_name(kind: str, pod: str) -> str:
    """What the workload notes of each request, before its number."""
    return f"{kind}.{pod}"


def _container(kind: Kind, pod: str, host: str, image: str, load: Load) -> Object:
    is_stream = kind == STREAM
    script, values, arguments = (
        _stream(host, load) if is_stream else _attack(kind, attack_name(kind.name, pod), host, load)
    )
    return {
        "name": kind.name,
        "image": image,
        "command": ["sh", "-c", script, kind.name, *arguments],
        "env": [{"name": name, "value": value} for name, value in values.items()],
        "resources": {"requests": {"cpu": "20m", "memory": "32Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": RESTRICTED,
    }


def _attack(kind: Kind, name: str, host: str, load: Load) -> tuple[str, dict[str, str], list[str]]:
    target: Object = {"method": kind.method, "url": f"http://{host}:{kind.port}/"}
    arguments = [f"-rate={load.rates[kind.name]}/1s", f"-duration={load.seconds}s", f"-timeout={TIMEOUT}s"]
    if kind == GRPC:
        target |= {"header": GRPC_HEADERS, "body": EMPTY_MESSAGE}
        arguments.append("-h2c")
    if kind == CONNECTIONS:
        arguments.append("-keepalive=false")
    return ATTACK, {"NAME": name, "TARGET": json.dumps(target)}, arguments


def _stream(host: str, load: Load) -> tuple[str, dict[str, str], list[str]]:
    values = {"HOST": host, "PORT": str(STREAM.port), "INTERVAL": f"{STREAM_INTERVAL:g}"}
    # Not as the container's first process, which no signal ends.
    return 'timeout "$@"; exit 0', values, [str(load.seconds), "sh", "-c", TALK]
