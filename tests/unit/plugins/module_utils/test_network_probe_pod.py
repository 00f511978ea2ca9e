# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of the network: its objects, and two real Envoys on loopback that send to each other."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import typing as t
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._istio import network_probe_pod
from ansible_collections.multiregion.istio.plugins.module_utils._istio.network_probe_pairs import (
    Target,
    api_server_target,
    ask,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.network_probe_pod import (
    PAYLOAD_SIZE,
    SEND_PORT,
    namespace_object,
    pod_object,
)
from ansible_collections.multiregion.istio.plugins.module_utils._istio.probe_pod import LABEL
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.port_forward import Answer
from tests.unit.envoys import free_port, running

PAYLOAD = "x" * PAYLOAD_SIZE
LONGEST_ARGUMENT = 128 * 1024  # MAX_ARG_STRLEN of Linux
PORT = 8080


def pod(port: int = PORT) -> dict[str, t.Any]:
    return pod_object("west", "probe", "proxyv2:1", port, PAYLOAD, ["registry"])


def test_no_mesh_takes_the_probe_in() -> None:
    assert namespace_object("probe", "1")["metadata"]["labels"] == {LABEL: "1", "istio-injection": "disabled"}
    labels = pod()["metadata"]["labels"]
    assert (labels["sidecar.istio.io/inject"], labels["istio.io/dataplane-mode"]) == ("false", "none")


def test_the_pod_is_ready_once_it_answers_and_restricted_and_pulls_with_the_secrets_given() -> None:
    (container,) = pod(9000)["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/", "port": 9000}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod()["spec"]["imagePullSecrets"] == [{"name": "registry"}]


def test_the_configuration_with_its_payload_fits_into_one_argument() -> None:
    (container,) = pod_object("w" * 63, "n" * 63, "proxyv2", 65535, PAYLOAD)["spec"]["containers"]
    assert max(len(argument) for argument in container["args"]) < LONGEST_ARGUMENT


def test_only_the_pod_itself_can_send_through_it() -> None:
    config = json.loads(pod()["spec"]["containers"][0]["args"][1])
    addresses = [one["address"]["socket_address"] for one in config["static_resources"]["listeners"]]
    assert addresses == [
        {"address": "0.0.0.0", "port_value": PORT},
        {"address": "127.0.0.1", "port_value": SEND_PORT},
    ]
    assert "admin" not in config


def test_it_waits_as_long_as_its_messages_say() -> None:
    resources = json.loads(pod()["spec"]["containers"][0]["args"][1])["static_resources"]
    assert [cluster["connect_timeout"] for cluster in resources["clusters"]] == ["5s", "5s"]
    (send,) = resources["listeners"][1]["filter_chains"][0]["filters"]
    (host,) = send["typed_config"]["route_config"]["virtual_hosts"]
    assert [route["route"]["timeout"] for route in host["routes"]] == ["10s", "10s"]


class Loopback:
    """As a PortForward into a probe: requests to the port from which it sends."""

    def __init__(self, port: int) -> None:
        self._port = port

    def request(
        self, method: str, path: str, headers: t.Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        except (http.client.HTTPException, OSError) as error:
            raise ApiError("no answer", why=str(error)) from error
        finally:
            connection.close()


@pytest.fixture(scope="module")
def probe() -> Iterator[tuple[Loopback, int]]:
    """A probe of the cluster west that is less patient: (the way into it, the port on which it answers)."""
    port, send_port = free_port(), free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_probe_pod, "CONNECT_TIMEOUT", 0.5)
        patch.setattr(network_probe_pod, "REQUEST_TIMEOUT", 1.5)
        arguments = pod(port)["spec"]["containers"][0]["args"]
    config = json.loads(arguments[1])
    config["static_resources"]["listeners"][1]["address"]["socket_address"]["port_value"] = send_port
    arguments[1] = json.dumps(config)
    with running(arguments, send_port):
        yield Loopback(send_port), port


def to_pod(port: int, cluster: str = "west", address: str = "127.0.0.1") -> Target:
    return Target(cluster, "pod", address, port)


@contextlib.contextmanager
def serving(answer: t.Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on loopback that does `answer` with each connection; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    with contextlib.suppress(OSError):
                        answer(context.wrap_socket(connection, server_side=True) if context else connection)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def http_answer(status: str, body: bytes = b"") -> t.Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        with connection:
            while not connection.recv(65536).endswith(b"\r\n\r\n"):
                pass
            connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body))

    return answer


