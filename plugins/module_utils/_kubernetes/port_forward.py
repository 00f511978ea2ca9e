# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to a port of a pod through the API server. Inside the pod it comes from loopback, so ports bound to 127.0.0.1 answer.

The kubernetes package speaks WebSocket with the API server and hands out a socket; http.client speaks HTTP over it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
import typing as t
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from .._errors import ApiError
from .client import KubernetesClient, refused
from .kinds import POD

try:
    import kubernetes.client.exceptions
    import kubernetes.stream.ws_client
    import websocket
except ImportError:
    pass  # main() answers with missing_required_lib (options.py)

OPEN_TIMEOUT = 10.0
READ_TIMEOUT = 15.0


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names in lower case."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes


class PortForward:
    """One connection to one port of a pod, for several requests one after another. A context manager.

    Raises ApiError where the API server refuses, and from request() where the pod does not answer.
    """

    def __init__(
        self, client: KubernetesClient, namespace: str, pod: str, port: int, *, read_timeout: float = READ_TIMEOUT
    ) -> None:
        self._cluster = client.cluster
        self._port = port
        self._target = f"port {port} of Pod {namespace}/{pod}"
        self._forward = _open(client, namespace, pod, port, self._target)
        self._connection = http.client.HTTPConnection("localhost", port)
        self._connection.sock = self._forward.socket(port)
        self._connection.sock.settimeout(read_timeout)
        self._connection.auto_open = 0  # a lost connection is an error, never a new one to this machine's loopback

    def __enter__(self) -> PortForward:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()
        self._forward.close()

    def get(self, path: str) -> Answer:
        """One GET, as request()."""
        return self.request("GET", path)

    def request(
        self, method: str, path: str, headers: t.Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request. After an ApiError the connection is of no further use."""
        try:
            self._connection.request(method, path, body, dict(headers or {}))
            response = self._connection.getresponse()
            answered = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, answered, response.read())
        except (http.client.HTTPException, OSError) as error:
            raise ApiError(
                f"no answer from {self._target}",
                cluster=self._cluster,
                why=(self._forward.error(self._port) or _reason(error)).strip(),
                todo="Check that the pod is Ready and listens on this port",
            ) from error

    def certificate(self, roots: str) -> bytes:
        """The certificate (DER) of the TLS server at the port, which must be signed by one of these (PEM), whatever its name.

        Raises ApiError. Afterwards the connection is of no further use.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = (
            False  # the API server leads to this pod and no other; it is asked for its certificate alone
        )
        try:
            context.load_verify_locations(cadata=roots)
            connection = socket.socket(fileno=os.dup(self._connection.sock.fileno()))
            connection.settimeout(READ_TIMEOUT)
            with context.wrap_socket(connection) as server:
                found = server.getpeercert(binary_form=True) or b""
                with contextlib.suppress(
                    OSError
                ):  # what the server still sends has to be read, or the package's thread complains
                    server.unwrap()
                return found
        except OSError as error:  # ssl.SSLError among them
            why = (self._forward.error(self._port) or _reason(error)).strip()
            raise ApiError(f"no certificate from {self._target}", cluster=self._cluster, why=why) from error


def _open(client: KubernetesClient, namespace: str, pod: str, port: int, target: str) -> t.Any:
    """A PortForward of the kubernetes package. Opened in a thread: the package cannot be told a time limit for it."""
    opened: Future[t.Any] = Future()
    abandoned = threading.Event()

    def connect() -> None:
        # Not by CoreV1Api.connect_get_namespaced_pod_portforward, which comes to the same call: in version 37 of the
        # package the import of that class takes 2 s.
        try:
            forward = kubernetes.stream.ws_client.portforward_call(  # type: ignore[no-untyped-call]  # the package has no types
                client.configuration,
                "GET",
                f"{str(client.configuration.host).rstrip('/')}{POD.path(pod, namespace)}/portforward",
                query_params=[("ports", str(port))],
                headers=client.authorization(),
            )
        except Exception as error:  # handed to the thread that waits
            opened.set_exception(error)
            return
        if abandoned.is_set():
            forward.close()
        opened.set_result(forward)

    threading.Thread(target=connect, name=f"open {target}", daemon=True).start()
    what = f"forward {target}"
    try:
        return opened.result(timeout=OPEN_TIMEOUT)
    except FutureTimeout as error:
        abandoned.set()
        raise ApiError(f"cannot {what}", cluster=client.cluster, why=f"not open after {OPEN_TIMEOUT:g} s") from error
    except kubernetes.client.exceptions.ApiException as error:
        cause = error.__context__
        if isinstance(cause, websocket.WebSocketBadStatusException):
            raise refused(what, client.cluster, cause.status_code, cause.resp_body or b"") from error
        raise ApiError(f"cannot {what}", cluster=client.cluster, why=str(error.reason)) from error


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
