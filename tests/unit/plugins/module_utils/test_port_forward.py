# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP through a port-forward: what the kubernetes package hands out is a socket, here one with a small server behind it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

import kubernetes.client.exceptions
import pytest
import websocket
from cryptography import x509

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import port_forward
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer, PortForward
from tests.unit.authorities import USAGE, Authority, authority

CLIENT: t.Any = SimpleNamespace(
    cluster="east",
    configuration=SimpleNamespace(host="https://10.0.0.1:6443/"),
    authorization=lambda: {"authorization": "Bearer x"},
)


def http_get(client: t.Any, namespace: str, pod: str, port: int, path: str) -> Answer:
    """One GET through a port-forward of its own."""
    with PortForward(client, namespace, pod, port) as forward:
        return forward.get(path)


class Forward:
    """As the package's PortForward: a pod that answers each request with `answers` in turn, then hangs up."""

    def __init__(self, answers: list[bytes], error: str | None = None) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._error = error
        self.closed = False
        threading.Thread(target=self._serve, args=(answers,), daemon=True).start()

    def _serve(self, answers: list[bytes]) -> None:
        for body in answers:
            while not self._theirs.recv(65536).endswith(b"\r\n\r\n"):
                pass
            self._theirs.sendall(b"HTTP/1.1 200 OK\r\nX-Took: 3\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self._theirs.recv(65536)
        self._theirs.close()

    def socket(self, _port: int) -> socket.socket:
        return self._ours

    def error(self, _port: int) -> str | None:
        return self._error

    def close(self) -> None:
        self.closed = True


def opens(monkeypatch: pytest.MonkeyPatch, outcome: t.Callable[[], t.Any]) -> None:
    monkeypatch.setattr("kubernetes.stream.ws_client.portforward_call", lambda *_args, **_options: outcome())


def test_several_requests_go_over_one_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    forwards = [Forward([b"one", b"two"])]
    opens(monkeypatch, forwards.pop)
    with PortForward(CLIENT, "istio-system", "istiod-1", 15014) as forward:
        answers = [forward.get("/a"), forward.get("/b")]
    assert [(answer.status, answer.headers["x-took"], answer.body) for answer in answers] == [
        (200, "3", b"one"),
        (200, "3", b"two"),
    ]


def test_the_api_server_is_asked_for_the_port_of_the_pod_with_the_identity_of_the_kubeconfig(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[t.Any] = []

    def call(_configuration: t.Any, method: str, url: str, **options: t.Any) -> Forward:
        asked.append((method, url, options))
        return Forward([b"one"])

    monkeypatch.setattr("kubernetes.stream.ws_client.portforward_call", call)
    http_get(CLIENT, "istio-system", "istiod-1", 15014, "/")
    assert asked == [
        (
            "GET",
            "https://10.0.0.1:6443/api/v1/namespaces/istio-system/pods/istiod-1/portforward",
            {"query_params": [("ports", "15014")], "headers": {"authorization": "Bearer x"}},
        )
    ]


def test_a_forward_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Forward([b"one"])
    opens(monkeypatch, lambda: forward)
    assert http_get(CLIENT, "istio-system", "istiod-1", 15014, "/").body == b"one"
    assert forward.closed


def test_a_pod_that_hangs_up_is_an_error_with_the_reason_of_the_kubelet(monkeypatch: pytest.MonkeyPatch) -> None:
    opens(monkeypatch, lambda: Forward([], error="dial tcp4 127.0.0.1:15014: connect: connection refused\n"))
    with pytest.raises(ApiError) as caught:
        http_get(CLIENT, "istio-system", "istiod-1", 15014, "/")
    assert str(caught.value).startswith(
        "cluster east: no answer from port 15014 of Pod istio-system/istiod-1: dial tcp4 127.0.0.1:15014: connect: connection refused."
    )


def test_a_lost_connection_is_never_replaced_by_one_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    opens(monkeypatch, lambda: Forward([b"one"]))
    dialled: list[t.Any] = []
    monkeypatch.setattr("socket.create_connection", lambda *args, **_options: dialled.append(args))
    with PortForward(CLIENT, "istio-system", "istiod-1", 15014) as forward:
        forward.get("/")
        for _attempt in range(2):
            with pytest.raises(ApiError):
                forward.get("/")
    assert dialled == []


def test_a_refusal_of_the_api_server_keeps_its_status_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> t.NoReturn:
        try:
            body = b'{"message": "pods is forbidden"}'
            raise websocket.WebSocketBadStatusException("Handshake status 403 Forbidden", 403, resp_body=body)
        except Exception as error:
            raise kubernetes.client.exceptions.ApiException(status=0, reason=str(error))  # noqa: B904 - as the package does it

    opens(monkeypatch, refuse)
    with pytest.raises(ApiError) as caught:
        http_get(CLIENT, "istio-system", "istiod-1", 15014, "/")
    assert caught.value.status == 403
    assert "pods is forbidden (HTTP 403)" in str(caught.value)


def test_an_api_server_that_never_answers_ends_in_an_error_and_a_late_forward_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forward, release = Forward([]), threading.Event()

    def late() -> Forward:
        release.wait(5)
        return forward

    opens(monkeypatch, late)
    monkeypatch.setattr(port_forward, "OPEN_TIMEOUT", 0.05)
    with pytest.raises(ApiError, match="not open after"):
        http_get(CLIENT, "istio-system", "istiod-1", 15014, "/")
    release.set()
    for thread in threading.enumerate():
        if thread.name.startswith("open port"):
            thread.join(5)
    assert forward.closed


class TlsForward(Forward):
    """A pod that shows a certificate."""

    def __init__(self, own: Authority, directory: Path) -> None:
        self._files = directory / "own.pem", directory / "key.pem"
        for path, text in zip(self._files, (own.pem, own.key_pem), strict=True):
            path.write_text(text)
        super().__init__([])

    def _serve(self, _answers: list[bytes]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._files)
        with contextlib.suppress(OSError):
            context.wrap_socket(self._theirs, server_side=True).recv(1)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_certificate_of_a_tls_server_is_told_where_one_of_the_roots_signed_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_trusted: bool
) -> None:
    now = datetime.now(timezone.utc)
    times: dict[str, t.Any] = {"begins": now - timedelta(days=1), "ends": now + timedelta(days=1)}
    root, other = authority("root", **times), authority("other root", **times)
    monkeypatch.setitem(USAGE, "digital_signature", True)  # as a server has it
    own = authority("istiod", root, is_ca=False, signs=False, **times)
    opens(monkeypatch, lambda: TlsForward(own, tmp_path))
    with PortForward(CLIENT, "istio-system", "istiod-1", 15017) as forward:
        if is_trusted:
            assert x509.load_der_x509_certificate(forward.certificate(other.pem + root.pem)) == own.certificate
        else:
            with pytest.raises(ApiError, match=r"no certificate from port 15017.*verify failed"):
                forward.certificate(other.pem)