def test_a_pod_is_reached_and_the_payload_goes_there_and_comes_back(probe: tuple[Loopback, int]) -> None:
    forward, port = probe
    assert ask(forward, to_pod(port), PAYLOAD.encode()) == ("", "")
    assert ask(forward, to_pod(port, address="localhost"), PAYLOAD.encode()) == ("", "")


def test_a_pod_of_another_run_or_cluster_is_not_taken_for_the_target(probe: tuple[Loopback, int]) -> None:
    forward, port = probe
    step, why = ask(forward, to_pod(port, "east"), PAYLOAD.encode())
    assert (step, why) == ("reach", "somebody else answered: HTTP 200, 4 bytes (west)")
    step, why = ask(forward, to_pod(port), b"y" * PAYLOAD_SIZE)
    assert step == "receive" and why.startswith("somebody else answered: HTTP 200, 102400 bytes (xxx")


def test_a_closed_port_is_told_as_refused(probe: tuple[Loopback, int]) -> None:
    assert ask(probe[0], to_pod(free_port()), b"") == ("reach", "the connection was refused")


def test_a_name_that_nobody_has_is_told(probe: tuple[Loopback, int]) -> None:
    assert ask(probe[0], to_pod(80, address="nobody.invalid"), b"") == ("reach", "its name is not found")


def test_packets_that_get_no_answer_are_told_as_dropped(probe: tuple[Loopback, int]) -> None:
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # Linux drops what comes to a full queue
        for _place in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        step, why = ask(probe[0], to_pod(full.getsockname()[1]), b"")
    assert (step, why) == ("reach", "no connection within 5 s: its packets are dropped or have no way")


def test_a_payload_that_does_not_arrive_is_told_as_that(probe: tuple[Loopback, int]) -> None:
    def only_small(connection: socket.socket) -> None:
        if connection.recv(5, socket.MSG_PEEK) == b"POST ":
            held.append(connection)  # never read, never answered
        else:
            http_answer("200 OK\r\nConnection: close", b"west")(connection)

    held: list[socket.socket] = []
    with serving(only_small) as port:
        step, why = ask(probe[0], to_pod(port), PAYLOAD.encode())
    assert (step, why) == ("send", "it was connected, and no answer came within 10 s")


def test_a_payload_that_does_not_come_back_is_told_as_that(probe: tuple[Loopback, int]) -> None:
    def only_small(connection: socket.socket) -> None:
        start = connection.recv(65536)
        if start.startswith(b"GET /payload"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nxx" % PAYLOAD_SIZE)
            held.append(connection)
            return
        missing = PAYLOAD_SIZE - len(start.partition(b"\r\n\r\n")[2]) if start.startswith(b"POST") else 0
        while missing > 0:
            missing -= len(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nwest")
        connection.close()

    held: list[socket.socket] = []
    with serving(only_small) as port:
        step, why = ask(probe[0], to_pod(port), PAYLOAD.encode())
    assert step == "receive"
    assert "IncompleteRead(2 bytes read" in why


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "503 Service Unavailable"])
def test_any_answer_over_tls_counts_for_an_api_server(
    probe: tuple[Loopback, int], certificate: ssl.SSLContext, status: str
) -> None:
    with serving(http_answer(status), certificate) as port:
        assert ask(probe[0], api_server_target("west", f"https://localhost:{port}"), b"") == ("", "")


def test_an_api_server_has_to_speak_tls(probe: tuple[Loopback, int]) -> None:
    target = api_server_target("west", f"https://127.0.0.1:{probe[1]}")
    assert ask(probe[0], target, b"") == ("reach", "it was connected, and TLS is not what is spoken there")


def test_a_proxy_before_an_api_server_counts_by_its_answer(probe: tuple[Loopback, int]) -> None:
    with serving(http_answer("400 Bad Request")) as port:
        assert ask(probe[0], api_server_target("west", f"http://127.0.0.1:{port}"), b"") == ("", "")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """TLS as an API server speaks it, 1.3 only, with a certificate that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "pem"
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(file)
    return context
