# Copyright: (c) 2026, multiregion.istio contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again to an API server, and what is not: a small server that answers as it is told."""

from __future__ import annotations

import socket
import struct
import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ansible_collections.multiregion.istio.plugins.module_utils._errors import ApiError
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import client as client_module
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes import repeats
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.access import Access
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.client import KubernetesClient
from ansible_collections.multiregion.istio.plugins.module_utils._kubernetes.kinds import CONFIG_MAP

Object = dict[str, t.Any]
BODY: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "x"}}
RESET = (0, "")


class ApiServer:
    """Answers each request with the next (status, Retry-After); RESET breaks the connection, the last is said for ever."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.seen: list[str] = []
        script = list(answers)
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen.append(self.command)
                status, pause = script.pop(0) if len(script) > 1 else script[0]
                if not status:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    return
                body = b'{"message": "as told", "metadata": {}}'
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if pause:
                    self.send_header("Retry-After", pause)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_DELETE = do_GET

            def log_message(self, *_arguments: t.Any) -> None:
                pass

            def finish(self) -> None:
                try:
                    super().finish()
                except OSError:
                    pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def client(self) -> KubernetesClient:
        return KubernetesClient(Access(host=f"http://127.0.0.1:{self._server.server_address[1]}"))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Callable[..., ApiServer]]:
    monkeypatch.setattr(repeats, "BACKOFF", 0.01)
    monkeypatch.setattr(repeats, "LONGEST_PAUSE", 0.02)
    servers: list[ApiServer] = []

    def begin(*answers: tuple[int, str]) -> ApiServer:
        servers.append(ApiServer(*answers))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


CALLS: dict[str, t.Callable[[KubernetesClient], t.Any]] = {
    "GET": lambda client: client.get(CONFIG_MAP, "a", "x"),
    "apply": lambda client: client.apply(CONFIG_MAP, BODY),
    "POST": lambda client: client.create(CONFIG_MAP, BODY),
    "patch": lambda client: client.patch(CONFIG_MAP, "a", "x", {}),
    "DELETE": lambda client: client.delete(CONFIG_MAP, "a", "x"),
    "DELETE of a state": lambda client: client.delete(CONFIG_MAP, "a", "x", uid="1", version="2"),
    "DELETE by uid": lambda client: client.delete(CONFIG_MAP, "a", "x", uid="1"),
}
TWICE = ("GET", "apply", "DELETE by uid")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("pause", ["", "1"])
def test_too_many_requests_is_asked_again_by_all(start: t.Any, call: str, pause: str) -> None:
    server = start((429, pause), (429, pause), (200, ""))
    CALLS[call](server.client())
    assert len(server.seen) == 3


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("bad", [(503, "1"), RESET], ids=["503 with Retry-After", "a broken connection"])
def test_what_may_have_been_done_is_asked_again_only_where_twice_is_as_once(
    start: t.Any, call: str, bad: tuple[int, str]
) -> None:
    server = start(bad, (200, ""))
    if call in TWICE:
        CALLS[call](server.client())
    else:
        with pytest.raises(ApiError):
            CALLS[call](server.client())
    assert len(server.seen) == (2 if call in TWICE else 1)


def test_a_deletion_whose_answer_was_lost_is_one_that_finds_nothing(start: t.Any) -> None:
    server = start(RESET, (404, ""))
    assert CALLS["DELETE by uid"](server.client()) is False
    assert server.seen == ["DELETE", "DELETE"]


@pytest.mark.parametrize("status", [500, 503, 504, 409])
def test_other_answers_are_final(start: t.Any, status: int) -> None:
    server = start((status, ""))
    with pytest.raises(ApiError) as caught:
        CALLS["GET"](server.client())
    assert caught.value.status == status and server.seen == ["GET"]


def test_a_server_that_stays_busy_is_given_up_soon(start: t.Any) -> None:
    server = start((429, "3600"))
    begun = time.monotonic()
    with pytest.raises(ApiError) as caught:
        CALLS["POST"](server.client())
    assert caught.value.status == 429 and "as told" in str(caught.value)
    assert len(server.seen) == 1 + repeats.TRIES_AGAIN
    assert time.monotonic() - begun < 2


def test_all_pauses_together_are_at_most_ten_seconds() -> None:
    assert repeats.TRIES_AGAIN * repeats.LONGEST_PAUSE <= 10
    assert sum(repeats.BACKOFF * 2**number for number in range(1, repeats.TRIES_AGAIN)) <= 10


def test_a_server_that_is_down_fails_quickly() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{unused.getsockname()[1]}"
        begun = time.monotonic()
        with pytest.raises(ApiError, match="no answer from .*refused") as caught:
            CALLS["GET"](KubernetesClient(Access(host=host)))
        assert caught.value.status == 0
        assert time.monotonic() - begun < 2


def test_a_server_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READ_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(ApiError, match="no answer"):
            CALLS["GET"](KubernetesClient(Access(host=f"http://127.0.0.1:{silent.getsockname()[1]}")))
        assert time.monotonic() - begun < 0.4


def test_the_servers_clock_is_that_of_its_answers(start: t.Any) -> None:
    server = start((200, ""))
    now = server.client().now()
    assert now.utcoffset() is not None and abs(now.timestamp() - time.time()) < 5
